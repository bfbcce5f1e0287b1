/*
 * What was found in lsof's output.  The same socket comes once a descriptor,
 * once a task (lsof -K) and once a list (lsof -r): equal entries are joined
 * whenever the array is full, so that it grows with what differs alone.
 */
#include "scan/lsof/reader.h"

#include <stdlib.h>

#include "lib/num.h"

enum { JOIN_MIN = 4096 };

static int
cmp_scope(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* 0 for entries of the same socket, as far as lsof tells. */
static int
cmp_told(const struct lsof_entry *a, const struct lsof_entry *b)
{
	const struct sock *x = &a->sock, *y = &b->sock;
	int c = sock_cmp(x, y);

	if (c == 0)
		c = x->state - y->state;
	if (c == 0)
		c = cmp_scope(x->ifname, y->ifname);
	if (c == 0)
		c = num_cmp(x->inode, y->inode);
	return c != 0 ? c : num_cmp(a->device, b->device);
}

static int
cmp_entry(const void *a, const void *b)
{
	const struct lsof_entry *x = a, *y = b;
	int c = cmp_told(x, y);

	if (c == 0)
		c = num_cmp(x->proc, y->proc);
	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

static int
cmp_proc(const void *a, const void *b)
{
	const struct proc *const *x = a, *const *y = b;
	int c = num_cmp((*x)->pid, (*y)->pid);

	/* of equal ones the first stays the first */
	return c != 0 ? c : (*x > *y) - (*x < *y);
}

/* Two sets may be of one process; what one does not tell says nothing. */
static bool
may_be_one(const struct proc *a, const struct proc *b)
{
	return a->pid == b->pid &&
	    (a->comm.p == NULL || b->comm.p == NULL ||
	    str_eq(a->comm, b->comm)) &&
	    (a->user.p == NULL || b->user.p == NULL ||
	    str_eq(a->user, b->user)) &&
	    (!a->has_uid || !b->has_uid || a->uid == b->uid) &&
	    (!a->has_ppid || !b->has_ppid || a->ppid == b->ppid);
}

/* By all that is told of it. */
static int
cmp_set(const struct proc *x, const struct proc *y)
{
	int c = num_cmp(x->pid, y->pid);

	if (c == 0)
		c = (x->comm.p != NULL) - (y->comm.p != NULL);
	if (c == 0 && x->comm.p != NULL)
		c = str_cmp(x->comm, y->comm);
	if (c == 0)
		c = (x->user.p != NULL) - (y->user.p != NULL);
	if (c == 0 && x->user.p != NULL)
		c = str_cmp(x->user, y->user);
	if (c == 0)
		c = x->has_uid - y->has_uid;
	if (c == 0)
		c = num_cmp(x->uid, y->uid);
	if (c == 0)
		c = x->has_ppid - y->has_ppid;
	if (c == 0)
		c = num_cmp(x->ppid, y->ppid);
	return c;
}

static int
cmp_all(const void *a, const void *b)
{
	const struct proc *const *x = a, *const *y = b;
	int c = cmp_set(*x, *y);

	return c != 0 ? c : (*x > *y) - (*x < *y);
}

/* Takes what it lacks from the same process's other set. */
static void
complete(struct proc *p, const struct proc *more)
{
	if (p->comm.p == NULL)
		p->comm = more->comm;
	if (p->user.p == NULL)
		p->user = more->user;
	if (!p->has_uid) {
		p->uid = more->uid;
		p->has_uid = more->has_uid;
	}
	if (!p->has_ppid) {
		p->ppid = more->ppid;
		p->has_ppid = more->has_ppid;
	}
}

static struct proc **
sort_procs(struct proc *v, size_t n, int (*cmp)(const void *, const void *))
{
	struct proc **order = mem_alloc(n * sizeof *order);
	size_t i;

	for (i = 0; i < n; i++)
		order[i] = &v[i];
	if (n > 0)
		qsort(order, n, sizeof *order, cmp);
	return order;
}

/* Makes one of neighbours with the same pid that may be one; where[] is where
 * each went.  Returns how many there are. */
static size_t
join_neighbours(struct lsof_found *f, struct proc *out, uint32_t *where)
{
	struct proc **order = sort_procs(f->proc, f->nproc, cmp_proc);
	size_t i, n = 0;

	for (i = 0; i < f->nproc; i++) {
		if (n > 0 && may_be_one(&out[n - 1], order[i]))
			complete(&out[n - 1], order[i]);
		else
			out[n++] = *order[i];
		where[order[i] - f->proc] = (uint32_t)(n - 1);
	}
	free(order);
	return n;
}

/* Of equal ones, which need not be neighbours, the first stays. */
static size_t
join_equal(struct proc *v, size_t n, uint32_t *where)
{
	struct proc **order = sort_procs(v, n, cmp_all);
	const struct proc *last = NULL;
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (last == NULL || cmp_set(last, order[i]) != 0)
			last = order[i];
		where[order[i] - v] = (uint32_t)(last - v);
	}
	free(order);
	for (i = 0; i < n; i++) {
		if (where[i] != i) {
			where[i] = where[where[i]];
			continue;
		}
		where[i] = (uint32_t)kept;
		v[kept++] = v[i];
	}
	return kept;
}

/*
 * Joins the sets of a process.  A pid may be another process's in a later one:
 * it was used again while lsof ran, or the file has two lists.  What a set
 * tells is then its own.  Returns where each went; they stay sorted by pid, and
 * of one pid in the order in which they came.
 */
static uint32_t *
join_procs(struct lsof_found *f)
{
	uint32_t *to = mem_alloc(f->nproc * sizeof *to);
	struct proc *joined = NULL;
	uint32_t *equal;
	size_t i, n, cap = 0;

	joined = mem_grow(joined, &cap, f->nproc, sizeof *joined);
	n = join_neighbours(f, joined, to);
	equal = mem_alloc(n * sizeof *equal);
	n = join_equal(joined, n, equal);
	for (i = 0; i < f->nproc; i++)
		to[i] = equal[to[i]];
	free(equal);
	free(f->proc);
	f->proc = joined;
	f->nproc = n;
	f->proccap = cap;
	return to;
}

static void
join_entries(struct lsof_found *f)
{
	size_t i, n = 0;

	if (f->n > 0)
		qsort(f->v, f->n, sizeof *f->v, cmp_entry);
	for (i = 0; i < f->n; i++)
		if (n == 0 || cmp_entry(&f->v[n - 1], &f->v[i]) != 0)
			f->v[n++] = f->v[i];
	f->n = n;
}

/* Leaves the strings of what was joined behind. */
static void
move_strings(struct lsof_found *f)
{
	struct arena new = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < f->nproc; i++) {
		f->proc[i].comm = arena_str(&new, f->proc[i].comm);
		f->proc[i].user = arena_str(&new, f->proc[i].user);
	}
	for (i = 0; i < f->n; i++)
		if (f->v[i].sock.ifname != NULL)
			f->v[i].sock.ifname = arena_str(&new,
			    str_from(f->v[i].sock.ifname)).p;
	arena_free(&f->arena);
	f->arena = new;
}

