/*
 * script: what the arguments of a shell or interpreter say that it runs.
 *
 * cmdline separates the arguments by blanks, and they may contain blanks: so
 * what follows the text of an option -c or -e is ignored.  A process may write
 * anything into its cmdline.
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
	struct str rest;		/* missing at the end */
	bool text;			/* it runs the text of an option */
};

/* class comes from prog_class. */
void script_start(struct script_args *a, unsigned class, struct str exe,
    struct str cmdline);

/* The next file that the program runs: its script, or one run before that.  A
 * missing value if there is no more. */
struct str script_next(struct script_args *a);

/* The last of these files: the script. */
struct str script_main(unsigned class, struct str exe, struct str cmdline);

/* True if a shell runs its input, neither a script nor the text of -c.  Also if
 * its arguments are not those of a shell: then it has overwritten them. */
bool script_is_bare(unsigned class, struct str exe, struct str cmdline);

#endif
