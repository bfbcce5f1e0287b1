/*
 * The holders of sockets from an iterator in the kernel, bpf.c, which runs
 * while the socket tables are read: the processes that it finds need only be
 * described.
 */
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/priv.h"
#include "scan/linux/bpf.h"
#include "scan/linux/linux.h"

/*
 * With so many open files a walk takes about 50 ms.  With fewer the iterator
 * gains little, and each use of it leaves a line in audit logs.
 */
enum { MANY_FILES = 20000 };

struct search {
	struct linux_file *v;
	size_t n, cap;
	struct ring *ring;
	size_t nring, ringcap;
	uint32_t *first;	/* indexes in v, of each process of the walk */
	size_t nfirst, firstcap;
	uint64_t since;		/* clock ticks from boot to its start */
	uint64_t last_pid;	/* before its first start */
	unsigned nstarted;	/* threads that we started since then */
	const char *what;	/* what failed, with */
	int error;		/* its errno, or 0 */
	pthread_t thread;
	bool is_running;
};

bool
linux_search_allowed(const struct scan_request *req)
{
	return req->owners == OWNERS_AUTO && req->own_proc &&
	    req->filter->npids == 0 && priv_lacks(PRIV_BPF) == NULL;
}

static bool
wants_bpf(const struct scan_request *req)
{
	return req->owners == OWNERS_BPF || (linux_search_allowed(req) &&
	    linux_open_files() >= MANY_FILES);
}

static uint64_t
last_pid(void)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t pid = proc >= 0 ? linux_last_pid(TREE_OWN, proc) : 0;

	input_close(proc);
	return pid;
}

static void
take_files(void *arg, const struct linux_file *f, size_t n)
{
	struct search *s = arg;

	s->v = mem_grow(s->v, &s->cap, s->n + n, sizeof *s->v);
	memcpy(s->v + s->n, f, n * sizeof *f);
	s->n += n;
}

static void *
run_search(void *arg)
{
	struct search *s = arg;

	s->n = 0;
	s->since = linux_ticks();
	s->error = linux_bpf_files(take_files, s, &s->what) ? 0 : errno;
	return NULL;
}

/* An early start gains nothing with one processor, or if not all owners are
 * wanted. */
