/*
 * Finds the holders of sockets: by an iterator in the kernel, if one was
 * started and the kernel lets us, else by a walk of /proc/PID/fd.
 */
#include "scan/linux/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

/* Checks that /proc shows what a walk needs. */
static void
look_at_self(struct walk *w, struct scan *sc)
{
	struct stat st;

	/* from Linux 6.2 on st_size is their number; before, it is 0 */
	if (fstatat(w->proc, "self/fd", &st, 0) == 0) {
		w->counts_fds = st.st_size > 0;
	} else if (errno == ENOENT) {
		err_msg("%s: this process is not in it: owners are hidden",
		    w->req->proc);
		sc->incomplete = true;
		sc->hidden++;
	}
	w->compares = walk_sees_own_pids(w, sc);
	/* hidepid of proc(5): processes of others are not even listed */
	sc->hidden += !w->has_init;
}

/* True if there are processes outside of the tree's pid_namespaces(7), which it
 * does not show.  If that is unknown, process 1 hides its descriptors, too. */
static bool
has_outside(const struct walk *w)
{
	struct stat st;

	return w->req->own_proc && walk_stat(w->proc, 1, "/ns/pid", &st) &&
	    st.st_ino != LINUX_PID_NS_INIT;
}

/* True if a socket may have an owner that no look at a process has shown: one
 * that was never there at that moment, or has passed the socket to and fro. */
static bool
are_missed(const struct walk *w, const struct scan *sc, bool is_quiet)
{
	size_t i;

	for (i = 0; i < sc->nsock; i++)
		if (!w->socks->owned[i] &&
		    linux_may_be_held(&sc->sock[i], !is_quiet))
			return true;
	return false;
}

/* Looks for owners of sockets that have none after a look at every process. */
static void
look_further(struct walk *w, struct scan *sc)
{
	bool is_quiet = true;

	if (!socks_are_unowned(w->socks, sc))
		return;
	walk_run(w, sc, walk_take_threads);
	sc->hidden += has_outside(w);
	walk_take_rings(w, sc);
	if (w->req->filter->npids == 0 && socks_are_unowned(w->socks, sc))
		is_quiet = young_take(w, sc);
	if (!socks_are_unowned(w->socks, sc))
		return;
	/* from users other than root more is hidden, which is not suspicious */
	if (w->req->filter->npids == 0 && geteuid() == 0)
		sc->hidden += walk_count_covered(w);
	/* once: if it finds no owner either, there is none */
	if (w->may_ask && are_missed(w, sc, is_quiet))
		linux_search_late(w->req, w->socks, sc);
}

static void
say_cut(const struct walk *w, struct scan *sc)
{
	/* without kcmp(2) they may share one table, and only count as hidden */
	if (w->cut == 0 || !w->compares)
		return;
	sc->cut = w->cut;
	sc->ncut = w->ncut;
	sc->incomplete = true;
}

/* Looks at all of w->pid. */
static void
walk_all(struct walk *w, struct scan *sc)
{
	walk_run(w, sc, walk_take_process);
	if ((w->req->needs & NEED_OWNERS) != 0)
		look_further(w, sc);
	say_cut(w, sc);
}

/* False after a message. */
static bool
by_walk(const struct scan_request *req, bool may_ask, struct socks *socks,
    struct strays *strays, struct scan *sc)
{
	struct walk w = { .req = req, .socks = socks, .strays = strays,
		.may_ask = may_ask };
	bool ok = walk_begin(&w);

	if (ok) {
		young_begin(&w);
		ok = walk_list(&w);
		if (!ok)
			err_msg("%s:", req->proc);
	}
	if (ok) {
		young_list(&w);
		if (req->own_proc)
			look_at_self(&w, sc);
		walk_all(&w, sc);
	}
	walk_end(&w);
	return ok;
}

bool
linux_owners(const struct scan_request *req, struct search *search,
    linux_tables *tables, struct scan *sc)
{
	enum search_result found = SEARCH_REFUSED;
	struct strays strays = { .netns = (sc->seeks & SEEK_NETNS) != 0 };
	struct strays *sought = sc->seeks != 0 ? &strays : NULL;
	struct socks socks = { .n = 0 };
	bool ok;

	sc->since = req->own_proc ? linux_ticks() : UINT64_MAX;
	socks_begin(&socks, sc, 0);
	if (search != NULL)
		found = linux_search_owners(search, req, &socks, sought, sc);
	ok = found == SEARCH_DONE ||
	    (found == SEARCH_REFUSED && by_walk(req,
	    search == NULL && linux_search_allowed(req), &socks, sought, sc));
	socks_free(&socks);
	if (ok)
		linux_drop_copies(req, sc);
	if (ok && sought != NULL)
		ok = linux_strays(req, sought, tables, sc);
	free(strays.v);
	if (!ok)
		return false;
	linux_kernel(req, sc);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	return true;
}

void
linux_finish(const struct scan_request *req, struct scan *sc)
{
	linux_sock_cgroups(req, sc);
	linux_audit(req, sc);
	linux_names(req, sc);
	linux_filters(req, sc);
	/* paths in another tree lead to files of another machine */
	if (req->own_proc)
		linux_elsewhere(sc);
	if (req->filter->all_netns)
		linux_netns_labels(sc);
}
