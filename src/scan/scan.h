/*
 * scan: one scan of the machine, by the first backend that can do it.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "scan/filter.h"
#include "scan/sock.h"

/* What the chosen columns and filters need; the rest is not read. */
enum scan_need {
	NEED_OWNERS = 1 << 0,	/* which processes hold the sockets */
	NEED_STAT = 1 << 1,	/* comm, ppid, start */
	NEED_USER = 1 << 2,	/* the effective uid */
	NEED_PARENT = 1 << 3,	/* the parent's comm */
	NEED_EXE = 1 << 4,
	NEED_CMDLINE = 1 << 5,
	NEED_CONTAINER = 1 << 6,
	NEED_DIR = 1 << 7,
	NEED_SERVICES = 1 << 8,
	NEED_INFO = 1 << 9,	/* counters of TCP connections */
	NEED_CGROUP = 1 << 10,	/* the path and the unit */
	NEED_CWD = 1 << 11,
	NEED_NETNS = 1 << 12,	/* inode of the process's namespace */
	NEED_NAMES = 1 << 13,	/* of containers, from their runtimes */
	NEED_DROPS = 1 << 14,
	NEED_SOCK_CGROUP = 1 << 15,	/* in which the sockets were made */
	NEED_SOCK_UNIT = 1 << 16,	/* the same, if no holder has one */
	NEED_SOCK_CONTAINER = 1 << 17,	/* the same, if the holder is hidden */
	NEED_NETNS_NAMES = 1 << 18,	/* of namespaces, from containers */
	NEED_TARGET = 1 << 19,	/* where holders pass connections to */
	NEED_FILTER = 1 << 20,	/* of raw and packet sockets */
	NEED_ANCESTORS = 1 << 22,
	NEED_CHILDREN = 1 << 23,
	NEED_STDIO = 1 << 24,
	NEED_SHELLS = 1 << 25,
	NEED_EXE_LIKE = 1 << 26,
	NEED_SCRIPT = 1 << 27,
	NEED_CAPS = 1 << 28,
	NEED_PIDFD = 1 << 29,
	NEED_DIAG = 1 << 30,	/* values that only netlink has */
	NEED_TARGET_SEEN = 1 << 21,	/* the same, for visible holders only */
	NEEDS_OF_TARGET = NEED_OWNERS | NEED_STAT | NEED_USER | NEED_TARGET,
	/* from the files of a process */
	NEEDS_OF_PROCESS = NEED_STAT | NEED_USER | NEED_PARENT | NEED_EXE |
	    NEED_CMDLINE | NEED_CONTAINER | NEED_CGROUP | NEED_CWD |
	    NEED_STDIO | NEED_CAPS
};

/* How to find holders, if the backend has more than one way. */
enum scan_owners { OWNERS_AUTO, OWNERS_WALK, OWNERS_BPF };

struct scan_request {
	const struct filter *filter;
	unsigned needs;			/* of enum scan_need */
	enum scan_owners owners;
	const char *proc;		/* the proc tree, "/proc" */
	bool own_proc;			/* that is this machine's */
	bool verify;			/* in both ways, if there are two */
	/* The source is not this machine but the text of a file (NULL or "-":
	 * standard input), in which ports may be names. */
	bool is_text;
	const char *file;
	const struct services *services;
};

struct search;

/*
 * A way to read the socket tables.  Both functions return false after a message
 * that says what failed; what they have added by then must be dropped.
 */
struct backend {
	const char *name;
	const char *help;
	/* NULL: always worth a try; false: use it only if the user names it. */
	bool (*is_here)(void);
	bool (*tables)(const struct scan_request *req, struct scan *sc);
	/* Adds holders and their processes if needed, and what sc->seeks asks
	 * for; NULL: tables does that. */
	bool (*owners)(const struct scan_request *req, struct search *search,
	    struct scan *sc);
	/* Adds values of sockets that need their owners; may be NULL. */
	void (*finish)(const struct scan_request *req, struct scan *sc);
	/* Adds where holders pass connections to, and published ports without a
	 * socket, if either is needed; may be NULL. */
	void (*targets)(const struct scan_request *req, struct scan *sc);
	/* Begins, while the tables are read, the part of owners that need not
	 * wait for them; owners ends it.  May return NULL.  A backend without a
	 * choice of ways has no begin. */
	struct search *(*begin)(const struct scan_request *req);
	void (*end)(struct search *search);
};

/* NULL if there is no such backend. */
const struct backend *scan_backend(const char *name);

/* Backend i in the order of trying; NULL after the last. */
const struct backend *scan_backend_at(unsigned i);

/* The same for sources other than this machine (--from). */
const struct backend *scan_source_at(unsigned i);

/*
 * Scans with that backend, or if it is NULL with the first that works.  Fills
 * sc, which starts as { 0 }, with the sockets that the filter keeps.  False
 * after a message.  The caller calls scan_free either way.
 */
bool scan_run(const struct scan_request *req, const struct backend *backend,
    struct scan *sc);

/*
 * Sets dir of every connected socket of sc, whose sockets must include all
 * listeners of its protocol and namespace: prt(5) has the rule.
 */
void dir_judge(struct scan *sc);

#endif
