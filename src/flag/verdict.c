/* What a set of heuristics and rules comes to: flags, less what is allowed. */
#include "flag/judge.h"

#include <stdlib.h>

static bool
is_allow(const struct judge *j, size_t item)
{
	return item >= HEUR_COUNT &&
	    judge_rule(j, item)->action == RULE_ALLOW;
}

/* Marks the names that no flag may have any more. */
static void
take_allowed(const struct judge *j, const uint64_t *bits, bool *taken)
{
	size_t i;

	for (i = HEUR_COUNT; i < j->nitems; i++) {
		if (!sets_has(bits, i) || !is_allow(j, i))
			continue;
		if (j->name_of[i] == 0)
			memset(taken, true, j->names.n + 1);
		else
			taken[j->name_of[i]] = true;
	}
}

static void
add_flag(struct judge *j, struct verdict *v, struct buf *flags, size_t item)
{
	struct str name = names_text(&j->names, j->name_of[item]);

	if (flags->n > 0)
		buf_putc(flags, ',');
	buf_add(flags, name.p, name.n);
	if (item >= HEUR_COUNT && judge_rule(j, item)->action == RULE_BELL)
		v->bell = true;
}

static void
reach(struct judge *j, struct verdict *v, const uint64_t *bits)
{
	bool *taken = mem_alloc(j->names.n + 1);
	uint32_t *items = arena_alloc(&j->arena,
	    j->names.n * sizeof *items);
	struct buf flags = { 0 };
	size_t i;

	take_allowed(j, bits, taken);
	for (i = 0; i < j->nitems; i++) {
		if (!sets_has(bits, i) || is_allow(j, i) ||
		    taken[j->name_of[i]])
			continue;
		taken[j->name_of[i]] = true;
		items[v->n++] = (uint32_t)i;
		add_flag(j, v, &flags, i);
	}
	v->known = true;
	v->items = items;
	if (v->n > 0)
		v->flags = arena_str(&j->arena, buf_str(&flags));
	buf_free(&flags);
	free(taken);
}

const struct verdict *
judge_verdict(struct judge *j, uint32_t set)
{
	size_t cap = j->verdict_cap;

	if (set >= cap) {
		j->verdicts = mem_grow(j->verdicts, &j->verdict_cap, set + 1,
		    sizeof *j->verdicts);
		memset(j->verdicts + cap, 0,
		    (j->verdict_cap - cap) * sizeof *j->verdicts);
	}
	if (!j->verdicts[set].known)
		reach(j, &j->verdicts[set], sets_bits(&j->sets, set));
	return &j->verdicts[set];
}
