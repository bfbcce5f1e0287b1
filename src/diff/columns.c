#include "diff/columns.h"

#include <stdlib.h>

/* Columns of prt-diff, ignored in its input; the first ones are always
 * added. */
static const enum field_id added[] = { F_CHANGE, F_FIRST_SEEN, F_WAS,
	F_LAST_SEEN, F_RX_RATE, F_TX_RATE, F_DROPS_RATE, F_RETRANS_RATE };
enum { NALWAYS = 3 };

static bool
is_added(enum field_id id)
{
	return field_is_among(id, added, NELEMS(added));
}

void
diff_side_cols(struct cols *c, const struct diff_side *s)
{
	const struct cols *all = &s->stream.all;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!is_added(all->v[i].id))
			cols_add(c, all->v[i].name);
}

void
diff_all_cols(struct cols *c, const struct diff *d)
{
	size_t i;

	diff_side_cols(c, &d->new);
	diff_side_cols(c, &d->old);
	if (c->n == 0)
		cols_add_defaults(c);
	for (i = 0; i < NALWAYS; i++)
		cols_add_field(c, added[i]);
}

void
diff_map_init(struct diff_map *m, struct diff_side *side,
    const struct cols *cols)
{
	*m = (struct diff_map){ .side = side, .cols = cols,
		.from = mem_alloc(cols->n * sizeof *m->from),
		.header = STREAM_NONE,
		.v = mem_alloc(cols->n * sizeof *m->v) };
}

void
diff_map_free(struct diff_map *m)
{
	free(m->from);
	free(m->v);
}

static void
map_header(struct diff_map *m, uint32_t header)
{
	const struct cols *in = &m->side->stream.cols[header];
	size_t i;

	for (i = 0; i < m->cols->n; i++) {
		const struct col *col = &m->cols->v[i];

		if (is_added(col->id))
			m->from[i] = -1;
		else if (col->id != FIELD_NONE)
			m->from[i] = in->at[col->id];
		else
			m->from[i] = cols_find(in, col->name);
	}
	m->header = header;
}

void
diff_map_row(struct diff_map *m, uint32_t row)
{
	struct stream *in = &m->side->stream;
	const struct str *v = stream_values(in, row);
	uint32_t header = stream_part(in, row)->cols;
	size_t i;

	if (m->header != header)
		map_header(m, header);
	for (i = 0; i < m->cols->n; i++)
		m->v[i] = diff_at(v, m->from[i]);
}
