/*
 * judge: from records to what they raise.
 *
 * Each record is looked at as it is read.  What looks bad but needs its
 * snapshot or other records is looked at once more after the last one.
 */
#ifndef FLAG_JUDGE_H
#define FLAG_JUDGE_H

#include "flag/rule.h"
#include "flag/scope.h"
#include "lib/map.h"

/* What a set of heuristics and rules comes to. */
struct verdict {
	bool known;
	bool bell;
	struct str flags;	/* comma-separated, missing: none */
	size_t n;		/* of flags, and what first raised each: */
	const uint32_t *items;	/* a heuristic, or from HEUR_COUNT on a rule */
};

struct judge {
	struct scope_wish wish;
	enum heur_level least;		/* what heuristics raise below it does
					 * not count */
	struct rules rules;

	/* The module's own. */
	size_t nitems;			/* heuristics, then rules */
	size_t words;			/* of 64 items, as many as bits */
	struct names sets;		/* of items, as bytes; 1: no item */
	uint64_t *bits;			/* those of one record */
	/* Items that are judged after the last record, and of those the ones
	 * that have to see the record itself again. */
	size_t *later, nlater;
	uint64_t *later_bits, *again_bits;
	struct names names;		/* of flags, numbers from 1 */
	uint32_t *name_of;		/* by item; 0: all (allow *) */
	struct verdict *verdicts;	/* by set */
	size_t nverdicts, verdict_cap;
	struct arena arena;
};

/* One input, read and judged.  The caller calls judge_free_input. */
struct judge_input {
	struct stream stream;
	size_t nsnaps;		/* the stream's, or 1 of a header alone */
	struct view_snap *snaps;
	uint32_t *set;		/* by row: what it raises */
	size_t nset, set_cap;
	struct others others;
};

/* j is zeroed, and then wish, least and rules are set. */
void judge_start(struct judge *j);
void judge_free(struct judge *j);

/* Reads and judges path, which is open as fd.  False after a message. */
bool judge_read(struct judge *j, struct judge_input *in, int fd,
    const char *path, const struct cols *fields);
void judge_free_input(struct judge_input *in);

/* The rule that an item from HEUR_COUNT on is. */
static inline const struct rule *
judge_rule(const struct judge *j, size_t item)
{
	return &j->rules.v[item - HEUR_COUNT];
}

/* Of a row's set.  Good until the next call. */
const struct verdict *judge_verdict(struct judge *j, uint32_t set);

#endif
