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
 * zero, not empty.  On false *out is as it was. */
bool num_parse(struct str s, uint64_t max, uint64_t *out);

/* The digits that s begins with, any leading zeros included; cuts them off.
 * False where there is none or the value is above max. */
bool num_take(struct str *s, uint64_t max, uint64_t *out);

/* The value of a hexadecimal digit, -1 if it is none. */
static inline int
num_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Writes v at p, at most NUM_MAX bytes and no NUL; returns what is after. */
char *num_format(char *p, uint64_t v);
/* The same: what is there; and appended to b. */
static inline struct str
num_str(char p[static NUM_MAX], uint64_t v)
{
	return (struct str){ p, (size_t)(num_format(p, v) - p) };
}

void num_add(struct buf *b, uint64_t v);

/* As memcmp(3) has it. */
static inline int
num_cmp(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* The same of two uint32_t, and uint64_t, for qsort and bsearch. */
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

/* How many of the n elements at v, of size bytes each and in order, are before
 * key: the place of the first that is not.  cmp as bsearch has it. */
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

/* Sorts the n numbers, each of which is left once; returns how many. */
size_t num_sort(uint32_t *v, size_t n);

/* Eight bytes, the first one the lowest, whatever the machine is. */
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
