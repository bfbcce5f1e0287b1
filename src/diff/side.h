/*
 * diff/side: one side of a comparison, all of it in memory.
 *
 * Of each record we keep its line, in the stream, and two hashes: of its key
 * (its identity) and of its set, the values that are compared.
 */
#ifndef DIFF_SIDE_H
#define DIFF_SIDE_H

#include "lib/siphash.h"
#include "record/stream.h"

/* No row or host has this number. */
#define DIFF_NONE STREAM_NONE

/* DIFF_KEPT: only in OLD, but NEW could not see whether it still exists. */
enum diff_change { DIFF_UNCHANGED, DIFF_CHANGED, DIFF_NEW, DIFF_GONE,
	DIFF_KEPT };

/* Belongs to the stream's row with the same number. */
struct diff_row {
	uint64_t key[2];	/* keyed, 128 bits: no two keys share one */
	uint64_t set;
	uint32_t head;		/* the first row of this key */
	uint32_t next;		/* another row of this key */
	uint32_t other;		/* for a head: the other side's head */
	uint32_t peer;		/* see match.h */
	uint8_t change;
	bool first;		/* has the lowest pid of its member */
	bool unseen;		/* out of the other side's sight */
};

/* The position of a field of the key, or of the set, under a header. */
struct diff_place {
	int at;			/* -1: not there */
	enum field_id id;
};

enum { DIFF_OF_SOCKET_MAX = 6 };

struct diff_header {
	struct diff_place *key, *set;
	/* For diff_owner: the column of the owner's name, -1 if there is none,
	 * and those columns of the set that may be the socket's. */
	int process, of_socket[DIFF_OF_SOCKET_MAX];
	size_t nof_socket;
};

struct diff_host {
	uint32_t twin;		/* the same host on the other side */
	bool unscanned;		/* the other side did not scan this host */
	bool forgotten;		/* the same, and it shall not be kept */
	bool forgets;		/* drop what the other side could not see */
	bool blind;		/* some owners were hidden from the other side's
				 * scan, by user euid */
	struct str euid;
};

enum { DIFF_SET_MAX = 62 };	/* fields: match.c needs a bit for each */

/* What both sides of a comparison share. */
struct diff_plan {
	struct cols key;	/* empty: the default key */
	struct cols set;
	struct cols fields;	/* for records without a header, or empty */
	bool across;		/* the sides are two different hosts */
	struct siphash_key secret;
};

struct diff_slot;

struct diff_side {
	const struct diff_plan *plan;
	struct stream stream;
	struct cols key;		/* rows[].key is the hash of it */
	bool by_cookie;			/* for TCP connections also by cookie */
	bool lacks_cookie;		/* some of them have none */
	struct diff_header *headers;	/* by number of the stream's columns */
	struct diff_host *hosts;	/* by number of the stream's hosts */
	struct diff_row *rows;
	int64_t *first_seen;	/* by row: ms + 1, 0: unknown; NULL: all are */
	struct str *netns;	/* by row, for its key, if the label is
				 * different on the other side; NULL: none is */
	size_t nheaders;
	bool hidden;		/* some owners were hidden from the scan */
	bool blind;		/* for some host */
	bool mixed;		/* rows were hashed before the key was known */

	/* Private to the side. */
	size_t headers_cap, rows_cap, first_seen_cap;
	struct diff_slot *slots;	/* finds rows by key */
	size_t mask;
	struct buf scratch;
	struct arena arena;	/* for netns */
};

/* Starts a side that will read and close fd; -1: the side is empty.  plan and
 * name must outlive it.  The caller calls diff_side_free. */
void diff_side_init(struct diff_side *s, const struct diff_plan *plan,
    const char *name, int fd);
void diff_side_free(struct diff_side *s);

/* Reads, parses, hashes and indexes; stream_check reports failures.  Uses
 * nothing but the side, so it may run in a thread of its own. */
void diff_side_load(struct diff_side *s);

/* The snapshot of a host, with DIFF_NONE of the only host; or NULL. */
static inline const struct snap *
diff_side_snap(const struct diff_side *s, uint32_t host)
{
	uint32_t snap = host == DIFF_NONE ? 0 : s->stream.snap_of[host];

	return snap < s->stream.nsnaps ? &s->stream.snaps[snap].snap : NULL;
}

static inline uint32_t
diff_host_of(const struct diff_side *s, uint32_t row)
{
	return stream_part(&s->stream, row)->host;
}

static inline bool
diff_is_unscanned(const struct diff_side *s, uint32_t row)
{
	return s->hosts[diff_host_of(s, row)].unscanned;
}

static inline const struct diff_header *
diff_header_of(const struct diff_side *s, uint32_t row)
{
	return &s->headers[stream_part(&s->stream, row)->cols];
}

static inline bool
diff_both_have(const struct diff_side *a, const struct diff_side *b,
    enum field_id id)
{
	return stream_has_field(&a->stream, id) &&
	    stream_has_field(&b->stream, id);
}

/* The value at a position; missing if that is -1. */
static inline struct str
diff_at(const struct str *v, int at)
{
	return at >= 0 ? v[at] : STR_NONE;
}

/* A value of a row; valid until another row of the side is read. */
static inline struct str
diff_value_of(struct diff_side *s, uint32_t row, enum field_id id)
{
	int at = stream_cols(&s->stream, row)->at[id];

	return at >= 0 ? stream_values(&s->stream, row)[at] : STR_NONE;
}

#endif
