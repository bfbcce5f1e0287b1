/*
 * escape: the escapes of the record stream, prt(5).
 *
 * The escapes are those of PostgreSQL's COPY text format: \\ \t \n \r, and \xHH
 * for a byte that must not reach a terminal, a line or a field raw.
 */
#ifndef LIB_ESCAPE_H
#define LIB_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"
#include "lib/str.h"

/*
 * Decodes the UTF-8 character (RFC 3629: no surrogate, no overlong form, at
 * most U+10FFFF) at the start of the n bytes at p.  Sets *cp and returns its
 * length, or 0 if the bytes are not UTF-8.
 */
size_t escape_decode(const char *p, size_t n, uint32_t *cp);

/* True for a character that moves a cursor, is invisible, breaks lines or
 * changes the direction of text: C0, DEL, C1 and the format characters listed
 * in prt(5). */
bool escape_hostile(uint32_t cp);

/* The length of the longest beginning of s with at most max bytes that does not
 * end inside a character. */
size_t escape_cut(struct str s, size_t max);

/* Appends s in its only escaped form. */
void escape_add(struct buf *b, struct str s);

/* Appends s for a reader that undoes no escapes: no \ is doubled. */
void escape_controls(struct buf *b, struct str s);

/* Appends s as a field of a record, `-' if it is missing; not as the first. */
void escape_field(struct buf *b, struct str s);

/* Appends a record of n values, with LF. */
void escape_line(struct buf *b, const struct str *v, size_t n);

/* True if escape_line would produce this line, given without LF, from its
 * values.  May be false for lines with escapes or non-ASCII bytes. */
bool escape_is_line(struct str line);

/*
 * Unescapes s into dst, which has room for s.n bytes, and sets *n.  Returns
 * NULL, or what is wrong (a literal).
 */
const char *escape_undo(struct str s, char *dst, size_t *n);

#endif
