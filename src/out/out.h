/*
 * out: records on standard output, in one of several formats.  The only module
 * that writes there.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include <stdbool.h>

#include "record/columns.h"
#include "record/snapshot.h"

/* How a table shows a record: green, red, yellow; or only its local end in
 * yellow, which is open to the network. */
enum out_mark { OUT_PLAIN, OUT_GOOD, OUT_BAD, OUT_ODD, OUT_OPEN };

enum out_when { OUT_AUTO, OUT_ALWAYS, OUT_NEVER };

struct out_format;
struct out;

struct out_opts {
	const struct out_format *format;	/* NULL: by what stdout is */
	enum out_when header;	/* OUT_AUTO: not before the first record if
				 * quiet, else always */
	enum out_when color;
	bool quiet;		/* nothing to tell is no output at all */
	bool wide;		/* a table leaves nothing out, cuts nothing */
	bool prose;		/* no word of a table's last column is cut */
	bool chosen;		/* the columns are the user's: leave none out */
	const char *added;	/* NULL, or only these are (-o +LIST); kept */
};

/* NULL where there is no such format. */
const struct out_format *out_format(const char *name);

/* The name of format i, NULL behind the last. */
const char *out_format_name(unsigned i);

/*
 * To be called before anything else opens a file: makes sure that descriptors
 * 0 to 2 are taken, so that no file of ours becomes standard output.  A stdout
 * that was closed stays one that cannot be written.
 */
void out_guard_descriptors(void);

/* opts is copied.  The caller calls out_close, which frees. */
struct out *out_open(const struct out_opts *opts);

/* What it writes is a table: for people, and nobody reads it back. */
bool out_is_table(const struct out *o);

/* The same of what opts ask for, which then have the format. */
bool out_makes_table(struct out_opts *opts);

/*
 * Begins a snapshot, and ends the one before: snap (NULL: the records belong to
 * none) and the columns of the records that follow, both of which must live
 * until the next call or out_close.
 */
void out_snapshot(struct out *o, const struct snap *snap,
    const struct cols *cols);

/* A record: a value for each column, a missing one for `-'. */
void out_row(struct out *o, const struct str *v, enum out_mark mark);

/*
 * A record that is the line it was read from, of all columns but the last n,
 * and their values.  False, and nothing is written, where it must be out_row:
 * this format, or a line that is not in the canonical form, needs every value.
 */
bool out_line(struct out *o, struct str line, const struct str *more,
    size_t n);

/* The snapshot goes on as it came, cut: without the ##end that would make those
 * who read it take it for whole. */
void out_cut(struct out *o);

/* Text for people (--help), as it is. */
void out_text(struct out *o, const char *text);

/* Ends the snapshot and writes all.  False where standard output did not take
 * every byte, after a message. */
bool out_close(struct out *o);

#endif
