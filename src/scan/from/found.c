/*
 * The sockets found.  lsof prints a socket once for each descriptor, task (lsof
 * -K) and list (lsof -r): equal entries are joined whenever the array is full,
 * so that it grows only with different ones.  In tables with a row for each
 * socket, two equal rows of a list are two sockets (SO_REUSEPORT), and a list
 * may be repeated.
 */
#include "scan/from/reader.h"

#include <stdlib.h>

#include "lib/num.h"

enum { JOIN_MIN = 4096 };

static int
cmp_scope(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* 0 if the entries may be the same socket: all known values are equal. */
int
found_cmp_told(const struct found_entry *a, const struct found_entry *b)
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
	const struct found_entry *x = a, *y = b;
	int c = found_cmp_told(x, y);

	if (c == 0)
		c = num_cmp(x->proc, y->proc);
	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

static int
cmp_proc(const void *a, const void *b)
{
	const struct proc *const *x = a, *const *y = b;
	int c = num_cmp((*x)->pid, (*y)->pid);

	/* keep the order of equal ones */
	return c != 0 ? c : (*x > *y) - (*x < *y);
}

/* Two sets of fields may describe one process; a missing value fits any. */
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

/* Compares all known values. */
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

/* Fills in what p lacks from another set of the same process. */
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

/* Joins neighbours with the same pid that may be one process; where[] maps old
 * positions to new ones.  Returns the new number. */
static size_t
join_neighbours(struct found *f, struct proc *out, uint32_t *where)
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

/* Keeps the first of equal sets, which need not be neighbours. */
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
 * Joins the sets of a process.  A later set with the same pid may be another
 * process: the pid was reused while lsof ran, or the file has two lists.  Such
 * a set stays separate.  Returns where each set went; they stay sorted by pid,
 * and in their order for the same pid.
 */
static uint32_t *
join_procs(struct found *f)
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
join_entries(struct found *f)
{
	size_t i, n = 0;

	if (f->n > 0)
		qsort(f->v, f->n, sizeof *f->v, cmp_entry);
	for (i = 0; i < f->n; i++)
		if (n == 0 || cmp_entry(&f->v[n - 1], &f->v[i]) != 0)
			f->v[n++] = f->v[i];
	f->n = n;
}

/* Copies the strings still in use, and frees those of joined entries. */
static void
move_strings(struct found *f)
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
found_join(struct found *f)
{
	uint32_t *to = join_procs(f);
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].proc != FOUND_NOBODY)
			f->v[i].proc = to[f->v[i].proc];
	if (f->at != FOUND_NOBODY)
		f->at = to[f->at];
	free(to);
	join_entries(f);
	move_strings(f);
}

/* Sorts equal rows by list, then in their order. */
static int
cmp_row(const void *a, const void *b)
{
	const struct found_entry *x = a, *y = b;
	int c = found_cmp_told(x, y);

	if (c == 0)
		c = num_cmp(x->list, y->list);
	return c != 0 ? c : num_cmp(x->line, y->line);
}

/* Pairs the equal rows of lists: the first, second, ... in one list is the
 * first, second, ... in another.  An inode number alone identifies a row. */
void
found_number_rows(struct found *f)
{
	struct found_entry last = { .line = 0 }, *e;
	uint64_t first = 0, number = 0, most = 0;
	size_t i;

	if (f->n > 0)
		qsort(f->v, f->n, sizeof *f->v, cmp_row);
	for (i = 0; i < f->n; i++) {
		e = &f->v[i];
		if (i == 0 || found_cmp_told(&last, e) != 0)
			first = number = most + 1;
		else if (last.list != e->list)
			number = first;
		else if (last.line != e->line)
			number++;
		most = number > most ? number : most;
		last = *e;
		e->device = e->sock.inode != 0 ? 0 : number;
	}
}

void
found_add(struct from *in, const struct found_entry *e)
{
	struct found *f = &in->found;
	size_t need = f->n + 1;
	struct found_entry *new;

	if (f->n == f->cap && f->n >= JOIN_MIN && !f->rows) {
		found_join(f);
		/* join again only when the number has doubled */
		need = f->n > f->cap / 2 ? f->cap + 1 : f->n + 1;
	}
	f->v = mem_grow(f->v, &f->cap, need, sizeof *f->v);
	new = &f->v[f->n++];
	*new = *e;
	if (e->sock.ifname != NULL)
		new->sock.ifname = arena_str(&f->arena,
		    str_from(e->sock.ifname)).p;
	new->proc = f->at;
	new->list = f->list;
}

uint32_t
found_add_proc(struct found *f, const struct proc *p)
{
	struct proc *new = MEM_PUSH(f->proc, f->nproc, f->proccap);

	*new = *p;
	new->comm = arena_str(&f->arena, p->comm);
	new->user = arena_str(&f->arena, p->user);
	return (uint32_t)(f->nproc - 1);
}

void
found_complete(struct found *f, uint32_t at, struct proc p)
{
	p.comm = arena_str(&f->arena, p.comm);
	p.user = arena_str(&f->arena, p.user);
	complete(&f->proc[at], &p);
}

void
found_drop(struct from *in, bool (*is_bad)(const struct from *in,
    const struct found_entry *e), const char *wrong)
{
	struct found *f = &in->found;
	size_t i, n = 0, line = 0;

	for (i = 0; i < f->n; i++) {
		if (!is_bad(in, &f->v[i])) {
			f->v[n++] = f->v[i];
			continue;
		}
		if (f->v[i].line == line)	/* another holder */
			continue;
		line = f->v[i].line;
		in->good -= in->good > 0;
		from_complain(in, line, wrong);
	}
	f->n = n;
}

void
found_free(struct found *f)
{
	free(f->v);
	free(f->proc);
	arena_free(&f->arena);
}

static void
give_procs(const struct found *f, struct scan *sc)
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
from_give(struct from *in, const struct filter *filter, struct scan *sc)
{
	const struct found *f = &in->found;
	size_t i, first = sc->nproc;
	const struct found_entry *e;
	uint32_t netns;
	struct sock *s;

	give_procs(f, sc);
	for (i = 0; i < f->n; i++) {
		e = &f->v[i];
		if (i == 0 || found_cmp_told(e - 1, e) != 0) {
			s = scan_add_sock(sc);
			netns = s->netns;
			*s = e->sock;
			s->netns = netns;
			if (s->ifname != NULL)
				s->ifname = arena_str(&sc->arena,
				    str_from(s->ifname)).p;
		}
		if (e->proc != FOUND_NOBODY &&
		    filter_keeps_pid(filter, f->proc[e->proc].pid))
			*scan_add_holder(sc) = (struct holder){
				(uint32_t)(sc->nsock - 1),
				(uint32_t)(first + e->proc), e->fd };
	}
}
