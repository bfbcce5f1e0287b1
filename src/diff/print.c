#include "diff/print.h"

#include <stdlib.h>

#include "diff/columns.h"
#include "diff/first-seen.h"
#include "diff/match.h"
#include "diff/rate.h"
#include "lib/timestamp.h"

static const struct {
	const char *name;
	enum out_mark mark;
} changes[] = {
	[DIFF_UNCHANGED] = { "unchanged", OUT_PLAIN },
	[DIFF_CHANGED] = { "changed", OUT_ODD },
	[DIFF_NEW] = { "new", OUT_GOOD },
	[DIFF_GONE] = { "gone", OUT_BAD },
};

/* State while printing. */
struct printer {
	const struct diff_print *p;
	struct diff *d;
	const struct cols *cols;
	struct out *out;
	struct sockets sockets;
	struct diff_seen seen;
	struct rates rates;
	struct snap_room room[2];	/* for out: the current, the previous */
	struct snap snap[2];
	struct buf was;
	char first_seen[TIMESTAMP_LEN], last_seen[TIMESTAMP_LEN];
};

/* The rows of a side, sorted by the snapshot of NEW that they go with. */
struct print_side {
	struct diff_side *side;
	struct diff_map map;
	uint32_t *rows;		/* NULL: unsorted, all with the first */
	size_t *start;		/* each snapshot's first row */
};

unsigned
diff_changes(const char *list)
{
	struct str rest = str_from(list), name;
	unsigned set = 0, one;
	size_t i;

	do {
		name = str_cut(&rest, ',');
		one = 0;
		for (i = 0; i < NELEMS(changes); i++)
			if (str_is(name, changes[i].name))
				one = DIFF_BIT(i);
		if (one == 0)
			return 0;
		set |= one;
	} while (rest.p != NULL);
	return set;
}

static size_t
snap_in_new(const struct diff *d, const struct diff_side *side, uint32_t row)
{
	uint32_t host = diff_host_of(side, row);

	if (side == &d->old)
		host = side->hosts[host].twin;
	return host == DIFF_NONE ? 0 : d->new.stream.snap_of[host];
}

/* A counting sort, since records of different hosts may come in any order. */
static void
sort_side(struct print_side *s, const struct diff *d)
{
	size_t n = d->new.stream.nsnaps;
	uint32_t i, nrows = (uint32_t)s->side->stream.nrows;

	if (n < 2)
		return;
	s->rows = mem_alloc(nrows * sizeof *s->rows);
	s->start = mem_alloc((n + 2) * sizeof *s->start);
	for (i = 0; i < nrows; i++)
		s->start[snap_in_new(d, s->side, i) + 2]++;
	for (i = 2; i < n + 2; i++)
		s->start[i] += s->start[i - 1];
	for (i = 0; i < nrows; i++)
		s->rows[s->start[snap_in_new(d, s->side, i) + 1]++] = i;
}

static void
begin_side(struct print_side *s, const struct printer *p,
    struct diff_side *side)
{
	*s = (struct print_side){ .side = side };
	diff_map_init(&s->map, side, p->cols);
	sort_side(s, p->d);
}

