/*
 * Names of containers.  Ids come from the cgroup, cgroup.c; names from the
 * runtimes' own files or daemons, which may all be wrong or hostile: without an
 * answer, or if that is not a valid name, the id stays.  A guess without a name
 * is not a container.
 */
#include "scan/linux/names.h"

#include <stdlib.h>

#include "lib/num.h"

/* Containers of other runtimes are named in their cgroups. */
static const struct runtime {
	const char *name;
	void (*names)(const struct names_list *l, struct buf *b);
} runtimes[] = {
	{ "docker", names_docker },
	{ "podman", names_podman },
	{ "cri", names_bundles },
	{ "containerd", names_bundles },
	{ "nspawn", names_machines },
};

static void
rename_all(const struct names_list *l, const char *runtime)
{
	struct str name, pod;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		if (l->v[i].name.p == NULL)
			continue;
		pod = names_pod(l, runtime, l->v[i].name);
		name = str_from(linux_path(l->a, runtime, l->v[i].name.p));
		for (k = 0; k < l->v[i].n; k++) {
			struct container *in = l->v[i].by_id[k].in;

			in->name = name;
			in->pod = pod;
			if (l->v[i].uid != 0)
				in->uid = l->v[i].uid;
			in->is_named = true;
		}
	}
}

/* Names those of one runtime among the n members, which are sorted by id. */
static void
name_runtime(const struct runtime *rt, const struct names_member *by_id,
    size_t n, struct names_list *l)
{
	struct buf b = { 0 };
	size_t i;

	l->n = 0;
	for (i = 0; i < n; i++) {
		struct str rest = by_id[i].in->name;

		if (!str_is(str_cut(&rest, '/'), rt->name))
			continue;
		if (l->n == 0 ||
		    !str_eq(l->v[l->n - 1].id, by_id[i].in->id))
			l->v[l->n++] = (struct names_one){ .by_id = &by_id[i],
				.id = by_id[i].in->id };
		l->v[l->n - 1].n++;
	}
	if (l->n > 0) {
		rt->names(l, &b);
		rename_all(l, rt->name);
	}
	buf_free(&b);
}

/* Keeps the members of a runtime's container together. */
static int
cmp_member(const void *a, const void *b)
{
	const struct names_member *x = a, *y = b;
	int c = str_cmp(x->in->id, y->in->id);

	if (c == 0)
		c = str_cmp(x->in->name, y->in->name);
	return c != 0 ? c : num_cmp(x->uid, y->uid);
}

/* The members that need a name. */
struct members {
	struct names_member *v;
	size_t n;
};

static void
add_member(struct members *m, struct container *in, uint32_t uid, bool all)
{
	if (in->id.p != NULL && !in->is_app && !in->is_named &&
	    (all || in->is_guess))
		m->v[m->n++] = (struct names_member){ in, uid };
}

static void
add_members(struct members *m, struct scan *sc)
{
	bool all = (sc->needs & NEED_NAMES) != 0;
	bool labels = (sc->needs & NEED_NETNS_NAMES) != 0;
	size_t i;

	m->v = mem_alloc((sc->nproc + sc->ncgroup + sc->nnetns +
	    sc->ntarget) * sizeof *m->v);
	for (i = 0; i < sc->nproc; i++)
		add_member(m, &sc->proc[i].in,
		    sc->proc[i].has_uid ? sc->proc[i].uid : 0, all);
	for (i = 0; i < sc->ncgroup; i++)
		add_member(m, &sc->cgroup[i].in, 0, all);
	for (i = 0; i < sc->nnetns && labels; i++)
		add_member(m, &sc->netns[i].in, sc->netns[i].uid, true);
	for (i = 0; i < sc->ntarget; i++)
		add_member(m, &sc->target[i].in, sc->target[i].in.uid, true);
}

static void
ask_runtimes(struct members *m, struct scan *sc)
{
	struct names_list l = { .sc = sc, .a = &sc->arena };
	size_t i;

	qsort(m->v, m->n, sizeof *m->v, cmp_member);
	l.v = mem_alloc(m->n * sizeof *l.v);
	for (i = 0; i < NELEMS(runtimes); i++)
		name_runtime(&runtimes[i], m->v, m->n, &l);
	free(l.v);
}

static void
forget_guess(struct container *in)
{
	if (in->is_guess && !in->is_named)
		*in = (struct container){ .id = STR_NONE };
}

void
linux_names(const struct scan_request *req, struct scan *sc)
{
	struct members m = { NULL, 0 };
	size_t i;

	/* daemons of this machine do not know another's containers */
	if (req->own_proc)
		add_members(&m, sc);
	if (m.n > 0)
		ask_runtimes(&m, sc);
	free(m.v);
	for (i = 0; i < sc->nproc; i++) {
		forget_guess(&sc->proc[i].in);
		sc->proc[i].boxed = container_is_boxed(&sc->proc[i].in);
	}
	for (i = 0; i < sc->ncgroup; i++)
		forget_guess(&sc->cgroup[i].in);
	for (i = 0; i < sc->nnetns; i++)
		forget_guess(&sc->netns[i].in);
	for (i = 0; i < sc->ntarget; i++)
		forget_guess(&sc->target[i].in);
}
