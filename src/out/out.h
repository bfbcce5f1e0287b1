/*
 * out: writes records to standard output, in one of several formats.  No other
 * module writes there.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include <stdbool.h>

#include "record/columns.h"
#include "record/snapshot.h"

/* How a table shows a record: in green, red or yellow, or with only its local
 * end in yellow, if that is open to the network. */
enum out_mark { OUT_PLAIN, OUT_GOOD, OUT_BAD, OUT_ODD, OUT_OPEN };

enum out_when { OUT_AUTO, OUT_ALWAYS, OUT_NEVER };

struct out_format;
struct out;

struct out_opts {
	const struct out_format *format;	/* NULL: by stdout's kind */
	enum out_when header;	/* OUT_AUTO: always; if quiet, only before a
				 * first record */
	enum out_when color;
	bool quiet;		/* no records: no output at all */
	bool wide;		/* a table has all columns, nothing cut */
	bool prose;		/* no word of a table's last column is cut */
	bool chosen;		/* the user's columns: leave none out */
	const char *added;	/* only these are (-o +LIST), or NULL; kept */
};

/* NULL if there is no such format. */
const struct out_format *out_format(const char *name);

/* The name of format i; NULL after the last. */
const char *out_format_name(unsigned i);

/*
 * Must be called before any file is opened: makes sure that descriptors 0 to 2
 * are in use, so that no file of ours becomes standard output.  A closed stdout
 * stays unwritable.
 */
void out_guard_descriptors(void);

/* Copies opts.  The caller calls out_close, which frees. */
struct out *out_open(const struct out_opts *opts);

/* The output is a table: for people, not to be read back. */
bool out_is_table(const struct out *o);

/* The same for opts, before out_open; sets their format. */
bool out_makes_table(struct out_opts *opts);

/*
 * Begins a snapshot, and ends the one before.  snap (NULL: the records belong
 * to none) and the columns of the records must live until the next call or
 * out_close.
 */
void out_snapshot(struct out *o, const struct snap *snap,
    const struct cols *cols);

/* Writes a record, with a value for each column; a missing value is written as
 * `-'. */
void out_row(struct out *o, const struct str *v, enum out_mark mark);

/*
 * Writes a record by the line that it was read from, which has all columns
 * except the last n, and the values of those.  False if nothing was written and
 * out_row must be called: the format or a line that is not canonical needs
 * every value.
 */
bool out_line(struct out *o, struct str line, const struct str *more,
    size_t n);

/* Marks the snapshot as cut, like its input: without ##end, so that readers do
 * not take it for whole. */
void out_cut(struct out *o);

/* Writes text for people (--help) as it is. */
void out_text(struct out *o, const char *text);

/* Ends the snapshot and writes the rest.  False, after a message, if standard
 * output did not take every byte. */
bool out_close(struct out *o);

#endif
