/*
 * lsof-table: what the parts of the reader of lsof's table share.
 */
#ifndef SCAN_FROM_LSOF_TABLE_H
#define SCAN_FROM_LSOF_TABLE_H

#include "scan/from/lsof.h"

enum { TABLE_WORDS = 48 };

/* A line, which it points into. */
struct table_row {
	struct str word[TABLE_WORDS];
	int n;
	const char *start, *end;	/* of the line */
	/* lsof_place_row: */
	int blanks;		/* words of the command beyond the first */
	int absent;		/* words of the task that are not there */
	int node;		/* the word that is the protocol, or 0 */
};

void lsof_split_row(struct table_row *r, struct str line);

/* The row begins like a heading; it is one: the columns are its. */
bool lsof_is_heading(const struct table_row *r);
bool lsof_read_heading(struct lsof *l, const struct table_row *r);

/* An empty line, or what lsof -r prints between two lists. */
bool lsof_is_rule(const struct table_row *r);

/* Finds where the row has the columns; false where it has none. */
bool lsof_place_row(const struct lsof *l, struct table_row *r);
/* Where the placed row's pid ends. */
size_t lsof_row_pid_end(const struct lsof *l, const struct table_row *r);
struct str lsof_row_word(const struct lsof *l, const struct table_row *r,
    enum lsof_column c);

#endif
