/*
 * The processes that are known to hold sockets: what there is to tell of them.
 */
#include "scan/linux/owners-walk.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/num.h"

/* The first holder of the process at hand, in a list that is in order of pids
 * and has some. */
static const struct held *
find_held(const struct worker *w, const struct held_list *l)
{
	size_t low = 0, high = l->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (l->v[middle].pid < w->pid)
			low = middle + 1;
		else
			high = middle;
	}
	return &l->v[low];
}

static void
add_held(struct worker *w, const struct held *h, const struct held *end)
{
	uint32_t proc = (uint32_t)w->part.nproc - 1;

	for (; h < end && h->pid == w->pid; h++)
		*scan_add_holder(&w->part) = (struct holder){ h->sock, proc,
			h->fd };
}

/* Nothing of it is known where it has gone. */
static void
describe_held(struct worker *w, struct proc *p)
{
	unsigned needs = w->walk->req->needs & NEEDS_OF_PROCESS;
	int fd = -1;

	if (needs != 0)
		fd = walk_open(w->walk->proc, w->pid, "/fd");
	if (fd >= 0) {
		walk_describe(w, fd, (needs & ~(unsigned)NEED_USER) |
		    NEED_STAT, p);
		close(fd);
	}
	if (p->comm.p == NULL)
		*p = (struct proc){ .pid = w->pid };
}

static int
cmp_pids(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	return num_cmp(x->pid, y->pid);
}

/* A process that was there before is the same one: a number has one process
 * at a time.  Its user is known. */
static void
take_held(struct worker *w)
{
	const struct held_list *l = w->walk->held;
	const struct proc key = { .pid = w->pid }, *known = NULL;
	const struct held *h = find_held(w, l);
	struct proc *p = walk_add_process(w);

	if (l->nknown > 0)
		known = bsearch(&key, l->known, l->nknown, sizeof key,
		    cmp_pids);
	if (known != NULL)
		*p = *known;
	else
		describe_held(w, p);
	p->uid = h->uid;
	p->has_uid = p->comm.p != NULL;
	if (p->start >= w->walk->since) {
		w->part.nproc--;
		walk_take_process(w);
	} else {
		add_held(w, h, l->v + l->n);
	}
}

bool
linux_walk_held(const struct scan_request *req, const struct inodes *inodes,
    const struct held_list *held, uint64_t since, struct scan *sc)
{
	struct walk w = { .req = req, .inodes = inodes, .held = held,
		.since = since };
	bool ok = walk_begin(&w);
	size_t i;

	w.owned = mem_alloc(sc->nsock);
	for (i = 0; i < held->n; i++)
		if (i == 0 || held->v[i].pid != held->v[i - 1].pid)
			walk_add_pid(&w, held->v[i].pid);
	if (ok)
		walk_run(&w, sc, take_held);
	walk_end(&w);
	return ok;
}

void
linux_walk_early(const struct scan_request *req, uint64_t since,
    bool (*next)(void *arg, uint32_t *pid), void *arg, struct scan *part)
{
	struct walk walk = { .req = req };
	struct worker w = { .walk = &walk };
	bool ok = walk_begin(&walk);
	struct proc *p;

	while (ok && next(arg, &w.pid)) {
		p = walk_add_process(&w);
		describe_held(&w, p);
		if (p->comm.p == NULL || p->start >= since)
			w.part.nproc--;
	}
	*part = w.part;
	if (part->nproc > 0)
		qsort(part->proc, part->nproc, sizeof *p, cmp_pids);
	walk_end(&walk);
}
