/*
 * owners: what the ways to find the holders of sockets share.
 */
#ifndef SCAN_LINUX_OWNERS_H
#define SCAN_LINUX_OWNERS_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "lib/map.h"
#include "scan/linux/linux.h"
#include "scan/scan.h"

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

/* In a map of inodes a socket that the filter dropped: no stray. */
#define SOCK_DROPPED UINT32_MAX

/* A walk of the process tables: what its threads share. */
struct walk {
	const struct scan_request *req;
	const struct map *socks;	/* inode to number of the socket + 1 */
	const struct search *search;	/* owners-bpf.c's */
	unsigned char *owned;	/* by socket: an owner was found before */
	struct strays *strays;	/* what is in no table goes there, or NULL */
	uint32_t *pid;		/* 0: no need to look at it again */
	size_t npid, pidcap;
	void (*take)(struct worker *w);
	atomic_size_t next;	/* the first pid that no thread has taken */
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd says how many */
	bool has_init;		/* process 1 is there to see */
};

/* What one thread has found; its part has no sockets of its own. */
struct worker {
	struct walk *walk;
	struct scan part;
	uint32_t pid;		/* of the process at hand, */
	size_t at;		/* and where walk->pid has it */
	uint32_t task;		/* whose table of descriptors is read */
	struct strays strays;
	int fault;		/* errno of one of its links, or 0 */
	size_t links;		/* that were read */
};

/* Opens the proc tree of w->req; false after a message.  walk_end frees what
 * the walk has, either way. */
bool walk_begin(struct walk *w);
void walk_end(struct walk *w);

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

/* Adds it, if strays are sought: s may be NULL. */
void strays_add(struct strays *s, struct stray stray);

/* The inode in a link such as `socket:[INODE]', which begins with kind; 0 if
 * it is another link, with errno 0, or cannot be read. */
uint64_t walk_inode(int dir, const char *name, const char *kind);

/* Opens a folder of a process or thread in dir, by a name such as "/fd": -1
 * with errno.  walk_stat: what is known of it, or false. */
int walk_open(int dir, uint32_t id, const char *name);
bool walk_stat(int dir, uint32_t id, const char *name, struct stat *st);

/* Adds holders for the process that walk_add_process will add: the descriptors
 * whose links are in an open directory.  False if it hides some. */
bool walk_take_fds(struct worker *w, int dir);

/* Counts a process that hides its descriptors, and says of another failure that
 * is in errno, of that folder; not of a process that has gone. */
void walk_note_failure(struct worker *w, const char *folder);

/* Adds the process at hand, which the last holders are of. */
struct proc *walk_add_process(struct worker *w);

/* Takes the sockets that a process has. */
void walk_take_process(struct worker *w);

/* Takes the sockets without an owner that a process's other threads have:
 * owners-threads.c. */
void walk_take_threads(struct worker *w);

/* By a walk of all processes; strays may be NULL; false after a message.  Or of
 * the n whose pids are given. */
bool walk_owners(const struct scan_request *req, const struct map *socks,
    struct strays *strays, struct scan *sc);
void walk_owners_of(const struct scan_request *req, const struct map *socks,
    const uint32_t *pids, size_t n, struct scan *sc);

/*
 * What a descriptor of a socket tells: copy.c.  copy_name sets the local end,
 * and v6only: false if it has no port.  copy_is_open: a TCP socket that is not
 * closed, as one that is BOUND is.  copy_is_bound: such a one that has a port;
 * sets also ifname, in sc.  The cookie of its network namespace: from Linux
 * 5.14 on; 0 is not known.
 */
bool copy_name(int fd, struct sock *s);
bool copy_is_open(int fd);
bool copy_is_bound(struct scan *sc, int fd, struct sock *s);
uint64_t copy_netns_cookie(int fd);

/* Looks at the strays, which it sorts, and adds to sc, with their holders if
 * needed, what it seeks: strays.c.  False after a message. */
bool linux_strays(const struct scan_request *req, struct strays *s,
    linux_tables *tables, struct scan *sc);

/* By the kernel: owners-bpf.c.  Refused: it does not let us, and nothing was
 * added.  Failed: after a message. */
enum search_result { SEARCH_DONE, SEARCH_REFUSED, SEARCH_FAILED };
enum search_result linux_search_owners(struct search *s,
    const struct scan_request *req, const struct map *socks,
    struct strays *strays, struct scan *sc);

#endif
