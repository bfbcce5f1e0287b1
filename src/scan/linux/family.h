/*
 * family: the processes above and below those that hold sockets.
 */
#ifndef SCAN_LINUX_FAMILY_H
#define SCAN_LINUX_FAMILY_H

#include "lib/map.h"
#include "scan/linux/linux.h"

/* Longer lists end there. */
enum { FAMILY_MAX = 16 };

/* A process.  Numbers of others are where v has them, from 1; 0 is none. */
struct kin {
	uint32_t pid, ppid, tty;
	uint32_t parent;
	uint32_t left;		/* children that are not yet counted in */
	uint64_t start;
	struct str comm;
	uint32_t shell;		/* in the family's shells, if it is one */
	bool is_init, is_holder;
	struct below *names;	/* of what is below it, or NULL */
	struct below *shells;	/* likewise, that are shells */
};

/* A shell that reads commands from its standard input. */
struct kin_shell {
	struct str name;
	uint32_t pid;
	struct linux_stdio stdio;
};

struct family {
	struct scan *sc;
	enum tree_kind kind;
	int proc;		/* the proc tree */
	struct kin *v;
	size_t n, cap;
	struct map by_pid;
	struct names names;
	struct kin_shell *shell;
	size_t nshell, shellcap;
	/* Shells that share a pipe with a holder. */
	struct kin_beside {
		uint32_t holder, shell;	/* numbers in v, and shell */
	} *beside;
	size_t nbeside, besidecap;
};

/*
 * Reads all processes of the tree, or if !all those above holders, once each;
 * what is known of the scan's is not read again.  False after a message.  The
 * caller calls family_end either way.
 */
bool family_begin(struct family *f, const struct scan_request *req,
    struct scan *sc, bool all);
void family_end(struct family *f);

/* The number of a process of the scan; 0 if it is another's by now. */
uint32_t family_find(const struct family *f, const struct proc *p);

/* shells.c: finds the shells below holders, but not below init, and those of
 * the same parent that share a pipe with one. */
struct programs;
void family_find_shells(struct family *f, struct programs *ps);

/* That process of the scan has not ended. */
bool family_is_still(const struct family *f, const struct proc *p);

/* Sets ancestors and children of the scan's processes, as far as they are asked
 * for. */
void family_tell(struct family *f, unsigned needs);

#endif
