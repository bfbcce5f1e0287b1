/*
 * lsof-table: shared by the parts of the reader of lsof's table.
 */
#ifndef SCAN_FROM_LSOF_TABLE_H
#define SCAN_FROM_LSOF_TABLE_H

#include "scan/from/lsof.h"

enum { TABLE_WORDS = 48 };

/* A line; the row points into it. */
struct table_row {
	struct str word[TABLE_WORDS];
	int n;
	const char *start, *end;	/* of the line */
	/* lsof_place_row: */
	int blanks;		/* extra words of the command */
	int absent;		/* missing words of the task */
	int node;		/* which word is the protocol, or 0 */
};

void lsof_split_row(struct table_row *r, struct str line);

/* lsof_is_heading: the row begins like a heading.  lsof_read_heading: if it is
 * one, sets the columns. */
bool lsof_is_heading(const struct table_row *r);
bool lsof_read_heading(struct lsof *l, const struct table_row *r);

/* An empty line, or the line that lsof -r prints between two lists. */
bool lsof_is_rule(const struct table_row *r);

/* Finds the columns in the row; false if it does not fit them. */
bool lsof_place_row(const struct lsof *l, struct table_row *r);
/* Where the pid of the placed row ends. */
size_t lsof_row_pid_end(const struct lsof *l, const struct table_row *r);
struct str lsof_row_word(const struct lsof *l, const struct table_row *r,
    enum lsof_column c);

#endif
