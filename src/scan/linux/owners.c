/*
 * Who holds which socket: by the walk of /proc/PID/fd, owners-walk.c; or where
 * that would take long, by an iterator in the kernel, bpf.c, which goes
 * on while the tables are read.
 */
#include "scan/linux/owners.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "lib/priv.h"
#include "scan/linux/bpf.h"
#include "scan/linux/linux.h"

/*
 * So many open files are a walk of about 50 ms.  With fewer the iterator has
 * little to gain, and each use of it is a line in audit logs.
 */
enum { MANY_FILES = 20000 };

/* The sockets that all processes have, by the iterator. */
struct search {
	pthread_mutex_t lock;	/* of v, n, cap and is_done while it runs */
	pthread_cond_t more;
	struct linux_file *v;
	size_t n, cap;
	bool is_done;
	uint64_t since;		/* as linux_walk_held has it */
	const char *what;	/* what failed, */
	int error;		/* or 0 */
	pthread_t thread;
	bool is_running;
};

/* Its processes, while it runs. */
struct early {
	struct search *search;
	const struct inodes *inodes;
	size_t at;		/* how far it was looked at, */
	uint32_t pid;		/* and the last process */
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

static void
make_inodes(struct inodes *t, const struct scan *sc)
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

static void
free_inodes(struct inodes *t)
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
	int c = num_cmp(x->pid, y->pid);

	if (c == 0)
		c = num_cmp(x->fd, y->fd);
	return c != 0 ? c : num_cmp(x->sock, y->sock);
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
	struct timespec t = { 0 };

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
take_files(void *arg, const struct linux_file *f, size_t n)
{
	struct search *s = arg;

	pthread_mutex_lock(&s->lock);
	s->v = mem_grow(s->v, &s->cap, s->n + n, sizeof *s->v);
	memcpy(s->v + s->n, f, n * sizeof *f);
	s->n += n;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
}

static void *
search(void *arg)
{
	struct search *s = arg;

	s->error = linux_bpf_files(take_files, s, &s->what) ? 0 : errno;
	pthread_mutex_lock(&s->lock);
	s->is_done = true;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
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
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	s->since = ticks_since_boot();
	s->is_running = req->filter->npids == 0 &&
	    sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
	    pthread_create(&s->thread, NULL, search, s) == 0;
	return s;
}

/* The next process that has one of the scan's sockets; waits for it, but not
 * when all are there: then several threads take the rest. */
static bool
next_early(void *arg, uint32_t *pid)
{
	struct early *e = arg;
	struct search *s = e->search;
	const struct linux_file *f;
	bool found = false;

	pthread_mutex_lock(&s->lock);
	while (!found && !s->is_done) {
		if (e->at == s->n) {
			pthread_cond_wait(&s->more, &s->lock);
			continue;
		}
		f = &s->v[e->at++];
		found = f->pid != e->pid &&
		    inodes_find(e->inodes, f->inode) != INODES_NONE;
		if (found)
			*pid = e->pid = f->pid;
	}
	pthread_mutex_unlock(&s->lock);
	return found;
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
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
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

/* Those of the scan's sockets, from a search that began before its tables were
 * read.  False where that may not know the owner of what came later. */
static bool
by_early(const struct scan_request *req, const struct inodes *inodes,
    struct scan *sc, struct scan *part, struct held_list *l)
{
	struct search *s = sc->search;
	struct early e = { .search = s, .inodes = inodes };

	if ((req->needs & NEEDS_OF_PROCESS) != 0)
		linux_walk_early(req, s->since, next_early, &e, part);
	wait_for(s);
	if (s->error != 0)
		return true;
	l->known = part->proc;
	l->nknown = part->nproc;
	return choose(s, req, inodes, sc, l);
}

/* False after a message; *done is whether the kernel let us, else nothing was
 * added. */
static bool
by_bpf(const struct scan_request *req, const struct inodes *inodes,
    struct scan *sc, bool *done)
{
	struct search *s = sc->search;
	struct scan part = { .nproc = 0 };
	struct held_list held = { 0 };
	bool ok = true;

	if (!s->is_running || !by_early(req, inodes, sc, &part, &held)) {
		s->n = 0;
		s->since = ticks_since_boot();
		/* those may have left their numbers to others */
		held.nknown = 0;
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
	sc->incomplete |= part.incomplete;
	arena_adopt(&sc->arena, &part.arena);
	scan_free(&part);
	free(held.v);
	return ok;
}

bool
linux_owners(const struct scan_request *req, struct scan *sc)
{
	struct inodes inodes;
	bool ok = true, done = false;

	make_inodes(&inodes, sc);
	if (sc->search != NULL)
		ok = by_bpf(req, &inodes, sc, &done);
	if (ok && !done)
		ok = linux_walk(req, &inodes, sc);
	free_inodes(&inodes);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	/* no daemon of this machine's knows of another's containers */
	if ((req->needs & NEED_NAMES) != 0 && req->own_proc)
		linux_names(sc);
	return ok;
}
