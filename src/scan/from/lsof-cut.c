#include "scan/from/lsof.h"

/*
 * cut(1) leaves the start of an address or port, which is another one.  lsof
 * prints the state of every TCP socket or of none, so a row without a state
 * among others with one is cut, and so are rows of the same width.
 */
static bool
is_cut(const struct from *in, const struct found_entry *e)
{
	const struct lsof *l = in->own;

	return e->width > 0 && (e->width == l->cut_width ||
	    (l->has_states && e->sock.proto == PROTO_TCP));
}

/* The width of the widest rows, if different sockets have it: if no row has a
 * state, they were cut there, or lsof had -T. */
static size_t
common_width(const struct found *f)
{
	const struct found_entry *e, *widest = NULL;
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
lsof_drop_cut(struct lsof *l)
{
	const struct found *f = &l->in->found;
	size_t i;

	if (!l->has_states && l->cut_width == 0)
		l->cut_width = common_width(f);
	for (i = 0; i < f->n; i++)
		if (l->has_states && f->v[i].sock.proto == PROTO_TCP &&
		    f->v[i].width > 0)
			l->cut_width = f->v[i].width;
	found_drop(l->in, is_cut, "a row that seems to be cut: skipped");
}
