/*
 * The folders of a proc tree: what is in one, and those of a process.
 */
#define _GNU_SOURCE
#include "scan/linux/owners-walk.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/num.h"

enum { DENTS_SIZE = 32 * 1024, FOLDER_MAX = NUM_MAX + sizeof "/task" };

/* What getdents64(2) writes. */
struct dent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

bool
walk_id(const char *name, uint32_t *id)
{
	uint64_t number;

	if (!num_parse(str_from(name), INT32_MAX, &number))
		return false;
	*id = (uint32_t)number;
	return true;
}

bool
walk_each(int dir, void (*each)(void *arg, int dir, const char *name),
    void *arg)
{
	union {
		struct dent align;
		char bytes[DENTS_SIZE];
	} buf;
	const struct dent *d;
	long n, at;

	while ((n = syscall(SYS_getdents64, dir, &buf, sizeof buf)) > 0) {
		for (at = 0; at < n; at += d->reclen) {
			d = (const struct dent *)(const void *)
			    (buf.bytes + at);
			each(arg, dir, d->name);
		}
	}
	return n == 0;
}

static const char *
folder_path(char path[static FOLDER_MAX], uint32_t id, const char *name)
{
	memcpy(num_format(path, id), name, strlen(name) + 1);
	return path;
}

int
walk_open(int dir, uint32_t id, const char *name)
{
	char path[FOLDER_MAX];

	return openat(dir, folder_path(path, id, name), O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);
}

bool
walk_stat(int dir, uint32_t id, const char *name, struct stat *st)
{
	char path[FOLDER_MAX];

	return fstatat(dir, folder_path(path, id, name), st, 0) == 0;
}
