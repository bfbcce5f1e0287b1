/*
 * The shells behind a connection: those that a process has begun that holds a
 * socket, or whose pipe it has, and that read their commands from what it
 * passes on.
 */
#define _GNU_SOURCE
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

/* It has an ancestor that holds a socket and is not init, whose descendants
 * everybody is.  Each process is walked over once. */
static bool
is_below(struct search_below *s, size_t i)
{
	const struct kin *v = s->f->v;
	unsigned char answer = ABOVE;
	size_t at = i;

	for (; s->place[at] == UNKNOWN && v[at].parent != 0;
	    at = v[at].parent - 1) {
		const struct kin *up = &v[v[at].parent - 1];

		/* if it is its own ancestor, it ends here */
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

static struct str
last_part(struct str path)
{
	const char *slash = path.n == 0 ? NULL : memrchr(path.p, '/', path.n);

	return slash == NULL ? path :
	    str_skip(path, (size_t)(slash + 1 - path.p));
}

/* Cuts off the name of ld.so, ld.so(8), and its options. */
static void
skip_loader(struct str *args)
{
	static const char *const with_value[] = { "--argv0", "--audit",
		"--glibc-hwcaps-mask", "--glibc-hwcaps-prepend",
		"--inhibit-rpath", "--library-path", "--preload" };
	size_t i;

	str_cut(args, '\0');
	while (str_starts(*args, "--")) {
		struct str word = str_cut(args, '\0');

		for (i = 0; i < NELEMS(with_value); i++)
			if (str_is(word, with_value[i]))
				str_cut(args, '\0');
	}
}

/* Cuts the name off the arguments: `/bin/sh', `-sh', or of several programs in
 * one `busybox sh'.  Returns what is behind the last /. */
static struct str
take_name(struct str *args, enum program_class class)
{
	struct str name = last_part(str_cut(args, '\0'));

	if (class == PROGRAM_MANY && programs_class(name) == PROGRAM_MANY)
		name = last_part(str_cut(args, '\0'));
	str_take(&name, '-');
	return name;
}

/* Neither a script nor -c: it reads what it is sent.  Options may be long, have
 * a + for a -, or an argument. */
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

static struct str
read_args(enum tree_kind t, int dir, char buf[static ARGS_SIZE])
{
	ssize_t n = tree_read(t, dir, "../cmdline", buf, ARGS_SIZE);

	return (struct str){ buf, n > 0 ? (size_t)n : 0 };
}

/* The name of exe, in buf. */
static struct str
exe_name(int proc, uint32_t pid, char buf[static ARGS_SIZE])
{
	char path[NUM_MAX + sizeof "/exe"];
	ssize_t n;

	memcpy(num_format(path, pid), "/exe", sizeof "/exe");
	n = readlinkat(proc, path, buf, ARGS_SIZE);
	return last_part(str_undeleted((struct str){ buf,
	    n > 0 ? (size_t)n : 0 }));
}

/* The program that a process runs; of another tree by its name. */
static struct str
find_program(struct search_below *s, const struct kin *k,
    enum program_class *class, bool *is_loaded)
{
	struct likeness like;
	char buf[ARGS_SIZE];
	struct str name;

	if (s->f->kind == TREE_OWN) {
		like = programs_of(s->ps, k->pid);
		if (like.program == NULL)
			return STR_NONE;
		*class = like.program->class;
		*is_loaded = like.is_loaded;
		return like.program->name;
	}
	name = exe_name(s->f->proc, k->pid, buf);
	*class = (enum program_class)programs_class(name);
	return arena_str(&s->f->sc->arena, name);
}

/* The shell among these that its arguments say, if it waits for commands. */
static bool
waits(struct str args, enum program_class class, bool is_loaded)
{
	struct str name;

	if (is_loaded)
		skip_loader(&args);
	name = take_name(&args, class);
	return (class == PROGRAM_SHELL || (class == PROGRAM_MANY &&
	    programs_class(name) == PROGRAM_SHELL)) && is_bare(args);
}

/* What was found is this process's, and not a later one's. */
static bool
is_still(struct search_below *s, int dir, const struct kin *k)
{
	struct proc now = { .pid = k->pid };

	linux_stat(s->f->kind, dir, "../stat", &now, s->f->sc);
	return now.has_ppid && now.start == k->start;
}

static void
look_at(struct search_below *s, struct kin *k)
{
	enum program_class class = 0;
	struct kin_shell shell = { .pid = k->pid };
	bool is_loaded = false;
	char buf[ARGS_SIZE];
	int dir;

	shell.name = find_program(s, k, &class, &is_loaded);
	if (class != PROGRAM_SHELL && class != PROGRAM_MANY)
		return;
	dir = walk_open(s->f->kind, s->f->proc, k->pid, "/fd");
	if (dir >= 0 && waits(read_args(s->f->kind, dir, buf), class,
	    is_loaded) && linux_stdio_of(s->f->kind, dir, &shell.stdio) == 0 &&
	    is_still(s, dir, k)) {
		*MEM_PUSH(s->f->shell, s->f->nshell, s->f->shellcap) = shell;
		k->shell = (uint32_t)s->f->nshell;
	}
	input_close(dir);
}

/* A holder's standard input or output that is a pipe. */
struct end {
	uint32_t holder;
	uint64_t dev, inode;
};

struct ends {
	struct end *v;
	size_t n, cap;
};

static void
add_ends(struct search_below *s, uint32_t holder, struct ends *ends)
{
	const struct kin *k = &s->f->v[holder - 1];
	struct linux_stdio stdio;
	int i, dir = walk_open(s->f->kind, s->f->proc, k->pid, "/fd");

	if (dir >= 0 && linux_stdio_of(s->f->kind, dir, &stdio) == 0 &&
	    is_still(s, dir, k))
		for (i = STDIN_FILENO; i <= STDOUT_FILENO; i++)
			if (stdio.v[i].inode != 0)
				*MEM_PUSH(ends->v, ends->n, ends->cap) =
				    (struct end){ holder, stdio.v[i].dev,
					stdio.v[i].inode };
	input_close(dir);
}

static int
cmp_end(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int c = num_cmp(x->inode, y->inode);

	return c != 0 ? c : num_cmp(x->dev, y->dev);
}

/* Of the holders that have the pipe each gets the shell, and no more than a
 * list has room for. */
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

/* Programs of a pipeline have the same parent: nc HOST PORT | sh. */
static void
find_beside(struct search_below *s)
{
	struct family *f = s->f;
	struct ends ends = { .n = 0 };
	unsigned char *parent = mem_alloc(f->n + 1);
	uint32_t i;

	for (i = 1; i <= f->n; i++)
		if (f->v[i - 1].is_holder && f->v[i - 1].parent != 0 &&
		    !f->v[i - 1].is_init)
			add_ends(s, i, &ends);
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
		if (k->shell == 0)
			continue;
		join_end(f, &ends, k->shell, &f->shell[k->shell - 1].stdio.v[0]);
		join_end(f, &ends, k->shell, &f->shell[k->shell - 1].stdio.v[1]);
	}
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
