/*
 * script: what the arguments of a shell or interpreter say that it runs.
 *
 * cmdline has blanks between the arguments, and within them: what follows the
 * text of an option -c or -e is not looked at.  A process may write there what
 * it likes.
 */
#ifndef FLAG_SCRIPT_H
#define FLAG_SCRIPT_H

#include <stdbool.h>

#include "lib/str.h"

/* How a program takes its arguments. */
enum script_lang {
	SCRIPT_NONE, SCRIPT_SHELL, SCRIPT_PYTHON, SCRIPT_PERL, SCRIPT_RUBY,
	SCRIPT_NODE, SCRIPT_PHP, SCRIPT_LUA, SCRIPT_TCL, SCRIPT_AWK,
	SCRIPT_JAVA, SCRIPT_GDB, SCRIPT_VIM,
	SCRIPT_NLANGS
};

struct script_args {
	enum script_lang lang;
	struct str rest;		/* missing: there is no more */
	bool text;			/* it runs what an option says */
};

/* class is prog_class's. */
void script_start(struct script_args *a, unsigned class, struct str exe,
    struct str cmdline);

/* The next file that it runs, before others or as its script; a missing value
 * if there is no more. */
struct str script_next(struct script_args *a);

/* The last of them: its script. */
struct str script_main(unsigned class, struct str exe, struct str cmdline);

/* Of a shell: it runs what comes in, neither a script nor the text of -c.  So
 * does one whose arguments are not those of a shell, for it wrote them. */
bool script_is_bare(unsigned class, struct str exe, struct str cmdline);

#endif
