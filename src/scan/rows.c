#include "scan/values.h"

#include <stdlib.h>

#include "lib/num.h"

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

static uint32_t
pid_of(const struct row *row)
{
	return row->proc != NULL ? row->proc->pid : 0;
}

static uint32_t
fd_of(const struct row *row)
{
	return row->holder != NULL ? row->holder->fd : 0;
}

static int
cmp_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = cmp_sock(x->sock, y->sock);

	/* Namespaces were scanned in the order of their labels. */
	if (c == 0)
		c = num_cmp(x->sock->netns, y->sock->netns);
	if (c == 0)
		c = num_cmp(pid_of(x), pid_of(y));
	if (c == 0)
		c = x->sock->state - y->sock->state;
	if (c == 0)
		c = num_cmp(fd_of(x), fd_of(y));
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

/* One row for each process among the holders of socket s, which begin at h. */
static size_t
add_held(struct rows *r, const struct scan *sc, uint32_t s, size_t h)
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
			r->v[r->n++] = (struct row){ .sock = &sc->sock[i] };
	}
	if (sorted && r->n > 0)
		qsort(r->v, r->n, sizeof *r->v, cmp_row);
}

void
rows_free(struct rows *r)
{
	free(r->v);
	*r = (struct rows){ NULL, 0 };
}

uint64_t
rows_unowned(const struct rows *r)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->v[i].proc == NULL && r->v[i].sock->inode != 0)
			n++;
	return n;
}

static struct str
get_value(struct record *r, const struct getter *g)
{
	if (g->get != NULL)
		return g->get(r);
	if (r->proc == NULL)
		return STR_NONE;
	return *(const struct str *)(const void *)
	    ((const char *)r->proc + g->text);
}

unsigned
rows_needs(const struct cols *cols)
{
	unsigned needs = 0;
	size_t i;

	for (i = 0; i < cols->n; i++)
		needs |= rows_getters[cols->v[i].id].needs;
	return needs;
}

void
rows_write(const struct rows *r, const struct rows_source *src,
    const struct cols *cols, struct out *out)
{
	struct record rec = { .src = src };
	struct str *v = mem_alloc(cols->n * sizeof *v);
	struct buf scratch = { 0 };
	size_t i, c;

	for (i = 0; i < r->n; i++) {
		const struct row *row = &r->v[i];

		rec.row = row;
		rec.sock = row->sock;
		rec.proc = row->proc;
		rec.p = buf_room(&scratch,
		    (size_t)FIELD_NSCAN * GETTER_MAX +
		    (size_t)row->nholders * (NUM_MAX + 1));
		for (c = 0; c < cols->n; c++)
			v[c] = get_value(&rec, &rows_getters[cols->v[c].id]);
		out_row(out, v, OUT_PLAIN);
	}
	buf_free(&scratch);
	free(v);
}
