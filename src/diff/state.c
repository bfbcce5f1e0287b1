#include "diff/state.h"

#include <stdlib.h>

#include "diff/print.h"
#include "diff/row.h"
#include "lib/err.h"
#include "lib/escape.h"

enum { FLUSH_SIZE = 64 * 1024 };

struct save {
	struct diff *d;
	struct state *state;
	struct buf buf;
	struct cols cols;		/* of the rows at hand */
	int **map, **old_map;		/* for rows of the side at hand, OLD */
	struct str *v;
	struct diff_seen seen;
	uint64_t rows;
	size_t snaps;
	bool ok;
};

static void
flush(struct save *s, size_t size)
{
	if (s->buf.n < size)
		return;
	if (s->ok)
		s->ok = state_write(s->state, &s->buf);
	s->buf.n = 0;
}

static void
save_snap(struct save *s, const struct snap *from, bool part)
{
	struct snap_room room;
	struct snap snap;

	diff_print_snap(&room, from);
	snap_set(&room, "state", STR_LIT("1"));
	if (part)
		snap_set(&room, "partial", STR_LIT("1"));
	snap = snap_of(&room);
	snap_format(&s->buf, &snap);
	s->snaps++;
}

/* Records that came without a ##prt get one, each host's its own. */
static void
save_host(struct save *s, struct str name)
{
	struct snap_pair pair = { STR_LIT("host"), name };
	struct snap snap = { name.n > 0, &pair };

	save_snap(s, &snap, false);
}

static void
save_new_snaps(struct save *s)
{
	const struct stream *new = &s->d->new.stream;
	uint32_t i;

	for (i = 0; i < new->nsnaps; i++)
		save_snap(s, &new->snaps[i].snap, stream_is_selection(new));
	for (i = 0; i < new->nhosts && new->nsnaps == 0; i++)
		save_host(s, stream_host_name(new, i));
	if (s->snaps == 0)
		save_host(s, STR_NONE);
}

static void
set_cols(struct save *s, const struct diff_side *side)
{
	cols_free(&s->cols);
	diff_side_cols(&s->cols, side);
	if (s->cols.n == 0)
		return;
	cols_add_field(&s->cols, F_FIRST_SEEN);
	s->map = diff_map(side, &s->cols);
	s->old_map = diff_map(&s->d->old, &s->cols);
	s->v = mem_alloc(s->cols.n * sizeof *s->v);
	cols_format(&s->buf, &s->cols);
}

static void
drop_cols(struct save *s, const struct diff_side *side)
{
	if (s->cols.n == 0)
		return;
	diff_map_free(s->map, side);
	diff_map_free(s->old_map, &s->d->old);
	free(s->v);
}

static void
write_row(struct save *s, int64_t seen)
{
	char text[TIMESTAMP_LEN];

	if (seen != DIFF_NEVER) {
		timestamp_format(text, seen);
		s->v[s->cols.at[F_FIRST_SEEN]] =
		    (struct str){ text, TIMESTAMP_LEN };
	}
	escape_line(&s->buf, s->v, s->cols.n);
	s->rows++;
	flush(s, FLUSH_SIZE);
}

/* Field i is one that OLD's row fills in: the owner's if all of him is unknown,
 * else what is compared and missing. */
static bool
is_filled(const struct save *s, size_t i, bool owned)
{
	const struct col *col = &s->cols.v[i];

	if (!owned && col->id != FIELD_NONE && field_table[col->id].owner)
		return true;
	return s->v[i].n == 0 && cols_find(&s->d->plan.set, col->name) >= 0;
}

static void
fill(struct save *s, uint32_t peer)
{
	struct stream *old = &s->d->old.stream;
	const int *map = s->old_map[stream_part(old, peer)->cols];
	const struct str *was = stream_values(old, peer);
	int pid = s->cols.at[F_PID] >= 0 ? s->cols.at[F_PID] :
	    s->cols.at[F_PROCESS];
	bool owned = pid < 0 || s->v[pid].n > 0;
	size_t i;

	for (i = 0; i < s->cols.n; i++)
		if (map[i] >= 0 && was[map[i]].n > 0 && is_filled(s, i, owned))
			s->v[i] = was[map[i]];
}

static void
copy_values(struct save *s, struct stream *in, uint32_t row)
{
	const int *map = s->map[stream_part(in, row)->cols];
	const struct str *v = stream_values(in, row);
	size_t i;

	for (i = 0; i < s->cols.n; i++)
		s->v[i] = diff_at(v, map[i]);
}

