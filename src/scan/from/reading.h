/*
 * reading: reads a program's output, and prints messages about it.
 */
#ifndef SCAN_FROM_READING_H
#define SCAN_FROM_READING_H

#include "scan/from/from.h"

struct from_reading {
	const char *name;	/* in messages */
	struct from *in;
	size_t bytes;		/* read so far */
	size_t bad;		/* lines that were not understood */
};

/* The caller calls from_close for r->in. */
void from_reading_begin(struct from_reading *r, const char *name,
    const struct from_format *format, const struct services *services);

/* Takes the next n bytes; arg is the reading. */
void from_reading_take(void *arg, const char *p, size_t n);

/* Must be called after the last; false after a message. */
bool from_reading_end(struct from_reading *r);

void from_reading_give(const struct from_reading *r,
    const struct scan_request *req, struct scan *sc);

#endif
