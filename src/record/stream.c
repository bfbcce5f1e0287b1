#include "record/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/err.h"

const char stream_cut[] = "cut short: not all of a snapshot is there, up to "
    "its ##end line";

void
stream_start(struct stream *s, const char *name, int fd,
    const struct cols *fields)
{
	memset(s, 0, sizeof *s);
	s->name = name;
	s->fd = fd;
	s->fields = fields;
	s->moved = true;
	cols_init(&s->all);
}

void
stream_free(struct stream *s)
{
	size_t i;

	for (i = 0; i < s->ncols; i++)
		cols_free(&s->cols[i]);
	cols_free(&s->all);
	input_close(s->fd);
	if (s->started)
		rec_stop(&s->rec);
	input_unload(&s->text);
	names_free(&s->headers);
	names_free(&s->hosts);
	map_free(&s->part_of);
	free(s->rows);
	free(s->parts);
	free(s->cols);
	free(s->snap_of);
	free(s->snaps);
	free(s->reader.v);
	buf_free(&s->reader.unescaped);
}

void
stream_read(struct stream *s)
{
	if (s->fd < 0)
		return;
	if (!input_load(&s->text, s->fd, s->name))
		s->error = errno;
	input_close(s->fd);
	s->fd = -1;
}

void
stream_fail(struct stream *s, const char *what, struct str detail)
{
	snprintf(s->wrong, sizeof s->wrong, "%s: %s%s%.*s", s->name, what,
	    detail.n > 0 ? " " : "", (int)(detail.n < 80 ? detail.n : 80),
	    detail.n > 0 ? detail.p : "");
}

static enum rec_event
fail_at_line(struct stream *s, const char *what)
{
	snprintf(s->wrong, sizeof s->wrong, "%s:%zu: %s", s->name,
	    s->rec.lineno, what);
	return REC_ERROR;
}

bool
stream_check(const struct stream *s)
{
	if (s->error != 0) {
		errno = s->error;
		err_msg("%s:", s->name);
	} else if (s->wrong[0] != '\0') {
		err_msg("%s", s->wrong);
	}
	return s->error == 0 && s->wrong[0] == '\0';
}

bool
stream_check_any(const struct stream *s)
{
	bool any = s->ncols > 0 || s->nsnaps > 0;

	if (!any)
		err_msg("%s: nothing at all: the scan failed, or no news",
		    s->name);
	return any;
}

/* False if that makes too many columns. */
static bool
add_columns(struct stream *s, const struct cols *header)
{
	struct cols *c = MEM_PUSH(s->cols, s->ncols, s->cols_cap);
	size_t i;

	cols_init(c);
	cols_copy(c, header);
	cols_copy(&s->all, header);
	for (i = 0; i < FIELD_COUNT; i++)
		s->have[i] += c->at[i] >= 0;
	return s->all.n <= COLS_MAX;
}

/* Sets the columns of what follows, often the same again for another host. */
static bool
begin_columns(struct stream *s, const struct cols *header)
{
	struct buf text = { 0 };
	uint32_t id;

	s->moved = true;
	if (s->ncols > 0 && cols_equal(header, &s->cols[s->cols_now]))
		return true;
	cols_format(&text, header);
	id = names_id(&s->headers, buf_str(&text));
	buf_free(&text);
	s->cols_now = id - 1;
	return id <= s->ncols || add_columns(s, header);
}

/* The number of a host, from 0.  Records without a host have one too: its name
 * is empty, unlike all others. */
static uint32_t
add_host(struct stream *s, struct str name)
{
	uint32_t id = names_id(&s->hosts, name.n > 0 ? name : STR_LIT(""));

	if (id > s->nhosts)
		*MEM_PUSH(s->snap_of, s->nhosts, s->snap_of_cap) = STREAM_NONE;
	return id - 1;
}

uint32_t
stream_host(const struct stream *s, struct str name)
{
	uint32_t id = names_find(&s->hosts, name.n > 0 ? name : STR_LIT(""));

	return id > 0 ? id - 1 : STREAM_NONE;
}

static const char no_host[] = "several ##prt lines, and records that do not "
    "say their host (prt-scan -o +host)";
static const char no_snap_host[] = "several ##prt lines, and one that does not "
    "say its host";

static void
push_snap(struct stream *s, struct snap snap)
{
	s->partial |= str_is(snap_get(&snap, "partial"), "1");
	s->state |= str_is(snap_get(&snap, "state"), "1");
	*MEM_PUSH(s->snaps, s->nsnaps, s->snaps_cap) =
	    (struct stream_snap){ .snap = snap, .parts = STREAM_NONE };
}

/* If there are several, each ##prt must be of another host: a record is
 * assigned by its host. */
static bool
begin_snap(struct stream *s)
{
	struct str name = snap_get(&s->rec.snap, "host");
	uint32_t host = add_host(s, name);
	bool first = s->nsnaps == 0;

	s->moved = true;
	if (!first)
		s->snaps[s->nsnaps - 1].cols = s->cols_now;
	if (!first && (name.n == 0 || snap_get(&s->snaps[0].snap,
	    "host").n == 0)) {
		stream_fail(s, no_snap_host, STR_NONE);
	} else if (s->snap_of[host] != STREAM_NONE) {
		stream_fail(s, "more than one ##prt line of host", name);
	} else {
		s->snap_of[host] = (uint32_t)s->nsnaps;
		push_snap(s, s->rec.snap);
	}
	return s->wrong[0] == '\0';
}

