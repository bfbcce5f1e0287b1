/*
 * siphash: SipHash-1-3 (Aumasson and Bernstein, 2012), a hash whose collisions
 * no one can make who does not know its key: with one round a word, as in the
 * tables of Rust and Python, since no one sees what it gives.
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

/* The hash of the n bytes at p, of 64 bits, and of 128. */
uint64_t siphash64(const struct siphash_key *key, const char *p, size_t n);
void siphash128(const struct siphash_key *key, const char *p, size_t n,
    uint64_t out[2]);

#endif
