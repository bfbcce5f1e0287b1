/*
 * stream: one input, read whole: its records, and the columns, the host and the
 * snapshot of each.
 *
 * Of a record its line is kept; its values are at hand when it is read, and
 * again from stream_values.  Which snapshot a record belongs to is its host's
 * affair and known after the last record: lines may come in any order.
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

/* Records of one host, under the same header. */
struct stream_part {
	uint32_t cols, host;	/* indexes */
	uint32_t next;		/* of the same snapshot, or STREAM_NONE */
};

struct stream_snap {
	struct snap snap;
	uint32_t cols;		/* of the last header before the next ##prt */
	uint32_t rows, hosts;	/* how many belong to it */
	uint32_t parts;		/* the first one, or STREAM_NONE */
};

struct stream {
	const char *name;	/* of the input, as messages call it */
	struct rec rec;		/* rec.v: values of the record just read */
	struct stream_row *rows;
	struct stream_part *parts;
	struct cols *cols;	/* each header once */
	struct cols all;	/* the columns of all headers */
	/* By host: the index of its ##prt. */
	uint32_t *snap_of;
	/* Behind the last one there is one more, without a ##prt: that of all
	 * records if nsnaps is 0. */
	struct stream_snap *snaps;
	size_t nrows, nparts, ncols, nhosts, nsnaps;
	size_t have[FIELD_COUNT];	/* how many headers have the field */
	enum rec_extent extent;
	bool partial, state;	/* some ##prt says partial=1, state=1 */

	/* Its own. */
	int fd;			/* -1: nothing more to read */
	const struct cols *fields;
	struct input_text text;
	size_t rows_cap, parts_cap, cols_cap, snap_of_cap, snaps_cap;
	struct names headers, hosts;
	struct map part_of;
	uint32_t part, cols_now;	/* of the record before */
	struct str host;
	bool started, moved;	/* moved: the next record is elsewhere */
	struct stream_reader {
		const char *line;	/* of which v has the values */
		struct str *v;
		struct buf unescaped;
	} reader;
	int error;		/* errno of a failed read */
	char wrong[256];	/* or else what is wrong, "" if nothing is */
};

/*
 * Starts on fd, which is read and closed; -1 is an empty input.  fields are the
 * columns of records without a header, NULL the default ones; they and name
 * must outlive the stream.  The caller calls stream_free.
 */
void stream_start(struct stream *s, const char *name, int fd,
    const struct cols *fields);
void stream_free(struct stream *s);

/* Reads all of the text.  Only for those who must have it before they lock
 * something: else stream_next does it. */
void stream_read(struct stream *s);

/*
 * REC_ROW: there is one more record, the last of rows, whose values are rec.v
 * until the next call.  REC_EOF: now extent, snap_of and snaps are right.
 * REC_ERROR: stream_check has the message.  Touches nothing but the stream: it
 * may run in a thread of its own.
 */
enum rec_event stream_next(struct stream *s);

/* Forgets the record that was just read. */
static inline void
stream_drop(struct stream *s)
{
	s->nrows--;
}

/* What is wrong with a stream of extent REC_CUT. */
extern const char stream_cut[];

/* Something more that is wrong with the input, for stream_check. */
void stream_fail(struct stream *s, const char *what, struct str detail);

/* False after a message if reading failed. */
bool stream_check(const struct stream *s);

/* False after a message if there is not even a header: no scan writes that. */
bool stream_check_any(const struct stream *s);

/* The values of a row, by column, until those of another row are asked for. */
const struct str *stream_values(struct stream *s, size_t row);

/* The number of a host by its name, which may be missing, or STREAM_NONE. */
uint32_t stream_host(const struct stream *s, struct str name);
/* What records call it, or if they do not, its ##prt. */
struct str stream_host_name(const struct stream *s, uint32_t host);

/* All records have this field. */
bool stream_has(const struct stream *s, struct str name);
static inline bool
stream_has_field(const struct stream *s, enum field_id id)
{
	return s->have[id] == s->ncols;
}

/* It is no whole snapshot, but was selected from one: there are fewer records
 * than ##end says, or a ##prt says partial=1. */
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

/* The index of the row's snapshot in snaps. */
static inline uint32_t
stream_snap(const struct stream *s, size_t row)
{
	return s->snap_of[stream_part(s, row)->host];
}

#endif
