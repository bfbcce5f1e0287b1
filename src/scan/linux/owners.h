/*
 * owners: shared by the ways to find the holders of sockets.
 */
#ifndef SCAN_LINUX_OWNERS_H
#define SCAN_LINUX_OWNERS_H

#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/map.h"
#include "scan/linux/linux.h"
#include "scan/scan.h"

/* Older headers lack these. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

struct worker;

/* A descriptor of a network namespace, or of a socket that is in no table that
 * was read: of process pid, in the descriptor table of its thread task. */
struct stray {
	uint64_t inode;
	uint32_t pid, task, fd;
	bool is_netns;
};

struct strays {
	struct stray *v;
	size_t n, cap;
	bool netns;		/* namespaces are sought, too */
};

/* Adds it, unless s is NULL: then strays are not sought. */
void strays_add(struct strays *s, struct stray stray);

/*
 * The sockets of a scan by inode.  Several may share one, such as the subflows
 * of an MPTCP socket, of which the kernel allows at most 256 (u8 counters in
 * net/mptcp/protocol.h): a process that has the inode holds each of them.
 * Numbers are the scan's, and 0 is none.
 */
struct socks {
	struct map first;	/* inode to number of one of its sockets + 1, or
				 * SOCK_DROPPED */
	uint32_t *next;		/* by socket: number of another + 1 */
	unsigned char *owned;	/* by socket: an owner was found before */
	size_t n;
};

/* A socket that the filter dropped: not a stray. */
#define SOCK_DROPPED UINT32_MAX

/* Indexes the scan's sockets from that one on; socks_free frees them. */
void socks_begin(struct socks *socks, const struct scan *sc, size_t from);
void socks_free(struct socks *socks);

/* Adds the holder, or a part of one, to all sockets of an inode that have no
 * owner so far.  first is the value in the map, and not SOCK_DROPPED;
 * holder.sock is not used. */
void socks_add_holders(const struct socks *socks, uint32_t first,
    struct scan *sc, struct holder holder);

/* socks_mark sets owned, from the present holders.  socks_are_unowned does so,
 * too, and is true if a socket that may have an owner has none. */
void socks_mark(struct socks *socks, const struct scan *sc);
bool socks_are_unowned(struct socks *socks, const struct scan *sc);

/* An io_uring that a process has as descriptor fd; thread is 0 unless it is in
 * a thread's own table. */
struct ring {
	uint64_t inode;
	uint32_t pid, thread, fd;
};

/* owners-young.c: the processes that the walk has listed, and the kernel's
 * latest number when it began to list them. */
struct young {
	uint32_t *v;		/* sorted */
	size_t n, cap;
	uint64_t last_pid;	/* as of linux_last_pid */
	size_t nstarted;	/* as struct walk had it */
};

/* A walk of the process tables, shared by its threads. */
struct walk {
	const struct scan_request *req;
	struct socks *socks;
	const struct search *search;	/* owners-bpf.c's, */
	const struct rings *rings;	/* owners-rings.c's */
	struct ring *ring;
	size_t nring, ringcap;
	struct strays *strays;	/* what is in no table; or NULL */
	uint32_t *pid;		/* 0: need not be looked at again */
	size_t npid, pidcap;
	size_t nstarted;	/* threads of ours */
	struct young young;
	void (*take)(struct worker *w);
	atomic_size_t next;	/* the first pid that no thread has taken */
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd is their number */
	bool has_init;		/* process 1 is visible */
	bool compares;		/* kcmp(2) knows the numbers of that tree */
	bool may_ask;		/* linux_search_allowed, and not refused */
	uint32_t cut;		/* as in struct worker */
	uint64_t ncut;
};

/* The results of one thread; its part has no sockets of its own. */
struct worker {
	struct walk *walk;
	struct scan part;
	struct ring *ring;
	size_t nring, ringcap;
	struct strays strays;
	struct map groups;	/* owners-bpf.c: a process of part, + 1, by
				 * groups of struct linux_file */
	uint32_t pid;		/* the process being looked at */
	uint32_t thread;	/* if it is a thread's table, else 0 */
	size_t at;		/* its index in walk->pid */
	int fault;		/* errno of one of its links, or 0 */
	size_t links;		/* links that were read */
	uint32_t cut;		/* a process with too many links, */
	uint64_t ncut;		/* and the number of such processes */
};

/* True if the tree's numbers are those of our pid_namespaces(7).  If its file
 * exists and cannot be read, a message says so. */
bool walk_sees_own_pids(const struct walk *w, struct scan *sc);

/* Opens the proc tree of w->req; false after a message.  walk_end frees the
 * walk's memory, in either case. */
bool walk_begin(struct walk *w);
void walk_end(struct walk *w);

/* Sets w->pid to all processes that the request's filter keeps; false with
 * errno. */
bool walk_list(struct walk *w);

/* Calls take for each entry of w->pid, in a suitable number of threads, and
 * adds their results to sc.  take finds its pid in w->pid, and sets that to 0
 * if no second pass is needed. */
void walk_run(struct walk *w, struct scan *sc, void (*take)(struct worker *w));

/* The number of a process or thread from a folder's name; false for another
 * name. */
