#include "diff/tuple.h"

#include "diff/key.h"

static bool
is_owned(const struct diff_side *s, uint32_t row, const struct str *v)
{
	enum diff_owner owner = diff_owner(s,
	    stream_cols(&s->stream, row)->at, v);

	/* If the row cannot say, the ##prt may. */
	return owner == DIFF_PROCESS || (owner == DIFF_ANYONE && !s->hidden);
}

void
tuple_read(struct tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a)
{
	const int *at = diff_header_of(s, row)->set;
	const struct cols *set = &s->plan->set;
	const struct str *v = stream_values(&s->stream, row);
	size_t i;

	t->n = set->n;
	t->v = arena_alloc(a, set->n * sizeof *t->v);
	t->hash = NULL;
	t->known = is_owned(s, row, v) ? TUPLE_OWNED : 0;
	for (i = 0; i < set->n; i++) {
		t->v[i] = diff_value(set, at, i, v);
		if (t->v[i].n == 0)
			continue;
		t->known |= UINT64_C(1) << i;
		/* Values that held escapes live in the reader's buffer. */
		if (s->stream.reader.unescaped.n > 0)
			t->v[i] = arena_str(a, t->v[i]);
	}
}

/* Where no process holds the socket, or none is seen, they are the socket's. */
static bool
is_of_socket(enum field_id id)
{
	return id == F_USER || id == F_UID || id == F_UNIT ||
	    id == F_CONTAINER || id == F_CONTAINER_ID || id == F_POD;
}

uint64_t
tuple_common(const struct cols *set, uint64_t a, uint64_t b)
{
	uint64_t common = a & b & ~TUPLE_OWNED;
	size_t i;

	if (((a ^ b) & TUPLE_OWNED) == 0)
		return common;
	for (i = 0; i < set->n; i++)
		if (is_of_socket(set->v[i].id))
			common &= ~(UINT64_C(1) << i);
	return common;
}
