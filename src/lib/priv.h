/*
 * priv: the rights of root, or capabilities, that the program has.
 */
#ifndef LIB_PRIV_H
#define LIB_PRIV_H

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
	PRIV_WRITE = 1 << 2,	/* files and folders that are not either */
	PRIV_NETNS = 1 << 3,	/* to enter network namespaces */
	PRIV_BPF = 1 << 4,	/* to run programs in the kernel */
	PRIV_PODMAN = 1 << 5,	/* podman: else it takes itself for a user's */
	PRIV_NET = 1 << 6	/* how the network is set up, and of which
				 * namespace a socket is */
};

/*
 * Gives up, for ever, what is not for one of uses; so do the programs that are
 * run from then on.  No other thread may be there.  What no system but Linux
 * tells apart stays.
 */
void priv_keep(unsigned uses);

/* The name of one that is needed for some of uses (of enum priv), and that the
 * program has not got; NULL: none. */
const char *priv_lacks(unsigned uses);

#endif
