/*
 * The path of a process's executable, proc_pid_exe(5), and what became of the
 * file.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/num.h"

#define DELETED " (deleted)"
#define REPLACED " (replaced)"

/* Both see the same mounts, mount_namespaces(7). */
static bool
shares_mounts(int dir)
{
	char own[sizeof "mnt:[]" + NUM_MAX], its[sizeof own];
	ssize_t n = readlink("/proc/self/ns/mnt", own, sizeof own);

	return n > 0 && readlinkat(dir, "../ns/mnt", its, sizeof its) == n &&
	    memcmp(own, its, (size_t)n) == 0;
}

/*
 * What is at that path now.  The kernel tells the path from our own root on, of
 * a process with other mounts from the root of those: not from where a daemon
 * has chrooted to.
 */
static bool
stat_path(int dir, struct str path, struct stat *st)
{
	char buf[sizeof "../root" + PATH_MAX + sizeof DELETED];
	char *end = shares_mounts(dir) ? buf : stpcpy(buf, "../root");

	memcpy(end, path.p, path.n);
	end[path.n] = '\0';
	return fstatat(dir, buf, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * What the kernel calls deleted may have been replaced: another file is at the
 * path now.  The path itself may also end in those very words.
 */
static const char *
deleted_suffix(int dir, struct str path)
{
	struct stat now, running;
	struct str base = path;

	str_take_end(&base, DELETED);
	if (stat_path(dir, path, &now) &&
	    fstatat(dir, "../exe", &running, 0) == 0 &&
	    now.st_dev == running.st_dev && now.st_ino == running.st_ino)
		return NULL;
	return stat_path(dir, base, &now) ? REPLACED : DELETED;
}

int
linux_exe(int dir, struct proc *p, struct arena *a)
{
	char path[PATH_MAX + sizeof DELETED + sizeof REPLACED];
	ssize_t n = readlinkat(dir, "../exe", path, PATH_MAX + sizeof DELETED);
	const char *suffix = NULL;
	struct str s;

	if (n < 0)
		return errno;
	s = (struct str){ path, (size_t)n };
	if (str_ends(s, DELETED) && !str_starts(s, "/memfd:"))
		suffix = deleted_suffix(dir, s);
	if (suffix != NULL) {
		str_take_end(&s, DELETED);
		memcpy(path + s.n, suffix, strlen(suffix));
		s.n += strlen(suffix);
	}
	p->exe = arena_str(a, s);
	return 0;
}
