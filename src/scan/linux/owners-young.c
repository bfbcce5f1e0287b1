/*
 * Processes that began during the walk.  If a process forks and ends, and its
 * child does the same, the walk never meets them.
 */
#include "scan/linux/owners.h"

#include <stdlib.h>

#include "lib/num.h"
#include "scan/linux/linux.h"

/* A limit, so that the walk ends even if processes begin all the time. */
enum { MAX_ROUNDS = 5 };

void
young_begin(struct walk *w)
{
	w->young.last_pid = linux_last_pid(tree_kind(w->req->proc), w->proc);
	w->young.nstarted = w->nstarted;
}

void
young_list(struct walk *w)
{
	struct young *y = &w->young;

	y->n = w->npid;
	if (y->n == 0)
		return;
	y->v = mem_grow(y->v, &y->cap, y->n, sizeof *y->v);
	memcpy(y->v, w->pid, y->n * sizeof *y->v);
	qsort(y->v, y->n, sizeof *y->v, num_cmp32);
}

/* True if a process or thread other than ours has begun since young_begin. */
static bool
have_begun(struct walk *w)
{
	uint64_t before = w->young.last_pid + w->nstarted - w->young.nstarted;

	young_begin(w);
	return w->young.last_pid != 0 && w->young.last_pid != before;
}

static bool
is_listed(const struct young *y, uint32_t pid)
{
	return y->n > 0 &&
	    bsearch(&pid, y->v, y->n, sizeof pid, num_cmp32) != NULL;
}

/* Keeps the processes of the walk that were not in its earlier list. */
static void
keep_young(struct walk *w)
{
	struct young old = w->young;
	size_t i, n = 0;

	w->young.v = NULL;
	w->young.cap = 0;
	young_list(w);
	for (i = 0; i < w->npid; i++)
		if (!is_listed(&old, w->pid[i]))
			w->pid[n++] = w->pid[i];
	w->npid = n;
	free(old.v);
}

bool
young_take(struct walk *w, struct scan *sc)
{
	int i;

	for (i = 0; i < MAX_ROUNDS; i++) {
		if (!have_begun(w))
			return true;
		if (!walk_list(w))
			return false;
		keep_young(w);
		walk_run(w, sc, walk_take_process);
		socks_mark(w->socks, sc);
	}
	return !have_begun(w);
}
