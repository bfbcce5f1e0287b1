/*
 * snap: the description of a snapshot, the ##prt line of prt(5).
 */
#ifndef RECORD_SNAPSHOT_H
#define RECORD_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"
#include "lib/str.h"

enum { SNAP_KEYS = 32 };

/* Keys in the order of the line.  Keys and values are raw bytes, not owned. */
struct snap {
	size_t n;
	const struct snap_pair {
		struct str key, value;
	} *v;
};

/* A snap under construction. */
struct snap_room {
	size_t n;
	struct snap_pair v[SNAP_KEYS];
};

/* A missing value if there is no such key. */
struct str snap_get(const struct snap *s, const char *key);

/* The key is present; its value may be missing. */
bool snap_has(const struct snap *s, const char *key);

/* Replaces the key's value, or appends it.  False if there is no room. */
bool snap_set(struct snap_room *r, const char *key, struct str value);
/* The snap made so far; it lives as long as r. */
struct snap snap_of(const struct snap_room *r);

/* Reads what follows `##prt' on its line.  The pairs and their unescaped values
 * go to a.  Returns NULL or what is wrong (a literal). */
const char *snap_parse(struct snap *s, struct str text, struct arena *a);

/* Append the ##prt line, with LF, and the ##end line for that many records. */
void snap_format(struct buf *b, const struct snap *s);
void snap_format_end(struct buf *b, uint64_t records);

#endif
