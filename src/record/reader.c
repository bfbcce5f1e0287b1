#include "record/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/escape.h"
#include "lib/num.h"
#include "record/proto.h"

/* A record without a header has prt-scan's default fields, and if prt-diff
 * wrote it, these after them. */
static const enum field_id diff_fields[] = { F_CHANGE, F_FIRST_SEEN, F_WAS };
enum {
	NDIFF = FIELD_NDEFAULT + NELEMS(diff_fields),
	CHANGE_AT = FIELD_NDEFAULT	/* the first of these */
};

static enum rec_event
fail(struct rec *r, const char *what)
{
	snprintf(r->error, sizeof r->error, "%s", what);
	return REC_ERROR;
}

/* Rare characters are searched for in blocks of this size just before a block
 * is parsed, so that the text passes the processor's cache once. */
enum { LOOK_SIZE = 16 * 1024 };

/* The next \ from p on; searched for again only after it is passed. */
static const char *
next_escape(const char *p, const char *end)
{
	const char *q = p < end ? memchr(p, '\\', (size_t)(end - p)) : NULL;

	return q != NULL ? q : end;
}

void
rec_start(struct rec *r, const char *name, struct str text,
    const struct cols *fields)
{
	memset(r, 0, sizeof *r);
	r->name = name;
	r->p = text.n > 0 ? text.p : "";
	r->end = r->p + text.n;
	r->seen = r->escape = r->p;
	cols_init(&r->cols);
	if (fields != NULL) {
		cols_copy(&r->cols, fields);
		r->v = mem_alloc(r->cols.n * sizeof *r->v);
	}
}

void
rec_stop(struct rec *r)
{
	cols_free(&r->cols);
	buf_free(&r->unescaped);
	arena_free(&r->arena);
	free(r->v);
	r->v = NULL;
}

/* Finds the tabs among the eight bytes at p: sets the high bit of each lane;
 * the first byte is the lowest lane. */
static uint64_t
tabs_at(const char *p)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t w = num_load(p) ^ UINT64_C(0x0101010101010101) * '\t';

	return ~(((w & low) + low) | w | low);
}

static struct str
value(const char *p, const char *end)
{
	if (end == p || (end - p == 1 && *p == '-'))
		return STR_NONE;
	return (struct str){ p, (size_t)(end - p) };
}

/*
 * Cuts line at its tabs, at most max times.  Returns the number of fields,
 * which may be more than max.  Fields have a few bytes: too few for a memchr
 * each.
 */
static size_t
split(struct str line, struct str *v, size_t max)
{
	const char *p = line.p, *field = p, *end = p + line.n;
	uint64_t tabs;
	size_t n = 0;

	for (; end - p >= (ptrdiff_t)sizeof tabs; p += sizeof tabs) {
		for (tabs = tabs_at(p); tabs != 0; tabs &= tabs - 1) {
			const char *tab = p + __builtin_ctzll(tabs) / 8;

			if (n++ < max)
				v[n - 1] = value(field, tab);
			field = tab + 1;
		}
	}
	for (; p < end; p++) {
		if (*p != '\t')
			continue;
		if (n++ < max)
			v[n - 1] = value(field, p);
		field = p + 1;
	}
	if (n++ < max)
		v[n - 1] = value(field, end);
	return n;
}

/* Unescapes the values that hold escapes. */
static const char *
unescape(struct str line, struct str *v, size_t n, struct buf *b)
{
	const char *wrong;
	size_t i, len;
	char *dst;

	b->n = 0;
	buf_room(b, line.n);	/* allocate once, so that no value moves */
	for (i = 0; i < n; i++) {
		if (v[i].n == 0 || memchr(v[i].p, '\\', v[i].n) == NULL)
			continue;
		dst = buf_room(b, v[i].n);
		wrong = escape_undo(v[i], dst, &len);
		if (wrong != NULL)
			return wrong;
		v[i] = (struct str){ dst, len };
		b->n += len;
	}
	return NULL;
}

