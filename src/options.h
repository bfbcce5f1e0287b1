/*
 * options: what the three programs' command lines share.
 *
 * Each program has one table of its options, which drives getopt_long and
 * --help.  For mains alone.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "out/out.h"
#include "record/columns.h"

/*
 * An option does one of three things to its program's struct of options, which
 * begins with a struct opts: it sets a bool; or it sets a const char * to its
 * argument; or take reads that, and returns false after a message.  With none
 * of them the option is accepted and changes nothing.
 */
struct opt {
	char letter;		/* 0: none */
	const char *name;	/* its long name */
	const char *arg;	/* its argument's name, NULL: none; `[=X]': may
				 * be left out */
	const char *help;	/* NULL: not shown */
	size_t flag, text;	/* offsets of these two; 0: not this */
	bool (*take)(void *options, const char *arg);
	const char *group;	/* a heading before it in --help, or NULL */
};

#define OPT_FLAG(member) .flag = offsetof(struct options, member)
#define OPT_TEXT(member) .text = offsetof(struct options, member)

struct opts {
	const struct opt *table;
	int argc;
	char **argv;

	/* What the common options said. */
	struct out_opts out;
	const char *columns;	/* of -o, or NULL */
	bool quiet, exit_code;
	bool help, version, fields;	/* to be told instead: opts_about */
};

/* What each main does first.  False after a message, where the program may not
 * run.  prog is kept. */
bool opts_begin(const char *prog);

/*
 * Reads all options, the common ones too: then optind is the first operand.
 * table ends with an entry without a name, and is kept.  False after a message.
 */
bool opts_read(struct opts *o, const struct opt *table, int argc, char **argv);

/* A message that value is no good as argument of option, and what is. */
void opts_bad(const char *option, const char *value, const char *expected);
/* The number of value among the names, of which NULL is behind the last; -1
 * after a message. */
int opts_choose(const char *option, const char *value,
    const char *(*name_at)(unsigned i));

/* Sets c, which was begun, to the fields of a list, any names and at most max.
 * False after a message. */
bool opts_fields(struct cols *c, const char *option, const char *list,
    size_t max);

/* Only to be told something, by opts_about. */
bool opts_ask(const struct opts *o);
/*
 * Prints what --help, --version or -o help asked for: usage, the options, the
 * fields before limit, more.  Returns the exit status.
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
