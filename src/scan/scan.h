/*
 * scan: one scan of the machine, by the first backend that can do it.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "scan/filter.h"
#include "scan/sock.h"

/* What the chosen columns and filters need; what is not needed is not read. */
enum scan_need {
	NEED_OWNERS = 1 << 0,	/* who holds the sockets */
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
	NEED_NETNS = 1 << 12,	/* inode of the own namespace */
	NEED_NAMES = 1 << 13,	/* the containers', from their runtimes */
	NEED_DROPS = 1 << 14,
	NEED_SOCK_CGROUP = 1 << 15,	/* where the sockets were made */
	NEED_SOCK_UNIT = 1 << 16,	/* the same, if no holder tells */
	NEED_SOCK_CONTAINER = 1 << 17,	/* likewise, if the holder is hidden */
	NEED_NETNS_NAMES = 1 << 18,	/* the namespaces', from containers */
	NEED_TARGET = 1 << 19,	/* where holders pass connections on to */
	NEED_FILTER = 1 << 20,	/* of raw and packet sockets */
	NEED_ANCESTORS = 1 << 22,
	NEED_CHILDREN = 1 << 23,
	NEED_STDIO = 1 << 24,
	NEED_SHELLS = 1 << 25,
	NEED_EXE_LIKE = 1 << 26,
	NEED_SCRIPT = 1 << 27,
	NEED_CAPS = 1 << 28,
	NEED_PIDFD = 1 << 29,
	NEED_DIAG = 1 << 30,	/* what is told of a socket by netlink only */
	NEED_TARGET_SEEN = 1 << 21,	/* likewise, of holders that are seen */
	NEEDS_OF_TARGET = NEED_OWNERS | NEED_STAT | NEED_USER | NEED_TARGET,
	/* what the files of a process tell */
	NEEDS_OF_PROCESS = NEED_STAT | NEED_USER | NEED_PARENT | NEED_EXE |
	    NEED_CMDLINE | NEED_CONTAINER | NEED_CGROUP | NEED_CWD |
	    NEED_STDIO | NEED_CAPS
};

/* How the holders are found, where the backend has more than one way. */
enum scan_owners { OWNERS_AUTO, OWNERS_WALK, OWNERS_BPF };

struct scan_request {
	const struct filter *filter;
	unsigned needs;			/* of enum scan_need */
	enum scan_owners owners;
	const char *proc;		/* the proc tree, "/proc" */
	bool own_proc;			/* it is this machine's */
	bool verify;			/* by both ways, if there are two */
	/* What is scanned is not this machine, but the text of a file (NULL or
	 * "-": standard input), where ports may be names. */
	bool is_text;
	const char *file;
	const struct services *services;
};

struct search;

/*
 * A way to read the socket tables.  Both functions return false after a message
 * that says what failed; what they had added then counts for nothing.
 */
struct backend {
	const char *name;
	const char *help;
	/* NULL: it is worth a try; false: it is only if it is asked for. */
	bool (*is_here)(void);
	bool (*tables)(const struct scan_request *req, struct scan *sc);
	/* Adds holders and their processes if needed, and what sc->seeks; NULL:
	 * tables did so. */
	bool (*owners)(const struct scan_request *req, struct search *search,
	    struct scan *sc);
	/* Adds what is to be told of sockets once their owners are known; may
	 * be NULL. */
	void (*finish)(const struct scan_request *req, struct scan *sc);
	/* Adds where holders pass connections on to, and published ports that
	 * have no socket, as far as either is asked for; may be NULL. */
	void (*targets)(const struct scan_request *req, struct scan *sc);
	/* Begins what owners need not wait for, while the tables are read, and
	 * ends it; may return NULL, or be NULL: of a backend that has one way
	 * to do things. */
	struct search *(*begin)(const struct scan_request *req);
	void (*end)(struct search *search);
};

/* NULL where there is no such backend. */
const struct backend *scan_backend(const char *name);

/* The backends in the order in which they are tried, NULL behind the last. */
const struct backend *scan_backend_at(unsigned i);

/* The same of what is read instead of this machine (--from). */
const struct backend *scan_source_at(unsigned i);

/*
 * Scans with that backend, or with NULL the first that can: fills sc, which
 * begins as { 0 }, with the sockets that the filter keeps.  False after a
 * message.  The caller calls scan_free either way.
 */
bool scan_run(const struct scan_request *req, const struct backend *backend,
    struct scan *sc);

/*
 * Sets dir of every connected socket of sc, whose sockets must include all
 * listeners of its protocol and namespace: prt(5) has the rule.
 */
void dir_judge(struct scan *sc);

#endif
