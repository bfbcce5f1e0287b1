/*
 * family: the processes above and below those that hold sockets.
 */
#ifndef SCAN_LINUX_FAMILY_H
#define SCAN_LINUX_FAMILY_H

#include "lib/map.h"
#include "scan/linux/linux.h"

/* Longer lists are cut there. */
enum { FAMILY_MAX = 16 };

/* A process.  Numbers of other processes are indexes in v from 1; 0 is none. */
struct kin {
	uint32_t pid, ppid, tty;
	uint32_t parent;
	uint32_t left;		/* children that are not counted yet */
	uint64_t start;
	struct str comm;
	uint32_t shell;		/* number in the family's shells, or 0 */
	bool is_init, is_holder;
	struct below *names;	/* names of processes below it, or NULL */
	struct below *shells;	/* the same of shells only */
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
 * Reads all processes of the tree, or only those above holders if !all, each
 * once.  Values that the scan already has are not read again.  False after a
 * message.  The caller calls family_end either way.
 */
bool family_begin(struct family *f, const struct scan_request *req,
    struct scan *sc, bool all);
void family_end(struct family *f);

/* The number of a process of the scan; 0 if another process has its pid now. */
uint32_t family_find(const struct family *f, const struct proc *p);

/* shells.c: finds the shells below holders, but not below init, and sibling
 * shells that share a pipe with a holder. */
struct programs;
void family_find_shells(struct family *f, struct programs *ps);

/* True if that process of the scan has not ended. */
bool family_is_still(const struct family *f, const struct proc *p);

/* Sets the ancestors and children of the scan's processes, if requested. */
void family_tell(struct family *f, unsigned needs);

#endif
