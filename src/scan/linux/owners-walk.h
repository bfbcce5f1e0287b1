/*
 * linux-walk: a walk of the process tables by several threads.
 */
#ifndef SCAN_LINUX_OWNERS_WALK_H
#define SCAN_LINUX_OWNERS_WALK_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "scan/linux/owners.h"

struct worker;

/* What the threads of a walk share. */
struct walk {
	const struct scan_request *req;
	const struct inodes *inodes;
	const struct held_list *held;
	uint64_t since;		/* as linux_walk_held has it */
	unsigned char *owned;	/* by socket: an owner was found before */
	uint32_t *pid;		/* 0: no need to look at it again */
	size_t npid, pidcap;
	void (*take)(struct worker *w);
	atomic_size_t next;	/* the first pid that no thread has taken */
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd says how many */
	bool has_init;		/* process 1 is there to see */
};

/* What one of them has found; its part has no sockets of its own. */
struct worker {
	struct walk *walk;
	struct scan part;
	uint32_t pid;		/* of the process at hand, */
	int fault;		/* some link of which gave that errno, */
	uint32_t *tid;		/* and its threads with other tables */
	size_t ntid, tidcap;
	size_t links;		/* that were read */
	int (*compare)(const void *tid1, const void *tid2);
	pthread_t thread;
	bool started;
};

/* Opens the proc tree of w->req; false after a message.  walk_end frees what
 * the walk has, either way. */
bool walk_begin(struct walk *w);
void walk_end(struct walk *w);

/* One more for walk_run. */
void walk_add_pid(struct walk *w, uint32_t pid);

/* Takes all the pids, in as many threads as it is worth, and adds what they
 * find to sc.  take has w->pid, and leaves it 0 as said of walk.pid. */
void walk_run(struct walk *w, struct scan *sc, void (*take)(struct worker *w));

/* The number of a process or thread that is a folder's name; false where that
 * is another. */
bool walk_id(const char *name, uint32_t *id);

/* Calls each for every name in an open directory; false with errno. */
bool walk_each(int dir, void (*each)(void *arg, int dir, const char *name),
    void *arg);

/* Opens a folder of a process or thread that dir has, by a name such as "/fd":
 * -1 with errno.  walk_stat: what is told of it, or false. */
int walk_open(int dir, uint32_t id, const char *name);
bool walk_stat(int dir, uint32_t id, const char *name, struct stat *st);

/* Adds holders for the process that add_process will add: the descriptors whose
 * links are in an open directory.  False where it hides some. */
bool walk_take_fds(struct worker *w, int dir);

/* Counts a process that hides its descriptors, and says of another failure that
 * is in errno, of that folder; not of a process that has gone. */
void walk_note_failure(struct worker *w, const char *folder);

/* The process at hand, which the last holders are of. */
struct proc *walk_add_process(struct worker *w);

/* What there is to tell of it, by the files beside the open directory fd. */
void walk_describe(struct worker *w, int fd, unsigned needs, struct proc *p);

/* Takes the sockets that a process has. */
void walk_take_process(struct worker *w);

/* Takes the sockets without an owner that a process's other threads have. */
void walk_take_threads(struct worker *w);

#endif
