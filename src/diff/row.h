/*
 * diff-row: the rows that prt-diff prints.
 */
#ifndef DIFF_ROW_H
#define DIFF_ROW_H

#include "diff/first-seen.h"
#include "lib/num.h"
#include "lib/timestamp.h"
#include "out/out.h"

/* Sets of changes. */
#define DIFF_BIT(change) (1u << (change))
#define DIFF_CHANGES (DIFF_BIT(DIFF_CHANGED) | DIFF_BIT(DIFF_NEW) | \
    DIFF_BIT(DIFF_GONE))

/* The set that a list of names of changes says; 0 where it is no such list. */
unsigned diff_changes(const char *list);

/* All columns there are: NEW's, OLD's that it lacks, and those that are added,
 * into the empty c. */
void diff_all_cols(struct cols *c, const struct diff *d);

/* Appends a side's columns but for those that prt-diff adds. */
void diff_side_cols(struct cols *c, const struct diff_side *s);

/* For each of a side's columns where the columns c find their values. */
int **diff_map(const struct diff_side *s, const struct cols *c);
void diff_map_free(int **map, const struct diff_side *s);

struct diff_rows {
	struct diff *d;
	const struct cols *cols;
	struct diff_seen seen;
	int **old_map, **new_map;
	bool rx, tx;			/* there are rates */
	struct str *v;
	struct buf was;
	char first_seen[TIMESTAMP_LEN], rx_rate[NUM_MAX], tx_rate[NUM_MAX];
};

/* d and cols are kept. */
void diff_rows_init(struct diff_rows *r, struct diff *d,
    const struct cols *cols);
void diff_rows_free(struct diff_rows *r);

/* Writes a row of NEW, or of OLD. */
void diff_row_out(struct diff_rows *r, const struct diff_side *side,
    uint32_t row, struct out *out);

#endif
