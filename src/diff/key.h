/*
 * diff-key: what makes records the same thing, what is compared of them, and
 * the hashes of both.
 */
#ifndef DIFF_KEY_H
#define DIFF_KEY_H

#include "diff/side.h"

/* Whose a row's user is, as far as he is compared: the socket's, or a
 * process's; or there is none, or no telling. */
enum diff_owner { DIFF_SOCKET, DIFF_PROCESS, DIFF_ANYONE };

enum diff_owner diff_owner(const struct diff_side *s, const int *at,
    const struct str *v);

/* Value i of a list of fields as it is compared: an executable that was
 * deleted or replaced by an upgrade is still the same. */
struct str diff_value(const struct cols *list, const int *at, size_t i,
    const struct str *v);

/* The default key of records that a and b (which may be NULL) may both have,
 * into the empty key. */
void diff_key_default(struct cols *key, const struct diff_side *a,
    const struct diff_side *b);

/* The positions of a list's fields among the columns; the caller frees. */
int *diff_key_find(const struct cols *cols, const struct cols *list);

/* Sets the key by which the rows that follow are hashed. */
void diff_key_set(struct diff_side *s, const struct cols *key);

/* Hashes a row whose values are v. */
void diff_key_hash(struct diff_side *s, struct diff_row *row,
    const struct str *v);

/* Hashes all rows once more, where the key was set anew among them. */
void diff_key_again(struct diff_side *s);

/* Another key for a side that is loaded. */
void diff_key_change(struct diff_side *s, const struct cols *key);

#endif
