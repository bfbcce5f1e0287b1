#include "diff/tuple.h"

#include "diff/key.h"

/* Rows that differ in this have different hashes, even with equal fields. */
static uint64_t
known_of_owner(const struct diff_side *s, uint32_t row, const struct str *v)
{
	switch (diff_owner(diff_header_of(s, row), v)) {
	case DIFF_PROCESS:
		return TUPLE_OWNED;
	case DIFF_ANYONE:
		/* If the row cannot say, the ##prt may. */
		return TUPLE_ANYONE | (s->hidden ? 0 : TUPLE_OWNED);
	default:
		return 0;
	}
}

void
tuple_read(struct tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a)
{
	const struct diff_place *place = diff_header_of(s, row)->set;
	const struct cols *set = &s->plan->set;
	const struct str *v = stream_values(&s->stream, row);
	size_t i;

	t->n = set->n;
	t->v = arena_alloc(a, set->n * sizeof *t->v);
	t->hash = NULL;
	t->known = known_of_owner(s, row, v);
	for (i = 0; i < set->n; i++) {
		t->v[i] = diff_value(place[i], v);
		if (t->v[i].n == 0)
			continue;
		t->known |= UINT64_C(1) << i;
		/* Values that held escapes live in the reader's buffer. */
		if (s->stream.reader.unescaped.n > 0)
			t->v[i] = arena_str(a, t->v[i]);
	}
}

uint64_t
tuple_common(const struct cols *set, uint64_t a, uint64_t b)
{
	uint64_t common = a & b & ~(TUPLE_OWNED | TUPLE_ANYONE);
	size_t i;

	if (((a ^ b) & TUPLE_OWNED) == 0)
		return common;
	for (i = 0; i < set->n; i++)
		if (diff_is_of_socket(set->v[i].id))
			common &= ~(UINT64_C(1) << i);
	return common;
}
