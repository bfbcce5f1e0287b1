/*
 * timestamp: times in the form of the record stream, RFC 3339 in UTC with
 * milliseconds: 2026-11-24T03:10:00.123Z.
 */
#ifndef LIB_TIMESTAMP_H
#define LIB_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

enum { TIMESTAMP_LEN = 24 };

/* Writes milliseconds since 1970-01-01 as text at p, TIMESTAMP_LEN bytes and no
 * NUL, for the years 1970 to 9999. */
void timestamp_format(char *p, int64_t ms);

/* Parses such a text; the fraction may be missing or have one to nine digits,
 * of which three count.  False if it is not such a time, or is before 1970. */
bool timestamp_parse(struct str s, int64_t *ms);

enum { TIMESTAMP_LOCAL_LEN = 19 };

/* The same for people, in the environment's time zone: 2026-11-24 04:10:00,
 * TIMESTAMP_LOCAL_LEN bytes and no NUL.  False if the system cannot convert
 * it. */
bool timestamp_local(char *p, int64_t ms);

/* The clock (CLOCK_REALTIME) in milliseconds since 1970-01-01. */
int64_t timestamp_now(void);

/* The milliseconds of a clock that never goes back. */
int64_t timestamp_steady(void);

/* The milliseconds since the machine was started, sleep included; -1 if the
 * system has no such clock. */
int64_t timestamp_uptime(void);

#endif
