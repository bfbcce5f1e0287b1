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

/* Eight bytes at once, each in its own lane. */
#define LANES(c) ((c) * UINT64_C(0x0101010101010101))
#define HIGH LANES(0x80)

/* The high bit of each lane that is c; of lanes below 0x80. */
static uint64_t
lanes_of(uint64_t w, uint64_t c)
{
	return ~((w ^ LANES(c)) + LANES(0x7f)) & HIGH;
}

/* Whether any of eight bytes, or a value without any, has another form. */
static bool
is_changed(const char *p)
{
	uint64_t w, tabs, controls;

	memcpy(&w, p, sizeof w);
	tabs = lanes_of(w, '\t');
	controls = ~(w + LANES(0x80 - 0x20)) & HIGH;
	return ((w & HIGH) | (controls & ~tabs) | lanes_of(w, '\\') |
	    lanes_of(w, 0x7f) | (tabs & tabs << 8)) != 0;
}

/* The line is what tsv_row would write of its values.  Some that are are not
 * known here: those with escapes, or not in ASCII. */
static bool
is_canonical(struct str line)
{
	char last[2 * sizeof(uint64_t)];
	const char *p = line.p;
	size_t n = line.n;

	if (n == 0 || *p == '\t' || *p == '#' || p[n - 1] == '\t')
		return false;
	/* One byte is in both of two steps, so that no pair is missed. */
	for (; n >= sizeof(uint64_t); p += sizeof(uint64_t) - 1,
	    n -= sizeof(uint64_t) - 1)
		if (is_changed(p))
			return false;
	memset(last, ' ', sizeof last);
	memcpy(last, p, n);
	return !is_changed(last);
}

static bool
tsv_line(struct out *o, struct str line, const struct str *more, size_t n)
{
	size_t i;

	if (!is_canonical(line))
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
