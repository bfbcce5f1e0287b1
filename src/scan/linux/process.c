/*
 * What there is to tell of a process: proc_pid_stat(5), proc_pid_status(5),
 * proc_pid_cmdline(5), proc_pid_cgroup(5), proc_pid_exe(5).
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/escape.h"
#include "lib/input.h"
#include "lib/num.h"

enum {
	STAT_SIZE = 4096,
	CGROUP_SIZE = 64 * 1024,
	CMDLINE_SIZE = PROC_CMDLINE_MAX + 4,
	CMDLINE_READS = 16	/* of what is not shown */
};

#define DELETED " (deleted)"
#define REPLACED " (replaced)"

/* The fields of stat that we want, counted from 1. */
enum { STAT_PPID = 4, STAT_UTIME = 14, STAT_STIME = 15, STAT_STARTTIME = 22,
	STAT_RSS = 24 };

/* Reads at most size bytes; -1 with errno. */
static ssize_t
read_fd(int fd, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < size) {
		got = read(fd, buf + n, size - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	return got < 0 ? -1 : (ssize_t)n;
}

ssize_t
linux_read_file(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read_fd(fd, buf, size);
		input_close(fd);
	}
	return n;
}

/* A process that ends gives ENOENT or ESRCH; one that is another's, EACCES or
 * EPERM: neither is a fault of the machine.  Others get a message. */
static void
note_fault(struct scan *sc, uint32_t pid, const char *file, int error)
{
	if (error == 0 || error == ENOENT || error == ESRCH ||
	    error == EACCES || error == EPERM)
		return;
	errno = error;
	err_msg("process %lu: %s:", (unsigned long)pid, file);
	sc->incomplete = true;
}

/*
 * The name is between the first ( and the last ), and may hold both, blanks and
 * newlines; after it fields are numbers with one blank before each.  Puts them
 * into v by their number, what is no plain number as 0.
 */
static bool
parse_stat(struct str text, struct str *comm, bool *ended,
    uint64_t v[static STAT_RSS + 1])
{
	const char *open = memchr(text.p, '(', text.n);
	const char *close = memrchr(text.p, ')', text.n);
	struct str rest;
	int field;

	if (open == NULL || close == NULL || close < open)
		return false;
	*comm = (struct str){ open + 1, (size_t)(close - open - 1) };
	rest = (struct str){ close + 1,
		(size_t)(text.p + text.n - close - 1) };
	str_cut(&rest, ' ');
	*ended = str_starts(rest, "Z") || str_starts(rest, "X");
	for (field = 3; rest.p != NULL && field <= STAT_RSS; field++) {
		v[field] = 0;
		num_parse(str_cut(&rest, ' '), UINT64_MAX, &v[field]);
	}
	return field > STAT_STARTTIME && v[STAT_PPID] <= INT32_MAX;
}

/* Clock ticks as hundredths of a second. */
static uint64_t
hundredths(uint64_t ticks)
{
	long hz = sysconf(_SC_CLK_TCK);

	return hz > 0 ? ticks * 100 / (uint64_t)hz : ticks;
}

