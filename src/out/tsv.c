/* The record stream itself, prt(5). */
#include "out/format.h"

#include "lib/escape.h"

static void
tsv_begin(struct out *o)
{
	if (o->opts.header == OUT_NEVER)
		return;
	if (o->snap != NULL)
		snap_format(&o->buf, o->snap);
	cols_format(&o->buf, o->cols);
}

static void
tsv_row(struct out *o, const struct str *v, enum out_mark mark)
{
	(void)mark;
	escape_line(&o->buf, v, o->cols->n);
}

static void
tsv_end(struct out *o)
{
	if (o->opts.header != OUT_NEVER && o->snap != NULL && !o->cut)
		snap_format_end(&o->buf, o->rows);
}

static bool
tsv_line(struct out *o, struct str line, const struct str *more, size_t n)
{
	size_t i;

	if (!escape_is_line(line))
		return false;
	buf_add(&o->buf, line.p, line.n);
	for (i = 0; i < n; i++) {
		buf_putc(&o->buf, '\t');
		escape_field(&o->buf, more[i]);
	}
	buf_putc(&o->buf, '\n');
	return true;
}

const struct out_format out_tsv = { "tsv", tsv_begin, tsv_row, tsv_end,
    tsv_line };
