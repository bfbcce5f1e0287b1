/*
 * options: shared by the command lines of the three programs.
 *
 * Each program has one table of its options, which drives getopt_long and
 * --help.  Only for mains.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "out/out.h"
#include "record/columns.h"

/*
 * An option does one of three things to its program's struct of options, which
 * begins with a struct opts: it sets a bool; it sets a const char * to its
 * argument; or take parses the argument, and returns false after a message.  An
 * option with none of these is accepted and changes nothing.
 */
struct opt {
	char letter;		/* 0: none */
	const char *name;	/* its long name */
	const char *arg;	/* name of its argument; `[=X]': optional */
	const char *help;	/* NULL: not shown */
	size_t flag, text;	/* offsets of the bool and the text, or 0 */
	bool (*take)(void *options, const char *arg);
	const char *group;	/* a heading in --help before it, or NULL */
};

#define OPT_FLAG(member) .flag = offsetof(struct options, member)
#define OPT_TEXT(member) .text = offsetof(struct options, member)

struct opts {
	const struct opt *table;
	int argc;
	char **argv;

	/* Set by the common options. */
	struct out_opts out;
	const char *columns;	/* from -o, or NULL */
	bool quiet, exit_code;
	bool help, version, fields;	/* print that instead: opts_about */
};

/* The first call of each main.  False, after a message, if the program must not
 * run.  The pointer prog is kept. */
bool opts_begin(const char *prog);

/*
 * Reads all options, including the common ones; then optind is the first
 * operand.  table ends with an entry without a name, and is kept.  False after
 * a message.
 */
bool opts_read(struct opts *o, const struct opt *table, int argc, char **argv);

/* Prints a message: value is not a valid argument of option, expected is. */
void opts_bad(const char *option, const char *value, const char *expected);
/* The index of value among names, which end with NULL; -1 after a message. */
int opts_choose(const char *option, const char *value,
    const char *(*name_at)(unsigned i));

/* Sets c, which has been initialized, to the fields of a list: any names, and
 * at most max.  False after a message. */
bool opts_fields(struct cols *c, const char *option, const char *list,
    size_t max);

/* The user asked only for information, which opts_about prints. */
bool opts_ask(const struct opts *o);
/*
 * Prints the answer to --help, --version or -o help: usage, the options, the
 * fields before limit, more.  Returns the exit status.
 */
int opts_about(const struct opts *o, const char *usage, enum field_id limit,
    const char *more);

/* Appends a line to such a text: a name and its description. */
void opts_about_line(struct buf *b, const char *name, const char *what);

/*
 * Puts the columns of -o, or base if there is no -o, into the empty c.  False
 * after a message.
 */
bool opts_columns(struct opts *o, struct cols *c, const struct cols *base,
    struct cols_known known);

#endif
