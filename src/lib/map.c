#include "lib/map.h"

#include <stdlib.h>

#include "lib/err.h"

enum { MIN_CAP = 64 };

static void
draw_secret(struct map *m)
{
	if (m->secret.k[1] != 0)
		return;
	if (!siphash_newkey(&m->secret)) {
		err_msg("random numbers:");
		err_die();
	}
	m->secret.k[1] |= 1;
}

/* Like the finalizer of MurmurHash3, with a secret multiplier. */
static uint64_t
mix(const struct map *m, uint64_t h)
{
	h ^= m->secret.k[0];
	h = (h ^ h >> 33) * m->secret.k[1];
	h = (h ^ h >> 29) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

/* The slot of the key, or the one to put it in. */
static struct map_slot *
find_key(const struct map *m, uint64_t key)
{
	size_t i = (size_t)((mix(m, key) >> 32) * m->cap >> 32);

	while (m->slot[i].value != 0 &&
	    memcmp(m->slot[i].key, &key, sizeof key) != 0)
		if (++i == m->cap)
			i = 0;
	return &m->slot[i];
}

static void
resize(struct map *m, size_t cap)
{
	struct map old = *m;
	uint64_t key;
	size_t i;

	draw_secret(m);
	m->cap = cap;
	m->slot = mem_table(cap * sizeof *m->slot);
	m->n = 0;
	for (i = 0; i < old.cap; i++) {
		if (old.slot[i].value == 0)
			continue;
		memcpy(&key, old.slot[i].key, sizeof key);
		*find_key(m, key) = old.slot[i];
		m->n++;
	}
	free(old.slot);
}

void
map_reserve(struct map *m, size_t n)
{
	size_t cap = n + n / 2 + MIN_CAP;

	if (cap > m->cap)
		resize(m, cap);
}

uint32_t *
map_at(struct map *m, uint64_t key)
{
	struct map_slot *slot;

	if (3 * m->n >= 2 * m->cap)
		resize(m, m->cap > 0 ? 2 * m->cap : MIN_CAP);
	slot = find_key(m, key);
	if (slot->value == 0) {
		memcpy(slot->key, &key, sizeof key);
		m->n++;
	}
	return &slot->value;
}

uint32_t
map_get(const struct map *m, uint64_t key)
{
	return m->cap > 0 ? find_key(m, key)->value : 0;
}

void
map_free(struct map *m)
{
	free(m->slot);
	*m = (struct map){ 0 };
}

static uint64_t
hash_str(const struct map *m, uint64_t h, struct str s)
{
	struct siphash_key key = m->secret;

	key.k[0] ^= h;
	return siphash64(&key, s.p, s.n);
}

uint64_t
map_hash(struct map *m, uint64_t h, struct str s)
{
	draw_secret(m);
	return hash_str(m, h, s);
}

/* The number of s, whose hash is h; 0 if it is missing. */
static uint32_t
find_name(const struct names *n, struct str s, uint64_t h)
{
	uint32_t id = map_get(&n->first, h);

	while (id != 0 && !str_eq(n->v[id - 1].text, s))
		id = n->v[id - 1].next;
	return id;
}

uint32_t
names_find(const struct names *n, struct str s)
{
	return s.p != NULL && n->n > 0 ?
	    find_name(n, s, hash_str(&n->first, 0, s)) : 0;
}

uint32_t
names_id(struct names *n, struct str s)
{
	uint32_t *first, id;
	uint64_t h;

	if (s.p == NULL)
		return 0;
	h = map_hash(&n->first, 0, s);
	if ((id = find_name(n, s, h)) != 0)
		return id;
	first = map_at(&n->first, h);
	*MEM_PUSH(n->v, n->n, n->cap) =
	    (struct name){ arena_str(&n->arena, s), *first };
	return *first = (uint32_t)n->n;
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
