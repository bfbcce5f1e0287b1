/*
 * judge: the flags that records raise.
 *
 * Each record is looked at as it is read.  A suspect that needs its snapshot or
 * other records is judged again after the last one.
 */
#ifndef FLAG_JUDGE_H
#define FLAG_JUDGE_H

#include "flag/rule.h"
#include "flag/scope.h"
#include "lib/map.h"

/* The result of a set of heuristics and rules. */
struct verdict {
	bool known;
	bool bell;
	struct str flags;	/* comma-separated, missing: none */
	size_t n;		/* of flags; items: what first raised each */
	const uint32_t *items;	/* a heuristic, or a rule from HEUR_COUNT on */
};

struct judge {
	struct scope_wish wish;
	enum heur_level least;		/* of heuristics: lower do not count */
	struct rules rules;

	/* Private to the module. */
	size_t nitems;			/* heuristics, then rules */
	size_t words;			/* length of bits: 64 items a word */
	struct names sets;		/* of items, as bytes; 1: no item */
	uint64_t *bits;			/* the items of one record */
	/* Items that are judged after the last record, and those among them
	 * that need the record itself again. */
	size_t *later, nlater;
	uint64_t *later_bits, *again_bits;
	struct names names;		/* of flags, numbers from 1 */
	uint32_t *name_of;		/* by item; 0: all flags (allow *) */
	struct verdict *verdicts;	/* by set */
	size_t nverdicts, verdict_cap;
	struct arena arena;
};

/* One input, read and judged.  The caller calls judge_free_input. */
struct judge_input {
	struct stream stream;
	size_t nsnaps;		/* the stream's, or 1 for a lone header */
	struct view_snap *snaps;
	uint32_t *set;		/* by row: the set that it raises */
	size_t nset, set_cap;
	struct others others;
};

/* The caller zeroes j, then sets wish, least and rules. */
void judge_start(struct judge *j);
void judge_free(struct judge *j);

/* Reads and judges path, which is open as fd.  False after a message. */
bool judge_read(struct judge *j, struct judge_input *in, int fd,
    const char *path, const struct cols *fields);
void judge_free_input(struct judge_input *in);

/* The rule of an item, which is at least HEUR_COUNT. */
static inline const struct rule *
judge_rule(const struct judge *j, size_t item)
{
	return &j->rules.v[item - HEUR_COUNT];
}

/* The verdict for a row's set.  Valid until the next call. */
const struct verdict *judge_verdict(struct judge *j, uint32_t set);

#endif
