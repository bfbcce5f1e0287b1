/*
 * The shells behind a connection: those that a process with a socket has
 * started, or that share a pipe with it, and that read as commands what it
 * passes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/family.h"
#include "scan/linux/owners.h"
#include "scan/linux/programs.h"

enum { ARGS_SIZE = 4096 };

/* What is known of the processes so far. */
enum { UNKNOWN, ABOVE, BELOW };

struct search_below {
	struct family *f;
	struct programs *ps;
	unsigned char *place;	/* by process */
};

/* True if it has an ancestor that holds a socket and is not init, from which
 * all descend.  Each process is walked over once. */
static bool
is_below(struct search_below *s, size_t i)
{
	const struct kin *v = s->f->v;
	unsigned char answer = ABOVE;
	size_t at = i;

	for (; s->place[at] == UNKNOWN && v[at].parent != 0;
	    at = v[at].parent - 1) {
		const struct kin *up = &v[v[at].parent - 1];

		/* ends the loop if a process is its own ancestor */
		s->place[at] = ABOVE;
		if (up->is_holder && !up->is_init) {
			s->place[at] = BELOW;
			break;
		}
	}
	if (s->place[at] == BELOW)
		answer = BELOW;
	while (s->place[i] = answer, i != at)
		i = v[i].parent - 1;
	return answer == BELOW;
}

/* True if it has neither a script nor -c, and so reads what it is sent.
 * Options may be long, have a + instead of a -, or an argument. */
static bool
is_bare(struct str args)
{
	while (args.n > 0) {
		struct str word = str_cut(&args, '\0');

		if (word.n == 0 || (word.p[0] != '-' && word.p[0] != '+'))
			return false;
		if (str_is(word, "--rcfile") || str_is(word, "--init-file")) {
			str_cut(&args, '\0');
			continue;
		}
		if (str_is(word, "-") || str_is(word, "--"))
			return args.n == 0;
		if (word.p[0] == '-' && word.n > 1 && word.p[1] == '-')
			continue;
		if (memchr(word.p, 'c', word.n) != NULL)
			return false;
		if (memchr(word.p, 's', word.n) != NULL)
			return true;
		if (word.p[word.n - 1] == 'o' || word.p[word.n - 1] == 'O')
			str_cut(&args, '\0');
	}
	return true;
}

/* True if its arguments show a shell that waits for commands. */
static bool
waits(const struct program_seen *seen, struct str args)
{
	struct str name = program_take_name(&args, seen);

	return (seen->class == PROGRAM_SHELL ||
	    programs_class(name) == PROGRAM_SHELL) && is_bare(args);
}

/* True if the files read are this process's, not a later one's. */
static bool
is_still(struct search_below *s, int dir, const struct kin *k)
{
	struct proc now = { .pid = k->pid };

	linux_stat(s->f->kind, dir, "../stat", &now, s->f->sc);
	return now.has_ppid && now.start == k->start;
}

/* Reads its files, if it waits; 0 or errno. */
static int
read_shell(struct search_below *s, const struct program_seen *seen, int dir,
    struct kin_shell *shell)
{
	char buf[ARGS_SIZE];
	ssize_t n = tree_read(s->f->kind, dir, "../cmdline", buf, sizeof buf);

	if (n < 0)
		return errno;
	if (!waits(seen, (struct str){ buf, (size_t)n }))
		return ESRCH;
	return linux_stdio_of(s->f->kind, dir, &shell->stdio);
}

static void
look_at(struct search_below *s, struct kin *k)
{
	struct kin_shell shell = { .pid = k->pid };
	struct program_seen seen;
	int dir, error;

	if (!programs_see(s->ps, k->pid, &seen) ||
	    (seen.class != PROGRAM_SHELL && seen.class != PROGRAM_MANY))
		return;
	shell.name = seen.name;
	dir = walk_open(s->f->kind, s->f->proc, k->pid, "/fd");
	error = dir < 0 ? errno : read_shell(s, &seen, dir, &shell);
	linux_fault(s->f->sc, k->pid, "fd", error);
	if (error == 0 && is_still(s, dir, k)) {
		*MEM_PUSH(s->f->shell, s->f->nshell, s->f->shellcap) = shell;
		k->shell = (uint32_t)s->f->nshell;
	}
	input_close(dir);
}

/* A holder's standard input or output, if it is a pipe. */
struct end {
	uint32_t holder;
	uint64_t dev, inode;
};

struct ends {
	struct end *v;
	size_t n, cap;
};

static void
add_ends(const struct family *f, const struct proc *p, struct ends *ends)
{
	uint32_t holder = family_find(f, p);
	size_t i;

	if (holder == 0 || f->v[holder - 1].parent == 0 ||
	    f->v[holder - 1].is_init)
		return;
	for (i = 0; i < NELEMS(p->pipe); i++)
		if (p->pipe[i].inode != 0)
			*MEM_PUSH(ends->v, ends->n, ends->cap) = (struct end){
				holder, p->pipe[i].dev, p->pipe[i].inode };
}

