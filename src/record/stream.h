/*
 * stream: one input, read whole: its records, each with its columns, host and
 * snapshot.
 *
 * The stream keeps each record's line; its values are available when it is
 * read, and again from stream_values.  A record's snapshot depends on its host
 * and is known only after the last record, since lines may come in any order.
 */
#ifndef RECORD_STREAM_H
#define RECORD_STREAM_H

#include "lib/input.h"
#include "lib/map.h"
#include "record/reader.h"

/* No row, host or snapshot has this number. */
#define STREAM_NONE UINT32_MAX

struct stream_row {
	const char *line;
	uint32_t len;
	uint32_t part;		/* index into parts */
};

/* Records of one host under the same header. */
struct stream_part {
	uint32_t cols, host;	/* indexes */
	uint32_t next;		/* next part of the snapshot, or STREAM_NONE */
};

struct stream_snap {
	struct snap snap;
	uint32_t cols;		/* the last header before the next ##prt */
	uint32_t rows, hosts;	/* how many belong to it */
	uint32_t parts;		/* the first one, or STREAM_NONE */
};

struct stream {
	const char *name;	/* of the input, in messages */
	struct rec rec;		/* rec.v: values of the record just read */
	struct stream_row *rows;
	struct stream_part *parts;
	struct cols *cols;	/* each header once */
	struct cols all;	/* the columns of all headers */
	/* By host: the index of its ##prt. */
	uint32_t *snap_of;
	/* After the last one comes one without a ##prt, for all records if
	 * nsnaps is 0. */
	struct stream_snap *snaps;
	size_t nrows, nparts, ncols, nhosts, nsnaps;
	size_t have[FIELD_COUNT];	/* how many headers have the field */
	enum rec_extent extent;
	bool partial, state;	/* in some ##prt: partial=1, state=1 */

	/* Private to the stream. */
	int fd;			/* -1: nothing more to read */
	const struct cols *fields;
	struct input_text text;
	size_t rows_cap, parts_cap, cols_cap, snap_of_cap, snaps_cap;
	struct names headers, hosts;
	struct map part_of;
	uint32_t part, cols_now;	/* of the previous record */
	struct str host;
	bool started, moved;	/* moved: the next record starts a part */
	struct stream_reader {
		const char *line;	/* the line whose values are in v */
		struct str *v;
		struct buf unescaped;
	} reader;
	int error;		/* errno of a failed read */
	char wrong[256];	/* or else what is wrong, "" if nothing */
};

/*
 * Starts on fd, which it reads and closes; -1 is an empty input.  fields are
 * the columns of records without a header, NULL for the default ones; they and
 * name must outlive the stream.  The caller calls stream_free.
 */
void stream_start(struct stream *s, const char *name, int fd,
    const struct cols *fields);
void stream_free(struct stream *s);

/* Reads all of the text.  Only for callers that need it before they take a
 * lock; otherwise stream_next reads. */
void stream_read(struct stream *s);

/*
 * REC_ROW: one more record, the last of rows; its values are in rec.v until the
 * next call.  REC_EOF: extent, snap_of and snaps are now set.  REC_ERROR:
 * stream_check has the message.  Uses nothing but the stream, so it may run in
 * a thread of its own.
 */
enum rec_event stream_next(struct stream *s);

/* Drops the record that was just read. */
static inline void
stream_drop(struct stream *s)
{
	s->nrows--;
}

/* What is wrong with a stream of extent REC_CUT. */
extern const char stream_cut[];

/* Adds a fault of the input, for stream_check. */
void stream_fail(struct stream *s, const char *what, struct str detail);

/* False after a message if reading failed. */
bool stream_check(const struct stream *s);

/* False, after a message, if there is no header: no scan leaves it out. */
bool stream_check_any(const struct stream *s);

/* The values of a row, by column, valid until the next call for another row. */
const struct str *stream_values(struct stream *s, size_t row);

/* The number of a host by its name, which may be missing; or STREAM_NONE. */
uint32_t stream_host(const struct stream *s, struct str name);
/* The host's name in its records, or else in its ##prt. */
struct str stream_host_name(const struct stream *s, uint32_t host);

/* All records have this field. */
bool stream_has(const struct stream *s, struct str name);
static inline bool
stream_has_field(const struct stream *s, enum field_id id)
{
	return s->have[id] == s->ncols;
}

/* The stream is a selection from snapshots, not whole ones: it has fewer
 * records than ##end says, or a ##prt says partial=1. */
static inline bool
stream_is_selection(const struct stream *s)
{
	return s->extent == REC_SELECTION || s->partial;
}

static inline const struct stream_part *
stream_part(const struct stream *s, size_t row)
{
	return &s->parts[s->rows[row].part];
}

static inline const struct cols *
stream_cols(const struct stream *s, size_t row)
{
	return &s->cols[stream_part(s, row)->cols];
}

/* The index in snaps of the row's snapshot. */
static inline uint32_t
stream_snap(const struct stream *s, size_t row)
{
	return s->snap_of[stream_part(s, row)->host];
}

#endif
