/*
 * json: a reader of other programs' JSON, RFC 8259, as far as it takes to find
 * a text by the names of its members.
 *
 * Pure, allocates nothing, and takes any bytes: a value is a part of the text
 * that it is in, and is looked into only where somebody asks.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>

#include "lib/str.h"

/*
 * The next member of an object, or element (its key is missing) of an array.
 * *rest is what is left of it and begins as json_open gives it.  False at the
 * end, and where the text is none.
 */
bool json_next(struct str *rest, struct str *key, struct str *value);

/* What is inside an object ('{') or an array ('['); missing where value is
 * another. */
struct str json_open(struct str value, char bracket);

/* A text; missing where value is none, or has an escape: no name has one. */
struct str json_text(struct str value);
/* That of the first element of an array. */
struct str json_first_text(struct str array);

/* The member of an object, the first with that key; missing without. */
struct str json_member(struct str object, const char *key);

#endif
