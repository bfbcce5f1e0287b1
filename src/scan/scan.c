#include "scan/scan.h"

#include <stdlib.h>

#include "lib/err.h"
#include "scan/from/from.h"
#include "scan/machine.h"
#include "scan/tools/tools.h"

#ifdef PRT_LINUX
#include "scan/linux/linux.h"
#endif

/* In the order of trying. */
static const struct backend *const backends[] = {
#ifdef PRT_LINUX
	&linux_netlink, &linux_procnet,
#endif
	&sockstat_backend, &lsof_backend, NULL
};

const struct backend *
scan_backend(const char *name)
{
	size_t i = 0;

	while (backends[i] != NULL && strcmp(name, backends[i]->name) != 0)
		i++;
	return backends[i];
}

const struct backend *
scan_backend_at(unsigned i)
{
	return backends[i];
}

const struct backend *
scan_source_at(unsigned i)
{
	return from_source_at(i);
}

static bool
read_tables(const struct scan_request *req, const struct backend **backend,
    struct scan *sc)
{
	bool again = false;
	size_t i;

	if (*backend != NULL)
		return (*backend)->tables(req, sc);
	for (i = 0; backends[i] != NULL; i++) {
		if (backends[i]->is_here != NULL && !backends[i]->is_here())
			continue;
		*backend = backends[i];
		if (again)
			err_msg("trying %s", backends[i]->name);
		again = true;
		if (backends[i]->tables(req, sc))
			return true;
		/* only this backend can read all namespaces */
		if (req->filter->all_netns)
			return false;
		/* drop what it added before the next one starts */
		sc->nsock = sc->nproc = sc->nholder = sc->nplace = 0;
		sc->nnetns = 1;
		sc->protos = sc->unread = sc->untold = sc->by_files = 0;
		sc->bound = BOUND_NO;
	}
	return false;
}

/* Prints a message for each protocol that the user named and no table has;
 * false if nothing could be read of those that he named. */
static bool
judge_protos(const struct scan_request *req, const struct backend *backend,
    struct scan *sc)
{
	unsigned asked = filter_protos(req->filter) & ~(unsigned)PROTOS_PORTED;
	unsigned told = sc->protos | sc->unread | sc->untold;
	unsigned i, never = asked & ~told;

	for (i = PROTO_NPORTED; i < PROTO_COUNT; i++)
		if ((never >> i & 1) != 0)
			err_msg("--proto=%s: not read: the backend %s has "
			    "nothing of it", sock_protos[i], backend->name);
	sc->incomplete |= never != 0;
	sc->protos &= ~sc->unread;
	return asked == 0 || sc->untold != 0 ||
	    (sc->protos & filter_protos(req->filter)) != 0;
}

/* Moves the holders from the tables along with their sockets. */
static void
move_holders(struct scan *sc, const uint32_t *to)
{
	size_t i, n = 0;

	for (i = 0; i < sc->nholder; i++) {
		struct holder h = sc->holder[i];

		if (to[h.sock] == UINT32_MAX)
			continue;
		h.sock = to[h.sock];
		sc->holder[n++] = h;
	}
	sc->nholder = n;
}

static void
drop_unwanted(struct scan *sc, const struct filter *f)
{
	uint32_t *to = sc->nholder == 0 ? NULL :
	    mem_alloc(sc->nsock * sizeof *to);
	size_t i, n = 0;

	for (i = 0; i < sc->nsock; i++) {
		bool keep = filter_keeps(f, sc, &sc->sock[i]);

		if (to != NULL)
			to[i] = keep ? (uint32_t)n : UINT32_MAX;
		if (keep)
			sc->sock[n++] = sc->sock[i];
		else if (sc->seeks != 0 && sc->sock[i].inode != 0)
			*MEM_PUSH(sc->dropped, sc->ndropped, sc->droppedcap) =
			    sc->sock[i].inode;
	}
	sc->nsock = n;
	if (to != NULL)
		move_holders(sc, to);
	free(to);
}

/* What this machine's tables may lack. */
static unsigned
seeks(const struct scan_request *req, const struct backend *backend,
    const struct scan *sc)
{
	const struct filter *f = req->filter;
	unsigned what = 0;

	if (!req->own_proc || backend->owners == NULL)
		return 0;
	if (sc->bound == BOUND_NO && filter_wants_proto(f, PROTO_TCP) &&
	    filter_wants_state(f, STATE_BOUND))
		what |= SEEK_BOUND;
	if (f->all_netns)
		what |= SEEK_NETNS;
	if ((sc->untold >> PROTO_VSOCK & 1) != 0)
		what |= SEEK_VSOCK;
	return what;
}

static bool
find_owners(const struct scan_request *req, const struct backend *backend,
    struct search *search, struct scan *sc)
{
	if ((req->needs & NEED_DIR) != 0)
		dir_judge(sc);
	sc->seeks = seeks(req, backend, sc);
	scan_sort_places(sc);
	drop_unwanted(sc, req->filter);
	if (((req->needs & NEED_OWNERS) != 0 || sc->seeks != 0) &&
	    backend->owners != NULL && !backend->owners(req, search, sc))
		return false;
	if (backend->targets != NULL)
		backend->targets(req, sc);
	if (backend->finish != NULL)
		backend->finish(req, sc);
	return true;
}

/* Reads the tables in another way, to compare. */
static void
verify(const struct scan_request *req, const struct backend *backend,
    struct scan *sc)
{
#ifdef PRT_LINUX
	if (backend->begin != NULL) {
		linux_verify(req, sc);
		return;
	}
#else
	(void)req;
#endif
	err_msg("--verify: the backend %s has but one way", backend->name);
	sc->incomplete = true;
}

bool
scan_run(const struct scan_request *req, const struct backend *backend,
    struct scan *sc)
{
	struct netns *own = scan_add_netns(sc);
	const struct backend *first = backend != NULL ? backend : backends[0];
	struct search *search = NULL;
	bool ok;

	sc->needs = req->needs;
	sc->other_tree = !req->own_proc;
	sys_port_range(req->proc, &own->first, &own->last);
	if ((req->needs & NEED_OWNERS) != 0 && first->begin != NULL)
		search = first->begin(req);
	ok = read_tables(req, &backend, sc) &&
	    judge_protos(req, backend, sc) &&
	    find_owners(req, backend, search, sc);
	if (search != NULL)
		first->end(search);
	if (ok && req->verify)
		verify(req, backend, sc);
	if (ok && (req->needs & NEED_NETNS) != 0 && !req->is_text)
		sc->netns->inode = sys_netns(req->proc, req->own_proc);
	return ok;
}
