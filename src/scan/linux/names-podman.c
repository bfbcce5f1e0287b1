/*
 * Names of Podman's containers: from the files of its storage, root's and those
 * of the users who own containers, containers-storage.conf(5).  Containers run
 * with --rm, as by Quadlet, are in a separate file.
 */
#include "scan/linux/names.h"

#include <stdio.h>

enum { PATH_SIZE = 1024 };

static void
read_storage(const struct names_list *l, const char *home, const char *root,
    uint32_t owner, struct buf *b)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs",
		"zfs" };
	static const char *const files[] = { "containers.json",
		"volatile-containers.json" };
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < NELEMS(drivers) * NELEMS(files); i++) {
		int n = snprintf(path, sizeof path,
		    "%s%s/%s-containers/%s", home, root,
		    drivers[i / NELEMS(files)], files[i % NELEMS(files)]);

		if (n > 0 && (size_t)n < sizeof path &&
		    !names_are_complete(l))
			names_array(l, linux_read_owned(l->sc, path, owner,
			    b), "id", "names", owner);
	}
}

static void
read_home(const struct names_list *one, const char *home, uint32_t uid,
    struct buf *b)
{
	read_storage(one, home, "/.local/share/containers/storage", uid, b);
}

void
names_podman(const struct names_list *l, struct buf *b)
{
	read_storage(l, "", "/var/lib/containers/storage", 0, b);
	/* with transient_store */
	read_storage(l, "", "/run/containers/storage", 0, b);
	names_each_user(l, read_home, b);
	if (names_are_to_ask(l))
		names_array(l, linux_ask_podman(l->sc), "Id", "Names", 0);
}
