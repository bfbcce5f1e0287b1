/* getentropy has been in POSIX only since 2024. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE

#include "lib/siphash.h"

#include <string.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif
#include <unistd.h>

#include "lib/num.h"

bool
siphash_newkey(struct siphash_key *key)
{
	return getentropy(key->k, sizeof key->k) == 0;
}

/* Little endian on every machine, as in num_load. */
static uint64_t
load32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

/* Loads fewer than 8 bytes.  Two loads may overlap: they set the same bits. */
static uint64_t
load_rest(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n >= 4)
		return load32(p) | load32(p + n - 4) << 8 * (n - 4);
	if (n == 0)
		return 0;
	return u[0] | (uint64_t)u[n / 2] << 8 * (n / 2) |
	    (uint64_t)u[n - 1] << 8 * (n - 1);
}

static uint64_t
rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static void
rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void
absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 1);
	v[0] ^= word;
}

/* Hashes the key, the bytes and their number. */
static void
absorb_all(uint64_t v[4], const struct siphash_key *key, const char *p,
    size_t len)
{
	uint64_t last = (uint64_t)len << 56;

	v[0] ^= key->k[0] ^ 0x736f6d6570736575;
	v[1] ^= key->k[1] ^ 0x646f72616e646f6d;
	v[2] ^= key->k[0] ^ 0x6c7967656e657261;
	v[3] ^= key->k[1] ^ 0x7465646279746573;
	for (; len >= 8; len -= 8, p += 8)
		absorb(v, num_load(p));
	absorb(v, last | load_rest(p, len));
}

static uint64_t
squeeze(uint64_t v[4])
{
	rounds(v, 3);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
siphash64(const struct siphash_key *key, const char *p, size_t n)
{
	uint64_t v[4] = { 0 };

	absorb_all(v, key, p, n);
	v[2] ^= 0xff;
	return squeeze(v);
}

void
siphash128(const struct siphash_key *key, const char *p, size_t n,
    uint64_t out[2])
{
	uint64_t v[4] = { 0, 0xee };

	absorb_all(v, key, p, n);
	v[2] ^= 0xee;
	out[0] = squeeze(v);
	v[1] ^= 0xdd;
	out[1] = squeeze(v);
}
