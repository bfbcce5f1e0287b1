/*
 * rec: the reader of the record stream, prt(5).
 *
 * A pure parser: it goes through the bytes of one input and tells what is
 * there, event by event.  Values point into those bytes, or where they held
 * escapes into a buffer that the next event reuses.
 */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/columns.h"
#include "record/snapshot.h"

enum rec_event {
	REC_ERROR,	/* error and lineno tell it; nothing follows */
	REC_EOF,
	REC_SNAP,	/* snap is that of a ##prt line */
	REC_COLS,	/* cols are those of the records that follow */
	REC_ROW		/* line and v[0] to v[cols.n - 1] are a record */
};

/* How the records stand to the ##prt and ##end lines, once all are read. */
enum rec_extent {
	REC_UNMARKED,	/* there is neither */
	REC_WHOLE,
	REC_SELECTION,	/* fewer records than ##end says: grep was here */
	REC_CUT		/* ##prt without ##end, or a last line without LF */
};

struct rec {
	const char *name;	/* of the input, as messages call it */
	size_t lineno;		/* of the line of the last event, from 1 */
	struct cols cols;
	struct snap snap;	/* lives until rec_stop */
	struct str line;	/* of a record, as it was read, without LF */
	struct str *v;		/* its values, unescaped */
	uint64_t rows;		/* records so far */
	char error[200];

	/* The parser's own. */
	const char *p, *end;	/* what is still to be read */
	const char *seen;	/* looked through up to here, for these: */
	const char *nul;	/* the first NUL, or NULL */
	const char *escape;	/* the first \ from p on, or seen */
	struct buf unescaped;
	struct arena arena;	/* values of ##prt lines */
	uint64_t nsnap, nend, promised;
	bool headed, headerless, cut;
};

/*
 * Starts on text, which must live and stay as it is until rec_stop.  fields
 * may name the columns of records without a header; NULL means the default
 * ones.  name is kept.  The caller calls rec_stop, also after an error.
 */
void rec_start(struct rec *r, const char *name, struct str text,
    const struct cols *fields);
void rec_stop(struct rec *r);

/* The next thing there is.  What an event gave is good until the next one. */
enum rec_event rec_next(struct rec *r);

/* After REC_EOF. */
enum rec_extent rec_extent(const struct rec *r);

/*
 * Splits a line that rec_next returned once more into ncols values, for those
 * who kept lines and not values.  Escaped values go to unescaped, which is
 * emptied first and must outlive v.  False where it is no such line.
 */
bool rec_split(struct str line, size_t ncols, struct str *v,
    struct buf *unescaped);

#endif