bool
rec_split(struct str line, size_t ncols, struct str *v, struct buf *unescaped)
{
	if (split(line, v, ncols) != ncols)
		return false;
	if (line.n == 0 || memchr(line.p, '\\', line.n) == NULL)
		return true;
	return unescape(line, v, ncols, unescaped) == NULL;
}

static void
set_cols(struct rec *r, struct cols *c)
{
	cols_free(&r->cols);
	r->cols = *c;
	free(r->v);
	r->v = mem_alloc(c->n * sizeof *r->v);
}

static bool
looks_like_record(const struct str v[static FIELD_NDEFAULT])
{
	const struct proto *proto = proto_find(v[F_PROTO]);
	struct str local_port = v[F_LOCAL_PORT];
	uint64_t port;

	return proto != NULL && (local_port.p == NULL ||
	    num_parse(local_port, proto->max, &port));
}

static bool
is_change(struct str s)
{
	return str_is(s, "new") || str_is(s, "gone") || str_is(s, "changed") ||
	    str_is(s, "unchanged");
}

/* Sets the columns of a record without a header before it. */
static enum rec_event
assume_cols(struct rec *r, struct str line)
{
	struct str v[NDIFF];
	size_t i, n = split(line, v, NDIFF);
	struct cols c;

	if ((n != FIELD_NDEFAULT &&
	    !(n == NDIFF && is_change(v[CHANGE_AT]))) ||
	    !looks_like_record(v)) {
		snprintf(r->error, sizeof r->error, n == 1 ?
		    "no header and no TAB: no record stream (-F tsv), or "
		    "--fields=LIST is missing" :
		    "no header, and %zu fields: keep it (grep -e '^#' -e "
		    "PATTERN) or give --fields=LIST", n);
		return REC_ERROR;
	}
	cols_init(&c);
	cols_add_defaults(&c);
	for (i = 0; FIELD_NDEFAULT + i < n; i++)
		cols_add_field(&c, diff_fields[i]);
	set_cols(r, &c);
	return REC_COLS;
}

static enum rec_event
read_row(struct rec *r, struct str line)
{
	size_t n = split(line, r->v, r->cols.n);
	const char *wrong;

	if (n != r->cols.n) {
		snprintf(r->error, sizeof r->error, "%zu field%s, expected %zu",
		    n, n == 1 ? "" : "s", r->cols.n);
		return REC_ERROR;
	}
	if (r->escape < line.p + line.n) {
		wrong = unescape(line, r->v, n, &r->unescaped);
		if (wrong != NULL)
			return fail(r, wrong);
		r->escape = next_escape(line.p + line.n, r->seen);
	}
	r->line = line;
	r->headerless |= !r->headed;
	r->rows++;
	return REC_ROW;
}

/* `#name<TAB>name...': sets r->cols for the records that follow. */
static enum rec_event
read_header(struct rec *r, struct str line)
{
	struct str names = { line.p + 1, line.n - 1 };
	struct cols c;

	cols_init(&c);
	do {
		struct str name = str_cut(&names, '\t');

		if (c.n == COLS_MAX) {
			cols_free(&c);
			return fail(r, "more than " COLS_MAX_TEXT " columns");
		}
		if (!cols_add(&c, name)) {
			cols_free(&c);
			snprintf(r->error, sizeof r->error,
			    "not a header (#name<TAB>name...): field %.*s",
			    (int)(name.n < 40 ? name.n : 40), name.p);
			return REC_ERROR;
		}
	} while (names.p != NULL);
	if (r->headerless && !r->headed && !cols_equal(&c, &r->cols)) {
		cols_free(&c);
		return fail(r, "this header does not fit the records before "
		    "it");
	}
	r->headed = true;
	set_cols(r, &c);
	return REC_COLS;
}

static enum rec_event
read_snap(struct rec *r, struct str text)
{
	const char *wrong = snap_parse(&r->snap, text, &r->arena);

	if (wrong != NULL)
		return fail(r, wrong);
	r->nsnap++;
	return REC_SNAP;
}

