/*
 * map: numbers by number, and numbers for strings.
 *
 * Where a key goes depends on a random secret of each table: nobody can choose
 * keys that collide, and n of them cost n.
 */
#ifndef LIB_MAP_H
#define LIB_MAP_H

#include "lib/mem.h"
#include "lib/siphash.h"

/* An open-addressing table, at most two thirds full.  Start it as { 0 }; the
 * caller calls map_free. */
struct map {
	struct map_slot {
		uint32_t key[2];	/* not a uint64_t: 12 bytes, not 16 */
		uint32_t value;		/* 0: none here */
	} *slot;
	size_t n, cap;
	struct siphash_key secret;	/* 0 until it is needed */
};

/* The key's value, to be set: 0 at first, and 0 is as good as not there.  The
 * pointer is good until the next map_at. */
uint32_t *map_at(struct map *m, uint64_t key);

/* 0 if the key is not there. */
uint32_t map_get(const struct map *m, uint64_t key);
/* Makes room for n keys at once. */
void map_reserve(struct map *m, size_t n);
void map_free(struct map *m);

/* Of h and the bytes of s; another value in each table. */
uint64_t map_hash(struct map *m, uint64_t h, struct str s);

/* Strings by number, from 1 in the order in which they came.  Start it as
 * { 0 }; the caller calls names_free. */
struct names {
	struct name {
		struct str text;
		uint32_t next;		/* of equal hash, 0: none */
	} *v;
	size_t n, cap;
	struct map first;
	struct arena arena;
};

/* The number of s, which is copied; 0 for a missing value. */
uint32_t names_id(struct names *n, struct str s);
/* The same without adding: 0 too if it is not there. */
uint32_t names_find(const struct names *n, struct str s);
struct str names_text(const struct names *n, uint32_t id);
void names_free(struct names *n);

#endif
