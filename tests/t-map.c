/* t-map: numbers by number, and by string; see src/lib/map.h.  Prints TAP. */
#include <stdio.h>
#include <string.h>

#include "lib/map.h"
#include "tap.h"

enum { MANY = 100000, LONGEST = 1000 };

/* Keys that would be hostile if no secret mixed them. */
static uint64_t
key_of(uint32_t i, int kind)
{
	static const unsigned shift[] = { 0, 16, 40 };

	return (uint64_t)i << shift[kind];
}

/* The longest run of slots that are taken. */
static size_t
longest_run(const struct map *m)
{
	size_t i, run = 0, most = 0;

	for (i = 0; i < m->cap; i++) {
		run = m->slot[i].value != 0 ? run + 1 : 0;
		if (run > most)
			most = run;
	}
	return most;
}

static void
test_many(int kind)
{
	struct map m = { 0 };
	bool all = true, none = true;
	uint32_t i;

	ok(map_get(&m, key_of(1, kind)) == 0, "nothing is in an empty map");
	for (i = 0; i < MANY; i++)
		*map_at(&m, key_of(i, kind)) = i + 1;
	for (i = 0; i < MANY; i++) {
		all = all && map_get(&m, key_of(i, kind)) == i + 1;
		none = none && map_get(&m, key_of(MANY + i, kind)) == 0;
	}
	ok(all && m.n == MANY, "each of many keys has its value");
	ok(none, "and no other key has one");
	ok(m.cap >= 2 * m.n && longest_run(&m) < LONGEST,
	    "they are spread over the table");
	*map_at(&m, key_of(7, kind)) += 5;
	ok(map_get(&m, key_of(7, kind)) == 13 && m.n == MANY,
	    "a value that is there is changed in its place");
	map_free(&m);
	ok(m.n == 0 && map_get(&m, key_of(7, kind)) == 0,
	    "a map that was freed is an empty one");
}

static void
test_edges(void)
{
	struct map m = { 0 };

	*map_at(&m, 0) = 1;
	*map_at(&m, UINT64_MAX) = UINT32_MAX;
	ok(map_get(&m, 0) == 1 && map_get(&m, UINT64_MAX) == UINT32_MAX,
	    "the lowest and the highest key are keys");
	ok(*map_at(&m, 1) == 0, "a new key's value is 0 until it is set");
	map_free(&m);
}

static void
test_reserve(void)
{
	struct map m = { 0 };
	bool all = true;
	size_t cap;
	uint32_t i;

	*map_at(&m, 5) = 6;
	map_reserve(&m, MANY);
	cap = m.cap;
	ok(map_get(&m, 5) == 6 && cap > MANY,
	    "room is made, and what was there stays");
	for (i = 0; i < MANY; i++)
		*map_at(&m, i) = i + 1;
	ok(m.cap == cap, "that is room enough");
	map_reserve(&m, 1);
	for (i = 0; i < MANY; i++)
		all = all && map_get(&m, i) == i + 1;
	ok(m.cap == cap && all, "a map does not become smaller");
	map_free(&m);
}

/* Changes one byte in texts of every length. */
static bool
differ_by_one_byte(struct map *m)
{
	char text[40] = { 0 };
	uint64_t hash;
	size_t n, at;
	bool all = true;

	for (n = 0; n <= sizeof text; n++) {
		hash = map_hash(m, 0, (struct str){ text, n });
		for (at = 0; at < n; at++) {
			text[at] = 1;
			all = all &&
			    map_hash(m, 0, (struct str){ text, n }) != hash;
			text[at] = 0;
		}
		if (n < sizeof text)
			all = all &&
			    map_hash(m, 0, (struct str){ text, n + 1 }) != hash;
	}
	return all;
}

/* Texts that collide for every secret if words are only multiplied by it: the
 * high bit of one word stays the high bit, and the next word cancels it.  Both
 * words of 16 pairs are changed or not. */
static bool
differ_in_high_bits(struct map *m)
{
	enum { PAIRS = 16, WORD = 8 };
	char text[PAIRS * 2 * WORD];
	const uint64_t first = UINT64_C(1) << 63;
	const uint64_t second = first | UINT64_C(1) << 31;
	uint64_t hash[PAIRS + 1];
	size_t i, k;

	for (i = 0; i <= PAIRS; i++) {
		memset(text, 0, sizeof text);
		if (i < PAIRS) {
			memcpy(text + i * 2 * WORD, &first, WORD);
			memcpy(text + i * 2 * WORD + WORD, &second, WORD);
		}
		hash[i] = map_hash(m, 0, (struct str){ text, sizeof text });
		for (k = 0; k < i; k++)
			if (hash[k] == hash[i])
				return false;
	}
	return true;
}

