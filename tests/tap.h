/*
 * tap: the output of every C test, in the Test Anything Protocol.
 */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/mem.h"

static unsigned tap_tests, tap_failed;

static inline void
ok(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++tap_tests, what);
	tap_failed += !good;
}

/* The same for a test of a text that may hold any byte. */
static inline void
ok_of(bool good, const char *what, const char *text)
{
	printf("%sok %u - %s: ", good ? "" : "not ", ++tap_tests, what);
	for (; *text != '\0'; text++)
		putchar(*text >= ' ' && *text != '#' ? *text : '.');
	putchar('\n');
	tap_failed += !good;
}

/* The same for the result got from a text, which is shown if it is wrong. */
static inline void
ok_buf(const struct buf *got, const char *want, const char *what,
    const char *text)
{
	bool good = str_is(buf_str(got), want);

	ok_of(good, what, text);
	if (!good)
		printf("# got  %.*s\n# want %s\n", (int)got->n,
		    buf_str(got).p, want);
}

static inline void
skip(const char *what, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++tap_tests, what, why);
}

/* Prints the last line; returns the exit status. */
static inline int
tap_end(void)
{
	printf("1..%u\n", tap_tests);
	return tap_failed > 0;
}

/* A number below n; the same ones in each run (xorshift32). */
static inline uint32_t
tap_pick(uint32_t n)
{
	static uint32_t x = 2463534242U;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % n;
}

/* For results that are compared as text. */
static inline void
add_number(struct buf *b, uint64_t v)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)v);
	buf_puts(b, text);
}

#endif