static int
cmp_end(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int c = num_cmp(x->inode, y->inode);

	return c != 0 ? c : num_cmp(x->dev, y->dev);
}

/* Each holder with that pipe gets the shell, up to as many as a list has room
 * for. */
static void
join_end(struct family *f, const struct ends *ends, uint32_t shell,
    const struct linux_fd_seen *fd)
{
	struct end end = { 0, fd->dev, fd->inode };
	size_t i = num_before(&end, ends->v, ends->n, sizeof end, cmp_end);
	int n = 0;

	for (; fd->inode != 0 && i < ends->n && n < FAMILY_MAX &&
	    cmp_end(&end, &ends->v[i]) == 0; i++, n++)
		if (f->v[ends->v[i].holder - 1].shell != shell)
			*MEM_PUSH(f->beside, f->nbeside, f->besidecap) =
			    (struct kin_beside){ ends->v[i].holder, shell };
}

/* stdio has the pipes of holders: it is the shell's, or that of the process
 * which runs the shell on a terminal of its own. */
static void
join(struct family *f, const struct ends *ends, uint32_t shell,
    const struct linux_stdio *stdio)
{
	join_end(f, ends, shell, &stdio->v[0]);
	join_end(f, ends, shell, &stdio->v[1]);
}

/* Processes with a holder's pipe that are not shells, but may run one. */
struct betweens {
	uint32_t *of;		/* by process: a number in v, 0: none */
	struct linux_stdio *v;
	size_t n, cap;
};

static void
add_between(struct search_below *s, const struct ends *ends, uint32_t i,
    struct betweens *b)
{
	const struct kin *k = &s->f->v[i];
	struct linux_stdio one = { .v = { { 0 } } };
	int dir = walk_open(s->f->kind, s->f->proc, k->pid, "/fd"), error;
	int n;

	error = dir < 0 ? errno :
	    linux_stdio_of(s->f->kind, dir, &one);
	linux_fault(s->f->sc, k->pid, "fd", error);
	for (n = 0; error == 0 && n < 2; n++) {
		struct end end = { 0, one.v[n].dev, one.v[n].inode };
		size_t at = num_before(&end, ends->v, ends->n, sizeof end,
		    cmp_end);

		if (end.inode == 0 || at == ends->n ||
		    cmp_end(&end, &ends->v[at]) != 0)
			continue;
		*MEM_PUSH(b->v, b->n, b->cap) = one;
		b->of[i] = (uint32_t)b->n;
		break;
	}
	input_close(dir);
}

/* NULL if there is none above the process. */
static const struct linux_stdio *
find_between(const struct family *f, const struct betweens *b, uint32_t i)
{
	int steps;

	/* more steps than needed, and an end for a ring of parents */
	for (steps = 0; steps < FAMILY_MAX && f->v[i].parent != 0; steps++) {
		i = f->v[i].parent - 1;
		if (b->of[i] != 0)
			return &b->v[b->of[i] - 1];
	}
	return NULL;
}

/* nc HOST PORT | script sh. */
static void
join_between(struct search_below *s, const struct ends *ends,
    const struct betweens *b)
{
	struct family *f = s->f;
	uint32_t i;

	for (i = 0; i < f->n && b->n > 0; i++) {
		const struct linux_stdio *one = find_between(f, b, i);

		if (one == NULL)
			continue;
		if (f->v[i].shell == 0)
			look_at(s, &f->v[i]);
		if (f->v[i].shell != 0)
			join(f, ends, f->v[i].shell, one);
	}
}

/* Programs of a pipeline have the same parent: nc HOST PORT | sh. */
static void
find_beside(struct search_below *s)
{
	struct family *f = s->f;
	struct ends ends = { .n = 0 };
	struct betweens between = { .of = mem_alloc(f->n *
	    sizeof *between.of) };
	unsigned char *parent = mem_alloc(f->n + 1);
	uint32_t i;

	for (i = 0; i < f->sc->nproc; i++)
		add_ends(f, &f->sc->proc[i], &ends);
	if (ends.n > 0)
		qsort(ends.v, ends.n, sizeof *ends.v, cmp_end);
	for (i = 0; i < ends.n; i++)
		parent[f->v[ends.v[i].holder - 1].parent] = 1;
	for (i = 0; i < f->n && ends.n > 0; i++) {
		struct kin *k = &f->v[i];

		if (k->parent == 0 || parent[k->parent] == 0)
			continue;
		if (s->place[i] != BELOW)
			look_at(s, k);
		if (k->shell != 0)
			join(f, &ends, k->shell,
			    &f->shell[k->shell - 1].stdio);
		else if (!k->is_holder)
			add_between(s, &ends, i, &between);
	}
	join_between(s, &ends, &between);
	free(between.of);
	free(between.v);
	free(parent);
	free(ends.v);
}

void
family_find_shells(struct family *f, struct programs *ps)
{
	struct search_below s = { f, ps, mem_alloc(f->n) };
	size_t i;

	for (i = 0; i < f->n; i++)
		if (is_below(&s, i))
			look_at(&s, &f->v[i]);
	find_beside(&s);
	free(s.place);
}
