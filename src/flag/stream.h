/*
 * flag-stream: one input, read whole and kept.
 *
 * Of each record only its line is kept, and to which columns and snapshot it
 * belongs; its values are there while stream_next stands on it, and again after
 * stream_split.
 */
#ifndef FLAG_STREAM_H
#define FLAG_STREAM_H

#include "lib/map.h"
#include "record/reader.h"

struct stream_row {
	struct str line;
	uint32_t part;		/* index into parts */
	uint32_t set;		/* what it raises, for module flag-judge */
	uint32_t sock;		/* hash of its socket, for flag-index */
	uint32_t owner;		/* its process, for flag-index; 0: none */
};

/* Records with the same columns, of the same snapshot. */
struct stream_part {
	uint32_t seg, group;
};

/* A run of lines under one header. */
struct stream_seg {
	struct cols cols;
};

/*
 * Records that say the same of where they come from: their host field, where
 * they have one, and the last ##prt before them.  After the last record it is
 * known which snapshot that is.
 */
struct stream_group {
	uint32_t host;		/* number of its name, 0: none */
	uint32_t after;		/* number of the ##prt; 1 also before it */
	uint32_t snap;		/* index into snaps */
};

struct stream_snap {
	struct snap snap;
	bool named;		/* false: there was no ##prt, snap is empty */
	bool whole;		/* and every record of it is here */
	uint32_t groups, rows;
	uint32_t seg;		/* the last one before the next ##prt */
};

struct stream {
	const char *name;
	enum rec_extent extent;
	struct stream_row *rows;
	struct stream_part *parts;
	struct stream_seg *segs;
	struct stream_group *groups;
	struct stream_snap *snaps;	/* the one without ##prt comes last */
	size_t nrows, nparts, nsegs, ngroups, nsnaps;

	/* The module's own. */
	struct buf text;
	struct rec rec;
	size_t row_cap, part_cap, seg_cap, group_cap, snap_cap;
	struct names hosts;
	struct map part_of, group_of;
	uint32_t part, seg;		/* of the record before */
	struct str host;
	bool moved;			/* the next record is elsewhere */
	bool in_order;			/* each ##prt before the next ended */
};

/* Reads the bytes of path, which is open as fd, and closes it; fields as in
 * rec_start, and must live as long as the stream.  False after a message.  The
 * caller calls stream_free in any case. */
bool stream_open(struct stream *s, int fd, const char *path,
    const struct cols *fields);
void stream_free(struct stream *s);

/*
 * REC_ROW: there is one more record, the last of rows, and rec.v are its values
 * until the next call.  REC_EOF: now extent and all about snaps are set.
 * REC_ERROR: there was a message.
 */
enum rec_event stream_next(struct stream *s);

/* The values of a kept record into v, which has room for all of its columns. */
void stream_split(const struct stream *s, const struct stream_row *row,
    struct str *v, struct buf *unescaped);

/* The most columns that a record has. */
size_t stream_width(const struct stream *s);

static inline const struct cols *
stream_cols(const struct stream *s, const struct stream_row *row)
{
	return &s->segs[s->parts[row->part].seg].cols;
}

static inline uint32_t
stream_snap_of(const struct stream *s, const struct stream_row *row)
{
	return s->groups[s->parts[row->part].group].snap;
}

#endif
