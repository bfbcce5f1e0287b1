/*
 * diff-side: one side of a comparison, wholly in memory.
 *
 * Of a record only its line (in the text) and two hashes are kept: of its key,
 * which says what it is, and of its set, the values that are compared.  Whoever
 * needs more splits the line again.
 */
#ifndef DIFF_SIDE_H
#define DIFF_SIDE_H

#include "lib/siphash.h"
#include "record/reader.h"

/* No row, host or snapshot has this number. */
#define DIFF_NONE UINT32_MAX

enum diff_change { DIFF_UNCHANGED, DIFF_CHANGED, DIFF_NEW, DIFF_GONE };

struct diff_row {
	const char *line;
	uint64_t key[2];	/* 128 keyed bits: equal hashes, equal keys */
	uint64_t set;
	uint32_t len;
	uint32_t head;		/* the first row of this key */
	uint32_t next;		/* another row of this key */
	uint32_t other;		/* of a head: the other side's head */
	uint32_t peer;		/* see diff-member */
	uint32_t host;
	uint16_t cols;
	uint8_t change;
	bool first;		/* its member's row with the lowest pid */
};

struct diff_cols {
	struct cols cols;
	int *key, *set;		/* where those fields are, -1: nowhere */
};

struct diff_host {
	struct str name;	/* missing: that of records without one */
	uint32_t snap;		/* DIFF_NONE: there is no ##prt */
	uint32_t twin;		/* the same host on the other side */
	bool unscanned;		/* the other side is not of this host */
};

/* What all sides of one comparison have in common. */
struct diff_plan {
	struct cols key;	/* empty: the default one */
	struct cols set;
	struct cols fields;	/* of records without a header, or empty */
	struct siphash_key secret;
};

struct diff_slot;

struct diff_side {
	const struct diff_plan *plan;
	const char *name;	/* of the input, as messages call it */
	int fd;
	struct buf text;
	struct rec rec;
	struct cols key;	/* what rows[].key is the hash of */
	struct diff_cols *cols;
	struct snap *snaps;
	struct diff_host *hosts;
	struct diff_row *rows;
	size_t ncols, nsnaps, nhosts, nrows;
	bool hidden;		/* some owners were not to be seen */
	bool mixed;		/* rows were hashed before the key was known */

	/* Its own. */
	size_t cols_cap, snaps_cap, hosts_cap, rows_cap, order_cap;
	uint32_t *host_order;
	uint32_t host;		/* of the last row */
	struct diff_slot *slots;
	uint64_t mask;
	struct buf scratch;
	struct arena arena;
	int error;		/* errno of a failed read */
	char wrong[256];	/* or else what is wrong, "" if nothing is */
};

/* Starts a side that will read fd and close it; -1: it is empty.  plan and name
 * must outlive it.  The caller calls diff_side_free. */
void diff_side_init(struct diff_side *s, const struct diff_plan *plan,
    const char *name, int fd);
void diff_side_free(struct diff_side *s);

/* Reads all of the text; diff_side_check tells what failed.  For those who must
 * have read it before they lock something: else diff_side_load does it. */
void diff_side_read(struct diff_side *s);

/* Reads, parses, hashes and indexes.  May run in a thread of its own: it
 * touches nothing but the side. */
void diff_side_load(struct diff_side *s);

/* False after a message where one of those failed. */
bool diff_side_check(const struct diff_side *s);

/* All its records have this field. */
bool diff_side_has(const struct diff_side *s, struct str field);

/* There is a header; without one there is no record either. */
bool diff_side_headed(const struct diff_side *s);

/* The snapshot of a host, of the only one with DIFF_NONE, or NULL. */
const struct snap *diff_side_snap(const struct diff_side *s, uint32_t host);

/* What a row's values are read with.  Start it as { 0 }; the caller calls
 * diff_reader_free. */
struct diff_reader {
	struct str *v;
	size_t cap;
	struct buf unescaped;
};

void diff_reader_free(struct diff_reader *r);

/* The row's values, by column; they live until the reader's next call. */
const struct str *diff_reader_row(struct diff_reader *r,
    const struct diff_side *s, const struct diff_row *row);

/* The value at a position, which may be -1. */
static inline struct str
diff_at(const struct str *v, int at)
{
	return at >= 0 ? v[at] : STR_NONE;
}

#endif
