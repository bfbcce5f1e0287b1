/*
 * out-layout: which columns of a table are shown, and how wide; for out*.c
 * alone.
 */
#ifndef OUT_LAYOUT_H
#define OUT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum { LAYOUT_GAP = 1 };	/* blanks between two columns */

struct layout_col {
	size_t width;		/* that it wants, then that it gets */
	size_t least;		/* it may be cut to so many */
	unsigned char rank;	/* the highest is left out first, 0 never */
	bool shown;
};

/*
 * Makes the shown ones of the n columns fit into limit terminal columns: leaves
 * out by rank until those that remain can be cut to it, then cuts the widest.
 * Where that does not help, what is beyond limit is left out if clip, else the
 * lines will be too long.
 */
void layout_fit(struct layout_col *v, size_t n, size_t limit, bool clip);

#endif