static void
test_hash(void)
{
	const struct str s = STR_LIT("docker/web-1");
	struct map a = { 0 }, b = { 0 };
	uint64_t hash = map_hash(&a, 0, s);

	ok(map_hash(&a, 0, s) == hash, "a map hashes a text as it did before");
	ok(map_hash(&b, 0, s) != hash, "another map has another secret");
	ok(map_hash(&a, 1, s) != hash, "what was hashed before counts");
	ok(differ_by_one_byte(&a), "each byte counts, and the length");
	ok(differ_in_high_bits(&a), "nobody makes texts that collide");
	map_reserve(&a, MANY);
	ok(map_hash(&a, 0, s) == hash, "a map that grows keeps its secret");
	map_free(&a);
	map_free(&b);
}

static struct str
name_of(char text[16], uint32_t i)
{
	return (struct str){ text,
	    (size_t)snprintf(text, 16, "h%07u", (unsigned)i) };
}

static void
test_names(uint32_t n, const char *what)
{
	struct names names = { 0 };
	bool all = true, again = true;
	char text[16];
	uint32_t i;

	for (i = 0; i < n; i++)
		all = all && names_id(&names, name_of(text, i)) == i + 1;
	memset(text, 'x', sizeof text);
	for (i = 0; i < n; i++) {
		struct str s = name_of(text, i);

		again = again && names_id(&names, s) == i + 1 &&
		    names_find(&names, s) == i + 1 &&
		    str_eq(names_text(&names, i + 1), s);
	}
	ok_of(all && names.n == n, "names are numbered from 1", what);
	ok_of(again, "each is found again, and was copied", what);
	ok_of(names_find(&names, name_of(text, n)) == 0 && names.n == n,
	    "to look for a name does not add it", what);
	names_free(&names);
}

/* Makes the first name that is compared with s the one with number id, as if
 * their hashes were equal. */
static void
collide(struct names *names, struct str s, uint32_t id)
{
	*map_at(&names->first, map_hash(&names->first, 0, s)) = id;
}

static void
test_equal_hashes(void)
{
	const struct str a = STR_LIT("a"), b = STR_LIT("b"), c = STR_LIT("c");
	struct names names = { 0 };

	names_id(&names, a);
	collide(&names, b, 1);
	ok(names_find(&names, b) == 0, "another name of that hash is none");
	ok(names_id(&names, b) == 2, "it is added");
	collide(&names, c, 2);
	ok(names_id(&names, c) == 3, "and a third one");
	collide(&names, a, 3);
	collide(&names, b, 3);
	ok(names_find(&names, a) == 1 && names_find(&names, b) == 2 &&
	    names_find(&names, c) == 3, "each is found among them");
	ok(names_id(&names, a) == 1 && names_id(&names, b) == 2 &&
	    names_id(&names, c) == 3 && names.n == 3, "and none added twice");
	names_free(&names);
}

static void
test_no_name(void)
{
	struct names n = { 0 };

	ok(names_find(&n, STR_LIT("a")) == 0, "nothing is among no names");
	ok(names_id(&n, STR_NONE) == 0 && names_find(&n, STR_NONE) == 0 &&
	    names_text(&n, 0).p == NULL, "a missing value is number 0");
	ok(names_id(&n, STR_LIT("")) == 1 && names_id(&n, STR_LIT("a")) == 2 &&
	    names_id(&n, (struct str){ "a\0b", 3 }) == 3 &&
	    names_id(&n, STR_LIT("")) == 1,
	    "an empty text is a name, and one with a NUL");
	names_free(&n);
	ok(n.n == 0 && names_id(&n, STR_LIT("a")) == 1,
	    "names that were freed begin anew");
	names_free(&n);
}

int
main(void)
{
	int kind;

	for (kind = 0; kind < 3; kind++)
		test_many(kind);
	test_edges();
	test_reserve();
	test_hash();
	test_names(MANY, "many names");
	test_equal_hashes();
	test_no_name();
	return tap_end();
}
