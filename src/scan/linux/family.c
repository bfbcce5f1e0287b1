/*
 * The processes above and below others, by the numbers of their parents,
 * proc_pid_stat(5).
 *
 * A number belongs to one process at a time.  So if two processes began before
 * any was read, and one says that the other is its parent, it is.  If one began
 * later, its parent is read once more: that may have ended, and another process
 * have its number.
 */
#include "scan/linux/family.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/escape.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

enum { COMM_MAX = 64 };		/* those of the kernel are not longer */

/* The nearest process of each name, or the nearest shells. */
struct below {
	size_t n;
	struct below_one {
		uint32_t what;	/* number of a name or a shell */
		uint32_t depth;	/* 1: a child */
		uint32_t pid;
	} v[FAMILY_MAX];
};

static uint32_t
add_kin(struct family *f, const struct proc *p)
{
	struct kin *k = MEM_PUSH_ZERO(f->v, f->n, f->cap);

	k->pid = p->pid;
	k->ppid = p->ppid;
	k->tty = p->tty;
	k->start = p->start;
	k->comm = (struct str){ p->comm.p, escape_cut(p->comm, COMM_MAX) };
	*map_at(&f->by_pid, k->pid) = (uint32_t)f->n;
	return (uint32_t)f->n;
}

/* False if there is no such process. */
static bool
read_stat(const struct family *f, uint32_t pid, struct proc *p)
{
	char path[NUM_MAX + sizeof "/stat"];

	*p = (struct proc){ .pid = pid };
	memcpy(num_format(path, pid), "/stat", sizeof "/stat");
	linux_stat(f->kind, f->proc, path, p, f->sc);
	return p->has_ppid;
}

static uint32_t
read_kin(struct family *f, uint32_t pid)
{
	struct proc p;

	return read_stat(f, pid, &p) ? add_kin(f, &p) : 0;
}

static void
take_name(void *arg, int dir, const char *name)
{
	struct family *f = arg;
	uint32_t pid;

	(void)dir;
	if (walk_id(name, &pid) && map_get(&f->by_pid, pid) == 0)
		read_kin(f, pid);
}

/* True if k is still the process that was read. */
static bool
is_still(struct family *f, const struct kin *k)
{
	struct proc now;

	return read_stat(f, k->pid, &now) && now.start == k->start;
}

/* Sets the parent of v[i]. */
static void
set_parent(struct family *f, size_t i, bool all)
{
	uint32_t ppid = f->v[i].ppid, parent = map_get(&f->by_pid, ppid);
	const struct kin *p;

	if (parent == 0 && ppid != 0 && !all)
		parent = read_kin(f, ppid);
	if (parent == 0 || parent == i + 1)
		return;
	p = &f->v[parent - 1];
	if (p->start <= f->v[i].start && (f->v[i].start < f->sc->since ||
	    is_still(f, p)))
		f->v[i].parent = parent;
}

static void
mark_holder(struct family *f, uint32_t k, const struct proc *p)
{
	f->v[k - 1].is_holder = true;
	f->v[k - 1].is_init = proc_is_init(p);
}

/* Adds the scan's processes with the values that it has. */
static void
add_holders(struct family *f)
{
	const struct scan *sc = f->sc;
	size_t i;

	for (i = 0; i < sc->nproc; i++)
		if (sc->proc[i].has_ppid &&
		    map_get(&f->by_pid, sc->proc[i].pid) == 0)
			mark_holder(f, add_kin(f, &sc->proc[i]), &sc->proc[i]);
}

bool
family_begin(struct family *f, const struct scan_request *req, struct scan *sc,
    bool all)
{
	bool ok;
	size_t i;

	*f = (struct family){ .sc = sc, .kind = tree_kind(req->proc),
		.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	ok = f->proc >= 0;
	if (ok) {
		add_holders(f);
		ok = !all || walk_each(f->proc, take_name, f);
	}
	if (!ok) {
		err_msg("%s:", req->proc);
		sc->incomplete = true;
	}
	for (i = 0; i < f->n; i++)
		set_parent(f, i, all);
	return ok;
}

void
family_end(struct family *f)
{
	input_close(f->proc);
	names_free(&f->names);
	free(f->beside);
	free(f->shell);
	map_free(&f->by_pid);
	free(f->v);
}

uint32_t
family_find(const struct family *f, const struct proc *p)
{
	uint32_t k = map_get(&f->by_pid, p->pid);

	return k != 0 && p->has_ppid && f->v[k - 1].start == p->start ? k : 0;
}

bool
family_is_still(const struct family *f, const struct proc *p)
{
	struct proc now;

	return p->has_ppid && read_stat(f, p->pid, &now) &&
	    now.start == p->start;
}

static int
cmp_below(const void *a, const void *b)
{
	const struct below_one *x = a, *y = b;
	int c = num_cmp(x->depth, y->depth);

	return c != 0 ? c : num_cmp(x->pid, y->pid);
}

/* Keeps the nearest of each kind, and of all kinds the nearest ones. */
static void
add_below(struct below *b, struct below_one one)
{
	struct below_one *last = NULL;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->v[i].what == one.what) {
			last = &b->v[i];
			break;
		}
		if (last == NULL || cmp_below(last, &b->v[i]) < 0)
			last = &b->v[i];
	}
	if (i == b->n && b->n < FAMILY_MAX)
		b->v[b->n++] = one;
	else if (last != NULL && cmp_below(&one, last) < 0)
		*last = one;
}

static struct below *
make_below(struct arena *a, struct below *b)
{
	if (b == NULL) {
		b = arena_alloc(a, sizeof *b);
		b->n = 0;
	}
	return b;
}

