/*
 * json: a reader of other programs' JSON, RFC 8259: just enough to find a text
 * by the names of members.
 *
 * Pure, allocates nothing, accepts any bytes.  A value is a part of the text,
 * and is parsed only when a caller asks for its contents.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>

#include "lib/str.h"

/*
 * The next member of an object, or element of an array (its key is missing).
 * *rest starts as the result of json_open and shrinks with each call.  False at
 * the end, or if the text is not JSON.
 */
bool json_next(struct str *rest, struct str *key, struct str *value);

/* The contents of an object ('{') or an array ('['); missing if value is
 * something else. */
struct str json_open(struct str value, char bracket);

/* A string; missing if value is not one, or if it contains an escape: names
 * have none. */
struct str json_text(struct str value);
/* The string that is the first element of an array. */
struct str json_first_text(struct str array);

/* The first member of an object with that key, or a missing value. */
struct str json_member(struct str object, const char *key);

#endif
