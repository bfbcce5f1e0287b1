/* The record stream itself, prt(5). */
#include "out-impl.h"

#include "escape.h"
#include "num.h"

static void
tsv_begin(struct out *o)
{
	size_t i;

	if (o->opts.header == OUT_NEVER)
		return;
	if (o->snap != NULL)
		snap_format(&o->buf, o->snap);
	for (i = 0; i < o->cols->n; i++) {
		buf_putc(&o->buf, i == 0 ? '#' : '\t');
		buf_add(&o->buf, o->cols->v[i].name.p, o->cols->v[i].name.n);
	}
	buf_putc(&o->buf, '\n');
}

/* A value that would read as none, or as a comment, needs an escape too. */
static void
add_value(struct buf *b, struct str s, bool first)
{
	if (s.n == 0) {
		buf_putc(b, '-');
	} else if (s.n == 1 && *s.p == '-') {
		buf_puts(b, "\\x2d");
	} else if (first && *s.p == '#') {
		buf_puts(b, "\\x23");
		escape_add(b, (struct str){ s.p + 1, s.n - 1 });
	} else {
		escape_add(b, s);
	}
}

static void
tsv_row(struct out *o, const struct str *v, enum out_mark mark)
{
	size_t i;

	(void)mark;
	for (i = 0; i < o->cols->n; i++) {
		if (i > 0)
			buf_putc(&o->buf, '\t');
		add_value(&o->buf, v[i], i == 0);
	}
	buf_putc(&o->buf, '\n');
}

static void
tsv_end(struct out *o)
{
	char digits[NUM_MAX];

	if (o->opts.header == OUT_NEVER || o->snap == NULL || o->cut)
		return;
	buf_puts(&o->buf, "##end records=");
	buf_add(&o->buf, digits,
	    (size_t)(num_format(digits, o->rows) - digits));
	buf_putc(&o->buf, '\n');
}

const struct out_format out_tsv = { "tsv", tsv_begin, tsv_row, tsv_end };
