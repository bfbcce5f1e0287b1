/*
 * timestamp: times as the record stream writes them, RFC 3339 in UTC with
 * milliseconds: 2026-11-24T03:10:00.123Z.
 */
#ifndef LIB_TIMESTAMP_H
#define LIB_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

enum { TIMESTAMP_LEN = 24 };

/* Milliseconds since 1970-01-01 as text at p, TIMESTAMP_LEN bytes and no NUL,
 * for the years 1970 to 9999. */
void timestamp_format(char *p, int64_t ms);

/* Reads such a text; the fraction may be missing or of one to nine digits, of
 * which three count.  False where it is no such time, or one before 1970. */
bool timestamp_parse(struct str s, int64_t *ms);

enum { TIMESTAMP_LOCAL_LEN = 19 };

/* The same for people, in the time zone of the environment, as text of
 * TIMESTAMP_LOCAL_LEN bytes and no NUL: 2026-11-24 04:10:00.  False if the
 * system cannot tell. */
bool timestamp_local(char *p, int64_t ms);

/* The clock (CLOCK_REALTIME) in milliseconds since 1970-01-01. */
int64_t timestamp_now(void);

/* Milliseconds of one that never goes back. */
int64_t timestamp_steady(void);

/* Milliseconds since the machine was started, also those that it slept; -1 if
 * the system has no such clock. */
int64_t timestamp_uptime(void);

#endif
