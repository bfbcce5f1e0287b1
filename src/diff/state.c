#include "diff/state.h"

#include "diff/columns.h"
#include "diff/first-seen.h"
#include "diff/print.h"
#include "diff/sight.h"
#include "lib/err.h"
#include "lib/escape.h"
#include "lib/timestamp.h"

enum { FLUSH_SIZE = 64 * 1024 };

struct save {
	struct diff *d;
	struct state *state;
	struct buf buf;
	struct cols cols;		/* of the current rows */
	struct diff_map map, old;	/* of the current side, of OLD */
	struct sockets sockets;
	struct diff_seen seen;
	uint64_t rows;
	size_t snaps;
	uint32_t header;		/* of NEW: as_read is for it */
	bool as_read;			/* its columns are those of cols, except
					 * for the times at their end */
	bool keeps;			/* some of OLD's records, among NEW's */
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

/* Saves a snapshot of an input, joined with what is kept of old (or NULL). */
static void
save_snap(struct save *s, const struct stream *in, const struct snap *from,
    const struct snap *old)
{
	struct snap_room room;
	struct snap snap;
	struct buf protos = { 0 };

	diff_print_snap(&room, from);
	snap_set(&room, "state", STR_LIT("1"));
	if (stream_is_selection(in))
		snap_set(&room, "partial", STR_LIT("1"));
	sight_join(&room, old, &protos);
	snap = snap_of(&room);
	snap_format(&s->buf, &snap);
	buf_free(&protos);
	s->snaps++;
}

/* Gives records that came without a ##prt one for their host. */
static void
save_host(struct save *s, struct str name)
{
	struct snap_pair pair = { STR_LIT("host"), name };
	struct snap snap = { name.n > 0, &pair };

	save_snap(s, &s->d->new.stream, &snap, NULL);
}

static void
save_new_snaps(struct save *s)
{
	const struct stream *new = &s->d->new.stream;
	uint32_t i;

	for (i = 0; i < new->nsnaps; i++)
		save_snap(s, new, &new->snaps[i].snap,
		    diff_old_snap(s->d, i));
	for (i = 0; i < new->nhosts && new->nsnaps == 0; i++)
		save_host(s, stream_host_name(new, i));
	if (s->snaps == 0)
		save_host(s, STR_NONE);
}

static void
begin_rows(struct save *s, struct diff_side *side)
{
	cols_free(&s->cols);
	diff_side_cols(&s->cols, side);
	if (s->cols.n > 0) {
		cols_add_field(&s->cols, F_FIRST_SEEN);
		/* only if some record needs it */
		if (s->keeps)
			cols_add_field(&s->cols, F_LAST_SEEN);
		cols_format(&s->buf, &s->cols);
	}
	s->header = STREAM_NONE;
	diff_map_init(&s->map, side, &s->cols);
	diff_map_init(&s->old, &s->d->old, &s->cols);
}

static void
end_rows(struct save *s)
{
	diff_map_free(&s->map);
	diff_map_free(&s->old);
}

static void
set_time(struct save *s, struct diff_map *map, enum field_id id, char *text,
    int64_t ms)
{
	int at = s->cols.at[id];

	if (at < 0 || ms == DIFF_NEVER)
		return;
	timestamp_format(text, ms);
	map->v[at] = (struct str){ text, TIMESTAMP_LEN };
}

/* Writes the row in a map, and when its key was first seen; last is when it was
 * last seen, if NEW lacks it. */
static void
write_row(struct save *s, struct diff_map *map, int64_t first, int64_t last)
{
	char a[TIMESTAMP_LEN], b[TIMESTAMP_LEN];

	set_time(s, map, F_FIRST_SEEN, a, first);
	set_time(s, map, F_LAST_SEEN, b, last);
	escape_line(&s->buf, map->v, s->cols.n);
	s->rows++;
	flush(s, FLUSH_SIZE);
}

/* True if a row of NEW can be written as it was read. */
static bool
is_as_read(struct save *s, uint32_t row)
{
	const struct cols *in = stream_cols(&s->d->new.stream, row);
	size_t i, n = s->cols.n - 1 - s->keeps;

	if (s->header == stream_part(&s->d->new.stream, row)->cols)
		return s->as_read;
	s->header = stream_part(&s->d->new.stream, row)->cols;
	for (i = 0; i < n && i < in->n; i++)
		if (!str_eq(in->v[i].name, s->cols.v[i].name))
			break;
	s->as_read = i == n && in->n == n;
	return s->as_read;
}

/* False if the line is not in our own form. */
static bool
copy_row(struct save *s, uint32_t row, int64_t first)
{
	const struct stream_row *r = &s->d->new.stream.rows[row];
	char *p = buf_room(&s->buf, r->len + TIMESTAMP_LEN + 5);

	if (!escape_is_line((struct str){ r->line, r->len }))
		return false;
	memcpy(p, r->line, r->len);
	p += r->len;
	*p++ = '\t';
	if (first != DIFF_NEVER) {
		timestamp_format(p, first);
		p += TIMESTAMP_LEN;
	} else {
		*p++ = '-';
	}
	if (s->keeps) {
		*p++ = '\t';
		*p++ = '-';
	}
	*p++ = '\n';
	s->buf.n = (size_t)(p - s->buf.p);
	s->rows++;
	flush(s, FLUSH_SIZE);
	return true;
}

/* Fills in what OLD's row knew: everything if the owner is unknown, else
 * missing values that are compared. */
static void
fill_row(struct save *s, uint32_t peer)
{
	struct str *v = s->map.v;
	int pid = s->cols.at[F_PID] >= 0 ? s->cols.at[F_PID] :
	    s->cols.at[F_PROCESS];
	bool owned = pid < 0 || v[pid].n > 0;
	size_t i;

	diff_map_row(&s->old, peer);
	for (i = 0; i < s->cols.n; i++) {
		const struct col *col = &s->cols.v[i];
		bool owner = col->id != FIELD_NONE &&
		    field_table[col->id].owner;

		if (s->old.v[i].n > 0 && ((owner && !owned) || (v[i].n == 0 &&
		    cols_find(&s->d->plan.set, col->name) >= 0)))
			v[i] = s->old.v[i];
	}
}

/* A row that knows less than OLD did is written with OLD's values: once for
 * each of OLD's members that it may be. */
static void
save_new_row(struct save *s, uint32_t i)
{
	const struct diff_row *row = &s->d->new.rows[i];
	uint32_t peer = row->change == DIFF_UNCHANGED ? row->peer : DIFF_NONE;
	int64_t seen;

	diff_seen_expect(&s->seen, i);
	seen = diff_seen_new(&s->seen, i);
	if (peer == DIFF_NONE && is_as_read(s, i) && copy_row(s, i, seen))
		return;
	do {
		diff_map_row(&s->map, i);
		if (peer != DIFF_NONE) {
			fill_row(s, peer);
			peer = s->d->old.rows[peer].peer;
		}
		write_row(s, &s->map, seen, DIFF_NEVER);
	} while (peer != DIFF_NONE && row->first);
}

static bool
is_kept(const struct diff_side *old, uint32_t row)
{
	return old->rows[row].change == DIFF_KEPT &&
	    !old->hosts[diff_host_of(old, row)].forgets;
}

/* Writes records of OLD under NEW's header, as if NEW had them. */
static void
save_kept(struct save *s)
{
	struct diff_side *old = &s->d->old;
	int host = s->cols.at[F_HOST];
	/* by these fields the next run recognizes what it cannot read */
	bool known = s->cols.at[F_PROTO] >= 0 && s->cols.at[F_STATE] >= 0;
	int64_t seen, last;
	uint32_t i;

	for (i = 0; i < old->stream.nrows && s->ok; i++) {
		if (!is_kept(old, i) || (old->rows[i].unseen && !known))
			continue;
		seen = diff_seen_old(&s->seen, i);
		last = diff_seen_last(old, i);
		diff_map_row(&s->old, i);
		if (host >= 0 && s->old.v[host].n == 0)
			s->old.v[host] =
			    stream_host_name(&s->d->new.stream, 0);
		write_row(s, &s->old, seen, last);
	}
}

static bool
keeps_any(const struct diff_side *old)
{
	uint32_t i;

	for (i = 0; i < old->stream.nrows; i++)
		if (is_kept(old, i))
			return true;
	return false;
}

static void
save_new(struct save *s)
{
	struct diff_side *new = &s->d->new, *old = &s->d->old;
	uint32_t i;

	s->keeps = keeps_any(old);
	/* if NEW has no header, it has no records */
	begin_rows(s, new->stream.ncols == 0 && s->keeps ? old : new);
	for (i = 0; i < new->stream.nrows && s->ok; i++)
		save_new_row(s, i);
	save_kept(s);
	end_rows(s);
}

/* Hosts that were not scanned stay, except those to be forgotten. */
static bool
stays(const struct diff_host *host)
{
	return host->unscanned && !host->forgotten;
}

static void
save_unscanned(struct save *s)
{
	struct diff_side *old = &s->d->old;
	int64_t seen, last;
	uint32_t i;

	s->keeps = old->stream.have[F_LAST_SEEN] > 0;
	begin_rows(s, old);
	for (i = 0; i < old->stream.nrows && s->ok; i++) {
		if (!stays(&old->hosts[diff_host_of(old, i)]))
			continue;
		seen = diff_seen_old(&s->seen, i);
		last = s->keeps ? diff_seen_last(old, i) : DIFF_NEVER;
		diff_map_row(&s->map, i);
		write_row(s, &s->map, seen, last);
	}
	end_rows(s);
}

/* Saves the snapshots of hosts that were not scanned; returns their number. */
static size_t
save_old_snaps(struct save *s)
{
	const struct stream *old = &s->d->old.stream;
	const struct snap *snap;
	size_t i, n = 0;

	for (i = 0; i < old->nsnaps; i++) {
		snap = &old->snaps[i].snap;
		if (!stays(&s->d->old.hosts[stream_host(old, snap_get(snap,
		    "host"))]))
			continue;
		save_snap(s, old, snap, NULL);
		n++;
	}
	return n;
}

static void
save_ends(struct save *s)
{
	for (; s->snaps > 0; s->snaps--) {
		snap_format_end(&s->buf, s->rows);
		/* Only the sum of their rows counts. */
		s->rows = 0;
	}
}

bool
diff_state_save(struct diff *d, struct state *state)
{
	struct save s = { .d = d, .state = state, .ok = true };
	size_t unscanned;

	cols_init(&s.cols);
	sockets_init(&s.sockets, d);
	diff_seen_init(&s.seen, d, &s.sockets);
	save_new_snaps(&s);
	unscanned = save_old_snaps(&s);
	save_new(&s);
	if (unscanned > 0)
		save_unscanned(&s);
	save_ends(&s);
	flush(&s, 0);
	diff_seen_free(&s.seen);
	sockets_free(&s.sockets);
	cols_free(&s.cols);
	buf_free(&s.buf);
	return s.ok;
}

bool
diff_state_check_hosts(const struct diff *d)
{
	const struct stream *old = &d->old.stream, *new = &d->new.stream;
	size_t snaps = new->nsnaps > 0 ? new->nsnaps : new->nhosts;
	size_t unnamed = 0;
	uint32_t i;

	for (i = 0; i < new->nsnaps; i++)
		unnamed += snap_get(&new->snaps[i].snap, "host").n == 0;
	for (i = 0; i < new->nhosts; i++)
		unnamed += names_text(&new->hosts, i + 1).n == 0;
	if (snaps == 0)
		snaps = unnamed = 1;
	for (i = 0; i < old->nhosts; i++) {
		if (!stays(&d->old.hosts[i]))
			continue;
		unnamed += names_text(&old->hosts, i + 1).n == 0;
		snaps++;
	}
	if (snaps <= 1 || unnamed == 0)
		return true;
	err_msg("%s: not every record and ##prt line says its host: cannot be "
	    "kept beside other hosts", new->name);
	return false;
}

bool
diff_state_check_fields(const struct diff *d)
{
	struct cols c;
	bool ok;

	cols_init(&c);
	diff_side_cols(&c, &d->new);
	ok = c.n > 0 || d->new.stream.ncols == 0;
	cols_free(&c);
	if (!ok)
		err_msg("%s: only fields that prt-diff adds: nothing to keep",
		    d->new.stream.name);
	return ok;
}

bool
diff_state_check(const struct stream *s)
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
