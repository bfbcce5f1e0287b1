/*
 * The paths of a process, proc_pid_exe(5), proc_pid_cwd(5).  They are valid in
 * its own mounts: elsewhere.c compares them with the machine's.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "lib/escape.h"
#include "lib/num.h"

enum { MAPS_SIZE = 256 * 1024 };

#define DELETED " (deleted)"
#define REPLACED " (replaced)"
#define CUT "..."

bool
linux_is_procfs(enum tree_kind t, int dir)
{
	struct statfs fs;

	return t == TREE_OWN ||
	    (fstatfs(dir, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC);
}

bool
linux_shares_mounts(int dir)
{
	char own[sizeof "mnt:[]" + NUM_MAX], its[sizeof own];
	ssize_t n = readlink("/proc/self/ns/mnt", own, sizeof own);

	return n > 0 && readlinkat(dir, "../ns/mnt", its, sizeof its) == n &&
	    memcmp(own, its, (size_t)n) == 0;
}

/*
 * What is at that path now.  The kernel gives the path from our own root on, or
 * for a process with other mounts from the root of those: not from where a
 * daemon has chrooted to.
 */
static bool
stat_path(int dir, struct str path, struct stat *st)
{
	char buf[sizeof "../root" + PATH_MAX + sizeof DELETED];
	char *end = linux_shares_mounts(dir) ? buf : stpcpy(buf, "../root");

	memcpy(end, path.p, path.n);
	end[path.n] = '\0';
	return fstatat(dir, buf, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * A file that the kernel calls deleted may have been replaced: another one is
 * at its path now.  The path itself may also end in that word.
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

/* The words of a line of maps, proc_pid_maps(5), before the path. */
enum { MODE = 1, DEVICE = 3, INODE, NWORDS };

/* The path in a line of maps if it maps that file, else a missing value. */
static struct str
mapped_path(struct str line, const char *device, struct str inode)
{
	struct str word;
	size_t i;

	for (i = 0; i < NWORDS; i++) {
		word = str_cut(&line, ' ');
		if ((i == DEVICE && !str_is(word, device)) ||
		    (i == INODE && !str_eq(word, inode)))
			return STR_NONE;
	}
	while (str_take(&line, ' '))
		;
	return line;
}

struct str
linux_mapped_path(struct str text, const struct file_id *id)
{
	char device[2 * NUM_MAX], inode[NUM_MAX];
	struct str path = STR_NONE, of = num_str(inode, id->ino);

	snprintf(device, sizeof device, "%02lx:%02lx",
	    (unsigned long)(id->dev >> 32),
	    (unsigned long)(id->dev & UINT32_MAX));
	while (path.n == 0 && text.n > 0)
		path = mapped_path(str_cut(&text, '\n'), device, of);
	return path;
}

bool
linux_exec_mapping(struct str line, struct str *path, uint64_t *inode)
{
	struct str word[NWORDS];
	size_t i;

	for (i = 0; i < NWORDS; i++)
		word[i] = str_cut(&line, ' ');
	while (str_take(&line, ' '))
		;
	*path = line;
	return word[MODE].n > 2 && word[MODE].p[2] == 'x' &&
	    num_parse(word[INODE], UINT64_MAX, inode) && str_starts(line, "/");
}

/*
 * The beginning of a path that is too long for a link: maps has all of it, as
 * long as the process maps its executable.  The process can make maps any
 * length; only a part is read.
 */
static struct str
deep_path(enum tree_kind t, int dir, const struct file_id *id, struct buf *b)
{
	char *p = buf_room(b, MAPS_SIZE);
	ssize_t n = tree_read(t, dir, "../maps", p, MAPS_SIZE);

	return linux_mapped_path((struct str){ p, n > 0 ? (size_t)n : 0 }, id);
}

/* The known part of a path that is too long, marked as cut. */
static struct str
cut_path(enum tree_kind t, int dir, const struct file_id *id, struct arena *a)
{
	struct buf b = { 0 }, text = { 0 };
	struct str path = id->known ? deep_path(t, dir, id, &b) : STR_NONE;

	if (path.n > 0)
		buf_add(&text, path.p, escape_cut(path, PATH_MAX));
	buf_puts(&text, CUT);
	if (id->gone)
		buf_puts(&text, DELETED);
	path = arena_str(a, buf_str(&text));
	buf_free(&text);
	buf_free(&b);
	return path;
}

/* 0 or errno.  A path that is too long is not a fault: anyone may run such a
 * program, and nobody should be able to stop a scan with it. */
int
linux_exe(enum tree_kind t, int dir, struct proc *p, struct arena *a)
{
	char path[PATH_MAX + sizeof DELETED + sizeof REPLACED];
	ssize_t n = readlinkat(dir, "../exe", path, PATH_MAX + sizeof DELETED);
	const char *suffix = NULL;
	struct str s = { path, n > 0 ? (size_t)n : 0 };

	if (n < 0 && errno != ENAMETOOLONG)
		return errno;
	if (t == TREE_OWN &&
	    (n < 0 || (!p->boxed && !str_starts(s, "/memfd:"))))
		linux_file_id(dir, "../exe", &p->exe_id);
	if (n < 0) {
		p->exe = cut_path(t, dir, &p->exe_id, a);
		return 0;
	}
	if (str_ends(s, DELETED) && !str_starts(s, "/memfd:") &&
	    linux_is_procfs(t, dir))
		suffix = deleted_suffix(dir, s);
	if (suffix != NULL) {
		str_take_end(&s, DELETED);
		memcpy(path + s.n, suffix, strlen(suffix));
		s.n += strlen(suffix);
	}
	p->exe = arena_str(a, s);
	return 0;
}

int
linux_cwd(enum tree_kind t, int dir, struct proc *p, struct arena *a)
{
	char path[PATH_MAX];
	ssize_t n = readlinkat(dir, "../cwd", path, sizeof path);

	if (n < 0 && errno != ENAMETOOLONG)
		return errno;
	if (t == TREE_OWN && n > 0 && !p->boxed)
		linux_file_id(dir, "../cwd", &p->cwd_id);
	p->cwd = n < 0 ? STR_LIT(CUT) :
	    arena_str(a, (struct str){ path, (size_t)n });
	return 0;
}
