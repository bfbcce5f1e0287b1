#include "out/format.h"

/* For the sake of columns of the first ranks all others may be cut; of the next
 * ones, addresses, and what is wider than most names; for that of higher ones,
 * only what is wider than the longest address and port. */
enum { MAIN_RANKS = 5, NEXT_RANKS = 11, NAME_WIDTH = 15, FULL_WIDTH = 47 };

/* How narrow a column may be made: an address, and any other. */
struct caps {
	size_t address, other;
};

/* The width of a column where none is to be wider than that, unless it may not
 * be cut so far. */
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

/* How far others may be cut for the sake of a column. */
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
		/* Where there is room for that one, there is for the others. */
		length = total(v, n, caps) - capped(c, caps) +
		    capped(c, least);
		if (length <= limit)
			return;
		c->shown = false;
	}
}

/* The widest that fit: first no text is long, then addresses give way. */
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

/* Cuts what is too wide; the last ones get what that leaves over. */
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
