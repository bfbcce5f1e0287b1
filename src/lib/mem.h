/*
 * mem: memory.  The only module that allocates, and the only one that may end
 * the program: where there is no memory left, with a message and exit 2.
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stddef.h>

#include "lib/str.h"

/* n bytes, zeroed; the caller frees.  n of 0 gives a valid pointer. */
void *mem_alloc(size_t n);

/* The same of a hash table, which is looked at here and there before it is
 * written to: each page would cost two faults, and in a program of two threads
 * the second one stops the other thread. */
void *mem_table(size_t n);

/*
 * Grows the array p of *cap elements of size bytes so that it holds at least
 * need, doubling; returns the array, which may have moved.  What is new is not
 * zeroed.  p may be NULL with *cap 0.
 */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* Adds an element to the array v of n, with room for cap, and gives its
 * address; the element is not zeroed. */
#define MEM_PUSH(v, n, cap) \
	((v) = mem_grow((v), &(cap), (n) + 1, sizeof *(v)), &(v)[(n)++])
/* The same, zeroed. */
#define MEM_PUSH_ZERO(v, n, cap) \
	memset(MEM_PUSH(v, n, cap), 0, sizeof *(v))

/* An arena: what is taken from it lives until arena_free, all at once.
 * Start it as { 0 }. */
struct arena_block;
struct arena {
	struct arena_block *block;
	size_t used, size;
};

/* n bytes, aligned for any type, not zeroed. */
void *arena_alloc(struct arena *a, size_t n);
/* A copy of the bytes of s with a NUL after them; a missing value stays one. */
struct str arena_str(struct arena *a, struct str s);
/* Hands all that was taken from `from', which is then empty, over to a. */
void arena_adopt(struct arena *a, struct arena *from);
void arena_free(struct arena *a);

/* A growing run of bytes.  Start it as { 0 }; the caller calls buf_free. */
struct buf {
	char *p;
	size_t n, cap;
};

/* For buf_room alone. */
void buf_grow(struct buf *b, size_t need);

/* Makes room for need more bytes and returns where they go; the caller writes
 * them and adds their number to b->n. */
static inline char *
buf_room(struct buf *b, size_t need)
{
	if (need > b->cap - b->n || b->p == NULL)
		buf_grow(b, need);
	return b->p + b->n;
}

static inline void
buf_putc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->n++;
}

void buf_add(struct buf *b, const char *p, size_t n);
/* Without the NUL behind it. */
void buf_puts(struct buf *b, const char *s);
/* What is in it, never a missing value; good until it grows. */
struct str buf_str(const struct buf *b);
/* Leaves it empty, as it was started. */
void buf_free(struct buf *b);

#endif
