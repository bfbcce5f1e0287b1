#include "diff/tuple.h"

#include "diff/key.h"

static bool
is_owned(const struct diff_side *s, const int *at, const struct str *v)
{
	enum diff_owner owner = diff_owner(s, at, v);

	/* Where the row cannot tell, the ##prt may. */
	return owner == DIFF_PROCESS || (owner == DIFF_ANYONE && !s->hidden);
}

void
diff_tuple_read(struct diff_tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a)
{
	const int *at = diff_header_of(s, row)->set;
	const struct cols *set = &s->plan->set;
	const struct str *v = stream_values(&s->stream, row);
	struct str *copy = arena_alloc(a, set->n * sizeof *copy);
	size_t i;

	t->v = copy;
	t->known = is_owned(s, stream_cols(&s->stream, row)->at, v) ? DIFF_OWNED : 0;
	for (i = 0; i < set->n; i++) {
		copy[i] = diff_value(set, at, i, v);
		if (copy[i].n == 0)
			continue;
		t->known |= UINT64_C(1) << i;
		/* Values that held escapes live in the reader's buffer. */
		if (s->stream.reader.unescaped.n > 0)
			copy[i] = arena_str(a, copy[i]);
	}
}

uint64_t
diff_tuple_full(const struct diff_side *a, const struct diff_side *b)
{
	const struct cols *set = &a->plan->set;
	uint64_t full = DIFF_OWNED;
	size_t i;

	for (i = 0; i < set->n; i++)
		if (stream_has(&a->stream, set->v[i].name) &&
		    stream_has(&b->stream, set->v[i].name))
			full |= UINT64_C(1) << i;
	return full;
}

uint64_t
diff_tuple_common(const struct cols *set, uint64_t a, uint64_t b)
{
	uint64_t common = a & b & ~DIFF_OWNED;
	size_t i;

	if (((a ^ b) & DIFF_OWNED) == 0)
		return common;
	for (i = 0; i < set->n; i++)
		if (set->v[i].id == F_USER || set->v[i].id == F_UID)
			common &= ~(UINT64_C(1) << i);
	return common;
}
