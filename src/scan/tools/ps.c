/*
 * Each column has its own -o and no heading (`pid='), as in POSIX.  POSIX lacks
 * uid (the effective one) and ucomm (the kernel's name of the process; comm is
 * not that everywhere), but macOS, the BSDs and Linux have them.  Only the last
 * column is text: names and arguments contain blanks.
 */
#include "scan/tools/tools.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/escape.h"
#include "lib/num.h"
#include "scan/run.h"

enum {
	/* Linux allows no argument above 128 KiB; the other arguments and the
	 * environment count too. */
	LIST_MAX = 96 * 1024, LIST_MIN = 1024, OTHER_BYTES = 2048
};

/* Columns after pid, the last of which is text; answer takes a line. */
struct question {
	const char *columns[PS_NUMBERS];
	int numbers;		/* as many as columns: pid counts, text not */
	void (*answer)(struct proc *p, const uint32_t *number, struct str text,
	    struct arena *a);
};

/* The processes to ask ps for, sorted by pid. */
struct asked {
	struct proc *v;
	size_t n;
	struct arena *arena;
};

bool
ps_parse(struct str line, int n, uint32_t number[static PS_NUMBERS],
    struct str *text)
{
	int i;

	for (i = 0; i < n; i++) {
		struct str word;
		uint64_t v;
		bool negative;

		while (str_take(&line, ' '))
			;
		word = str_cut(&line, ' ');
		/* the uid of nobody, if a uid is printed as an int */
		negative = i > 0 && str_take(&word, '-');
		if (!num_parse(word, UINT32_MAX, &v))
			return false;
		number[i] = negative ? -(uint32_t)v : (uint32_t)v;
	}
	*text = line.n > 0 ? line : STR_NONE;
	return true;
}

size_t
ps_list(struct buf *b, const uint32_t *pid, size_t n, size_t max)
{
	size_t start = b->n, i;

	for (i = 0; i < n; i++) {
		if (i > 0 && b->n - start + NUM_MAX > max)
			break;
		num_add(b, pid[i]);
		buf_putc(b, ',');
	}
	b->n -= i > 0;
	return i;
}

/* The longest list of pids in bytes. */
static size_t
list_max(void)
{
	const char *path = getenv("PATH");
	long arg_max = sysconf(_SC_ARG_MAX);
	size_t other = OTHER_BYTES + (path != NULL ? strlen(path) : 0);

	if (arg_max < 0 || (size_t)arg_max > LIST_MAX + other)
		return LIST_MAX;
	return (size_t)arg_max < LIST_MIN + other ? LIST_MIN :
	    (size_t)arg_max - other;
}

static int
cmp_pid(const void *pid, const void *proc)
{
	return num_cmp32(pid, &((const struct proc *)proc)->pid);
}

/* The last process with that pid: any before it had ended when it began. */
static struct proc *
find_proc(const struct asked *a, uint32_t pid)
{
	struct proc *p = a->n == 0 ? NULL :
	    bsearch(&pid, a->v, a->n, sizeof *a->v, cmp_pid);

	while (p != NULL && p + 1 < a->v + a->n && p[1].pid == pid)
		p++;
	return p;
}

static void
take_answers(const struct asked *a, const struct question *q, struct str out)
{
	uint32_t number[PS_NUMBERS];
	struct str text;
	struct proc *p;

	while (out.p != NULL) {
		if (!ps_parse(str_cut(&out, '\n'), q->numbers, number, &text))
			continue;
		p = find_proc(a, number[0]);
		if (p != NULL)
			q->answer(p, number, text, a->arena);
	}
}

/* Asks for the processes in list.  False if ps failed: if some are gone, it
 * exits with 1 but prints no message. */
static bool
ask_batch(const char *ps, const char *list, const struct asked *a,
    const struct question *q)
{
	const char *argv[7 + 2 * PS_NUMBERS] = { "ps", "-ww", "-o", "pid=" };
	struct buf out = { 0 };
	struct run r = { .name = "ps", .path = ps, .argv = argv,
		.out = run_keep, .arg = &out };
	int n = 4, i, status;

	for (i = 0; i < q->numbers; i++) {
		argv[n++] = "-o";
		argv[n++] = q->columns[i];
	}
	argv[n++] = "-p";
	argv[n++] = list;
	status = run_program(&r);
	take_answers(a, q, buf_str(&out));
	buf_free(&out);
	return status != -1 && WIFEXITED(status) &&
	    (WEXITSTATUS(status) == 0 ||
	    (WEXITSTATUS(status) == 1 && !r.said));
}

