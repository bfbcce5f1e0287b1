/*
 * map: maps numbers to numbers, and strings to numbers.
 *
 * The place of a key depends on a random secret of each table: nobody can
 * choose keys that collide, and n keys take time n.
 */
#ifndef LIB_MAP_H
#define LIB_MAP_H

#include "lib/mem.h"
#include "lib/siphash.h"

/* An open-addressing table, at most two thirds full.  Starts as { 0 }; the
 * caller calls map_free. */
struct map {
	struct map_slot {
		uint32_t key[2];	/* not uint64_t: a slot has 12 bytes */
		uint32_t value;		/* 0: free slot */
	} *slot;
	size_t n, cap;
	struct siphash_key secret;	/* 0 until needed */
};

/* A pointer to the key's value, to be set: it starts as 0, which means missing.
 * Valid until the next map_at. */
uint32_t *map_at(struct map *m, uint64_t key);

/* 0 if the key is not there. */
uint32_t map_get(const struct map *m, uint64_t key);
/* Makes room for n keys. */
void map_reserve(struct map *m, size_t n);
void map_free(struct map *m);

/* Hashes h and the bytes of s; the result is different for each table. */
uint64_t map_hash(struct map *m, uint64_t h, struct str s);

/* Numbers strings from 1 in the order of their arrival.  Starts as { 0 }; the
 * caller calls names_free. */
struct names {
	struct name {
		struct str text;
		uint32_t next;		/* with the same hash; 0: none */
	} *v;
	size_t n, cap;
	struct map first;
	struct arena arena;
};

/* The number of s, which is copied; 0 if s is a missing value. */
uint32_t names_id(struct names *n, struct str s);
/* The same without adding: also 0 if s is not there. */
uint32_t names_find(const struct names *n, struct str s);
struct str names_text(const struct names *n, uint32_t id);
void names_free(struct names *n);

#endif
