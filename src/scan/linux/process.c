/*
 * Facts of a process: proc_pid_stat(5), proc_pid_status(5),
 * proc_pid_cmdline(5), proc_pid_cgroup(5); and those from paths.c.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
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
	CMDLINE_READS = 16	/* of bytes that are not shown */
};

/* The fields of stat that we need, counted from 1. */
enum { STAT_PPID = 4, STAT_TTY = 7, STAT_UTIME = 14, STAT_STIME = 15,
	STAT_STARTTIME = 22, STAT_RSS = 24 };

/* The error is ENOENT or ESRCH if the process has ended, EACCES or EPERM if it
 * is another user's: neither is a fault of the machine.  Others are
 * reported. */
void
linux_fault(struct scan *sc, uint32_t pid, const char *file, int error)
{
	if (error == 0 || error == ENOENT || error == ESRCH ||
	    error == EACCES || error == EPERM)
		return;
	errno = error;
	err_msg("process %lu: %s:", (unsigned long)pid, file);
	sc->incomplete = true;
}

/*
 * The name is between the first ( and the last ), and may contain both, blanks
 * and newlines; the fields after it are numbers, with one blank before each.
 * Puts them into v by field number; a field that is not a plain number becomes
 * 0.
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
read_stat(enum tree_kind t, int dir, const char *path, struct proc *p,
    struct arena *a)
{
	char buf[STAT_SIZE];
	struct str comm;
	bool ended;
	uint64_t v[STAT_RSS + 1] = { 0 };
	ssize_t n = tree_read_text(t, dir, path, buf, sizeof buf);

	if (n < 0)
		return errno;
	if (n == 0 ||
	    !parse_stat((struct str){ buf, (size_t)n }, &comm, &ended, v))
		return 0;
	p->ended = ended;
	p->comm = arena_str(a, comm);
	p->ppid = (uint32_t)v[STAT_PPID];
	p->has_ppid = p->has_usage = true;
	p->tty = (uint32_t)v[STAT_TTY];
	p->start = v[STAT_STARTTIME];
	p->rss = v[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
	p->cpu = hundredths(v[STAT_UTIME] + v[STAT_STIME]);
	return 0;
}

void
linux_stat(enum tree_kind t, int dir, const char *path, struct proc *p,
    struct scan *sc)
{
	linux_fault(sc, p->pid, "stat", read_stat(t, dir, path, p, &sc->arena));
}

/*
 * A folder of /proc/PID that all may read belongs to the effective user,
 * whatever the process changed (task_dump_owner in fs/proc/base.c), and costs
 * less than the whole text of status.  If it can be looked up, the process
 * exists.
 */
static int
read_owner(int dir, struct proc *p)
{
	struct stat st;

	if (fstatat(dir, "../task", &st, 0) != 0)
		return errno;
	p->uid = st.st_uid;
	p->has_uid = true;
	return 0;
}

/* Uid: real, effective, saved, file system; a tab before each. */
static void
take_uid(struct str line, struct proc *p)
{
	uint64_t uid;

	str_cut(&line, '\t');
	if (num_parse(str_cut(&line, '\t'), UINT32_MAX, &uid)) {
		p->uid = (uint32_t)uid;
		p->has_uid = true;
	}
}

/* Reads what needs asks for; the capabilities come last. */
static int
read_status(enum tree_kind t, int dir, unsigned needs, struct proc *p)
{
	char buf[STAT_SIZE];
	ssize_t n = tree_read_text(t, dir, "../status", buf, sizeof buf);
	struct str text, line;
	bool has_uid = false, done = false;

	if (n < 0)
		return errno;
	text = (struct str){ buf, (size_t)n };
	do {
		line = str_cut(&text, '\n');
		/* the first one counts, whatever else is needed */
		if (!has_uid && str_take_start(&line, "Uid:\t")) {
			take_uid(line, p);
			has_uid = true;
			done = (needs & NEED_CAPS) == 0;
		} else if (str_take_start(&line, "CapEff:\t")) {
			p->has_caps = linux_caps_parse(line, &p->caps_set);
			done = true;
		}
	} while (text.p != NULL && !done);
	return 0;
}

static void
read_userns(int dir, struct proc *p, struct scan *sc)
{
	p->userns = walk_inode(dir, "../ns/user", "user:[");
	linux_fault(sc, p->pid, "ns/user", p->userns == 0 ? errno : 0);
}

static size_t
trim_nuls(const char *buf, size_t n)
{
	while (n > 0 && buf[n - 1] == '\0')
		n--;
	return n;
}

/* Reads one character more than is shown, to see whether the cut is inside a
 * character.  Sets *more if anything except NULs follows. */
