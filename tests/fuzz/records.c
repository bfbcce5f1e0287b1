/*
 * Fuzz entry: the record stream, prt(5).  What is read from one, written in its
 * one form, reads the same.
 */
#include "fuzz.h"
#include "lib/escape.h"
#include "lib/timestamp.h"
#include "record/reader.h"

/* A line that was read splits again into the same values. */
static void
check_split(const struct rec *r)
{
	struct str *v = mem_alloc(r->cols.n * sizeof *v);
	struct buf unescaped = { 0 };
	size_t i;

	check(memchr(r->line.p, '\n', r->line.n) == NULL, "more than a line");
	check(rec_split(r->line, r->cols.n, v, &unescaped),
	    "a record that is none");
	for (i = 0; i < r->cols.n; i++) {
		check((v[i].p == NULL) == (r->v[i].p == NULL) &&
		    v[i].n == r->v[i].n, "another value");
		check((v[i].p == NULL) == (v[i].n == 0), "an empty value");
		check(v[i].p == NULL || str_eq(v[i], r->v[i]), "another value");
	}
	check(!rec_split(r->line, r->cols.n + 1, v, &unescaped),
	    "a value too many");
	buf_free(&unescaped);
	free(v);
}

static void
add_cols(struct buf *b, const struct cols *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		buf_putc(b, i == 0 ? '#' : '\t');
		buf_add(b, c->v[i].name.p, c->v[i].name.n);
		check(cols_find(c, c->v[i].name) == (int)i, "a column twice");
	}
	buf_putc(b, '\n');
}

/* A time that is read is written so that it reads the same. */
static void
check_time(struct str text)
{
	char again[TIMESTAMP_LEN];
	int64_t ms, same;

	if (!timestamp_parse(text, &ms))
		return;
	timestamp_format(again, ms);
	check(timestamp_parse((struct str){ again, sizeof again }, &same) &&
	    same == ms, "another time");
}

/* Appends what is read, in its one form; false if there is an error. */
static bool
rewrite(struct str text, const struct cols *fields, struct buf *b)
{
	enum rec_event event;
	struct rec r;

	rec_start(&r, "t", text, fields);
	while ((event = rec_next(&r)) != REC_EOF && event != REC_ERROR) {
		if (event == REC_SNAP) {
			snap_format(b, &r.snap);
			check_time(snap_get(&r.snap, "time"));
		} else if (event == REC_COLS) {
			add_cols(b, &r.cols);
		} else {
			check_split(&r);
			escape_line(b, r.v, r.cols.n);
		}
	}
	check(event != REC_ERROR || r.error[0] != '\0', "a nameless error");
	check(event == REC_ERROR || rec_extent(&r) != REC_WHOLE ||
	    r.rows == r.promised, "a whole snapshot that is not");
	rec_stop(&r);
	return event == REC_EOF;
}

static void
check_text(struct str text, const struct cols *fields)
{
	struct buf once = { 0 }, twice = { 0 };

	if (rewrite(text, fields, &once)) {
		check(rewrite(buf_str(&once), fields, &twice),
		    "what was written cannot be read");
		check(str_eq(buf_str(&once), buf_str(&twice)),
		    "what was written reads as another stream");
	}
	buf_free(&once);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct cols fields;

	check_text(text, NULL);
	cols_init(&fields);
	cols_add_field(&fields, F_LOCAL_PORT);
	cols_add(&fields, STR_LIT("mine"));
	check_text(text, &fields);
	cols_free(&fields);
	return 0;
}