/* Finds the part of a record that does not continue the previous record's. */
static void
move(struct stream *s, struct str name)
{
	uint32_t host = add_host(s, name);
	uint32_t *id = map_at(&s->part_of,
	    (uint64_t)s->cols_now << 32 | host);

	if (*id == 0) {
		*MEM_PUSH(s->parts, s->nparts, s->parts_cap) =
		    (struct stream_part){ s->cols_now, host, STREAM_NONE };
		*id = (uint32_t)s->nparts;
	}
	s->part = *id - 1;
	s->host = names_text(&s->hosts, host + 1);
	s->moved = false;
}

static bool
add_row(struct stream *s)
{
	int at = s->rec.cols.at[F_HOST];
	struct str host = at >= 0 ? s->rec.v[at] : STR_NONE;

	if (s->nrows == STREAM_NONE || s->rec.line.n > UINT32_MAX)
		return false;
	if (s->moved || !str_eq(host, s->host))
		move(s, host);
	*MEM_PUSH(s->rows, s->nrows, s->rows_cap) = (struct stream_row){
		s->rec.line.p, (uint32_t)s->rec.line.n, s->part };
	return true;
}

/* Finds the ##prt of a host that no ##prt names: the only ##prt, if it names no
 * other host.  False if that is unclear. */
static bool
link_host(struct stream *s, uint32_t host)
{
	struct str name = names_text(&s->hosts, host + 1);

	if (s->nsnaps <= 1 && (s->nsnaps == 0 || name.n == 0 ||
	    snap_get(&s->snaps[0].snap, "host").n == 0))
		s->snap_of[host] = 0;
	else if (name.n > 0)
		stream_fail(s, "there is no ##prt line of host", name);
	else
		stream_fail(s, no_host, STR_NONE);
	return s->snap_of[host] != STREAM_NONE;
}

static bool
link_hosts(struct stream *s)
{
	uint32_t i;

	if (s->nsnaps > 1 && !stream_has_field(s, F_HOST)) {
		stream_fail(s, no_host, STR_NONE);
		return false;
	}
	for (i = 0; i < s->nhosts; i++)
		if (s->snap_of[i] == STREAM_NONE && !link_host(s, i))
			return false;
	return true;
}

/* Assigns records and hosts to snapshots. */
static void
fill_snaps(struct stream *s)
{
	bool *seen = mem_alloc(s->nhosts);
	size_t i;

	for (i = 0; i < s->nrows; i++)
		s->snaps[stream_snap(s, i)].rows++;
	for (i = s->nparts; i-- > 0; ) {
		struct stream_part *part = &s->parts[i];
		struct stream_snap *snap = &s->snaps[s->snap_of[part->host]];

		part->next = snap->parts;
		snap->parts = (uint32_t)i;
		snap->hosts += !seen[part->host];
		seen[part->host] = true;
	}
	free(seen);
}

static enum rec_event
settle(struct stream *s)
{
	s->extent = rec_extent(&s->rec);
	push_snap(s, (struct snap){ 0, NULL });
	s->nsnaps--;
	s->snaps[s->nsnaps > 0 ? s->nsnaps - 1 : 0].cols = s->cols_now;
	if (!link_hosts(s)) {
		/* The missing ##prt may have been cut off. */
		if (s->extent == REC_CUT)
			stream_fail(s, stream_cut, STR_NONE);
		return REC_ERROR;
	}
	fill_snaps(s);
	return REC_EOF;
}

static void
start(struct stream *s)
{
	stream_read(s);
	rec_start(&s->rec, s->name, s->text.s, s->fields);
	s->started = true;
}

enum rec_event
stream_next(struct stream *s)
{
	enum rec_event event;

	if (!s->started)
		start(s);
	while (s->error == 0) {
		event = rec_next(&s->rec);
		if (event == REC_ERROR)
			return fail_at_line(s, s->rec.error);
		if (event == REC_EOF)
			return settle(s);
		/* Columns of --fields come without a header. */
		if ((event == REC_COLS || (event == REC_ROW &&
		    s->ncols == 0)) && !begin_columns(s, &s->rec.cols))
			return fail_at_line(s, "more than " COLS_MAX_TEXT
			    " columns in all headers");
		if (event == REC_SNAP && !begin_snap(s))
			return REC_ERROR;
		if (event == REC_ROW)
			return add_row(s) ? event :
			    fail_at_line(s, "too large");
	}
	return REC_ERROR;
}

/* The row has been split before, so this cannot fail. */
const struct str *
stream_values(struct stream *s, size_t row)
{
	struct str line = { s->rows[row].line, s->rows[row].len };

	if (s->reader.line == line.p)
		return s->reader.v;
	s->reader.line = line.p;
	if (s->reader.v == NULL)
		s->reader.v = mem_alloc(s->all.n * sizeof *s->reader.v);
	s->reader.unescaped.n = 0;
	rec_split(line, stream_cols(s, row)->n, s->reader.v,
	    &s->reader.unescaped);
	return s->reader.v;
}

struct str
stream_host_name(const struct stream *s, uint32_t host)
{
	struct str name = names_text(&s->hosts, host + 1);

	if (name.n == 0 && s->snap_of[host] < s->nsnaps)
		name = snap_get(&s->snaps[s->snap_of[host]].snap, "host");
	return name;
}

bool
stream_has(const struct stream *s, struct str name)
{
	size_t i;

	for (i = 0; i < s->ncols; i++)
		if (cols_find(&s->cols[i], name) < 0)
			return false;
	return true;
}
