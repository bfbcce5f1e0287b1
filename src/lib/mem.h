/*
 * mem: memory.  No other module allocates.  If there is no memory left, ends
 * the program with a message and exit status 2.
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stddef.h>

#include "lib/str.h"

/* n bytes, zeroed; the caller frees.  Valid also for n of 0. */
void *mem_alloc(size_t n);

/* The same for a hash table, which is read at random before it is written:
 * otherwise each page would cost two page faults, and with two threads the
 * second fault stops the other thread. */
void *mem_table(size_t n);

/*
 * Grows the array p of *cap elements of size bytes, by doubling, until it has
 * room for need; returns the array, which may have moved.  New elements are not
 * zeroed.  p may be NULL with *cap 0.
 */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* Appends an element to the array v, which has n elements and room for cap, and
 * returns its address; it is not zeroed. */
#define MEM_PUSH(v, n, cap) \
	((v) = mem_grow((v), &(cap), (n) + 1, sizeof *(v)), &(v)[(n)++])
/* The same, zeroed. */
#define MEM_PUSH_ZERO(v, n, cap) \
	memset(MEM_PUSH(v, n, cap), 0, sizeof *(v))

/* An arena: all memory from it lives until arena_free.  Starts as { 0 }. */
struct arena_block;
struct arena {
	struct arena_block *block;
	size_t used, size;
};

/* n bytes, aligned for any type, not zeroed. */
void *arena_alloc(struct arena *a, size_t n);
/* A copy of the bytes of s with a NUL after them; a missing value stays one. */
struct str arena_str(struct arena *a, struct str s);
/* Moves all memory of the arena from to a; from is then empty. */
void arena_adopt(struct arena *a, struct arena *from);
void arena_free(struct arena *a);

/* A growing run of bytes.  Starts as { 0 }; the caller calls buf_free. */
struct buf {
	char *p;
	size_t n, cap;
};

/* Only for buf_room. */
void buf_grow(struct buf *b, size_t need);

/* Makes room for need more bytes and returns their address; the caller writes
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
/* Appends s without its NUL. */
void buf_puts(struct buf *b, const char *s);
/* The contents, never a missing value; valid until it grows. */
struct str buf_str(const struct buf *b);
/* Frees the memory; b is empty again. */
void buf_free(struct buf *b);

#endif
