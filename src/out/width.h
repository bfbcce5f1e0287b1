/*
 * width: how many columns of a terminal a text takes, without a locale.
 */
#ifndef OUT_WIDTH_H
#define OUT_WIDTH_H

#include "lib/str.h"

/* s is UTF-8 without control characters, as escape_add leaves it. */
size_t width_of(struct str s);

/* The longest beginning, and the longest end, of at most max columns. */
struct str width_head(struct str s, size_t max);
struct str width_tail(struct str s, size_t max);

#endif
