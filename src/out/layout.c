#include "out/format.h"

/* For a column of the main ranks all others may be cut to their least.  For one
 * of the next ranks, addresses may, and other columns to NAME_WIDTH.  For one
 * of higher ranks, only what is wider than the longest address and port. */
enum { MAIN_RANKS = 5, NEXT_RANKS = 11, NAME_WIDTH = 15, FULL_WIDTH = 47 };

/* How far columns may be cut: addresses, and others. */
struct caps {
	size_t address, other;
};

/* The width of a column that is cut to its cap, but not below its least. */
static size_t
capped(const struct layout_col *c, struct caps caps)
{
	size_t cap = c->address ? caps.address : caps.other;

	if (cap < c->least)
		cap = c->least;
	return c->width < cap ? c->width : cap;
}

/* The length of a line. */
static size_t
total(const struct layout_col *v, size_t n, struct caps caps)
{
	size_t i, gap = 0, sum = 0;

	for (i = 0; i < n; i++) {
		if (!v[i].shown)
			continue;
		sum += gap + capped(&v[i], caps);
		gap = LAYOUT_GAP;
	}
	return sum;
}

/* The shown column of the highest rank, the last of several. */
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

/* How far others may be cut to make room for a column. */
static struct caps
caps_for(const struct layout_col *c)
{
	if (c->rank <= MAIN_RANKS)
		return (struct caps){ 0, 0 };
	if (c->rank <= NEXT_RANKS)
		return (struct caps){ 0, NAME_WIDTH };
	return (struct caps){ FULL_WIDTH, FULL_WIDTH };
}

static void
leave_out(struct layout_col *v, size_t n, size_t limit)
{
	const struct caps least = { 0, 0 };
	struct layout_col *c;
	struct caps caps;
	size_t length;

	while ((c = find_least_wanted(v, n)) != NULL) {
		caps = caps_for(c);
		/* if it fits when cut, all others fit too */
		length = total(v, n, caps) - capped(c, caps) +
		    capped(c, least);
		if (length <= limit)
			return;
		c->shown = false;
	}
}

/* The widest caps that fit: long texts are cut first, then addresses. */
static struct caps
find_caps(const struct layout_col *v, size_t n, size_t limit)
{
	struct caps caps = { limit, limit };

	while (caps.other > NAME_WIDTH && total(v, n, caps) > limit)
		caps.address = --caps.other;
	while (caps.address > 0 && total(v, n, caps) > limit)
		caps.address--;
	while (caps.other > 0 && total(v, n, caps) > limit)
		caps.other--;
	return caps;
}

/* Cuts columns that are too wide; the last ones get the space left over. */
static void
cut(struct layout_col *v, size_t n, size_t limit)
{
	struct caps caps = find_caps(v, n, limit);
	size_t i, sum = total(v, n, caps), wanted;
	size_t spare = sum < limit ? limit - sum : 0;

	for (i = n; i-- > 0; ) {
		if (!v[i].shown)
			continue;
		wanted = v[i].width;
		v[i].width = capped(&v[i], caps);
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