static int
read_stat(int dir, const char *path, struct proc *p, struct arena *a)
{
	char buf[STAT_SIZE];
	struct str comm;
	bool ended;
	uint64_t v[STAT_RSS + 1] = { 0 };
	ssize_t n = linux_read_file(dir, path, buf, sizeof buf);

	if (n < 0)
		return errno;
	if (n == 0 ||
	    !parse_stat((struct str){ buf, (size_t)n }, &comm, &ended, v))
		return 0;
	p->ended = ended;
	p->comm = arena_str(a, comm);
	p->ppid = (uint32_t)v[STAT_PPID];
	p->has_ppid = p->has_usage = true;
	p->start = v[STAT_STARTTIME];
	p->rss = v[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
	p->cpu = hundredths(v[STAT_UTIME] + v[STAT_STIME]);
	return 0;
}

/* Uid: real, effective, saved, file system; a tab before each.  The owner of
 * /proc/PID is root for every process that changed its user. */
static int
read_uid(int dir, struct proc *p)
{
	char buf[STAT_SIZE];
	ssize_t n = linux_read_file(dir, "../status", buf, sizeof buf);
	struct str text, line;
	uint64_t uid;

	if (n < 0)
		return errno;
	text = (struct str){ buf, (size_t)n };
	do {
		line = str_cut(&text, '\n');
		if (!str_starts(line, "Uid:\t"))
			continue;
		str_cut(&line, '\t');
		str_cut(&line, '\t');
		if (num_parse(str_cut(&line, '\t'), UINT32_MAX, &uid)) {
			p->uid = (uint32_t)uid;
			p->has_uid = true;
		}
		break;
	} while (text.p != NULL);
	return 0;
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
 * What is at that path now.  The kernel tells the path from our own root on, of
 * a process with other mounts from the root of those: not from where a daemon
 * has chrooted to.
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

static int
read_exe(int dir, struct proc *p, struct arena *a)
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

static size_t
trim_nuls(const char *buf, size_t n)
{
	while (n > 0 && buf[n - 1] == '\0')
		n--;
	return n;
}

/* Reads one character more than is shown: it tells whether the cut is inside
 * one.  Sets *more where there is more than NULs after that. */
static ssize_t
read_arguments(int dir, char buf[static CMDLINE_SIZE], bool *more)
{
	int fd = openat(dir, "../cmdline", O_RDONLY | O_CLOEXEC);
	char rest[STAT_SIZE];
	ssize_t n, got;
	int i;

	if (fd < 0)
		return -1;
	got = n = read_fd(fd, buf, CMDLINE_SIZE);
	*more = false;
	/* A title that a daemon gave itself has NULs up to where its arguments
	 * ended. */
	for (i = 0; i < CMDLINE_READS && got > 0 && !*more &&
	    n == CMDLINE_SIZE && buf[n - 1] == '\0'; i++) {
		got = read_fd(fd, rest, sizeof rest);
		*more = got > 0 && trim_nuls(rest, (size_t)got) > 0;
	}
	input_close(fd);
	return n;
}

static int
read_cmdline(int dir, struct proc *p, struct arena *a)
{
	char buf[CMDLINE_SIZE + sizeof "..."];
	bool more = false;
	ssize_t got = read_arguments(dir, buf, &more);
	size_t n, i;

	if (got < 0)
		return errno;
	n = more ? (size_t)got : trim_nuls(buf, (size_t)got);
	for (i = 0; i < n; i++)
		if (buf[i] == '\0')
			buf[i] = ' ';
	if (n > PROC_CMDLINE_MAX) {
		n = escape_cut((struct str){ buf, n }, PROC_CMDLINE_MAX);
		memcpy(buf + n, "...", 3);
		n += 3;
	}
	if (n > 0)
		p->cmdline = arena_str(a, (struct str){ buf, n });
	return 0;
}

static struct str
container_in(struct str text, struct str *id, struct arena *a)
{
	char name[LINUX_CONTAINER_MAX];
	size_t n = linux_container(text, name, id);

	return n > 0 ? arena_str(a, (struct str){ name, n }) : STR_NONE;
}

static int
read_groups(int dir, unsigned needs, struct proc *p, struct arena *a)
{
	char buf[CGROUP_SIZE];
	ssize_t n = linux_read_file(dir, "../cgroup", buf, sizeof buf);
	struct str text = { buf, n > 0 ? (size_t)n : 0 }, id = STR_NONE;

	if (n < 0)
		return errno;
	if ((needs & NEED_CONTAINER) != 0) {
		p->container = container_in(text, &id, a);
		p->container_id = arena_str(a, id);
	}
	if ((needs & NEED_CGROUP) != 0) {
		p->cgroup = arena_str(a, linux_cgroup(text));
		p->unit = arena_str(a, linux_unit(p->cgroup));
	}
	return 0;
}

struct str
linux_container_of(int dir, const char *path, struct arena *a)
{
	char buf[CGROUP_SIZE];
	ssize_t n = linux_read_file(dir, path, buf, sizeof buf);
	struct str id;

	return n < 0 ? STR_NONE :
	    container_in((struct str){ buf, (size_t)n }, &id, a);
}

static int
read_cwd(int dir, struct proc *p, struct arena *a)
{
	char path[PATH_MAX];
	ssize_t n = readlinkat(dir, "../cwd", path, sizeof path);

	if (n < 0)
		return errno;
	p->cwd = arena_str(a, (struct str){ path, (size_t)n });
	return 0;
}

void
linux_process(int fd, unsigned needs, struct proc *p, struct scan *sc)
{
	struct arena *a = &sc->arena;

	if ((needs & (NEED_STAT | NEED_PARENT)) != 0)
		note_fault(sc, p->pid, "stat", read_stat(fd, "../stat", p, a));
	if ((needs & NEED_USER) != 0)
		note_fault(sc, p->pid, "status", read_uid(fd, p));
	if ((needs & NEED_EXE) != 0)
		note_fault(sc, p->pid, "exe", read_exe(fd, p, a));
	if ((needs & NEED_CMDLINE) != 0)
		note_fault(sc, p->pid, "cmdline", read_cmdline(fd, p, a));
	if ((needs & (NEED_CONTAINER | NEED_CGROUP)) != 0)
		note_fault(sc, p->pid, "cgroup",
		    read_groups(fd, needs, p, a));
	if ((needs & NEED_CWD) != 0)
		note_fault(sc, p->pid, "cwd", read_cwd(fd, p, a));
}

static int
cmp_ppid(const void *a, const void *b)
{
	const struct proc *x = *(struct proc *const *)a;
	const struct proc *y = *(struct proc *const *)b;

	return num_cmp(x->ppid, y->ppid);
}

/*
 * A parent that ended meanwhile may have left its number to another process: a
 * parent is never younger than its child.
 */
void
linux_parents(const char *proc, struct scan *sc)
{
	struct proc **by_ppid = mem_alloc(sc->nproc * sizeof *by_ppid);
	struct proc parent = { .pid = 0 };
	char path[NUM_MAX + sizeof "/stat"];
	int dir = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	if (dir < 0) {
		err_msg("%s:", proc);
		sc->incomplete = true;
	}
	for (i = 0; i < sc->nproc; i++)
		by_ppid[i] = &sc->proc[i];
	qsort(by_ppid, sc->nproc, sizeof *by_ppid, cmp_ppid);
	for (i = 0; dir >= 0 && i < sc->nproc; i++) {
		struct proc *p = by_ppid[i];

		if (p->ppid == 0)
			continue;
		if (p->ppid != parent.pid) {
			parent = (struct proc){ .pid = p->ppid };
			snprintf(path, sizeof path, "%lu/stat",
			    (unsigned long)p->ppid);
			note_fault(sc, parent.pid, "stat",
			    read_stat(dir, path, &parent, &sc->arena));
		}
		if (parent.start <= p->start)
			p->parent = parent.comm;
	}
	input_close(dir);
	free(by_ppid);
}