bool walk_id(const char *name, uint32_t *id);

/* Calls each for every name in an open directory; false with errno. */
bool walk_each(int dir, void (*each)(void *arg, int dir, const char *name),
    void *arg);

/* The inode in a link such as `socket:[INODE]', which begins with kind; 0 if it
 * is another link, with errno 0, or cannot be read, with errno. */
uint64_t walk_inode(int dir, const char *name, const char *kind);
uint64_t walk_inode_of(struct str link, const char *kind);

/* Opens a folder of a process or thread in dir, by a name such as "/fd": -1
 * with errno.  walk_stat: its stat(2), or false. */
int walk_open(enum tree_kind t, int dir, uint32_t id, const char *name);
bool walk_stat(int dir, uint32_t id, const char *name, struct stat *st);

/* Adds holders for the process that will be the part's next: one for each
 * socket whose link is in an open directory.  False if some are hidden. */
bool walk_take_fds(struct worker *w, int dir);

/* Counts a process that hides its descriptors; reports another failure, in
 * errno, naming the folder, unless the process is gone. */
void walk_note_failure(struct worker *w, const char *folder);

/* Adds the process being looked at, to which the last holders belong, with the
 * values that needs asks for, from files next to the open directory, PID/fd or
 * PID/task. */
void walk_add_process(struct worker *w, int dir, unsigned needs);

/* Fills p as linux_process does; if stat says that the first thread has ended,
 * values that it has lost are read from another thread. */
void walk_describe(struct worker *w, int dir, unsigned needs, struct proc *p);

/* Takes the sockets that a process has. */
void walk_take_process(struct worker *w);

/*
 * owners-threads.c.  walk_add_tables adds the holders in tables that threads of
 * the process being looked at do not share; its PID/task is open.  False if
 * kcmp(2) cannot say which those are.  walk_add_all_tables then takes the table
 * of every thread; walk_take_threads does so for sockets without an owner.
 * walk_first_thread opens TID/fd of the first thread other than pid, the one
 * that the process began with; or gives -1.
 */
bool walk_add_tables(struct worker *w, int task);
void walk_add_all_tables(struct worker *w, int task);
void walk_take_threads(struct worker *w);
int walk_first_thread(enum tree_kind t, int task, uint32_t pid);
/* True if a process may have more than one thread. */
bool walk_has_threads(const struct walk *w, uint32_t pid);

/* owners-rings.c: adds the holders of sockets without an owner that are only in
 * an io_uring's table of fixed files. */
void walk_take_rings(struct walk *w, struct scan *sc);

/* Finds the holders of the scan's sockets from that one on, by a walk of the n
 * processes with those pids. */
void walk_owners_of(const struct scan_request *req, size_t from,
    const uint32_t *pids, size_t n, struct scan *sc);

/*
 * copy.c: what a descriptor of a socket shows.  copy_name sets the local end,
 * and v6only: false if it has no port.  copy_is_open: true for a TCP socket
 * that is not closed; a BOUND one is.  copy_is_bound: true for a BOUND one,
 * which has a port; sets also ifname, in sc.  copy_vsock: likewise for vsock.
 * copy_netns_cookie: the cookie of its network namespace, from Linux 5.14 on; 0
 * is not known.
 */
bool copy_name(int fd, struct sock *s);
bool copy_is_open(int fd);
bool copy_is_bound(struct scan *sc, int fd, struct sock *s);
bool copy_vsock(struct scan *sc, int fd, struct sock *s);
uint64_t copy_netns_cookie(int fd);

/* Drops holders that are running scans: owners-copies.c. */
void linux_drop_copies(const struct scan_request *req, struct scan *sc);

/* strays.c: sorts the strays, looks at each, and adds those that sc seeks, with
 * holders if needed.  Returns false after a message. */
bool linux_strays(const struct scan_request *req, struct strays *s,
    linux_tables *tables, struct scan *sc);

/* owners-bpf.c: asks the kernel.  Refused: it does not let us, and nothing was
 * added.  Failed: after a message. */
enum search_result { SEARCH_DONE, SEARCH_REFUSED, SEARCH_FAILED };
enum search_result linux_search_owners(struct search *s,
    const struct scan_request *req, struct socks *socks, struct strays *strays,
    struct scan *sc);

/* True if the kernel may be asked for what a walk did not find.
 * linux_search_late asks it for sockets without an owner; if it refuses,
 * nothing is added. */
bool linux_search_allowed(const struct scan_request *req);
void linux_search_late(const struct scan_request *req, struct socks *socks,
    struct scan *sc);

/* owners-young.c: called before and after the walk lists processes. */
void young_begin(struct walk *w);
void young_list(struct walk *w);
/* Walks through processes that began since, and repeats until there are none;
 * false if some may still have been missed. */
bool young_take(struct walk *w, struct scan *sc);

/*
 * True if the process of a socket without a holder should be looked for once
 * more.  The kernel's own sockets never have one, are in every scan, and are
 * root's.  So root's sockets are looked for only if something new may have come
 * since the last look.
 */
bool linux_may_be_held(const struct sock *s, bool may_be_new);

/* Counts the processes with a mount over them, and reports each. */
uint64_t walk_count_covered(const struct walk *w);

#endif
