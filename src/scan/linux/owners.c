/*
 * Who holds which socket: by an iterator in the kernel, if that was begun and
 * the kernel lets us, else by a walk of /proc/PID/fd.
 */
#include "scan/linux/owners.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/err.h"
#include "scan/linux/linux.h"

static void
index_socks(struct map *socks, const struct scan *sc)
{
	size_t i;

	map_reserve(socks, sc->nsock + sc->ndropped);
	for (i = 0; i < sc->ndropped; i++)
		*map_at(socks, sc->dropped[i]) = SOCK_DROPPED;
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].inode != 0)
			*map_at(socks, sc->sock[i].inode) = (uint32_t)i + 1;
}

static void
take_process_name(void *arg, int dir, const char *name)
{
	struct walk *w = arg;
	uint32_t pid;

	(void)dir;
	if (!walk_id(name, &pid))
		return;
	w->has_init |= pid == 1;
	if (filter_keeps_pid(w->req->filter, pid))
		*MEM_PUSH(w->pid, w->npid, w->pidcap) = pid;
}

/* Whether /proc shows what a walk of it relies on. */
static void
look_at_self(struct walk *w, struct scan *sc)
{
	struct stat st;

	/* from Linux 6.2 on st_size is their number; before it is 0 */
	if (fstatat(w->proc, "self/fd", &st, 0) == 0) {
		w->counts_fds = st.st_size > 0;
	} else if (errno == ENOENT) {
		err_msg("%s: this process is not in it: owners are hidden",
		    w->req->proc);
		sc->incomplete = true;
		sc->hidden++;
	}
	/* hidepid of proc(5): others' processes are not even listed */
	sc->hidden += !w->has_init;
}

/* Whether some socket that may have an owner has none so far; owned is set. */
static bool
are_unowned(const struct walk *w, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nholder; i++)
		w->owned[sc->holder[i].sock] = 1;
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].inode != 0 && !w->owned[i])
			return true;
	return false;
}

/* Whether there are processes that the proc tree does not show, those outside
 * of its pid_namespaces(7).  If it is not known, process 1 hides its
 * descriptors, too. */
static bool
has_outside(const struct walk *w)
{
	struct stat st;

	return w->req->own_proc && walk_stat(w->proc, 1, "/ns/pid", &st) &&
	    st.st_ino != LINUX_PID_NS_INIT;
}

static void
walk_all(struct walk *w, struct scan *sc)
{
	w->owned = mem_alloc(sc->nsock);
	walk_run(w, sc, walk_take_process);
	if ((w->req->needs & NEED_OWNERS) != 0 && are_unowned(w, sc)) {
		walk_run(w, sc, walk_take_threads);
		sc->hidden += has_outside(w);
	}
}

bool
walk_owners(const struct scan_request *req, const struct map *socks,
    struct strays *strays, struct scan *sc)
{
	struct walk w = { .req = req, .socks = socks, .strays = strays };
	bool ok = walk_begin(&w);

	if (ok && !walk_each(w.proc, take_process_name, &w)) {
		err_msg("%s:", req->proc);
		ok = false;
	}
	if (ok) {
		if (req->own_proc)
			look_at_self(&w, sc);
		walk_all(&w, sc);
	}
	walk_end(&w);
	return ok;
}

void
walk_owners_of(const struct scan_request *req, const struct map *socks,
    const uint32_t *pids, size_t n, struct scan *sc)
{
	struct walk w = { .req = req, .socks = socks };
	uint64_t hidden = sc->hidden;
	size_t i;

	for (i = 0; i < n; i++)
		*MEM_PUSH(w.pid, w.npid, w.pidcap) = pids[i];
	if (walk_begin(&w))
		walk_all(&w, sc);
	walk_end(&w);
	sc->hidden = hidden;	/* they were counted */
}

bool
linux_owners(const struct scan_request *req, struct search *search,
    linux_tables *tables, struct scan *sc)
{
	enum search_result found = SEARCH_REFUSED;
	struct strays strays = { .netns = (sc->seeks & SEEK_NETNS) != 0 };
	struct strays *sought = sc->seeks != 0 ? &strays : NULL;
	struct map socks = { 0 };
	bool ok;

	index_socks(&socks, sc);
	if (search != NULL)
		found = linux_search_owners(search, req, &socks, sought, sc);
	ok = found == SEARCH_DONE ||
	    (found == SEARCH_REFUSED && walk_owners(req, &socks, sought, sc));
	map_free(&socks);
	if (ok && sought != NULL)
		ok = linux_strays(req, sought, tables, sc);
	free(strays.v);
	if (ok)
		linux_kernel(req, sc);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	/* no daemon of this machine's knows of another's containers */
	if ((req->needs & NEED_NAMES) != 0 && req->own_proc)
		linux_names(sc);
	return ok;
}
