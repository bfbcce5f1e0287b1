/*
 * format: shared by the modules of this folder, and private to them.
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
	uint64_t rows;			/* in this snapshot */
	bool begun;			/* its head is in buf */
	bool cut;			/* it must not look whole */
	bool wrote, failed;
	int error;			/* errno of the first failure */
	struct out_table *table;	/* a table's rows, until it ends */
	struct buf header;		/* for csv: the last one written */
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

/* Writes a part of o->buf if it is large, for formats that collect rows. */
void out_spill(struct out *o);
/* Writes the rest and closes standard output. */
void out_finish(struct out *o);

/* The width from the environment, or else of the terminal on standard output; 0
 * if that is no terminal. */
size_t out_term_width(void);
bool out_term_color(enum out_when when);

extern const struct out_format out_tsv, out_json, out_csv, out_table;

/* Which columns a table shows, and how wide: layout.c. */
enum { LAYOUT_GAP = 1 };	/* blanks between two columns */

struct layout_col {
	size_t width;		/* first what it wants, then what it gets */
	size_t least;		/* the smallest width that it may be cut to */
	unsigned char rank;	/* the highest is left out first; 0: never */
	bool address;		/* cut before others are cut or left out */
	bool shown;
};

/*
 * Makes the shown columns among n fit into limit terminal columns: leaves out
 * columns by rank until the rest can be cut to limit, then cuts long texts,
 * addresses, and last the widest.  If that does not help, clip leaves out what
 * is beyond limit; without clip the lines are too long.
 */
void layout_fit(struct layout_col *v, size_t n, size_t limit, bool clip);

/* The terminal columns that a text takes, without a locale: width.c. */

/* s is UTF-8 without control characters, as escape_add writes it. */
size_t width_of(struct str s);

/* The longest beginning and the longest end of s that fit into max columns. */
struct str width_head(struct str s, size_t max);
struct str width_tail(struct str s, size_t max);

#endif
