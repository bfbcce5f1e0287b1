/*
 * diff/key: the fields that identify a thing, the fields that are compared, and
 * the hashes of both.
 */
#ifndef DIFF_KEY_H
#define DIFF_KEY_H

#include "diff/side.h"

/* A field whose value is the socket's if no process is seen to hold it. */
bool diff_is_of_socket(enum field_id id);

/* Whose value a row has in the user, and in other compared fields that may be
 * the socket's: the socket's, or a process's.  DIFF_ANYONE: no value, or
 * unclear. */
enum diff_owner { DIFF_SOCKET, DIFF_PROCESS, DIFF_ANYONE };

enum diff_owner diff_owner(const struct diff_header *h, const struct str *v);

/* A value in the form that is compared: an executable that an upgrade deleted
 * or replaced is still the same. */
struct str diff_value(struct diff_place place, const struct str *v);

/* Adds the default key's fields that both a and b have to the empty key. */
void diff_key_default(struct cols *key, const struct diff_side *a,
    const struct diff_side *b);

/* Prepares for headers that the stream has read since the last call. */
void diff_key_headers(struct diff_side *s);

/* Hashes a row whose values are v. */
void diff_key_hash(struct diff_side *s, uint32_t row, const struct str *v);

/* Hashes the keys of all rows again, if the key changed among them. */
void diff_key_again(struct diff_side *s);

/* Changes the key of a loaded side; by_cookie: see side.h. */
void diff_key_change(struct diff_side *s, const struct cols *key,
    bool by_cookie);

/* All TCP connections of the side have a cookie; these are what the default key
 * is for. */
bool diff_key_has_cookies(const struct diff_side *s);

/* Sets head and next of all rows, and builds what diff_index_find needs. */
void diff_index_build(struct diff_side *s);

/* The keys of the rows of `of' from `row' on will be looked up in s.
 * Prefetches slots and rows for some rows ahead, since each access waits for
 * memory. */
void diff_index_expect(const struct diff_side *s, const struct diff_side *of,
    uint32_t row);

/* The first row of a key, or DIFF_NONE. */
uint32_t diff_index_find(const struct diff_side *s, const uint64_t key[2]);

#endif