void
lsof_found_join(struct lsof *l)
{
	struct lsof_found *f = &l->found;
	uint32_t *to = join_procs(f);
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].proc != LSOF_NOBODY)
			f->v[i].proc = to[f->v[i].proc];
	if (l->proc.at != LSOF_NOBODY)
		l->proc.at = to[l->proc.at];
	free(to);
	join_entries(f);
	move_strings(f);
}

/*
 * cut(1) leaves the start of an address or a port, which is another one.  lsof
 * writes the state of every TCP socket or of none, so a row without it where
 * others have it is cut; so are those that are as wide.
 */
static bool
is_cut(const struct lsof *l, const struct lsof_entry *e)
{
	return e->width > 0 && (e->width == l->cut_width ||
	    (l->has_states && e->sock.proto == PROTO_TCP));
}

/* The width of the widest rows, if different sockets have it: where no row has
 * a state, they were cut there, or lsof had -T. */
static size_t
common_width(const struct lsof_found *f)
{
	const struct lsof_entry *e, *widest = NULL;
	bool common = false, tcp = false;
	size_t i;

	for (i = 0; i < f->n; i++) {
		e = &f->v[i];
		tcp = tcp || (e->width > 0 && e->sock.proto == PROTO_TCP);
		if (widest == NULL || e->width > widest->width) {
			widest = e;
			common = false;
		} else if (e->width == widest->width &&
		    sock_cmp(&e->sock, &widest->sock) != 0) {
			common = true;
		}
	}
	return common && tcp ? widest->width : 0;
}

