/*
 * Judges a file by the number of its mount, and the mount's type in mountinfo,
 * proc_pid_mountinfo(5): that of this process, then of the file's process.
 */
#define _GNU_SOURCE
#include "scan/linux/safe.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

/* No more is read of a process's mounts. */
enum { MOUNTS_SIZE = 256 * 1024 };
enum { UNKNOWN, SAFE, SAFE_FOR_OURS, UNSAFE };

void
safe_begin(struct safe *s, struct scan *sc, int proc, uint64_t userns)
{
	*s = (struct safe){ .sc = sc, .proc = proc, .userns = userns };
}

void
safe_end(struct safe *s)
{
	map_free(&s->mount);
}

bool
safe_type(struct str type)
{
	static const char *const unsafe[] = {
		"9p", "afs", "autofs", "ceph", "cifs", "coda", "fuse",
		"fuseblk", "gfs2", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
		"orangefs", "smb3", "smbfs",
	};
	size_t i;

	for (i = 0; i < NELEMS(unsafe); i++)
		if (str_is(type, unsafe[i]))
			return false;
	return !str_starts(type, "fuse.");
}

bool
safe_mount(struct str line, uint64_t *mount, struct str *type)
{
	struct str word = STR_NONE;

	if (!num_parse(str_cut(&line, ' '), UINT64_MAX, mount))
		return false;
	while (line.p != NULL && !str_is(word, "-"))
		word = str_cut(&line, ' ');
	*type = str_cut(&line, ' ');
	return type->n > 0;
}

static void
take_line(struct safe *s, struct str line)
{
	struct str type;
	uint64_t mount;

	/* a user may mount an overlay over his own files */
	if (safe_mount(line, &mount, &type))
		*map_at(&s->mount, mount) = !safe_type(type) ? UNSAFE :
		    str_is(type, "overlay") ? SAFE_FOR_OURS : SAFE;
}

static void
take_mounts(struct safe *s, uint32_t pid, const char *path)
{
	struct buf b = { 0 };
	char *p = buf_room(&b, MOUNTS_SIZE);
	ssize_t n = tree_read(TREE_OWN, s->proc, path, p, MOUNTS_SIZE);
	struct str rest = { p, n > 0 ? (size_t)n : 0 };

	linux_fault(s->sc, pid, "mountinfo", n < 0 ? errno : 0);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		/* a line that was cut is useless */
		if (rest.p != NULL)
			take_line(s, line);
	}
	buf_free(&b);
}

/* True if it is in memory, memfd_create(2): the kernel has one mount for all of
 * these, which no mountinfo shows. */
static bool
is_memfd(const struct file_id *id)
{
	struct file_id own = { .known = false };
	int fd = memfd_create("prt", MFD_CLOEXEC);
	bool answer = fd >= 0 && linux_file_id(fd, "", &own) &&
	    own.dev == id->dev;

	input_close(fd);
	return answer;
}

static uint32_t
find_kind(struct safe *s, uint32_t pid, const char *folder,
    const struct file_id *id)
{
	char path[NUM_MAX + sizeof "/mountinfo"];
	uint32_t kind;

	if (!s->asked) {
		take_mounts(s, (uint32_t)getpid(), "self/mountinfo");
		s->asked = true;
	}
	kind = map_get(&s->mount, id->mount);
	if (kind != UNKNOWN)
		return kind;
	memcpy(stpcpy(path, folder), "/mountinfo", sizeof "/mountinfo");
	take_mounts(s, pid, path);
	kind = map_get(&s->mount, id->mount);
	return kind != UNKNOWN ? kind : is_memfd(id) ? SAFE : UNSAFE;
}

/* True if only users who may mount here have made its mounts. */
static bool
is_ours(const struct safe *s, const char *folder)
{
	char path[NUM_MAX + sizeof "/ns/user"];

	memcpy(stpcpy(path, folder), "/ns/user", sizeof "/ns/user");
	return s->userns != 0 &&
	    walk_inode(s->proc, path, "user:[") == s->userns;
}

bool
safe_is(struct safe *s, uint32_t pid, const struct file_id *id)
{
	char folder[NUM_MAX + 1];
	uint32_t kind;

	/* before Linux 5.8; a disk has a device with a driver */
	if (id->mount == 0)
		return id->dev >> 32 != 0 || is_memfd(id);
	*num_format(folder, pid) = '\0';
	kind = find_kind(s, pid, folder, id);
	return kind == SAFE || (kind == SAFE_FOR_OURS && is_ours(s, folder));
}
