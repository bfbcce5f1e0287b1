#include "record/snapshot.h"

#include "lib/escape.h"
#include "lib/num.h"

#define VERSION "1"

/* The index of the key; n if it is missing. */
static size_t
find_key(const struct snap_pair *v, size_t n, struct str key)
{
	size_t i = 0;

	while (i < n && !str_eq(v[i].key, key))
		i++;
	return i;
}

struct str
snap_get(const struct snap *s, const char *key)
{
	size_t i = find_key(s->v, s->n, str_from(key));

	return i < s->n ? s->v[i].value : STR_NONE;
}

bool
snap_has(const struct snap *s, const char *key)
{
	return find_key(s->v, s->n, str_from(key)) < s->n;
}

bool
snap_set(struct snap_room *r, const char *key, struct str value)
{
	size_t i = find_key(r->v, r->n, str_from(key));

	if (i == SNAP_KEYS)
		return false;
	if (i == r->n)
		r->n++;
	r->v[i] = (struct snap_pair){ str_from(key), value };
	return true;
}

struct snap
snap_of(const struct snap_room *r)
{
	return (struct snap){ r->n, r->v };
}

static bool
is_key(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n > 0;
}

static const char *
add_pair(struct snap_room *r, struct str text, struct arena *a)
{
	struct snap_pair pair;
	const char *wrong;
	char *value;

	pair.key = str_cut(&text, '=');
	if (!is_key(pair.key) || text.p == NULL)
		return "expected key=value after ##prt 1";
	if (find_key(r->v, r->n, pair.key) < r->n)
		return "a key of ##prt twice";
	if (r->n == SNAP_KEYS)
		return "too many keys in ##prt";
	value = arena_alloc(a, text.n + 1);
	wrong = escape_undo(text, value, &pair.value.n);
	if (wrong != NULL)
		return wrong;
	pair.value.p = value;
	if (text.n == 0 || str_is(text, "-"))
		pair.value = STR_NONE;
	r->v[r->n++] = pair;
	return NULL;
}

const char *
snap_parse(struct snap *s, struct str text, struct arena *a)
{
	struct snap_room r;
	struct snap_pair *v;
	const char *wrong;
	struct str word;

	r.n = 0;
	str_cut(&text, ' ');
	if (!str_is(str_cut(&text, ' '), VERSION))
		return "expected ##prt 1: another version's snapshot";
	while (text.p != NULL) {
		word = str_cut(&text, ' ');
		if (word.n == 0)
			continue;
		wrong = add_pair(&r, word, a);
		if (wrong != NULL)
			return wrong;
	}
	v = arena_alloc(a, r.n * sizeof *v);
	memcpy(v, r.v, r.n * sizeof *v);
	*s = (struct snap){ r.n, v };
	return NULL;
}

/* Writes a blank as \x20, since it would end the value. */
static void
add_value(struct buf *b, struct str s)
{
	struct str part;

	if (s.n == 0) {
		buf_putc(b, '-');
		return;
	}
	if (str_is(s, "-")) {
		buf_puts(b, "\\x2d");
		return;
	}
	for (;;) {
		part = str_cut(&s, ' ');
		escape_add(b, part);
		if (s.p == NULL)
			return;
		buf_puts(b, "\\x20");
	}
}

void
snap_format(struct buf *b, const struct snap *s)
{
	size_t i;

	buf_puts(b, "##prt " VERSION);
	for (i = 0; i < s->n; i++) {
		buf_putc(b, ' ');
		buf_add(b, s->v[i].key.p, s->v[i].key.n);
		buf_putc(b, '=');
		add_value(b, s->v[i].value);
	}
	buf_putc(b, '\n');
}

void
snap_format_end(struct buf *b, uint64_t records)
{
	buf_puts(b, "##end records=");
	num_add(b, records);
	buf_putc(b, '\n');
}