static void
end_side(struct print_side *s)
{
	diff_map_free(&s->map);
	free(s->rows);
	free(s->start);
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

/* The fields in which a changed row differs from its row of OLD. */
static struct str
make_was(struct printer *p, uint32_t row)
{
	struct diff_side *new = &p->d->new, *old = &p->d->old;
	const struct cols *list = &p->d->plan.set;
	uint64_t changed = diff_changed_fields(old, new, row);
	uint32_t peer = new->rows[row].peer;
	const struct str *v = stream_values(&old->stream, peer);
	const struct diff_place *place = diff_header_of(old, peer)->set;
	size_t i;

	p->was.n = 0;
	for (i = 0; i < list->n; i++)
		/* The full old value, not only what is compared. */
		if ((changed >> i & 1) != 0)
			add_pair(&p->was, list->v[i].name,
			    diff_at(v, place[i].at));
	return buf_str(&p->was);
}

/* Sets a time, if it is known and wanted. */
static void
set_time(struct printer *p, struct str *v, enum field_id id, char *text,
    int64_t ms)
{
	int at = p->cols->at[id];

	if (at < 0 || ms == DIFF_NEVER)
		return;
	timestamp_format(text, ms);
	v[at] = (struct str){ text, TIMESTAMP_LEN };
}

static void
print_row(struct printer *p, struct print_side *s, uint32_t row)
{
	uint8_t change = s->side->rows[row].change;
	bool new = s->side == &p->d->new;
	const int *at = p->cols->at;
	struct str *v = s->map.v;
	int64_t first = DIFF_NEVER, last = DIFF_NEVER;

	/* Must come first: it reads other rows of the side. */
	if (at[F_FIRST_SEEN] >= 0)
		first = new ? diff_seen_new(&p->seen, row) :
		    diff_seen_old(&p->seen, row);
	if (at[F_LAST_SEEN] >= 0)
		last = diff_seen_last(s->side, row);
	if (new)
		rates_read(&p->rates, row);
	diff_map_row(&s->map, row);
	set_time(p, v, F_FIRST_SEEN, p->first_seen, first);
	set_time(p, v, F_LAST_SEEN, p->last_seen, last);
	if (at[F_CHANGE] >= 0)
		v[at[F_CHANGE]] = str_from(changes[change].name);
	if (at[F_WAS] >= 0 && change == DIFF_CHANGED)
		v[at[F_WAS]] = make_was(p, row);
	if (new)
		rates_put(&p->rates, v);
	out_row(p->out, v, changes[change].mark);
}

static bool
is_wanted(const struct diff_print *p, const struct diff_row *row)
{
	return (p->changes & DIFF_BIT(row->change)) != 0 &&
	    (p->every || row->first);
}

static void
print_rows(struct printer *p, struct print_side *s, size_t snap)
{
	const struct diff_row *rows = s->side->rows;
	size_t i = s->rows != NULL ? s->start[snap] : 0;
	size_t end = s->rows != NULL ? s->start[snap + 1] :
	    s->side->stream.nrows;
	uint32_t row;

	for (; i < end; i++) {
		row = s->rows != NULL ? s->rows[i] : (uint32_t)i;
		/* An OLD row that is not gone is shown as its NEW row. */
		if (is_wanted(p->p, &rows[row]) && (s->side == &p->d->new ||
		    rows[row].change == DIFF_GONE))
			print_row(p, s, row);
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
	/* Room is left for our own keys and the three of sight.h. */
	for (i = 0; i < from->n && s->n < SNAP_KEYS - n - 3; i++) {
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
	/* all of NEW's records */
	unsigned whole = DIFF_BIT(DIFF_UNCHANGED) | DIFF_BIT(DIFF_CHANGED) |
	    DIFF_BIT(DIFF_NEW);

	diff_print_snap(s, diff_new_snap(p->d, i));
	if (old != NULL)
		since = snap_get(old, "time");
	if (since.n > 0)
		snap_set(s, "since", since);
	if ((whole & ~p->changes) != 0 ||
	    stream_is_selection(&p->d->new.stream))
		snap_set(s, "partial", STR_LIT("1"));
}

static void
print_snaps(struct printer *p)
{
	struct print_side old, new;
	size_t i, n = p->d->new.stream.nsnaps;

	begin_side(&new, p, &p->d->new);
	begin_side(&old, p, &p->d->old);
	for (i = 0; i < n || i == 0; i++) {
		if (n > 0) {
			make_snap(p->p, &p->room[i % 2], i);
			p->snap[i % 2] = snap_of(&p->room[i % 2]);
		}
		out_snapshot(p->out, n > 0 ? &p->snap[i % 2] : NULL, p->cols);
		print_rows(p, &new, i);
		print_rows(p, &old, i);
	}
	end_side(&new);
	end_side(&old);
}

bool
diff_print(const struct diff_print *print, const struct cols *cols,
    const struct out_opts *opts)
{
	struct printer p = { .p = print, .d = print->d, .cols = cols,
		.out = out_open(opts) };

	sockets_init(&p.sockets, p.d);
	diff_seen_init(&p.seen, p.d, &p.sockets);
	rates_init(&p.rates, p.d, &p.sockets, cols);
	print_snaps(&p);
	diff_seen_free(&p.seen);
	sockets_free(&p.sockets);
	buf_free(&p.was);
	return out_close(p.out);
}
