/* madvise is not in POSIX. */
#define _DEFAULT_SOURCE

#include "lib/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/err.h"

enum {
	BLOCK_SIZE = 64 * 1024,
	LARGE = 4 * 1024 * 1024,
	PAGE = 4096		/* the smallest size */
};

struct arena_block {
	struct arena_block *next;
	max_align_t data[];
};

static void __attribute__((noreturn))
die(void)
{
	err_msg("out of memory");
	err_die();
}

/* Uses large pages for a large block, if the system has them: for a million
 * records page faults take a tenth of the run. */
static void *
allow_large_pages(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
	/* start at a page's beginning: otherwise realloc could not move it */
	size_t before = (uintptr_t)p % PAGE;
	int saved = errno;

	if (n >= LARGE)
		madvise((char *)p - before, before + n, MADV_HUGEPAGE);
	errno = saved;
#else
	(void)n;
#endif
	return p;
}

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		die();
	return allow_large_pages(p, n);
}

void *
mem_table(size_t n)
{
	volatile char *p = mem_alloc(n);
	size_t i;

	for (i = 0; i < n; i += PAGE)
		p[i] = 0;
	return (void *)p;
}

void *
mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap > 0 ? *cap : 16;

	if (need <= *cap)
		return p;
	while (n < need) {
		if (n > SIZE_MAX / 2 / size)
			die();
		n *= 2;
	}
	if (n > SIZE_MAX / size || (p = realloc(p, n * size)) == NULL)
		die();
	*cap = n;
	return allow_large_pages(p, n * size);
}

static void
add_block(struct arena *a, size_t n)
{
	struct arena_block *b;
	size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;

	if (size > SIZE_MAX - sizeof *b ||
	    (b = malloc(sizeof *b + size)) == NULL)
		die();
	b->next = a->block;
	a->block = b;
	a->used = 0;
	a->size = size;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t align = sizeof(max_align_t);
	void *p;

	if (n > SIZE_MAX - align)
		die();
	n = (n + align - 1) / align * align;
	if (a->block == NULL || n > a->size - a->used)
		add_block(a, n);
	p = (char *)a->block->data + a->used;
	a->used += n;
	return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p;

	if (s.p == NULL)
		return STR_NONE;
	p = arena_alloc(a, s.n + 1);
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){ p, s.n };
}

void
arena_adopt(struct arena *a, struct arena *from)
{
	struct arena_block *last = from->block;

	if (last == NULL)
		return;
	if (a->block == NULL) {
		*a = *from;
	} else {
		/* Append after a's own block, which has room left. */
		while (last->next != NULL)
			last = last->next;
		last->next = a->block->next;
		a->block->next = from->block;
	}
	*from = (struct arena){ NULL, 0, 0 };
}

void
arena_free(struct arena *a)
{
	struct arena_block *next;

	for (; a->block != NULL; a->block = next) {
		next = a->block->next;
		free(a->block);
	}
	a->used = a->size = 0;
}

void
buf_grow(struct buf *b, size_t need)
{
	if (need > SIZE_MAX - b->n)
		die();
	b->p = mem_grow(b->p, &b->cap, b->n + need, 1);
}

void
buf_add(struct buf *b, const char *p, size_t n)
{
	if (n > 0)
		memcpy(buf_room(b, n), p, n);
	b->n += n;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p != NULL ? b->p : "", b->n };
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ NULL, 0, 0 };
}
