/*
 * format: what the modules of this folder share, and only they see.
 */
#ifndef OUT_FORMAT_H
#define OUT_FORMAT_H

#include <stdint.h>

#include "out/out.h"

struct out_table;

struct out {
	struct out_opts opts;
	const struct snap *snap;
	const struct cols *cols;
	struct buf buf;			/* not yet written */
	uint64_t rows;			/* of this snapshot */
	bool begun;			/* its head is in buf */
	bool cut;			/* it must not look whole */
	bool wrote, failed;
	int error;			/* errno of the first failure */
	struct out_table *table;	/* a table's rows, until it ends */
	struct buf header;		/* of csv, as written last */
};

/* A format appends to o->buf.  begin, end and line may be NULL. */
struct out_format {
	const char *name;
	void (*begin)(struct out *o);
	void (*row)(struct out *o, const struct str *v, enum out_mark mark);
	void (*end)(struct out *o);
	bool (*line)(struct out *o, struct str line, const struct str *more,
	    size_t n);			/* see out_line */
};

/* Writes some of o->buf if it is much, for a format that appends more than a
 * row at once. */
void out_spill(struct out *o);
/* Writes the rest and closes standard output. */
void out_finish(struct out *o);

/* The width that the environment names, or else that of the terminal which
 * standard output is; 0 where it is none. */
size_t out_term_width(void);
bool out_term_color(enum out_when when);

extern const struct out_format out_tsv, out_json, out_csv, out_table;

/* Which columns of a table are shown, and how wide: layout.c. */
enum { LAYOUT_GAP = 1 };	/* blanks between two columns */

struct layout_col {
	size_t width;		/* that it wants, then that it gets */
	size_t least;		/* it may be cut to so many */
	unsigned char rank;	/* the highest is left out first, 0 never */
	bool address;		/* it is cut before others are, or left out */
	bool shown;
};

/*
 * Makes the shown ones of the n columns fit into limit terminal columns: leaves
 * out by rank until those that remain can be cut to it, then cuts long texts,
 * addresses, and at last the widest.  Where that does not help, what is beyond
 * limit is left out if clip, else the lines will be too long.
 */
void layout_fit(struct layout_col *v, size_t n, size_t limit, bool clip);

/* How many columns of a terminal a text takes, without a locale: width.c. */

/* s is UTF-8 without control characters, as escape_add leaves it. */
size_t width_of(struct str s);

/* The longest beginning, and the longest end, of at most max columns. */
struct str width_head(struct str s, size_t max);
struct str width_tail(struct str s, size_t max);

#endif
