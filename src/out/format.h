/*
 * out-impl: what the formats of module out share; for out*.c alone.
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

#endif
