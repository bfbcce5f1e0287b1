/*
 * report: what was judged, as records or as rules.
 */
#ifndef FLAG_REPORT_H
#define FLAG_REPORT_H

#include "flag/judge.h"
#include "out/out.h"

struct report {
	struct judge *judge;
	struct judge_input *inputs;
	size_t n;
	bool select;			/* only what is flagged */
	bool why;
	bool level;			/* it stands before the flags */
	const struct cols *columns;	/* chosen by the user, or NULL */
};

/* The columns of all inputs and what is appended to them, into the empty c. */
void report_columns(const struct report *r, struct cols *c);

/* Whether anything is flagged; *bell whether a rule wants it heard. */
bool report_any(const struct report *r, bool *bell);

/* False after a message. */
bool report_records(const struct report *r, const struct out_opts *opts);

/* An allow rule for each flag, as text of prt-rules(5). */
bool report_suggest(const struct report *r, const struct out_opts *opts);

/* The columns of the table of heuristics, into the empty c: all, or those that
 * a person reads first; and the table.  False after a message. */
void report_list_columns(struct cols *c, bool all);
bool report_list(const struct cols *cols, const struct out_opts *opts);

#endif