/* One that knows less than OLD did is written with what OLD knew: once with
 * each of OLD's members that it may be. */
static void
save_new_row(struct save *s, uint32_t i)
{
	const struct diff_row *row = &s->d->new.rows[i];
	uint32_t peer = row->change == DIFF_UNCHANGED ? row->peer : DIFF_NONE;
	int64_t seen = diff_seen_new(&s->seen, i);

	do {
		copy_values(s, &s->d->new.stream, i);
		if (peer != DIFF_NONE) {
			fill(s, peer);
			peer = s->d->old.rows[peer].peer;
		}
		write_row(s, seen);
	} while (peer != DIFF_NONE && row->first);
}

static void
save_new(struct save *s)
{
	const struct diff_side *new = &s->d->new;
	uint32_t i;

	set_cols(s, new);
	for (i = 0; i < new->stream.nrows && s->ok; i++)
		save_new_row(s, i);
	drop_cols(s, new);
}

static void
save_unscanned(struct save *s)
{
	struct diff_side *old = &s->d->old;
	int64_t seen;
	uint32_t i;

	set_cols(s, old);
	for (i = 0; i < old->stream.nrows && s->ok; i++) {
		if (!diff_is_unscanned(old, i))
			continue;
		seen = diff_seen_old(&s->seen, i);
		copy_values(s, &old->stream, i);
		write_row(s, seen);
	}
	drop_cols(s, old);
}

/* The snapshots of hosts that were not scanned; says how many there are. */
static size_t
save_old_snaps(struct save *s)
{
	const struct stream *old = &s->d->old.stream;
	const struct snap *snap;
	size_t i, n = 0;

	for (i = 0; i < old->nsnaps; i++) {
		snap = &old->snaps[i].snap;
		if (!s->d->old.hosts[stream_host(old, snap_get(snap,
		    "host"))].unscanned)
			continue;
		save_snap(s, snap, stream_is_selection(old));
		n++;
	}
	return n;
}

static void
save_ends(struct save *s)
{
	for (; s->snaps > 0; s->snaps--) {
		snap_format_end(&s->buf, s->rows);
		/* Only their sum counts. */
		s->rows = 0;
	}
}

bool
diff_save(struct diff *d, struct state *state)
{
	struct save s = { .d = d, .state = state, .ok = true };
	size_t unscanned;

	cols_init(&s.cols);
	diff_seen_init(&s.seen, d);
	save_new_snaps(&s);
	unscanned = save_old_snaps(&s);
	save_new(&s);
	if (unscanned > 0)
		save_unscanned(&s);
	save_ends(&s);
	flush(&s, 0);
	diff_seen_free(&s.seen);
	cols_free(&s.cols);
	buf_free(&s.buf);
	return s.ok;
}

/* The snapshots that would be written; *named whether each says its host. */
static size_t
count_snaps(const struct diff *d, bool *named)
{
	const struct stream *old = &d->old.stream, *new = &d->new.stream;
	size_t n = new->nsnaps > 0 ? new->nsnaps : new->nhosts;
	uint32_t i;

	*named = n > 0;
	for (i = 0; i < new->nsnaps; i++)
		*named = *named &&
		    snap_get(&new->snaps[i].snap, "host").n > 0;
	for (i = 0; i < new->nhosts; i++)
		*named = *named && names_text(&new->hosts, i + 1).n > 0;
	n += n == 0;
	for (i = 0; i < old->nhosts; i++) {
		if (!d->old.hosts[i].unscanned)
			continue;
		*named = *named && names_text(&old->hosts, i + 1).n > 0;
		n++;
	}
	return n;
}

bool
diff_save_able(const struct diff *d)
{
	bool named;

	if (count_snaps(d, &named) <= 1 || named)
		return true;
	err_msg("%s: not every record and ##prt line says its host: cannot be "
	    "kept beside other hosts", d->new.stream.name);
	return false;
}

bool
diff_save_check(const struct stream *s)
{
	size_t i;
	bool ok = s->nsnaps > 0 && s->extent == REC_WHOLE;

	for (i = 0; i < s->nsnaps; i++)
		ok = ok && str_is(snap_get(&s->snaps[i].snap, "state"), "1");
	if (!ok)
		err_msg("%s: not a state file of prt-diff: left as it is",
		    s->name);
	return ok;
}
