/*
 * rec: the reader of the record stream, prt(5).
 *
 * A pure parser: it goes through the bytes of one input and returns its
 * contents, event by event.  Values point into those bytes, or if they held
 * escapes into a buffer that the next event reuses.
 */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/columns.h"
#include "record/snapshot.h"

enum rec_event {
	REC_ERROR,	/* see error and lineno; nothing follows */
	REC_EOF,
	REC_SNAP,	/* snap holds a ##prt line */
	REC_COLS,	/* cols holds the columns of what follows */
	REC_ROW		/* line and v[0] to v[cols.n - 1] are a record */
};

/* How the records relate to ##prt and ##end, after the last record. */
enum rec_extent {
	REC_UNMARKED,	/* neither is there */
	REC_WHOLE,
	REC_SELECTION,	/* fewer records than ##end says: grep ran */
	REC_CUT		/* ##prt without ##end, or a last line without LF */
};

struct rec {
	const char *name;	/* of the input, in messages */
	size_t lineno;		/* of the last event's line, from 1 */
	struct cols cols;
	struct snap snap;	/* lives until rec_stop */
	struct str line;	/* of a record, as read, without LF */
	struct str *v;		/* its values, unescaped */
	uint64_t rows;		/* records so far */
	char error[200];

	/* Private to the parser. */
	const char *p, *end;	/* the text that is left */
	const char *seen;	/* searched up to here, for the next two */
	const char *nul;	/* the first NUL, or NULL */
	const char *escape;	/* the first \ from p on, or seen */
	struct buf unescaped;
	struct arena arena;	/* for values of ##prt lines */
	uint64_t nsnap, nend, promised;
	bool headed, headerless, cut;
};

/*
 * Starts on text, which must stay unchanged until rec_stop.  fields may name
 * the columns of records without a header; NULL means the default ones.  r
 * keeps the pointer name.  The caller calls rec_stop, also after an error.
 */
void rec_start(struct rec *r, const char *name, struct str text,
    const struct cols *fields);
void rec_stop(struct rec *r);

/* The next event.  Its values are valid until the next call. */
enum rec_event rec_next(struct rec *r);

/* To be called after REC_EOF. */
enum rec_extent rec_extent(const struct rec *r);

/*
 * Splits a line of an earlier rec_next again into ncols values, for callers
 * that keep lines and not values.  Escaped values go to unescaped, which is
 * emptied first and must outlive v.  False if it is not such a line.
 */
bool rec_split(struct str line, size_t ncols, struct str *v,
    struct buf *unescaped);

#endif