static ssize_t
read_arguments(enum tree_kind t, int dir, char buf[static CMDLINE_SIZE],
    bool *more)
{
	int fd = tree_open(t, dir, "../cmdline");
	char rest[STAT_SIZE];
	ssize_t n, got;
	int i;

	if (fd < 0)
		return -1;
	got = n = tree_read_words(t, fd, buf, CMDLINE_SIZE);
	*more = false;
	/* A title that a daemon gave itself is followed by NULs up to the old
	 * end of its arguments. */
	for (i = 0; i < CMDLINE_READS && got > 0 && !*more &&
	    n == CMDLINE_SIZE && buf[n - 1] == '\0'; i++) {
		got = tree_read_fd(fd, rest, sizeof rest);
		*more = got > 0 && trim_nuls(rest, (size_t)got) > 0;
	}
	input_close(fd);
	return n;
}

static int
read_cmdline(enum tree_kind t, int dir, struct proc *p, struct arena *a)
{
	char buf[CMDLINE_SIZE + sizeof "..."];
	bool more = false;
	ssize_t got = read_arguments(t, dir, buf, &more);
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

struct container
linux_container_in(struct str text, struct arena *a)
{
	struct linux_in in;

	if (!linux_container(text, &in))
		return (struct container){ .id = STR_NONE };
	return (struct container){
		.name = arena_str(a, (struct str){ in.name, in.n }),
		.id = arena_str(a, in.id), .uid = in.uid,
		.is_guess = in.is_guess, .is_app = in.is_app,
		.is_users = linux_is_users(text, in.id) };
}

struct str
linux_read_cgroup(enum tree_kind t, int dir, const char *path, struct buf *b)
{
	char *p = buf_room(b, CGROUP_SIZE);
	ssize_t n = tree_read_text(t, dir, path, p, CGROUP_SIZE);

	return n < 0 ? STR_NONE : (struct str){ p, (size_t)n };
}

static int
read_groups(enum tree_kind t, int dir, unsigned needs, struct proc *p,
    struct arena *a)
{
	struct buf b = { 0 };
	struct str text = linux_read_cgroup(t, dir, "../cgroup", &b);
	int error = text.p == NULL ? errno : 0;

	if (error == 0 && (needs & NEED_CONTAINER) != 0) {
		p->in = linux_container_in(text, a);
		p->boxed = container_is_boxed(&p->in);
	}
	if (error == 0 && (needs & NEED_CGROUP) != 0) {
		p->cgroup = arena_str(a, linux_cgroup(text));
		p->unit = arena_str(a, linux_unit(p->cgroup));
	}
	buf_free(&b);
	p->has_groups = error == 0;
	return error;
}

struct container
linux_container_of(enum tree_kind t, int dir, const char *path, struct arena *a)
{
	struct buf b = { 0 };
	struct str text = linux_read_cgroup(t, dir, path, &b);
	struct container in = linux_container_in(text, a);

	buf_free(&b);
	return in;
}

void
linux_process(int fd, unsigned needs, struct proc *p, struct scan *sc)
{
	enum tree_kind t = sc->other_tree ? TREE_OTHER : TREE_OWN;
	struct arena *a = &sc->arena;

	if ((needs & (NEED_STAT | NEED_PARENT)) != 0)
		linux_stat(t, fd, "../stat", p, sc);
	if (t == TREE_OWN && (needs & (NEED_USER | NEED_CAPS)) == NEED_USER)
		linux_fault(sc, p->pid, "task", read_owner(fd, p));
	else if ((needs & (NEED_USER | NEED_CAPS)) != 0)
		linux_fault(sc, p->pid, "status",
		    read_status(t, fd, needs, p));
	if ((needs & NEED_CAPS) != 0)
		read_userns(fd, p, sc);
	if ((needs & NEED_STDIO) != 0)
		linux_fault(sc, p->pid, "fd", linux_stdio(t, fd, p, a));
	if ((needs & NEED_CMDLINE) != 0)
		linux_fault(sc, p->pid, "cmdline", read_cmdline(t, fd, p,
		    a));
	if ((needs & (NEED_CONTAINER | NEED_CGROUP)) != 0)
		linux_fault(sc, p->pid, "cgroup",
		    read_groups(t, fd, needs, p, a));
	if ((needs & NEED_EXE) != 0)
		linux_fault(sc, p->pid, "exe", linux_exe(t, fd, p, a));
	if ((needs & NEED_CWD) != 0)
		linux_fault(sc, p->pid, "cwd", linux_cwd(t, fd, p, a));
}

static int
cmp_ppid(const void *a, const void *b)
{
	const struct proc *x = *(struct proc *const *)a;
	const struct proc *y = *(struct proc *const *)b;

	return num_cmp(x->ppid, y->ppid);
}

/*
 * If a parent has ended meanwhile, another process may have its number: but a
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
			linux_stat(tree_kind(proc), dir, path, &parent, sc);
		}
		if (parent.start <= p->start)
			p->parent = parent.comm;
	}
	input_close(dir);
	free(by_ppid);
}
