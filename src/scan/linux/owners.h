/*
 * owners: what the ways to find the holders of sockets share.
 */
#ifndef SCAN_LINUX_OWNERS_H
#define SCAN_LINUX_OWNERS_H

#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/map.h"
#include "scan/linux/linux.h"
#include "scan/scan.h"

/* What older headers lack. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

struct worker;

/* A descriptor whose socket is in no table that was read, or which is a network
 * namespace: of a process, in the table of descriptors of its thread task. */
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

/* Adds it, if strays are sought: s may be NULL. */
void strays_add(struct strays *s, struct stray stray);

/*
 * The sockets of a scan by inode.  Several may share one, as the subflows of an
 * MPTCP socket do, of which the kernel allows at most 256 (u8 counters in
 * net/mptcp/protocol.h): whoever has that inode holds each of them.  Numbers
 * are the scan's, and 0 is none.
 */
struct socks {
	struct map first;	/* inode to number of one of its sockets + 1, or
				 * SOCK_DROPPED */
	uint32_t *next;		/* by socket: number of another + 1 */
	unsigned char *owned;	/* by socket: an owner was found before */
	size_t n;
};

/* A socket that the filter dropped: no stray. */
#define SOCK_DROPPED UINT32_MAX

/* Of the scan's sockets from that one on; socks_free frees them. */
void socks_begin(struct socks *socks, const struct scan *sc, size_t from);
void socks_free(struct socks *socks);

/* The holder, or a part of one, of all sockets of an inode that have no owner
 * so far; first is what the map has, no SOCK_DROPPED.  holder.sock is not
 * used. */
void socks_add_holders(const struct socks *socks, uint32_t first,
    struct scan *sc, struct holder holder);

/* Sets owned, from the holders that there are; and then says whether a socket
 * that may have an owner has none. */
void socks_mark(struct socks *socks, const struct scan *sc);
bool socks_are_unowned(struct socks *socks, const struct scan *sc);

/* An io_uring that a process has as descriptor fd; of a thread's own table, or
 * thread 0. */
struct ring {
	uint64_t inode;
	uint32_t pid, thread, fd;
};

/* owners-young.c: the processes that the walk has listed, and what the kernel
 * had begun when it began to list them. */
struct young {
	uint32_t *v;		/* sorted */
	size_t n, cap;
	uint64_t last_pid;	/* as of linux_last_pid */
	size_t nstarted;	/* as struct walk had it */
};

/* A walk of the process tables: what its threads share. */
struct walk {
	const struct scan_request *req;
	struct socks *socks;
	const struct search *search;	/* owners-bpf.c's, */
	const struct rings *rings;	/* owners-rings.c's */
	struct ring *ring;
	size_t nring, ringcap;
	struct strays *strays;	/* what is in no table goes there, or NULL */
	uint32_t *pid;		/* 0: no need to look at it again */
	size_t npid, pidcap;
	size_t nstarted;	/* threads of ours */
	struct young young;
	void (*take)(struct worker *w);
	atomic_size_t next;	/* the first pid that no thread has taken */
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd says how many */
	bool has_init;		/* process 1 is there to see */
	bool compares;		/* kcmp(2) knows the numbers of that tree */
	bool may_ask;		/* linux_search_allowed, and not refused */
	uint32_t cut;		/* as in struct worker */
	uint64_t ncut;
};

/* What one thread has found; its part has no sockets of its own. */
struct worker {
	struct walk *walk;
	struct scan part;
	struct ring *ring;
	size_t nring, ringcap;
	struct strays strays;
	struct map groups;	/* owners-bpf.c: a process of part, + 1, by what
				 * struct linux_file has of its groups */
	uint32_t pid;		/* of the process at hand, */
	uint32_t thread;	/* if it is a thread's table, else 0 */
	size_t at;		/* and where walk->pid has it */
	int fault;		/* errno of one of its links, or 0 */
	size_t links;		/* that were read */
	uint32_t cut;		/* a process with more than are looked at, */
	uint64_t ncut;		/* and how many there are */
};

/* Whether its numbers are those of our pid_namespaces(7).  If it is there and
 * cannot be read, that is told. */
bool walk_sees_own_pids(const struct walk *w, struct scan *sc);

/* Opens the proc tree of w->req; false after a message.  walk_end frees what
 * the walk has, either way. */
bool walk_begin(struct walk *w);
void walk_end(struct walk *w);

/* Makes w->pid all that the request's filter keeps; false with errno. */
bool walk_list(struct walk *w);

/* Takes all of w->pid, in as many threads as it is worth, and adds what they
 * find to sc.  take finds the pid in w->pid, and sets it to 0 if it needs no
 * second pass. */
void walk_run(struct walk *w, struct scan *sc, void (*take)(struct worker *w));

/* The number of a process or thread that is a folder's name; false if that is
 * another. */
bool walk_id(const char *name, uint32_t *id);

/* Calls each for every name in an open directory; false with errno. */
bool walk_each(int dir, void (*each)(void *arg, int dir, const char *name),
    void *arg);

