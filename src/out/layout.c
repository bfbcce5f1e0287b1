#include "out/format.h"

/* For the sake of columns of these ranks all others may be cut; for that of
 * higher ones, only what is wider than the longest address and port. */
enum { MAIN_RANKS = 5, FULL_WIDTH = 47 };

/* The width of a column where none is to be wider than cap, unless it may not
 * be cut so far. */
static size_t
capped(const struct layout_col *c, size_t cap)
{
	if (cap < c->least)
		cap = c->least;
	return c->width < cap ? c->width : cap;
}

/* The length of a line. */
static size_t
total(const struct layout_col *v, size_t n, size_t cap)
{
	size_t i, gap = 0, sum = 0;

	for (i = 0; i < n; i++) {
		if (!v[i].shown)
			continue;
		sum += gap + capped(&v[i], cap);
		gap = LAYOUT_GAP;
	}
	return sum;
}

/* The column of the highest rank, the last of several. */
static struct layout_col *
find_least_wanted(struct layout_col *v, size_t n)
{
	struct layout_col *c = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].shown && v[i].rank > 0 &&
		    (c == NULL || v[i].rank >= c->rank))
			c = &v[i];
	return c;
}

static void
leave_out(struct layout_col *v, size_t n, size_t limit)
{
	struct layout_col *c;
	size_t cap, length;

	while ((c = find_least_wanted(v, n)) != NULL) {
		cap = c->rank > MAIN_RANKS ? FULL_WIDTH : 0;
		/* Where there is room for that one, there is for the others. */
		length = total(v, n, cap) - capped(c, cap) + capped(c, 0);
		if (length <= limit)
			return;
		c->shown = false;
	}
}

/* Cuts all that are wider than a common width; the last one of them gets what
 * that leaves over. */
static void
cut(struct layout_col *v, size_t n, size_t limit)
{
	size_t i, sum, wanted, cap = limit, spare;

	while (cap > 0 && total(v, n, cap) > limit)
		cap--;
	sum = total(v, n, cap);
	spare = sum < limit ? limit - sum : 0;
	for (i = n; i-- > 0; ) {
		if (!v[i].shown)
			continue;
		wanted = v[i].width;
		v[i].width = capped(&v[i], cap);
		while (spare > 0 && v[i].width < wanted) {
			v[i].width++;
			spare--;
		}
	}
}

static void
clip_at(struct layout_col *v, size_t n, size_t limit)
{
	size_t i, at = 0;	/* where the column would begin */

	for (i = 0; i < n; i++) {
		if (!v[i].shown)
			continue;
		if (at >= limit)
			v[i].shown = false;
		else if (v[i].width > limit - at)
			v[i].width = limit - at;
		at += v[i].width + LAYOUT_GAP;
	}
}

void
layout_fit(struct layout_col *v, size_t n, size_t limit, bool clip)
{
	leave_out(v, n, limit);
	cut(v, n, limit);
	if (clip)
		clip_at(v, n, limit);
}
