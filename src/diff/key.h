/*
 * diff/key: what makes records the same thing, what is compared of them, and
 * the hashes of both.
 */
#ifndef DIFF_KEY_H
#define DIFF_KEY_H

#include "diff/side.h"

/* What is the socket's if no process holds it, or none is seen. */
bool diff_is_of_socket(enum field_id id);

/* Whose a row's user, and what else may be the socket's, is, as far as it is
 * compared: the socket's, or a process's; or there is none, or no telling. */
enum diff_owner { DIFF_SOCKET, DIFF_PROCESS, DIFF_ANYONE };

enum diff_owner diff_owner(const struct diff_header *h, const struct str *v);

/* A value as it is compared: an executable that was deleted or replaced by an
 * upgrade is still the same. */
struct str diff_value(struct diff_place place, const struct str *v);

/* Adds the default key's fields that a and b both have to the empty key. */
void diff_key_default(struct cols *key, const struct diff_side *a,
    const struct diff_side *b);

/* Takes note of headers that the stream has read. */
void diff_key_headers(struct diff_side *s);

/* Hashes a row whose values are v. */
void diff_key_hash(struct diff_side *s, uint32_t row, const struct str *v);

/* Hashes the keys of all rows again, if the key was set anew among them. */
void diff_key_again(struct diff_side *s);

/* Another key for a side that is loaded; by_cookie: see side.h. */
void diff_key_change(struct diff_side *s, const struct cols *key,
    bool by_cookie);

/* Its TCP connections, which the default key is for, all have a cookie. */
bool diff_key_has_cookies(const struct diff_side *s);

/* Sets head and next of all rows, and what diff_index_find needs. */
void diff_index_build(struct diff_side *s);

/* The keys of the rows of `of', from `row' on, will be looked up in s: a look
 * at some slot, and at its row, waits for memory, unless it was asked for some
 * rows before. */
void diff_index_expect(const struct diff_side *s, const struct diff_side *of,
    uint32_t row);

/* The first row of a key, or DIFF_NONE. */
uint32_t diff_index_find(const struct diff_side *s, const uint64_t key[2]);

#endif
