/*
 * priv: the program's rights: those of root, or capabilities.
 */
#ifndef LIB_PRIV_H
#define LIB_PRIV_H

#include <stdbool.h>

/*
 * False, after a message, if the program's file gave it rights that its user
 * does not have.  Mains call this first: names from the command line or the
 * environment are read with all the program's rights.
 */
bool priv_check(void);

/* Uses of root's rights. */
enum priv {
	PRIV_READ = 1 << 0,	/* files of other users */
	PRIV_TRACE = 1 << 1,	/* what other users' processes hold */
	PRIV_WRITE = 1 << 2,	/* write files and folders of other users */
	PRIV_NETNS = 1 << 3,	/* enter network namespaces */
	PRIV_BPF = 1 << 4,	/* run programs in the kernel */
	PRIV_PODMAN = 1 << 5,	/* podman: else it acts as a user's */
	PRIV_NET = 1 << 6	/* the network's setup, a socket's namespace */
};

/*
 * Gives up, for ever, all rights that uses do not need, also for programs that
 * are run later.  There must be no other thread.  On systems other than Linux,
 * rights that cannot be separated are kept.
 */
void priv_keep(unsigned uses);

/* The name of a right that some of uses (of enum priv) need and the program
 * lacks; NULL: none. */
const char *priv_lacks(unsigned uses);

#endif
