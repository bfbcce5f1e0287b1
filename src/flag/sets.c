#include "flag/sets.h"

#include <stdlib.h>

static uint32_t
add(struct sets *s, const uint64_t *bits, uint32_t next)
{
	s->bits = mem_grow(s->bits, &s->bits_cap, (s->n + 1) * s->words,
	    sizeof *s->bits);
	memcpy(s->bits + s->n * s->words, bits, s->words * sizeof *bits);
	s->next = mem_grow(s->next, &s->next_cap, s->n + 1, sizeof *s->next);
	s->next[s->n] = next;
	return (uint32_t)s->n++;
}

void
sets_start(struct sets *s, size_t size)
{
	uint64_t *none;

	memset(s, 0, sizeof *s);
	s->words = size / 64 + 1;
	none = mem_alloc(s->words * sizeof *none);
	add(s, none, 0);
	free(none);
}

void
sets_free(struct sets *s)
{
	free(s->bits);
	free(s->next);
	map_free(&s->first);
}

const uint64_t *
sets_bits(const struct sets *s, uint32_t id)
{
	return s->bits + id * s->words;
}

static bool
equal(const struct sets *s, uint32_t id, const uint64_t *bits)
{
	return memcmp(sets_bits(s, id), bits, s->words * sizeof *bits) == 0;
}

uint32_t
sets_id(struct sets *s, const uint64_t *bits)
{
	uint32_t *first, id;

	if (equal(s, 0, bits))
		return 0;
	if (equal(s, s->last, bits))
		return s->last;
	first = map_at(&s->first, map_hash(&s->first, 0, (struct str){
	    (const char *)bits, s->words * sizeof *bits }));
	for (id = *first; id != 0; id = s->next[id])
		if (equal(s, id, bits))
			return s->last = id;
	return s->last = *first = add(s, bits, *first);
}