/* The inode in a link such as `socket:[INODE]', which begins with kind; 0 if
 * it is another link, with errno 0, or cannot be read. */
uint64_t walk_inode(int dir, const char *name, const char *kind);
uint64_t walk_inode_of(struct str link, const char *kind);

/* Opens a folder of a process or thread in dir, by a name such as "/fd": -1
 * with errno.  walk_stat: what is known of it, or false. */
int walk_open(enum tree_kind t, int dir, uint32_t id, const char *name);
bool walk_stat(int dir, uint32_t id, const char *name, struct stat *st);

/* Adds holders for the process that will be the part's next: the descriptors
 * whose links are in an open directory.  False if it hides some. */
bool walk_take_fds(struct worker *w, int dir);

/* Counts a process that hides its descriptors, and says of another failure that
 * is in errno, of that folder; not of a process that has gone. */
void walk_note_failure(struct worker *w, const char *folder);

/* Adds the process at hand, which the last holders are of, and of it what needs
 * asks for, from beside the open directory, PID/fd or PID/task. */
void walk_add_process(struct worker *w, int dir, unsigned needs);

/* Fills p as linux_process does; if its stat says that the first thread has
 * ended, what that has no more is another's. */
void walk_describe(struct worker *w, int dir, unsigned needs, struct proc *p);

/* Takes the sockets that a process has. */
void walk_take_process(struct worker *w);

/*
 * owners-threads.c: walk_add_tables adds the holders of the tables that threads
 * of the process at hand have to themselves, whose PID/task is open, where
 * kcmp(2) tells which; false if it does not.  walk_add_all_tables then takes
 * all threads for such, which walk_take_threads does for sockets without an
 * owner.  walk_first_thread opens the
 * TID/fd of the first thread beside the one that the process began with, pid;
 * or gives -1.
 */
bool walk_add_tables(struct worker *w, int task);
void walk_add_all_tables(struct worker *w, int task);
void walk_take_threads(struct worker *w);
int walk_first_thread(enum tree_kind t, int task, uint32_t pid);
/* Whether a process may have more threads than one. */
bool walk_has_threads(const struct walk *w, uint32_t pid);

/* owners-rings.c: the holders of sockets without an owner that only an
 * io_uring's table of fixed files has. */
void walk_take_rings(struct walk *w, struct scan *sc);

/* The holders of the scan's sockets from that one on, by a walk of the n
 * processes whose pids are given. */
void walk_owners_of(const struct scan_request *req, size_t from,
    const uint32_t *pids, size_t n, struct scan *sc);

/*
 * What a descriptor of a socket tells: copy.c.  copy_name sets the local end,
 * and v6only: false if it has no port.  copy_is_open: a TCP socket that is not
 * closed, as one that is BOUND is.  copy_is_bound: such a one that has a port;
 * sets also ifname, in sc.  copy_vsock: one of vsock, likewise.  The cookie of
 * its network namespace: from Linux 5.14 on; 0 is not known.
 */
bool copy_name(int fd, struct sock *s);
bool copy_is_open(int fd);
bool copy_is_bound(struct scan *sc, int fd, struct sock *s);
bool copy_vsock(struct scan *sc, int fd, struct sock *s);
uint64_t copy_netns_cookie(int fd);

/* Drops holders that are scans at work: owners-copies.c. */
void linux_drop_copies(const struct scan_request *req, struct scan *sc);

/* Looks at the strays, which it sorts, and adds to sc, with their holders if
 * needed, what it seeks: strays.c.  False after a message. */
bool linux_strays(const struct scan_request *req, struct strays *s,
    linux_tables *tables, struct scan *sc);

/* By the kernel: owners-bpf.c.  Refused: it does not let us, and nothing was
 * added.  Failed: after a message. */
enum search_result { SEARCH_DONE, SEARCH_REFUSED, SEARCH_FAILED };
enum search_result linux_search_owners(struct search *s,
    const struct scan_request *req, struct socks *socks, struct strays *strays,
    struct scan *sc);

/* Whether the kernel may be asked for what a walk did not find; and asks it,
 * for sockets without an owner.  If it refuses, nothing was added. */
bool linux_search_allowed(const struct scan_request *req);
void linux_search_late(const struct scan_request *req, struct socks *socks,
    struct scan *sc);

/* owners-young.c: before the walk lists processes, and when it has. */
void young_begin(struct walk *w);
void young_list(struct walk *w);
/* Walks through those that began since, and again, until none did; false if
 * some may have been missed all the same. */
bool young_take(struct walk *w, struct scan *sc);

/*
 * Whether to look once more for the process of a socket that none was found to
 * have.  The kernel's own sockets never have one, and are there in every scan:
 * they are root's.  So what is root's is looked for only if something may have
 * come since the look before.
 */
bool linux_may_be_held(const struct sock *s, bool may_be_new);

/* How many processes something is mounted over, each of which is said. */
uint64_t walk_count_covered(const struct walk *w);

#endif
