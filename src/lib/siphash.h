/*
 * siphash: SipHash-1-3 (Aumasson and Bernstein, 2012), a hash whose collisions
 * cannot be made without its key.  One round for each word is enough, as in the
 * tables of Rust and Python, since its results stay secret.
 */
#ifndef LIB_SIPHASH_H
#define LIB_SIPHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k[2];
};

/* A key that cannot be guessed.  If false, errno says why there is none. */
bool siphash_newkey(struct siphash_key *key);

/* Hash the n bytes at p, to 64 bits and to 128. */
uint64_t siphash64(const struct siphash_key *key, const char *p, size_t n);
void siphash128(const struct siphash_key *key, const char *p, size_t n,
    uint64_t out[2]);

#endif
