/*
 * siphash: SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012), a hash
 * whose collisions no one can make who does not know its key.
 */
#ifndef LIB_SIPHASH_H
#define LIB_SIPHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* A key that nobody can guess.  On false errno says why there is none. */
bool siphash_newkey(struct siphash_key *key);

/* Sets out to the hash of the n bytes at p. */
void siphash(const struct siphash_key *key, const char *p, size_t n,
    uint64_t out[2]);

/* SipHash-1-3 with 64 bits, for tables that compare the bytes, too. */
uint64_t siphash_slot(const struct siphash_key *key, const char *p, size_t n);

#endif
