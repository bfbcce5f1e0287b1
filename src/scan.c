#include "scan.h"

#include "dir.h"
#include "err.h"
#include "sys.h"

#ifdef PRT_LINUX
#include "linux.h"
#endif

/* In the order in which they are tried. */
static const struct backend *const backends[] = {
#ifdef PRT_LINUX
	&linux_netlink, &linux_procnet,
#endif
	NULL
};

const struct backend *
scan_backend(const char *name)
{
	size_t i;

	for (i = 0; backends[i] != NULL; i++)
		if (strcmp(name, backends[i]->name) == 0)
			return backends[i];
	return NULL;
}

const char *
scan_backend_name(unsigned i)
{
	return backends[i] != NULL ? backends[i]->name : NULL;
}

static bool
read_tables(const struct scan_request *req, const struct backend **backend,
    struct scan *sc)
{
	size_t i;

	if (*backend != NULL)
		return (*backend)->tables(req, sc);
	for (i = 0; backends[i] != NULL; i++) {
		*backend = backends[i];
		if (i > 0)
			err_msg("trying %s", backends[i]->name);
		if (backends[i]->tables(req, sc))
			return true;
		/* what all namespaces need, no other way gives */
		if (req->filter->all_netns)
			return false;
		/* nothing of it mixes with the next one's */
		sc->nsock = sc->nproc = sc->nholder = 0;
		sc->nnetns = 1;
	}
	return false;
}

static void
drop_unwanted(struct scan *sc, const struct filter *f)
{
	size_t i, n = 0;

	for (i = 0; i < sc->nsock; i++)
		if (filter_keeps(f, sc, &sc->sock[i]))
			sc->sock[n++] = sc->sock[i];
	sc->nsock = n;
}

bool
scan_run(const struct scan_request *req, const struct backend *backend,
    struct scan *sc)
{
	struct netns *own = scan_add_netns(sc);

	sys_port_range(req->proc, &own->first, &own->last);
	if ((req->needs & NEED_NETNS) != 0)
		own->inode = sys_netns(req->proc, req->own_proc);
	if (!read_tables(req, &backend, sc))
		return false;
	if ((req->needs & NEED_DIR) != 0)
		dir_judge(sc);
	drop_unwanted(sc, req->filter);
	if ((req->needs & NEED_OWNERS) == 0 || backend->owners == NULL)
		return true;
	return backend->owners(req, sc);
}