struct search *
linux_search(const struct scan_request *req)
{
	struct search *s;

	if (!wants_bpf(req))
		return NULL;
	s = mem_alloc(sizeof *s);
	if (req->filter->npids > 0 || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return s;
	s->last_pid = last_pid();
	s->is_running = pthread_create(&s->thread, NULL, run_search, s) == 0;
	s->nstarted = s->is_running;
	return s;
}

/* Waits for its end; false if it was not running. */
static bool
join_search(struct search *s)
{
	if (!s->is_running)
		return false;
	pthread_join(s->thread, NULL);
	s->is_running = false;
	return true;
}

static void
free_found(struct search *s)
{
	free(s->first);
	free(s->ring);
	free(s->v);
}

void
linux_search_end(struct search *s)
{
	join_search(s);
	free_found(s);
	free(s);
}

static void
take_ring(struct search *s, const struct scan_request *req,
    const struct linux_file *f)
{
	if (filter_keeps_pid(req->filter, f->pid))
		*MEM_PUSH(s->ring, s->nring, s->ringcap) = (struct ring){
			f->inode, f->pid, 0, f->fd & ~LINUX_FILE_RING };
}

/* Keeps descriptors of the scan's sockets without an owner, by the first socket
 * that shares the inode; descriptors in no table go to strays.  True if each
 * socket that may have an owner has one. */
static bool
choose(struct search *s, const struct scan_request *req,
    const struct socks *socks, struct strays *strays, const struct scan *sc)
{
	unsigned char *found = mem_alloc(sc->nsock);
	uint32_t sock, first;
	size_t i, n = 0;
	bool began;

	s->nring = 0;
	if (strays != NULL)
		strays->n = 0;
	for (i = 0; i < s->n; i++) {
		struct linux_file f = s->v[i];

		if ((f.fd & LINUX_FILE_RING) != 0) {
			take_ring(s, req, &f);
			continue;
		}
		if (!filter_keeps_pid(req->filter, f.pid))
			continue;
		first = map_get(&socks->first, f.inode);
		if (first == 0)
			strays_add(strays, (struct stray){ f.inode, f.pid,
				f.task, f.fd, false });
		if (first == 0 || first == SOCK_DROPPED ||
		    socks->owned[first - 1])
			continue;
		f.sock = first;
		for (sock = first; sock != 0 && !found[sock - 1];
		    sock = socks->next[sock - 1])
			found[sock - 1] = 1;
		s->v[n++] = f;
	}
	s->n = n;
	began = last_pid() != s->last_pid + s->nstarted;
	for (i = 0; i < sc->nsock; i++)
		if (!found[i] && linux_may_be_held(&sc->sock[i], began ||
		    sc->sock[i].remote.family != ADDR_NONE))
			break;
	free(found);
	return i == sc->nsock;
}

static int
cmp_file(const void *a, const void *b)
{
	const struct linux_file *x = a, *y = b;
	int c = num_cmp(x->pid, y->pid);

	if (c == 0)
		c = num_cmp(x->fd, y->fd);
	return c != 0 ? c : num_cmp(x->sock, y->sock);
}

/* Sorts by pid, and drops repetitions: if threads share a table other than the
 * first thread's, its descriptors come twice. */
static void
sort_files(struct search *s)
{
	size_t i, n = 0;

	if (s->n > 0)
		qsort(s->v, s->n, sizeof *s->v, cmp_file);
	for (i = 0; i < s->n; i++)
		if (n == 0 || cmp_file(&s->v[n - 1], &s->v[i]) != 0)
			s->v[n++] = s->v[i];
	s->n = n;
}

/*
 * Copies container and control group from a process with the same groups.  They
 * are still valid: the number is not reused while that process is there and
 * does not move; and of a process that was gone nothing was read.
 */
static bool
take_groups(const struct worker *w, uint64_t groups, struct proc *p)
{
	uint32_t other = groups != 0 ? map_get(&w->groups, groups) : 0;
	const struct proc *o;

	if (other == 0)
		return false;
	o = &w->part.proc[other - 1];
	p->in = o->in;
	p->boxed = o->boxed;
	p->cgroup = o->cgroup;
	p->unit = o->unit;
	return true;
}

/* If the process is gone, only its pid is known. */
static void
describe_process(struct worker *w, uint64_t groups, struct proc *p)
{
	unsigned needs = w->walk->req->needs & NEEDS_OF_PROCESS;
	int fd = -1;

	if (take_groups(w, groups, p))
		needs &= ~(unsigned)(NEED_CONTAINER | NEED_CGROUP);
	if (needs != 0)
		fd = walk_open(TREE_OWN, w->walk->proc, w->pid, "/fd");
	if (fd >= 0) {
		walk_describe(w, fd, (needs & ~(unsigned)NEED_USER) | NEED_STAT,
		    p);
		close(fd);
	}
	if (p->comm.p == NULL)
		*p = (struct proc){ .pid = w->pid };
}

/* A process that began before the search is the one that it found, as a number
 * has one process at a time; a younger one is looked at anew. */
static void
take_found(struct worker *w)
{
	const struct search *s = w->walk->search;
	const struct linux_file *f = &s->v[s->first[w->at]];
	/* the process's groups are its first thread's */
	uint64_t groups = f->task == f->pid ? f->groups : 0;
	uint32_t proc = (uint32_t)w->part.nproc;
	struct proc *p = scan_add_proc(&w->part);

	p->pid = w->pid;
	describe_process(w, groups, p);
	p->uid = f->uid;
	p->has_uid = p->comm.p != NULL;
	if (p->start >= s->since) {
		w->part.nproc--;
		walk_take_process(w);
		return;
	}
	if (groups != 0 && p->has_groups && !p->ended)
		*map_at(&w->groups, groups) = proc + 1;
	for (; f < s->v + s->n && f->pid == w->pid; f++)
		socks_add_holders(w->walk->socks, f->sock, &w->part,
		    (struct holder){ 0, proc, f->fd });
}

/* Adds the holders that choose() has kept. */
static bool
add_found(struct search *s, const struct scan_request *req,
    struct socks *socks, struct scan *sc)
{
	struct walk w = { .req = req, .socks = socks, .search = s,
		.compares = true };
	bool ok;
	size_t i;

	sort_files(s);
	for (i = 0; i < s->n; i++) {
		if (i > 0 && s->v[i].pid == s->v[i - 1].pid)
			continue;
		*MEM_PUSH(s->first, s->nfirst, s->firstcap) = (uint32_t)i;
		*MEM_PUSH(w.pid, w.npid, w.pidcap) = s->v[i].pid;
	}
	ok = walk_begin(&w);
	if (ok) {
		walk_run(&w, sc, take_found);
		w.ring = s->ring;
		w.nring = s->nring;
		s->ring = NULL;
		walk_take_rings(&w, sc);
	}
	walk_end(&w);
	return ok;
}

enum search_result
linux_search_owners(struct search *s, const struct scan_request *req,
    struct socks *socks, struct strays *strays, struct scan *sc)
{
	bool was_early = join_search(s);

	if (!was_early)
		run_search(s);
	/* an early one may not know owners of sockets made later */
	if (!choose(s, req, socks, strays, sc) && was_early && s->error == 0) {
		run_search(s);
		choose(s, req, socks, strays, sc);
	}
	if (s->error != 0 && req->owners == OWNERS_BPF) {
		errno = s->error;
		err_msg("--owners=bpf: %s:", s->what);
		return SEARCH_FAILED;
	}
	if (s->error != 0)
		return SEARCH_REFUSED;
	return add_found(s, req, socks, sc) ? SEARCH_DONE : SEARCH_FAILED;
}

void
linux_search_late(const struct scan_request *req, struct socks *socks,
    struct scan *sc)
{
	struct search s = { .n = 0 };

	run_search(&s);
	if (s.error == 0) {
		choose(&s, req, socks, NULL, sc);
		add_found(&s, req, socks, sc);
	}
	free_found(&s);
}
