/* CSV, RFC 4180. */
#include "out/format.h"

#include "lib/escape.h"

/* Appends the header line: once for all snapshots with the same columns, since
 * a second one would read as a record. */
static void
csv_begin(struct out *o)
{
	struct buf line = { 0 };
	size_t i;

	if (o->opts.header == OUT_NEVER)
		return;
	for (i = 0; i < o->cols->n; i++) {
		if (i > 0)
			buf_putc(&line, ',');
		buf_add(&line, o->cols->v[i].name.p, o->cols->v[i].name.n);
	}
	buf_puts(&line, "\r\n");
	if (!str_eq(buf_str(&line), buf_str(&o->header))) {
		buf_add(&o->buf, line.p, line.n);
		buf_free(&o->header);
		o->header = line;
	} else
		buf_free(&line);
}

/* A spreadsheet takes the value for a formula; some also do if it begins with a
 * full-width =, +, - or @.  TAB and CR also count, but are escaped. */
static bool
is_formula(struct str s)
{
	return memchr("=+-@", *s.p, 4) != NULL ||
	    str_starts(s, "\xef\xbc\x9d") || str_starts(s, "\xef\xbc\x8b") ||
	    str_starts(s, "\xef\xbc\x8d") || str_starts(s, "\xef\xbc\xa0");
}

/* Quotes what b holds from start on, and doubles the quotes in it. */
static void
quote(struct buf *b, size_t start)
{
	struct buf cell = { 0 };
	struct str s, part;

	buf_add(&cell, b->p + start, b->n - start);
	s = buf_str(&cell);
	b->n = start;
	buf_putc(b, '"');
	for (;;) {
		part = str_cut(&s, '"');
		buf_add(b, part.p, part.n);
		if (s.p == NULL)
			break;
		buf_puts(b, "\"\"");
	}
	buf_putc(b, '"');
	buf_free(&cell);
}

static void
add_csv_cell(struct buf *b, struct str s)
{
	size_t start = b->n;

	if (s.n == 0)
		return;
	if (is_formula(s))
		buf_putc(b, '\'');
	escape_controls(b, s);
	/* A line end would need quotes too, but is escaped. */
	if (memchr(b->p + start, ',', b->n - start) != NULL ||
	    memchr(b->p + start, '"', b->n - start) != NULL)
		quote(b, start);
}

static void
csv_row(struct out *o, const struct str *v, enum out_mark mark)
{
	size_t i;

	(void)mark;
	for (i = 0; i < o->cols->n; i++) {
		if (i > 0)
			buf_putc(&o->buf, ',');
		add_csv_cell(&o->buf, v[i]);
	}
	/* Readers skip an empty line. */
	if (o->cols->n == 1 && v[0].n == 0)
		buf_puts(&o->buf, "\"\"");
	buf_puts(&o->buf, "\r\n");
}

const struct out_format out_csv = {
	.name = "csv", .begin = csv_begin, .row = csv_row,
};
