/*
 * Another scan at the same time has copies of sockets, each for a moment
 * (copy.c).  It is not their holder: prt-diff would report a new one.  So the
 * descriptors of a process with that name are looked at again.  The process
 * stays a holder if the descriptor is there each time, or if nobody else has
 * the socket: calling a program prt-scan hides nothing.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/num.h"
#include "scan/linux/linux.h"

/* A copy exists for some microseconds, or longer if a busy machine does not let
 * the other scan run.  The pauses, in nanoseconds, double, up to an eighth of a
 * second in all. */
enum { LOOKS = 8, PAUSE = 1000000 };

/* No scan has more descriptors, or threads, at once. */
enum { COPIES_MAX = 256, THREADS_MAX = 64 };

struct copies {
	struct scan *sc;
	enum tree_kind kind;
	int proc;
	unsigned char *held;	/* by socket: it has another holder */
	size_t at[COPIES_MAX], n;	/* indexes in sc->holder */
};

/* A socket looked for in the tables of a process's threads. */
struct look {
	uint64_t inode;
	uint32_t fd;
	size_t threads;
	bool found;
};

static bool
is_scan(const struct scan *sc, const struct holder *h)
{
	return str_is(sc->proc[h->proc].comm, "prt-scan");
}

static void
look_at_thread(void *arg, int dir, const char *name)
{
	struct look *l = arg;
	char path[NUM_MAX + NUM_MAX + sizeof "/fd/"];
	uint32_t tid;

	if (!walk_id(name, &tid) || l->found)
		return;
	snprintf(path, sizeof path, "%lu/fd/%lu", (unsigned long)tid,
	    (unsigned long)l->fd);
	l->found = ++l->threads > THREADS_MAX ||
	    walk_inode(dir, path, "socket:[") == l->inode;
}

/* If in doubt, true. */
static bool
still_has(const struct copies *c, const struct holder *h)
{
	struct look l = { c->sc->sock[h->sock].inode, h->fd, 0, false };
	int task = walk_open(c->kind, c->proc, c->sc->proc[h->proc].pid,
	    "/task");

	if (task < 0)
		return errno != ENOENT && errno != ESRCH;
	if (!walk_each(task, look_at_thread, &l))
		l.found = true;
	close(task);
	return l.found;
}

/* False if there are none that may be dropped. */
static bool
find(struct copies *c)
{
	const struct scan *sc = c->sc;
	const struct holder *h;
	size_t i;

	for (i = 0; i < sc->nholder && !is_scan(sc, &sc->holder[i]); i++)
		;
	if (i == sc->nholder)
		return false;
	c->held = mem_alloc(sc->nsock);
	for (i = 0; i < sc->nholder; i++)
		if (!is_scan(sc, &sc->holder[i]))
			c->held[sc->holder[i].sock] = 1;
	for (i = 0; i < sc->nholder && c->n < COPIES_MAX; i++) {
		h = &sc->holder[i];
		if (is_scan(sc, h) && h->fd != HOLDER_NO_FD && c->held[h->sock])
			c->at[c->n++] = i;
	}
	free(c->held);
	return c->n > 0;
}

/* Takes the sockets from holders whose descriptor is gone. */
static void
look_again(struct copies *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->n; i++) {
		struct holder *h = &c->sc->holder[c->at[i]];

		if (still_has(c, h))
			c->at[n++] = c->at[i];
		else
			h->sock = UINT32_MAX;
	}
	c->n = n;
}

static void
drop(struct scan *sc)
{
	size_t i, n = 0;

	for (i = 0; i < sc->nholder; i++)
		if (sc->holder[i].sock != UINT32_MAX)
			sc->holder[n++] = sc->holder[i];
	sc->nholder = n;
}

void
linux_drop_copies(const struct scan_request *req, struct scan *sc)
{
	struct timespec pause = { 0, PAUSE };
	struct copies c = { .sc = sc, .kind = tree_kind(req->proc) };
	int i;

	if (!req->own_proc || !find(&c))
		return;
	c.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < LOOKS && c.n > 0 && c.proc >= 0; i++) {
		if (i > 0) {
			nanosleep(&pause, NULL);
			pause.tv_nsec *= 2;
		}
		look_again(&c);
	}
	if (c.proc >= 0)
		close(c.proc);
	drop(sc);
}