/* False if it is not an ##end line. */
static bool
read_end(struct rec *r, struct str text)
{
	uint64_t n;

	if (!str_starts(text, " records="))
		return false;
	text.p += sizeof " records=" - 1;
	text.n -= sizeof " records=" - 1;
	if (!num_parse(text, UINT64_MAX - r->promised, &n))
		return false;
	r->nend++;
	r->promised += n;
	return true;
}

/* Finds the text after a keyword at the start of a line; false if the line
 * begins with a longer word. */
static bool
keyword(struct str line, const char *word, struct str *text)
{
	size_t n = strlen(word);

	if (!str_starts(line, word) || (line.n > n && line.p[n] != ' '))
		return false;
	*text = (struct str){ line.p + n, line.n - n };
	return true;
}

/* Reads a line that starts with #.  REC_EOF: it makes no event. */
static enum rec_event
read_comment(struct rec *r, struct str line)
{
	struct str text;

	if (keyword(line, "##prt", &text))
		return read_snap(r, text);
	if (keyword(line, "##end", &text))
		return read_end(r, text) ? REC_EOF :
		    fail(r, "expected ##end records=NUMBER");
	if (str_starts(line, "##") || str_starts(line, "# "))
		return REC_EOF;
	return read_header(r, line);
}

/* Searches the text at least up to `to'. */
static void
look_ahead(struct rec *r, const char *to)
{
	const char *from = r->seen;

	if (to <= from)
		return;
	r->seen = r->end - from > LOOK_SIZE ? from + LOOK_SIZE : r->end;
	if (to > r->seen)
		r->seen = to;
	if (r->nul == NULL)
		r->nul = memchr(from, '\0', (size_t)(r->seen - from));
	if (r->escape == from)
		r->escape = next_escape(from, r->seen);
}

/* What a line must not contain; NULL if all is well. */
static const char *
line_fault(const struct rec *r, struct str line)
{
	if (r->nul != NULL && r->nul < line.p + line.n)
		return "a NUL byte: not a record stream";
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		return "ends in CR LF: expected LF alone (no csv; tr -d '\\r')";
	if (r->lineno == 1 && str_starts(line, "\xef\xbb\xbf"))
		return "starts with a byte order mark: expected none";
	return NULL;
}

static enum rec_event
at_end(struct rec *r)
{
	if (r->nsnap > 0 && r->nsnap == r->nend && r->rows > r->promised) {
		snprintf(r->error, sizeof r->error,
		    "%llu records, more than the %llu of ##end",
		    (unsigned long long)r->rows,
		    (unsigned long long)r->promised);
		return REC_ERROR;
	}
	return REC_EOF;
}

enum rec_event
rec_next(struct rec *r)
{
	enum rec_event event;
	struct str line;
	const char *lf, *fault;

	while (r->p < r->end) {
		lf = memchr(r->p, '\n', (size_t)(r->end - r->p));
		if (lf == NULL) {
			/* Half a line: it may have been anything. */
			r->cut = true;
			r->lineno++;
			r->p = r->end;
			break;
		}
		line = (struct str){ r->p, (size_t)(lf - r->p) };
		look_ahead(r, lf + 1);
		r->lineno++;
		fault = line_fault(r, line);
		if (fault != NULL)
			return fail(r, fault);
		if (*line.p != '#' && r->v == NULL) {
			r->lineno--;	/* the line is read once more */
			event = assume_cols(r, line);
			r->lineno += event == REC_ERROR;
			return event;
		}
		r->p = lf + 1;
		if (*line.p != '#')
			return read_row(r, line);
		if (r->escape < r->p)
			r->escape = next_escape(r->p, r->seen);
		event = read_comment(r, line);
		if (event != REC_EOF)
			return event;
	}
	return at_end(r);
}

enum rec_extent
rec_extent(const struct rec *r)
{
	if (r->cut || r->nsnap != r->nend)
		return REC_CUT;
	if (r->nsnap == 0)
		return REC_UNMARKED;
	return r->rows < r->promised ? REC_SELECTION : REC_WHOLE;
}
