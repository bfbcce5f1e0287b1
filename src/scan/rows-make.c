/*
 * Makes the records of a scan: a row for each socket and process that holds it,
 * in order; and finds the sockets whose owner may be hidden.
 */
#include "scan/rows.h"

#include <stdlib.h>

#include "lib/num.h"

unsigned
rows_needs(const struct cols *cols)
{
	unsigned needs = 0;
	size_t i;

	for (i = 0; i < cols->n; i++)
		needs |= rows_getters[cols->v[i].id].needs;
	return needs;
}

static uint32_t
row_pid(const struct row *row)
{
	return row->proc != NULL ? row->proc->pid : 0;
}

static uint32_t
row_fd(const struct row *row)
{
	return row->holder != NULL ? row->holder->fd : 0;
}

static int
cmp_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = sock_cmp(x->sock, y->sock);

	/* Namespaces are numbered in the order of their labels. */
	if (c == 0)
		c = num_cmp(x->sock->netns, y->sock->netns);
	if (c == 0)
		c = num_cmp(row_pid(x), row_pid(y));
	if (c == 0)
		c = x->sock->state - y->sock->state;
	if (c == 0)
		c = num_cmp(row_fd(x), row_fd(y));
	return c != 0 ? c : num_cmp(x->sock->inode, y->sock->inode);
}

static int
cmp_holder(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int c = num_cmp(x->sock, y->sock);

	if (c == 0)
		c = num_cmp(x->proc, y->proc);
	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

/* Adds a row for each process among the holders of s, which begin at h. */
static size_t
add_holders(struct rows *r, const struct scan *sc, uint32_t s, size_t h)
{
	while (h < sc->nholder && sc->holder[h].sock == s) {
		uint32_t proc = sc->holder[h].proc;
		struct row row = { &sc->sock[s], &sc->proc[proc],
			&sc->holder[h], 0 };

		while (h < sc->nholder && sc->holder[h].sock == s &&
		    sc->holder[h].proc == proc) {
			row.nholders++;
			h++;
		}
		r->v[r->n++] = row;
	}
	return h;
}

void
rows_make(struct rows *r, struct scan *sc, const struct filter *filter,
    unsigned flags)
{
	bool with_owners = (flags & ROWS_OWNERS) != 0;
	size_t h = 0;
	uint32_t i;

	r->n = 0;
	r->v = mem_alloc((sc->nsock + sc->nholder) * sizeof *r->v);
	if (with_owners && sc->nholder > 0)
		qsort(sc->holder, sc->nholder, sizeof *sc->holder, cmp_holder);
	for (i = 0; i < sc->nsock; i++) {
		size_t before = r->n;

		if (with_owners)
			h = add_holders(r, sc, i, h);
		if (!filter_shows(filter, &sc->sock[i]))
			r->n = before;
		else if (r->n == before && filter->npids == 0)
			r->v[r->n++] = (struct row){ .sock = &sc->sock[i] };
	}
	if ((flags & ROWS_UNSORTED) == 0 && r->n > 0)
		qsort(r->v, r->n, sizeof *r->v, cmp_row);
}

void
rows_free(struct rows *r)
{
	free(r->v);
	*r = (struct rows){ NULL, 0 };
}

/* What rows show about a socket: it is present, a process holds it, a process
 * of its own user holds it. */
enum { SEEN = 1 << 0, HELD = 1 << 1, HELD_BY_USER = 1 << 2 };

/* The process has the socket's user, or one of the two is unknown. */
static bool
is_users(const struct row *row)
{
	return !sock_has_user(row->sock) || !row->proc->has_uid ||
	    row->proc->uid == row->sock->uid;
}

uint64_t
rows_unowned(const struct rows *r, const struct scan *sc)
{
	unsigned char *told = mem_alloc(sc->nsock);
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		told[r->v[i].sock - sc->sock] |= r->v[i].proc == NULL ? SEEN :
		    is_users(&r->v[i]) ? SEEN | HELD | HELD_BY_USER :
		    SEEN | HELD;
	for (i = 0; i < sc->nsock; i++)
		n += (told[i] == SEEN && sc->sock[i].inode != 0 &&
		    sc->sock[i].kernel == NULL) ||
		    told[i] == (SEEN | HELD);
	free(told);
	return n;
}
