/*
 * diff/columns: the columns that prt-diff writes, and the positions of their
 * values.
 */
#ifndef DIFF_COLUMNS_H
#define DIFF_COLUMNS_H

#include "diff/diff.h"

/* Appends a side's columns except those that prt-diff adds. */
void diff_side_cols(struct cols *c, const struct diff_side *s);

/* Puts all columns into the empty c: NEW's, those of OLD that NEW lacks, and
 * change, first_seen and was. */
void diff_all_cols(struct cols *c, const struct diff *d);

/* Maps a side's values to other columns than its own. */
struct diff_map {
	struct diff_side *side;
	const struct cols *cols;
	int *from;		/* by column: position in its header, or -1 */
	uint32_t header;	/* which from is for */
	struct str *v;		/* by column: the current row */
};

/* Keeps the pointers side and cols.  The caller calls diff_map_free. */
void diff_map_init(struct diff_map *m, struct diff_side *side,
    const struct cols *cols);
void diff_map_free(struct diff_map *m);

/* Sets v to the values of a row; those that prt-diff adds are missing. */
void diff_map_row(struct diff_map *m, uint32_t row);

#endif