void
lsof_found_drop_cut(struct lsof *l)
{
	struct lsof_found *f = &l->found;
	size_t i, n = 0;

	if (!l->has_states && l->cut_width == 0)
		l->cut_width = common_width(f);
	for (i = 0; i < f->n; i++)
		if (l->has_states && f->v[i].sock.proto == PROTO_TCP &&
		    f->v[i].width > 0)
			l->cut_width = f->v[i].width;
	for (i = 0; i < f->n; i++) {
		if (is_cut(l, &f->v[i])) {
			l->good -= l->good > 0;
			lsof_complain(l, f->v[i].line,
			    "a row that seems to be cut: skipped");
		} else {
			f->v[n++] = f->v[i];
		}
	}
	f->n = n;
}

/* The place of the process that has begun. */
static uint32_t
place_proc(struct lsof *l)
{
	struct lsof_found *f = &l->found;

	if (!l->proc.known)
		return LSOF_NOBODY;
	if (l->proc.at == LSOF_NOBODY) {
		l->proc.at = (uint32_t)f->nproc;
		*MEM_PUSH(f->proc, f->nproc, f->proccap) =
		    (struct proc){ .pid = l->proc.p.pid };
	}
	return l->proc.at;
}

/* All that was told of it is known now. */
void
lsof_end_proc(struct lsof *l)
{
	struct proc p = l->proc.p;

	if (l->proc.at != LSOF_NOBODY) {
		p.comm = arena_str(&l->found.arena, p.comm);
		p.user = arena_str(&l->found.arena, p.user);
		complete(&l->found.proc[l->proc.at], &p);
	}
	l->proc.at = LSOF_NOBODY;
	l->proc.known = false;
}

void
lsof_found_add(struct lsof *l, struct lsof_entry *e)
{
	struct lsof_found *f = &l->found;
	size_t need = f->n + 1;

	if (f->n == f->cap && f->n >= JOIN_MIN) {
		lsof_found_join(l);
		/* not again before as many more have come */
		need = f->n > f->cap / 2 ? f->cap + 1 : f->n + 1;
	}
	f->v = mem_grow(f->v, &f->cap, need, sizeof *f->v);
	if (e->sock.ifname != NULL)
		e->sock.ifname = arena_str(&f->arena,
		    str_from(e->sock.ifname)).p;
	e->proc = place_proc(l);
	f->v[f->n++] = *e;
}

void
lsof_found_free(struct lsof_found *f)
{
	free(f->v);
	free(f->proc);
	arena_free(&f->arena);
}

static void
give_procs(const struct lsof_found *f, struct scan *sc)
{
	struct proc *p;
	size_t i;

	for (i = 0; i < f->nproc; i++) {
		p = scan_add_proc(sc);
		*p = f->proc[i];
		p->comm = arena_str(&sc->arena, p->comm);
		p->user = arena_str(&sc->arena, p->user);
	}
}

void
lsof_give(struct lsof *l, const struct filter *filter, struct scan *sc)
{
	const struct lsof_found *f = &l->found;
	size_t i, first = sc->nproc;
	const struct lsof_entry *e;
	uint32_t netns;
	struct sock *s;

	give_procs(f, sc);
	for (i = 0; i < f->n; i++) {
		e = &f->v[i];
		if (i == 0 || cmp_told(e - 1, e) != 0) {
			s = scan_add_sock(sc);
			netns = s->netns;
			*s = e->sock;
			s->netns = netns;
			if (s->ifname != NULL)
				s->ifname = arena_str(&sc->arena,
				    str_from(s->ifname)).p;
		}
		if (e->proc != LSOF_NOBODY &&
		    filter_keeps_pid(filter, f->proc[e->proc].pid))
			*scan_add_holder(sc) = (struct holder){
				(uint32_t)(sc->nsock - 1),
				(uint32_t)(first + e->proc), e->fd };
	}
}
