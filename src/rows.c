#include "rows.h"

#include <stdlib.h>

static int
cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
cmp_sock(const struct sock *x, const struct sock *y)
{
	int c = x->proto - y->proto;

	if (c == 0)
		c = x->local_port - y->local_port;
	if (c == 0)
		c = addr_cmp(&x->local, &y->local);
	if (c == 0)
		c = addr_cmp(&x->remote, &y->remote);
	return c != 0 ? c : x->remote_port - y->remote_port;
}

/* A row with all that it is sorted by, so that sorting looks nowhere else but
 * at the sockets. */
struct sortable {
	struct row row;
	const struct sock *sock;
	uint32_t pid, fd;
};

static int
cmp_row(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int c = cmp_sock(x->sock, y->sock);

	/* Namespaces were scanned in the order of their labels. */
	if (c == 0)
		c = cmp_u64(x->sock->netns, y->sock->netns);
	if (c == 0)
		c = cmp_u64(x->pid, y->pid);
	if (c == 0)
		c = x->sock->state - y->sock->state;
	if (c == 0)
		c = cmp_u64(x->fd, y->fd);
	return c != 0 ? c : cmp_u64(x->sock->inode, y->sock->inode);
}

static void
sort_rows(struct rows *r, const struct scan *sc)
{
	struct sortable *v = mem_alloc(r->n * sizeof *v);
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct row *row = &r->v[i];

		v[i].row = *row;
		v[i].sock = &sc->sock[row->sock];
		if (row->proc != ROWS_NOBODY) {
			v[i].pid = sc->proc[row->proc].pid;
			v[i].fd = sc->holder[row->holder].fd;
		}
	}
	qsort(v, r->n, sizeof *v, cmp_row);
	for (i = 0; i < r->n; i++)
		r->v[i] = v[i].row;
	free(v);
}

static int
cmp_holder(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int c = cmp_u64(x->sock, y->sock);

	if (c == 0)
		c = cmp_u64(x->proc, y->proc);
	return c != 0 ? c : cmp_u64(x->fd, y->fd);
}

/* One row for each process among the holders of socket s, which begin at h. */
static size_t
add_held(struct rows *r, const struct scan *sc, uint32_t s, size_t h)
{
	while (h < sc->nholder && sc->holder[h].sock == s) {
		struct row row = { s, sc->holder[h].proc, (uint32_t)h, 0 };

		while (h < sc->nholder && sc->holder[h].sock == s &&
		    sc->holder[h].proc == row.proc) {
			row.nholders++;
			h++;
		}
		r->v[r->n++] = row;
	}
	return h;
}

void
rows_make(struct rows *r, struct scan *sc, const struct filter *filter,
    bool with_owners, bool sorted)
{
	size_t h = 0;
	uint32_t i;

	r->n = 0;
	r->v = mem_alloc((sc->nsock + sc->nholder) * sizeof *r->v);
	if (with_owners && sc->nholder > 0)
		qsort(sc->holder, sc->nholder, sizeof *sc->holder, cmp_holder);
	for (i = 0; i < sc->nsock; i++) {
		size_t before = r->n;

		if (with_owners)
			h = add_held(r, sc, i, h);
		if (r->n == before && filter->npids == 0)
			r->v[r->n++] = (struct row){ i, ROWS_NOBODY, 0, 0 };
	}
	if (sorted && r->n > 0)
		sort_rows(r, sc);
}

void
rows_free(struct rows *r)
{
	free(r->v);
	*r = (struct rows){ NULL, 0 };
}

uint64_t
rows_unowned(const struct rows *r, const struct scan *sc)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->v[i].proc == ROWS_NOBODY &&
		    sc->sock[r->v[i].sock].inode != 0)
			n++;
	return n;
}
