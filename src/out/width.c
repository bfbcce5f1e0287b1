#include "out/format.h"

#include "lib/escape.h"

/*
 * Characters that do not take one column: wide ones of UAX #11, sorted, and the
 * combining marks most in use.  If terminals differ, this is the greater width:
 * then a table lacks a blank somewhere, but no line wraps.
 */
static const struct {
	uint32_t first, last;
	unsigned char width;
} ranges[] = {
	{ 0x300, 0x36f, 0 }, { 0x483, 0x489, 0 }, { 0x591, 0x5bd, 0 },
	{ 0x610, 0x61a, 0 }, { 0x64b, 0x65f, 0 }, { 0xe31, 0xe31, 0 },
	{ 0xe34, 0xe3a, 0 }, { 0xe47, 0xe4e, 0 }, { 0x1100, 0x115f, 2 },
	{ 0x1ab0, 0x1ace, 0 }, { 0x1dc0, 0x1dff, 0 }, { 0x20d0, 0x20f0, 0 },
	{ 0x231a, 0x231b, 2 }, { 0x2329, 0x232a, 2 }, { 0x23e9, 0x23f3, 2 },
	{ 0x25fd, 0x25fe, 2 }, { 0x2614, 0x2615, 2 }, { 0x2648, 0x2653, 2 },
	{ 0x267f, 0x267f, 2 }, { 0x2693, 0x2693, 2 }, { 0x26a1, 0x26a1, 2 },
	{ 0x26aa, 0x26ab, 2 }, { 0x26bd, 0x26be, 2 }, { 0x26c4, 0x26c5, 2 },
	{ 0x26ce, 0x26ce, 2 }, { 0x26d4, 0x26d4, 2 }, { 0x26ea, 0x26ea, 2 },
	{ 0x26f2, 0x26f5, 2 }, { 0x26fa, 0x26fd, 2 }, { 0x2705, 0x2705, 2 },
	{ 0x270a, 0x270b, 2 }, { 0x2728, 0x2728, 2 }, { 0x274c, 0x274e, 2 },
	{ 0x2753, 0x2757, 2 }, { 0x2795, 0x2797, 2 }, { 0x27b0, 0x27bf, 2 },
	{ 0x2b1b, 0x2b1c, 2 }, { 0x2b50, 0x2b55, 2 }, { 0x2e80, 0x3029, 2 },
	{ 0x302a, 0x302d, 0 }, { 0x302e, 0x303e, 2 }, { 0x3041, 0x3098, 2 },
	{ 0x3099, 0x309a, 0 }, { 0x309b, 0xa4cf, 2 }, { 0xa960, 0xa97f, 2 },
	{ 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 },
	{ 0xfe10, 0xfe19, 2 }, { 0xfe20, 0xfe2f, 0 }, { 0xfe30, 0xfe6f, 2 },
	{ 0xff01, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 }, { 0x16fe0, 0x1b2ff, 2 },
	{ 0x1f004, 0x1f004, 2 }, { 0x1f0cf, 0x1f0cf, 2 },
	{ 0x1f18e, 0x1f19a, 2 }, { 0x1f200, 0x1f64f, 2 },
	{ 0x1f680, 0x1f6ff, 2 }, { 0x1f7e0, 0x1f7f0, 2 },
	{ 0x1f90c, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
	{ 0xe0100, 0xe01ef, 0 },
};

static size_t
char_width(uint32_t cp)
{
	size_t i;

	for (i = 0; i < NELEMS(ranges); i++)
		if (cp <= ranges[i].last)
			return cp < ranges[i].first ? 1 : ranges[i].width;
	return 1;
}

/* Cuts the first character off and returns its width. */
static size_t
take_char(struct str *s)
{
	uint32_t cp;
	size_t n = 1, width = 1;

	if ((unsigned char)*s->p >= 0x80) {
		n = escape_decode(s->p, s->n, &cp);
		width = n > 0 ? char_width(cp) : 1;
		n = n > 0 ? n : 1;
	}
	s->p += n;
	s->n -= n;
	return width;
}

size_t
width_of(struct str s)
{
	size_t width = 0;

	while (s.n > 0)
		width += take_char(&s);
	return width;
}

struct str
width_head(struct str s, size_t max)
{
	struct str rest = s, head = { s.p, 0 };
	size_t width = 0;

	while (rest.n > 0 && (width += take_char(&rest)) <= max)
		head.n = s.n - rest.n;
	return head;
}

struct str
width_tail(struct str s, size_t max)
{
	size_t width = width_of(s);
	struct str next;

	while (s.n > 0 && width > max)
		width -= take_char(&s);
	/* A mark without its letter would join the one before. */
	for (next = s; next.n > 0 && take_char(&next) == 0; )
		s = next;
	return s;
}
