/*
 * num: the one parser and the one formatter of decimal numbers.
 */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"

enum { NUM_MAX = 20 };	/* digits of UINT64_MAX */

/* All of s is a decimal number of at most max: no sign, no blank, no leading
 * zero, not empty.  If false, *out is unchanged. */
bool num_parse(struct str s, uint64_t max, uint64_t *out);

/* Cuts the digits at the start of s off, leading zeros included.  False if
 * there are none or the value is above max. */
bool num_take(struct str *s, uint64_t max, uint64_t *out);

/* The value of a hexadecimal digit; -1 if c is not one. */
static inline int
num_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Writes v at p, at most NUM_MAX bytes and no NUL; returns the end. */
char *num_format(char *p, uint64_t v);
/* The same: returns the text; appends it to b. */
static inline struct str
num_str(char p[static NUM_MAX], uint64_t v)
{
	return (struct str){ p, (size_t)(num_format(p, v) - p) };
}

void num_add(struct buf *b, uint64_t v);

/* Compares as memcmp(3) does. */
static inline int
num_cmp(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Compares two uint32_t, or uint64_t, for qsort and bsearch. */
static inline int
num_cmp32(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return num_cmp(*x, *y);
}

static inline int
num_cmp64(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return num_cmp(*x, *y);
}

/* How many of the n sorted elements at v, of size bytes each, sort before key:
 * the index of the first that does not.  cmp is as for bsearch. */
static inline size_t
num_before(const void *key, const void *v, size_t n, size_t size,
    int (*cmp)(const void *key, const void *element))
{
	const char *p = v;
	size_t first = 0, middle;

	while (first < n) {
		middle = first + (n - first) / 2;
		if (cmp(key, p + middle * size) > 0)
			first = middle + 1;
		else
			n = middle;
	}
	return first;
}

/* Sorts the n numbers and removes duplicates; returns how many are left. */
size_t num_sort(uint32_t *v, size_t n);

/* Loads eight bytes, the first as the lowest, on every machine. */
static inline uint64_t
num_load(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

#endif
