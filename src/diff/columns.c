#include "diff/columns.h"

#include <stdlib.h>

#include "lib/num.h"

/* What is added, and so not taken from the input. */
static const enum field_id added[] = { F_CHANGE, F_FIRST_SEEN, F_WAS };

static bool
is_added(enum field_id id)
{
	size_t i;

	for (i = 0; i < NELEMS(added); i++)
		if (added[i] == id)
			return true;
	return false;
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
	for (i = 0; i < NELEMS(added); i++)
		cols_add_field(c, added[i]);
	if (diff_has_rate(d, F_RX_BYTES))
		cols_add_field(c, F_RX_RATE);
	if (diff_has_rate(d, F_TX_BYTES))
		cols_add_field(c, F_TX_RATE);
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

static bool
has_time(const struct stream *s)
{
	int64_t ms;
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (diff_time(&s->snaps[i].snap, &ms))
			return true;
	return false;
}

bool
diff_has_rate(const struct diff *d, enum field_id counter)
{
	return d->old.stream.ncols > 0 && d->new.stream.ncols > 0 &&
	    diff_both_have(&d->old, &d->new, counter) &&
	    has_time(&d->old.stream) && has_time(&d->new.stream);
}

/* Milliseconds from OLD's row to NEW's; 0 if their counters do not belong
 * together: there was a boot in between, or the clock went backwards. */
static uint64_t
interval(const struct diff *d, uint32_t old, uint32_t new)
{
	const struct snap *a = diff_side_snap(&d->old,
	    diff_host_of(&d->old, old));
	const struct snap *b = diff_side_snap(&d->new,
	    diff_host_of(&d->new, new));
	int64_t then, now;

	if (!diff_time(a, &then) || !diff_time(b, &now) || now <= then ||
	    (snap_get(a, "boot").n > 0 && snap_get(b, "boot").n > 0 &&
	    !str_eq(snap_get(a, "boot"), snap_get(b, "boot"))))
		return 0;
	return (uint64_t)(now - then);
}

bool
diff_rate(struct diff *d, uint32_t row, enum field_id counter, uint64_t *rate)
{
	struct diff_side *old = &d->old, *new = &d->new;
	uint32_t other = new->rows[new->rows[row].head].other;
	uint64_t ms, then, now;

	if (other == DIFF_NONE)
		return false;
	ms = interval(d, other, row);
	if (ms == 0 ||
	    !num_parse(diff_value_of(old, other, counter), UINT64_MAX, &then) ||
	    !num_parse(diff_value_of(new, row, counter), UINT64_MAX, &now) ||
	    now < then || (diff_both_have(old, new, F_INODE) &&
	    !str_eq(diff_value_of(old, other, F_INODE),
	    diff_value_of(new, row, F_INODE))))
		return false;
	/* In two parts: bytes times 1000 need not fit. */
	now -= then;
	*rate = now / ms * 1000 + now % ms * 1000 / ms;
	return true;
}
