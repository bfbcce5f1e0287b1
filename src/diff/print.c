#include "diff/print.h"

#include <stdlib.h>

#include "diff/row.h"

/* Rows in the order of NEW's snapshots that they are printed with. */
struct order {
	const struct diff_side *side;
	uint32_t *rows;		/* NULL: as they are, all with the first */
	size_t *start;		/* where each snapshot's rows begin */
};

static size_t
snap_in_new(const struct diff *d, const struct diff_side *side, uint32_t row)
{
	uint32_t host = diff_host_of(side, row);

	if (side == &d->old)
		host = side->hosts[host].twin;
	return host == DIFF_NONE ? 0 : d->new.stream.snap_of[host];
}

/* Counting sort: records of different hosts may come in any order. */
static void
order_init(struct order *o, const struct diff *d,
    const struct diff_side *side)
{
	size_t n = d->new.stream.nsnaps;
	uint32_t i;

	*o = (struct order){ side, NULL, NULL };
	if (n < 2)
		return;
	o->rows = mem_alloc(side->stream.nrows * sizeof *o->rows);
	o->start = mem_alloc((n + 2) * sizeof *o->start);
	for (i = 0; i < side->stream.nrows; i++)
		o->start[snap_in_new(d, side, i) + 2]++;
	for (i = 2; i < n + 2; i++)
		o->start[i] += o->start[i - 1];
	for (i = 0; i < side->stream.nrows; i++)
		o->rows[o->start[snap_in_new(d, side, i) + 1]++] = i;
}

static void
order_free(struct order *o)
{
	free(o->rows);
	free(o->start);
}

static bool
is_wanted(const struct diff_print *p, const struct diff_row *row)
{
	return (p->changes & DIFF_BIT(row->change)) != 0 &&
	    (p->every || row->first);
}

static void
print_rows(const struct diff_print *p, const struct order *o, size_t snap,
    struct diff_rows *r, struct out *out)
{
	const struct diff_row *rows = o->side->rows;
	uint32_t row;
	size_t i = o->rows != NULL ? o->start[snap] : 0;
	size_t end = o->rows != NULL ? o->start[snap + 1] : o->side->stream.nrows;

	for (; i < end; i++) {
		row = o->rows != NULL ? o->rows[i] : (uint32_t)i;
		/* An OLD row that is not gone is shown as its NEW row. */
		if (is_wanted(p, &rows[row]) && (o->side == &p->d->new ||
		    rows[row].change == DIFF_GONE))
			diff_row_out(r, o->side, row, out);
	}
}

bool
diff_print_any(const struct diff_print *p)
{
	const struct diff_side *sides[] = { &p->d->new, &p->d->old };
	size_t i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < sides[i]->stream.nrows; j++)
			if ((p->changes & DIFF_CHANGES &
			    DIFF_BIT(sides[i]->rows[j].change)) != 0)
				return true;
	return false;
}

void
diff_print_snap(struct snap_room *s, const struct snap *from)
{
	static const char *const own[] = { "since", "partial", "state" };
	size_t i, j, n = NELEMS(own);

	s->n = 0;
	/* There is always room for our own. */
	for (i = 0; i < from->n && s->n < SNAP_KEYS - n; i++) {
		for (j = 0; j < n; j++)
			if (str_is(from->v[i].key, own[j]))
				break;
		if (j == n)
			s->v[s->n++] = from->v[i];
	}
}

static void
make_snap(const struct diff_print *p, struct snap_room *s, size_t i)
{
	const struct snap *old = diff_old_snap(p->d, i);
	struct str since = STR_NONE;

	diff_print_snap(s, diff_new_snap(p->d, i));
	if (old != NULL)
		since = snap_get(old, "time");
	if (since.n > 0)
		snap_set(s, "since", since);
	if ((p->changes & DIFF_BIT(DIFF_UNCHANGED)) == 0 ||
	    stream_is_selection(&p->d->new.stream))
		snap_set(s, "partial", STR_LIT("1"));
}

void
diff_print(struct diff_print *p, const struct cols *cols,
    struct out *out)
{
	struct diff *d = p->d;
	struct order old, new;
	struct diff_rows r;
	size_t i, n = d->new.stream.nsnaps;

	diff_rows_init(&r, d, cols);
	order_init(&new, d, &d->new);
	order_init(&old, d, &d->old);
	if (n == 0)
		out_snapshot(out, NULL, cols);
	for (i = 0; i < n || i == 0; i++) {
		if (n > 0) {
			make_snap(p, &p->room[i % 2], i);
			p->snap[i % 2] = snap_of(&p->room[i % 2]);
			out_snapshot(out, &p->snap[i % 2], cols);
		}
		print_rows(p, &new, i, &r, out);
		print_rows(p, &old, i, &r, out);
	}
	order_free(&new);
	order_free(&old);
	diff_rows_free(&r);
}
