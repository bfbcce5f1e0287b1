/*
 * escape: the escapes of the record stream, prt(5).
 *
 * They are those of PostgreSQL's COPY text format: \\ \t \n \r, and \xHH for a
 * byte that must not reach a terminal, a line or a field raw.
 */
#ifndef LIB_ESCAPE_H
#define LIB_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"
#include "lib/str.h"

/*
 * Decodes the UTF-8 character (RFC 3629: no surrogate, no overlong form, at
 * most U+10FFFF) at the start of the n bytes at p.  Returns its length and sets
 * *cp, or 0 where the bytes are none.
 */
size_t escape_decode(const char *p, size_t n, uint32_t *cp);

/* A character that moves a cursor, is invisible, breaks lines or turns text
 * around: C0, DEL, C1 and the format characters that prt(5) lists. */
bool escape_hostile(uint32_t cp);

/* The length of the start of s that is at most max bytes and does not end
 * inside a character. */
size_t escape_cut(struct str s, size_t max);

/* Appends s in its one escaped form. */
void escape_add(struct buf *b, struct str s);

/* Appends s for a reader that undoes no escapes: a backslash stays one. */
void escape_controls(struct buf *b, struct str s);

/* Appends s as a field of a record that is not its first, `-' where it is
 * missing. */
void escape_field(struct buf *b, struct str s);

/* Appends a record of n values, LF included. */
void escape_line(struct buf *b, const struct str *v, size_t n);

/* The line, without LF, is what escape_line gives of its values.  Some that are
 * are not known here: those with escapes, or not in ASCII. */
bool escape_is_line(struct str line);

/*
 * Writes the bytes that the escaped s stands for at dst, which has room for
 * s.n bytes, and sets *n.  Returns NULL, or what is wrong (a literal).
 */
const char *escape_undo(struct str s, char *dst, size_t *n);

#endif
