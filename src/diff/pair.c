#include "diff/pair.h"

#include "diff/key.h"
#include "diff/match.h"

/* Most keys have one row here and there, with the same values. */
static bool
is_same(const struct diff_side *s, uint32_t row, const struct diff_row *new)
{
	const struct diff_row *old = &s->rows[row];

	return old->next == DIFF_NONE && new->next == DIFF_NONE &&
	    old->set == new->set && !diff_is_unscanned(s, row);
}

static void
match_new(struct diff_matcher *m, struct diff_side *old,
    struct diff_side *new, uint32_t i)
{
	struct diff_row *row = &new->rows[i];

	row->other = diff_index_find(old, row->key);
	if (row->other != DIFF_NONE)
		old->rows[row->other].other = i;
	if (row->other == DIFF_NONE || !is_same(old, row->other, row))
		diff_matcher_judge(m, row->other, i);
}

void
diff_match(struct diff_side *old, struct diff_side *new)
{
	struct diff_matcher m;
	uint32_t i;

	diff_matcher_init(&m, old, new);
	for (i = 0; i < new->stream.nrows; i++)
		if (new->rows[i].head == i)
			match_new(&m, old, new, i);
	for (i = 0; i < old->stream.nrows; i++)
		if (old->rows[i].head == i && old->rows[i].other == DIFF_NONE)
			diff_matcher_judge(&m, i, DIFF_NONE);
	diff_matcher_free(&m);
}
