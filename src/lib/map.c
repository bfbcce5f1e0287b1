#include "lib/map.h"

#include <stdlib.h>

/* The finalizer of MurmurHash3. */
static uint64_t
mix(uint64_t h)
{
	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

/* Where the key is, or where it would go. */
static size_t
find(const struct map *m, uint64_t key)
{
	size_t i = (size_t)mix(key) & (m->cap - 1);

	while (m->slot[i].value != 0 && m->slot[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void
grow(struct map *m)
{
	struct map old = *m;
	size_t i;

	m->cap = old.cap > 0 ? 2 * old.cap : 64;
	m->slot = mem_alloc(m->cap * sizeof *m->slot);
	m->n = 0;
	for (i = 0; i < old.cap; i++) {
		if (old.slot[i].value == 0)
			continue;
		m->slot[find(m, old.slot[i].key)] = old.slot[i];
		m->n++;
	}
	free(old.slot);
}

uint32_t *
map_at(struct map *m, uint64_t key)
{
	struct map_slot *slot;

	if (2 * m->n >= m->cap)
		grow(m);
	slot = &m->slot[find(m, key)];
	if (slot->value == 0) {
		slot->key = key;
		m->n++;
	}
	return &slot->value;
}

uint32_t
map_get(const struct map *m, uint64_t key)
{
	return m->cap > 0 ? m->slot[find(m, key)].value : 0;
}

void
map_free(struct map *m)
{
	free(m->slot);
	*m = (struct map){ NULL, 0, 0 };
}

uint64_t
map_hash(uint64_t h, struct str s)
{
	uint64_t word;

	h ^= s.n * UINT64_C(0x9e3779b97f4a7c15);
	for (; s.n >= sizeof word; s.p += sizeof word, s.n -= sizeof word) {
		memcpy(&word, s.p, sizeof word);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	word = 0;
	if (s.n > 0)
		memcpy(&word, s.p, s.n);
	h = (h ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 29;
}

uint32_t
names_find(const struct names *n, struct str s)
{
	uint32_t id = 0;

	if (s.p != NULL)
		id = map_get(&n->first, map_hash(0, s));
	while (id != 0 && !str_eq(n->v[id - 1].text, s))
		id = n->v[id - 1].next;
	return id;
}

uint32_t
names_id(struct names *n, struct str s)
{
	uint32_t *first, id = names_find(n, s);

	if (id != 0 || s.p == NULL)
		return id;
	first = map_at(&n->first, map_hash(0, s));
	n->v = mem_grow(n->v, &n->cap, n->n + 1, sizeof *n->v);
	n->v[n->n++] = (struct name){ arena_str(&n->arena, s), *first };
	*first = (uint32_t)n->n;
	return *first;
}

struct str
names_text(const struct names *n, uint32_t id)
{
	return id != 0 ? n->v[id - 1].text : STR_NONE;
}

void
names_free(struct names *n)
{
	map_free(&n->first);
	arena_free(&n->arena);
	free(n->v);
	*n = (struct names){ 0 };
}
