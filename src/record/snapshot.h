/*
 * snap: what a snapshot says of itself, the ##prt line of prt(5).
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
	struct snap_pair {
		struct str key, value;
	} v[SNAP_KEYS];
};

/* A missing value where there is no such key. */
struct str snap_get(const struct snap *s, const char *key);

/* Replaces the key's value, or appends it.  False where there is no room. */
bool snap_set(struct snap *s, const char *key, struct str value);

/* Reads what follows `##prt' on its line.  Values are unescaped into a.
 * Returns NULL or what is wrong (a literal). */
const char *snap_parse(struct snap *s, struct str text, struct arena *a);

/* Append the ##prt line, LF included, and the ##end line of so many records. */
void snap_format(struct buf *b, const struct snap *s);
void snap_format_end(struct buf *b, uint64_t records);

#endif
