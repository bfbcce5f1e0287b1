/*
 * priv: the rights of root, or capabilities, that the program has.
 */
#ifndef PRIV_H
#define PRIV_H

#include <stdbool.h>

/*
 * False after a message where the program's file gave it rights that its user
 * does not have: for mains, before anything else.  What is named on the command
 * line or by the environment is read with all rights that there are.
 */
bool priv_check(void);

/* What a program may have root's rights for. */
enum priv {
	PRIV_READ = 1 << 0,	/* files that are not its user's */
	PRIV_TRACE = 1 << 1,	/* what processes of other users hold */
	PRIV_BPF = 1 << 2	/* to run programs in the kernel */
};

/* The name of one that is needed for some of uses (of enum priv), and that the
 * program has not got; NULL: none. */
const char *priv_lacks(unsigned uses);

#endif