/* Adds to what is below the parent: the process, if it is of any kind (what is
 * not 0), and all that is below it. */
static void
pass_up(struct arena *a, struct below **up, const struct below *below,
    uint32_t what, uint32_t pid)
{
	size_t i;

	if (what == 0 && below == NULL)
		return;
	*up = make_below(a, *up);
	if (what != 0)
		add_below(*up, (struct below_one){ what, 1, pid });
	for (i = 0; below != NULL && i < below->n; i++) {
		struct below_one one = below->v[i];

		one.depth++;
		add_below(*up, one);
	}
}

static void
count_in(struct family *f, const struct kin *k)
{
	struct kin *parent = &f->v[k->parent - 1];
	struct arena *a = &f->sc->arena;

	pass_up(a, &parent->names, k->names, names_id(&f->names, k->comm),
	    k->pid);
	pass_up(a, &parent->shells, k->shells, k->shell, k->pid);
}

/* Passes each process up once all below it are known: first those without
 * children.  A process that is its own ancestor, which only a tree made by hand
 * can have, is never passed up. */
static void
count_all(struct family *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].parent != 0)
			f->v[f->v[i].parent - 1].left++;
	for (i = 0; i < f->n; i++) {
		struct kin *k = &f->v[i];

		/* UINT32_MAX: it was passed up on the way from another */
		while (k->left == 0) {
			k->left = UINT32_MAX;
			if (k->parent == 0)
				break;
			count_in(f, k);
			k = &f->v[k->parent - 1];
			k->left--;
		}
	}
}

/* Shells that only share a pipe come last. */
static void
add_beside(struct family *f)
{
	size_t i;

	for (i = 0; i < f->nbeside; i++) {
		struct kin *k = &f->v[f->beside[i].holder - 1];
		uint32_t shell = f->beside[i].shell;

		k->shells = make_below(&f->sc->arena, k->shells);
		add_below(k->shells, (struct below_one){ shell, UINT32_MAX,
			f->shell[shell - 1].pid });
	}
}

/* Adds a name to a list, in which these characters have a meaning. */
static void
add_name(struct buf *b, struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (strchr(",/\\", name.p[i]) != NULL && name.p[i] != '\0')
			buf_putc(b, '\\');
		buf_putc(b, name.p[i]);
	}
}

static struct str
make_ancestors(const struct family *f, uint32_t of, struct buf *b)
{
	const struct kin *above[FAMILY_MAX];
	size_t n = 0;
	uint32_t k = f->v[of - 1].parent;

	while (k != 0 && n < FAMILY_MAX) {
		above[n++] = &f->v[k - 1];
		k = f->v[k - 1].parent;
	}
	b->n = 0;
	while (n > 0) {
		n--;
		if (b->n > 0)
			buf_putc(b, ',');
		add_name(b, above[n]->comm);
		buf_putc(b, '/');
		num_add(b, above[n]->pid);
	}
	return b->n > 0 ? buf_str(b) : STR_NONE;
}

static struct str
make_children(const struct family *f, uint32_t of, struct buf *b)
{
	struct below *below = f->v[of - 1].names;
	size_t i;

	if (below == NULL)
		return STR_NONE;
	qsort(below->v, below->n, sizeof *below->v, cmp_below);
	b->n = 0;
	for (i = 0; i < below->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		add_name(b, names_text(&f->names, below->v[i].what));
	}
	return buf_str(b);
}

/* Adds NAME/PID, and stdio; a terminal other than the holder's own is `pty'. */
static void
add_shell(struct buf *b, const struct kin_shell *shell, uint32_t tty)
{
	size_t i;

	if (b->n > 0)
		buf_putc(b, ',');
	add_name(b, shell->name);
	buf_putc(b, '/');
	num_add(b, shell->pid);
	for (i = 0; i < STDIO_FDS; i++) {
		const struct linux_fd_seen *fd = &shell->stdio.v[i];

		buf_putc(b, '/');
		buf_puts(b, fd->kind == FD_TTY && fd->tty != tty ? "pty" :
		    linux_fd_names[fd->kind]);
	}
}

static struct str
make_shells(const struct family *f, uint32_t of, struct buf *b)
{
	const struct kin *k = &f->v[of - 1];
	size_t i;

	b->n = 0;
	if (k->shells != NULL && !k->is_init) {
		qsort(k->shells->v, k->shells->n, sizeof *k->shells->v,
		    cmp_below);
		for (i = 0; i < k->shells->n; i++)
			add_shell(b, &f->shell[k->shells->v[i].what - 1],
			    k->tty);
	}
	return b->n > 0 ? buf_str(b) : STR_NONE;
}

void
family_tell(struct family *f, unsigned needs)
{
	struct arena *a = &f->sc->arena;
	struct buf b = { 0 };
	size_t i;

	if ((needs & (NEED_CHILDREN | NEED_SHELLS)) != 0)
		count_all(f);
	add_beside(f);
	for (i = 0; i < f->sc->nproc; i++) {
		struct proc *p = &f->sc->proc[i];
		uint32_t k = family_find(f, p);

		if (k == 0)
			continue;
		if ((needs & NEED_ANCESTORS) != 0)
			p->ancestors = arena_str(a, make_ancestors(f, k, &b));
		if ((needs & NEED_CHILDREN) != 0)
			p->children = arena_str(a, make_children(f, k, &b));
		if ((needs & NEED_SHELLS) != 0)
			p->shells = arena_str(a, make_shells(f, k, &b));
	}
	buf_free(&b);
}
