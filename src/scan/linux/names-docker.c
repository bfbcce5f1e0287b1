/*
 * Names of Docker's containers: from its own files, root's and those of users
 * who run it themselves; the daemon is asked for the rest.
 */
#include "scan/linux/names.h"

#include <stdio.h>

#include "lib/json.h"

enum { PATH_SIZE = 1024 };

/* Docker's folders: by default, and as a snap. */
const char *const names_docker_folders[] = {
	"/var/lib/docker", "/var/snap/docker/common/var-lib-docker", NULL,
};

static void
read_config(const struct names_list *l, struct names_one *c, const char *home,
    const char *folder, uint32_t owner, struct buf *b)
{
	char path[PATH_SIZE];
	struct str text;
	int n = snprintf(path, sizeof path,
	    "%s%s/containers/%s/config.v2.json", home, folder, c->id.p);

	if (c->name.p != NULL || n < 0 || (size_t)n >= sizeof path)
		return;
	text = linux_read_owned(l->sc, path, owner, b);
	if (str_eq(json_text(json_member(text, "ID")), c->id))
		names_set(l, c, json_text(json_member(text, "Name")), owner);
}

static void
read_home(const struct names_list *one, const char *home, uint32_t uid,
    struct buf *b)
{
	read_config(one, one->v, home, NAMES_DOCKER_HOME, uid, b);
}

void
names_docker(const struct names_list *l, struct buf *b)
{
	size_t i, k;

	for (i = 0; i < l->n; i++)
		for (k = 0; names_docker_folders[k] != NULL; k++)
			read_config(l, &l->v[i], "", names_docker_folders[k],
			    0, b);
	names_each_user(l, read_home, b);
	if (names_are_to_ask(l))
		names_array(l, linux_ask_docker(l->sc)->docker, "Id", "Names",
		    0);
}
