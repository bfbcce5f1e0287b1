#include "diff/row.h"

#include <stdlib.h>

#include "diff/match.h"

static const struct {
	const char *name;
	enum out_mark mark;
} changes[] = {
	[DIFF_UNCHANGED] = { "unchanged", OUT_PLAIN },
	[DIFF_CHANGED] = { "changed", OUT_ODD },
	[DIFF_NEW] = { "new", OUT_GOOD },
	[DIFF_GONE] = { "gone", OUT_BAD },
};

/* What is added, and so not taken from the input. */
static const enum field_id added[] = { F_CHANGE, F_FIRST_SEEN, F_WAS };

unsigned
diff_changes(const char *list)
{
	struct str rest = str_from(list), name;
	unsigned set = 0, one;
	size_t i;

	do {
		name = str_cut(&rest, ',');
		one = 0;
		for (i = DIFF_CHANGED; i < NELEMS(changes); i++)
			if (str_is(name, changes[i].name))
				one = DIFF_BIT(i);
		if (one == 0)
			return 0;
		set |= one;
	} while (rest.p != NULL);
	return set;
}

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

int **
diff_map(const struct diff_side *s, const struct cols *c)
{
	const struct stream *in = &s->stream;
	int **map = mem_alloc(in->ncols * sizeof *map);
	size_t i, j;

	for (i = 0; i < in->ncols; i++) {
		map[i] = mem_alloc(c->n * sizeof **map);
		for (j = 0; j < c->n; j++)
			map[i][j] = is_added(c->v[j].id) ? -1 :
			    cols_find(&in->cols[i], c->v[j].name);
	}
	return map;
}

void
diff_map_free(int **map, const struct diff_side *s)
{
	size_t i;

	for (i = 0; i < s->stream.ncols; i++)
		free(map[i]);
	free(map);
}

void
diff_rows_init(struct diff_rows *r, struct diff *d, const struct cols *cols)
{
	memset(r, 0, sizeof *r);
	r->d = d;
	r->cols = cols;
	diff_seen_init(&r->seen, d);
	r->old_map = diff_map(&d->old, cols);
	r->new_map = diff_map(&d->new, cols);
	r->rx = diff_has_rate(d, F_RX_BYTES);
	r->tx = diff_has_rate(d, F_TX_BYTES);
	r->v = mem_alloc(cols->n * sizeof *r->v);
}

void
diff_rows_free(struct diff_rows *r)
{
	diff_seen_free(&r->seen);
	diff_map_free(r->old_map, &r->d->old);
	diff_map_free(r->new_map, &r->d->new);
	free(r->v);
	buf_free(&r->was);
}

/* Sets a column that is added, if it is wanted. */
static void
set(struct diff_rows *r, enum field_id id, struct str value)
{
	if (r->cols->at[id] >= 0)
		r->v[r->cols->at[id]] = value;
}

static void
add_pair(struct buf *b, struct str name, struct str old)
{
	size_t i;

	if (b->n > 0)
		buf_putc(b, ',');
	buf_add(b, name.p, name.n);
	buf_putc(b, '=');
	for (i = 0; i < old.n; i++) {
		if (old.p[i] == ',' || old.p[i] == '=' || old.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, old.p[i]);
	}
}

/* What differs from the row of OLD that a changed one is paired with. */
static struct str
make_was(struct diff_rows *r, uint32_t row)
{
	struct diff_side *new = &r->d->new, *old = &r->d->old;
	const struct cols *list = &r->d->plan.set;
	uint32_t peer = new->rows[row].peer;
	uint64_t changed = diff_changed_fields(old, new, row);
	const struct str *v = stream_values(&old->stream, peer);
	size_t i;

	r->was.n = 0;
	for (i = 0; i < list->n; i++)
		/* The old value as it was, and not only what is compared. */
		if ((changed >> i & 1) != 0)
			add_pair(&r->was, list->v[i].name, diff_at(v,
			    diff_header_of(old, peer)->set[i]));
	return buf_str(&r->was);
}

static void
set_first_seen(struct diff_rows *r, int64_t ms)
{
	if (ms == DIFF_NEVER)
		return;
	timestamp_format(r->first_seen, ms);
	set(r, F_FIRST_SEEN, (struct str){ r->first_seen, TIMESTAMP_LEN });
}

static void
set_rate(struct diff_rows *r, uint32_t row, enum field_id id,
    enum field_id counter, char *text)
{
	uint64_t rate;
	struct str s = STR_NONE;

	if (diff_rate(&r->seen, row, r->d->new.stream.reader.v, counter,
	    &rate))
		s = num_str(text, rate);
	set(r, id, s);
}

/* Sets the columns that are the input's. */
static void
set_values(struct diff_rows *r, struct diff_side *side, const int *map,
    uint32_t row)
{
	const struct str *v = stream_values(&side->stream, row);
	size_t i;

	for (i = 0; i < r->cols->n; i++)
		r->v[i] = diff_at(v, map[i]);
}

static void
set_new(struct diff_rows *r, uint32_t row)
{
	struct diff_side *new = &r->d->new;
	int64_t seen = diff_seen_new(&r->seen, row);
	struct str was = STR_NONE;

	if (new->rows[row].change == DIFF_CHANGED)
		was = make_was(r, row);
	set_values(r, new, r->new_map[stream_part(&new->stream, row)->cols],
	    row);
	set_first_seen(r, seen);
	set(r, F_WAS, was);
	if (r->rx)
		set_rate(r, row, F_RX_RATE, F_RX_BYTES, r->rx_rate);
	if (r->tx)
		set_rate(r, row, F_TX_RATE, F_TX_BYTES, r->tx_rate);
}

static void
set_old(struct diff_rows *r, uint32_t row)
{
	struct diff_side *old = &r->d->old;
	int64_t seen = diff_seen_old(&r->seen, row);

	set_values(r, old, r->old_map[stream_part(&old->stream, row)->cols],
	    row);
	set_first_seen(r, seen);
	if (r->rx)
		set(r, F_RX_RATE, STR_NONE);
	if (r->tx)
		set(r, F_TX_RATE, STR_NONE);
}

void
diff_row_out(struct diff_rows *r, const struct diff_side *side, uint32_t row,
    struct out *out)
{
	uint8_t change = side->rows[row].change;

	if (side == &r->d->new)
		set_new(r, row);
	else
		set_old(r, row);
	set(r, F_CHANGE, str_from(changes[change].name));
	out_row(out, r->v, changes[change].mark);
}
