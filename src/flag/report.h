/*
 * report: prints what was judged, as records or as rules.
 */
#ifndef FLAG_REPORT_H
#define FLAG_REPORT_H

#include "flag/judge.h"
#include "out/out.h"

struct report {
	struct judge *judge;
	struct judge_input *inputs;
	size_t n;
	bool select;			/* print only what is flagged */
	bool why;
	bool level;			/* put the level before the flags */
	const struct cols *columns;	/* the user's choice, or NULL */
};

/* Puts the columns of all inputs, and those we append, into the empty c. */
void report_columns(const struct report *r, struct cols *c);

/* True if anything is flagged; *bell is set if a rule asks for the bell. */
bool report_any(const struct report *r, bool *bell);

/* False after a message. */
bool report_records(const struct report *r, const struct out_opts *opts);

/* Prints an allow rule of prt-rules(5) for each flag. */
bool report_suggest(const struct report *r, const struct out_opts *opts);

/* report_list_columns puts the columns of the table of heuristics into the
 * empty c: all, or those that people read first.  report_list prints the table;
 * false after a message. */
void report_list_columns(struct cols *c, bool all);
bool report_list(const struct cols *cols, const struct out_opts *opts);

#endif
