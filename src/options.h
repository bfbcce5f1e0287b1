/*
 * opts: what the three programs' command lines share.
 *
 * Each program has one table of its options, which drives getopt_long and
 * --help.  For mains alone.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "out/out.h"
#include "record/columns.h"

enum {
	OPT_HEADER = 256, OPT_COLOR, OPT_EXIT_CODE, OPT_HELP, OPT_VERSION,
	OPT_OWN		/* first value of a program's own long-only options */
};

struct opt {
	int c;			/* its letter, or from 256 on: none */
	const char *name;	/* long name, or NULL */
	const char *arg;	/* its argument's name, NULL: none; `[=X]': may
				 * be left out */
	const char *help;	/* NULL: not shown */
};

/* The options that all three have; to be put into their tables. */
#define OPTS_COMMON \
	{ 'o', "output", "LIST", "columns: names, `all', or `+' and more" }, \
	{ 'F', "format", "FORMAT", "tsv, table, json or csv" }, \
	{ 'H', "no-header", NULL, "no # lines" }, \
	{ OPT_HEADER, "header", "WHEN", "# lines: auto, always, never" }, \
	{ 'w', "wide", NULL, "table: leave nothing out, cut nothing" }, \
	{ OPT_COLOR, "color", "WHEN", "table: auto, always, never" }, \
	{ 'q', "quiet", NULL, "no output, only an exit status" }, \
	{ OPT_EXIT_CODE, "exit-code", NULL, "exit 1 is an answer" }, \
	{ OPT_HELP, "help", NULL, "print this and exit" }, \
	{ OPT_VERSION, "version", NULL, "print the version and exit" }

enum { OPTS_MAX = 64 };

struct opts {
	const struct opt *table;
	int argc;
	char **argv;
	char letters[2 * OPTS_MAX + 2];
	struct option names[OPTS_MAX + 1];

	/* What the common options said. */
	struct out_opts out;
	const char *columns;	/* of -o, or NULL */
	bool quiet, exit_code, help, version;
};

/* What each main does first.  False after a message, where the program may not
 * run.  prog is kept. */
bool opts_begin(const char *prog);

/* table ends with an entry whose c is 0, and is kept. */
void opts_start(struct opts *o, const struct opt *table, int argc,
    char **argv);

/*
 * The next option that is not one of the common ones, its argument in optarg;
 * -1 behind the last, optind being the first operand; '?' where it cannot be
 * used, after a message.
 */
int opts_next(struct opts *o);

/* A message that value is no good as argument of option, and what is. */
void opts_bad(const char *option, const char *value, const char *expected);
/* The same where the value is none of those names; NULL is behind the last. */
void opts_bad_name(const char *option, const char *value,
    const char *(*name_at)(unsigned i));

/* Sets c, which was begun, to the fields of a list, any names and at most max.
 * False after a message. */
bool opts_fields(struct cols *c, const char *option, const char *list,
    size_t max);

/*
 * Prints what --help or --version asked for: usage, the options, the fields
 * before limit, more (may be NULL).  Returns the exit status.
 */
int opts_about(const struct opts *o, const char *usage, enum field_id limit,
    const char *more);

/* Appends a line of such a text: a name, and what it is. */
void opts_about_line(struct buf *b, const char *name, const char *what);

/*
 * The columns of -o, or without one base itself, into the empty c.  False
 * after a message.
 */
bool opts_columns(struct opts *o, struct cols *c, const struct cols *base,
    struct cols_known known);

#endif
