/*
 * Who holds which socket: by the walk of /proc/PID/fd, linux-walk.c; or where
 * that would take long, by an iterator in the kernel, linux-bpf.c, which goes on
 * while the tables are read.
 */
#include "linux-owners.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "linux-bpf.h"
#include "linux.h"
#include "priv.h"

/*
 * So many open files are a walk of about 50 ms.  With fewer the iterator has
 * little to gain, and each use of it is a line in audit logs.
 */
enum { MANY_FILES = 20000 };

/* The sockets that all processes have, by the iterator. */
struct search {
	struct linux_file *v;
	size_t n, cap;
	uint64_t since;		/* as linux_walk_held has it */
	const char *what;	/* what failed, */
	int error;		/* or 0 */
	pthread_t thread;
	bool is_running;
};

static size_t
slot_of(const struct inodes *t, uint64_t inode)
{
	/* Fibonacci hashing; neighbours spread over the table */
	size_t i = (size_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (i &= t->mask; t->key[i] != 0 && t->key[i] != inode;)
		i = (i + 1) & t->mask;
	return i;
}

void
inodes_make(struct inodes *t, const struct scan *sc)
{
	size_t size = 64, i, slot;

	while (size < 2 * sc->nsock)
		size *= 2;
	t->mask = size - 1;
	t->key = mem_alloc(size * sizeof *t->key);
	t->sock = mem_alloc(size * sizeof *t->sock);
	for (i = 0; i < sc->nsock; i++) {
		if (sc->sock[i].inode == 0)
			continue;
		slot = slot_of(t, sc->sock[i].inode);
		t->key[slot] = sc->sock[i].inode;
		t->sock[slot] = (uint32_t)i;
	}
}

void
inodes_free(struct inodes *t)
{
	free(t->key);
	free(t->sock);
}

uint32_t
inodes_find(const struct inodes *t, uint64_t inode)
{
	size_t slot = slot_of(t, inode);

	return t->key[slot] == inode && inode != 0 ? t->sock[slot] :
	    INODES_NONE;
}

static int
cmp_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->fd != y->fd)
		return x->fd < y->fd ? -1 : 1;
	return (x->sock > y->sock) - (x->sock < y->sock);
}

/* Threads that share a table which is not the first one's are told twice. */
static void
sort_held(struct held_list *l)
{
	size_t i, n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, cmp_held);
	for (i = 0; i < l->n; i++)
		if (n == 0 || cmp_held(&l->v[n - 1], &l->v[i]) != 0)
			l->v[n++] = l->v[i];
	l->n = n;
}

static uint64_t
ticks_since_boot(void)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * hz + (uint64_t)t.tv_nsec * hz / 1000000000;
}

static bool
wants_bpf(const struct scan_request *req)
{
	if (req->owners != OWNERS_AUTO)
		return req->owners == OWNERS_BPF;
	return req->own_proc && req->filter->npids == 0 &&
	    linux_open_files() >= MANY_FILES && priv_lacks(PRIV_BPF) == NULL;
}

static void
take_file(void *arg, const struct linux_file *file)
{
	struct search *s = arg;

	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
	s->v[s->n++] = *file;
}

static void *
search(void *arg)
{
	struct search *s = arg;

	s->n = 0;
	s->since = ticks_since_boot();
	s->error = linux_bpf_files(take_file, s, &s->what) ? 0 : errno;
	return NULL;
}

/* With one processor there is nothing to gain by an early start. */
struct search *
linux_search(const struct scan_request *req)
{
	struct search *s;

	if (!wants_bpf(req))
		return NULL;
	s = mem_alloc(sizeof *s);
	s->is_running = req->filter->npids == 0 &&
	    sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
	    pthread_create(&s->thread, NULL, search, s) == 0;
	return s;
}

static void
wait_for(struct search *s)
{
	if (s->is_running)
		pthread_join(s->thread, NULL);
	s->is_running = false;
}

void
linux_search_end(struct search *s)
{
	wait_for(s);
	free(s->v);
	free(s);
}

/* Those of the scan's sockets; true where each that may have an owner has. */
static bool
choose(const struct search *s, const struct scan_request *req,
    const struct inodes *inodes, const struct scan *sc, struct held_list *l)
{
	unsigned char *owned = mem_alloc(sc->nsock);
	uint32_t sock;
	size_t i;

	l->n = 0;
	for (i = 0; i < s->n; i++) {
		sock = inodes_find(inodes, s->v[i].inode);
		if (sock == INODES_NONE ||
		    !filter_keeps_pid(req->filter, s->v[i].pid))
			continue;
		owned[sock] = 1;
		l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
		l->v[l->n++] = (struct held){ s->v[i].pid, sock, s->v[i].fd,
			s->v[i].uid };
	}
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].inode != 0 && !owned[i])
			break;
	free(owned);
	return i == sc->nsock;
}

/* False after a message; *done is whether the kernel let us, else nothing was
 * added. */
static bool
by_bpf(const struct scan_request *req, const struct inodes *inodes,
    struct scan *sc, bool *done)
{
	struct search *s = sc->search;
	struct held_list held = { 0 };
	bool begins = !s->is_running, ok = true;

	wait_for(s);
	/* one that began before a socket was there may not know its owner */
	if (!begins && s->error == 0)
		begins = !choose(s, req, inodes, sc, &held);
	if (begins) {
		search(s);
		choose(s, req, inodes, sc, &held);
	}
	/* about here the scan has most in memory */
	free(s->v);
	s->v = NULL;
	*done = s->error == 0;
	if (*done) {
		sort_held(&held);
		ok = linux_walk_held(req, inodes, &held, s->since, sc);
	} else if (req->owners == OWNERS_BPF) {
		errno = s->error;
		err_msg("--owners=bpf: %s:", s->what);
		ok = false;
	}
	free(held.v);
	return ok;
}

bool
linux_owners(const struct scan_request *req, struct scan *sc)
{
	struct inodes inodes;
	bool ok = true, done = false;

	inodes_make(&inodes, sc);
	if (sc->search != NULL)
		ok = by_bpf(req, &inodes, sc, &done);
	if (ok && !done)
		ok = linux_walk(req, &inodes, sc);
	inodes_free(&inodes);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	/* no daemon of this machine's knows of another's containers */
	if ((req->needs & NEED_NAMES) != 0 && req->own_proc)
		linux_names(sc);
	return ok;
}
