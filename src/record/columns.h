/*
 * cols: the columns of a run of records, in order.
 *
 * A column is a field of the table or a name that only the stream knows; the
 * latter are passed on untouched.
 */
#ifndef RECORD_COLUMNS_H
#define RECORD_COLUMNS_H

#include <stdbool.h>

#include "lib/mem.h"
#include "record/field.h"

/* The most columns in all headers of an input: for each name of each header we
 * search all of them. */
enum { COLS_MAX = 1000 };
#define COLS_MAX_TEXT "1000"

struct cols {
	size_t n, cap;
	struct col {
		struct str name;	/* not owned */
		enum field_id id;	/* FIELD_NONE: not in the table */
	} *v;
	int at[FIELD_COUNT];		/* position of each field, or -1 */
};

/* Starts an empty set; the caller calls cols_free. */
void cols_init(struct cols *c);
void cols_free(struct cols *c);

/* Appends a column.  False, and nothing is appended, if c has it already or it
 * is not a field name ([a-z][a-z0-9_]*). */
bool cols_add(struct cols *c, struct str name);
/* Appends a field of the table if c lacks it. */
void cols_add_field(struct cols *c, enum field_id id);

/* Append those of `from', or prt-scan's default ones, that c lacks. */
void cols_copy(struct cols *c, const struct cols *from);
void cols_add_defaults(struct cols *c);

/* Appends the header line, with LF. */
void cols_format(struct buf *b, const struct cols *c);

/* The position of a name; -1 if there is no such column. */
int cols_find(const struct cols *c, struct str name);
bool cols_equal(const struct cols *a, const struct cols *b);

/* Where -o finds fields: in the field table below limit, or in the columns
 * also, which may be NULL. */
struct cols_known {
	enum field_id limit;
	const struct cols *also;
};

/*
 * Reads the comma-separated list of -o into the empty c: fields and groups of
 * them, or `all', or `+' and fields to append to those of base.  If false, *bad
 * is the part that is unknown, empty or named twice.
 */
bool cols_parse(struct cols *c, struct str list, const struct cols *base,
    struct cols_known known, struct str *bad);

#endif