static bool
ask(const char *ps, const uint32_t *pid, size_t n, const struct asked *a,
    const struct question *q)
{
	size_t max = list_max(), at;
	struct buf list = { 0 };
	bool ok = true;

	for (at = 0; ok && at < n; ) {
		list.n = 0;
		at += ps_list(&list, pid + at, n - at, max);
		buf_putc(&list, '\0');
		ok = ask_batch(ps, list.p, a, q);
	}
	buf_free(&list);
	return ok;
}

static void
take_ids(struct proc *p, const uint32_t *number, struct str text,
    struct arena *a)
{
	p->ppid = number[1];
	p->has_ppid = true;
	p->uid = number[2];
	p->has_uid = true;
	p->user = STR_NONE;	/* converted from the uid, as elsewhere */
	/* the source may have cut the name */
	if (p->comm.p == NULL || (text.p != NULL && text.n > p->comm.n &&
	    memcmp(text.p, p->comm.p, p->comm.n) == 0))
		p->comm = arena_str(a, text);
}

static void
take_args(struct proc *p, const uint32_t *number, struct str text,
    struct arena *a)
{
	size_t n = escape_cut(text, PROC_CMDLINE_MAX);
	char *copy;

	(void)number;
	if (text.n <= PROC_CMDLINE_MAX) {
		p->cmdline = arena_str(a, text);
		return;
	}
	copy = arena_alloc(a, n + 3);
	memcpy(copy, text.p, n);
	memcpy(copy + n, "...", 3);
	p->cmdline = (struct str){ copy, n + 3 };
}

static const struct question ids = { { "ppid=", "uid=", "ucomm=" }, 3,
	take_ids };
static const struct question args = { { "args=" }, 1, take_args };

/* Sets the parents' names, known for parents that hold sockets too. */
static bool
fill_parents(const char *ps, const struct asked *a)
{
	uint32_t *pid = mem_alloc(a->n * sizeof *pid);
	struct asked parents = { .arena = a->arena };
	const struct proc *parent;
	size_t i, n = 0;
	bool ok;

	for (i = 0; i < a->n; i++)
		if (a->v[i].ppid != 0 && find_proc(a, a->v[i].ppid) == NULL)
			pid[n++] = a->v[i].ppid;
	parents.n = num_sort(pid, n);
	parents.v = mem_alloc(parents.n * sizeof *parents.v);
	for (i = 0; i < parents.n; i++)
		parents.v[i].pid = pid[i];
	ok = ask(ps, pid, parents.n, &parents, &ids);
	for (i = 0; i < a->n; i++) {
		parent = find_proc(a, a->v[i].ppid);
		if (parent == NULL)
			parent = find_proc(&parents, a->v[i].ppid);
		if (parent != NULL && a->v[i].ppid != 0)
			a->v[i].parent = parent->comm;
	}
	free(parents.v);
	free(pid);
	return ok;
}

/* The pids of processes that hold a socket; the caller frees. */
static uint32_t *
list_holders(const struct scan *sc, size_t *n)
{
	uint32_t *pid = mem_alloc(sc->nholder * sizeof *pid);
	size_t i;

	for (i = 0; i < sc->nholder; i++)
		pid[i] = sc->proc[sc->holder[i].proc].pid;
	*n = num_sort(pid, sc->nholder);
	return pid;
}

void
ps_fill(struct scan *sc, unsigned needs)
{
	struct asked a = { sc->proc, sc->nproc, &sc->arena };
	struct buf path = { 0 };
	uint32_t *pid;
	bool ok = true;
	size_t n;

	if ((needs & (NEED_STAT | NEED_USER | NEED_PARENT |
	    NEED_CMDLINE)) == 0)
		return;
	pid = list_holders(sc, &n);
	if (n > 0)
		ok = run_find("ps", NULL, &path);
	if (n > 0 && ok) {
		ok = ask(path.p, pid, n, &a, &ids);
		if ((needs & NEED_CMDLINE) != 0)
			ok &= ask(path.p, pid, n, &a, &args);
		if ((needs & NEED_PARENT) != 0)
			ok &= fill_parents(path.p, &a);
	}
	if (!ok)
		sc->incomplete = true;
	buf_free(&path);
	free(pid);
}
