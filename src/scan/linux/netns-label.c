/*
 * The labels of network namespaces: prt(5), netns.  A name from ip-netns(8)
 * comes first, then the container's, then one that a runtime made up, and last
 * the kernel's own.
 */
#include "scan/linux/linux.h"

#include <stdlib.h>

#include "lib/num.h"
#include "record/netns.h"

/* A sandbox has no namespace of its own; a guess may be wrong. */
static bool
is_container(const struct container *in)
{
	return in->id.p != NULL && !in->is_app &&
	    (!in->is_guess || in->is_named);
}

struct str
linux_netns_choose(struct str label, struct str plain,
    const struct container *in)
{
	if (plain.p == NULL)
		return label;
	return is_container(in) ? in->name : plain;
}

/* Sorts by label, then by container. */
static int
cmp_label(const void *a, const void *b)
{
	const struct netns *x = *(struct netns *const *)a;
	const struct netns *y = *(struct netns *const *)b;
	int c = str_cmp(x->label, y->label);

	if (c == 0)
		c = str_cmp(x->in.id, y->in.id);
	if (c == 0)
		c = num_cmp(x->pid, y->pid);
	return c != 0 ? c : num_cmp(x->inode, y->inode);
}

static bool
is_labelled_by_container(const struct netns *ns)
{
	return ns->plain.p != NULL && is_container(&ns->in);
}

/* NAME@UID, for a user's container. */
static void
add_owner(struct netns *ns, struct arena *a)
{
	char *p;

	if (!is_labelled_by_container(ns) || ns->in.uid == 0)
		return;
	p = arena_alloc(a, ns->label.n + 1 + NUM_MAX);
	memcpy(p, ns->label.p, ns->label.n);
	p[ns->label.n] = '@';
	ns->label = (struct str){ p,
		(size_t)(num_format(p + ns->label.n + 1, ns->in.uid) - p) };
}

/* RUNTIME/ID, as for a container without a name. */
static void
take_id(struct netns *ns, struct arena *a)
{
	struct str rest = ns->in.name, runtime = str_cut(&rest, '/');
	struct str id = ns->in.id;

	if (!is_labelled_by_container(ns))
		return;
	if (id.n > NETNS_ID_SHOWN)
		id.n = NETNS_ID_SHOWN;
	ns->label = str_from(linux_path(a, arena_str(a, runtime).p,
	    arena_str(a, id).p));
}

/* How many of the n from v on share the first one's label. */
static size_t
count_same(struct netns *const *v, size_t n)
{
	size_t i = 1;

	while (i < n && str_eq(v[i]->label, v[0]->label))
		i++;
	return i;
}

/* Calls tell_apart for namespaces that share a label but belong to several
 * containers. */
static void
part_containers(struct netns **v, size_t n, struct arena *a,
    void (*tell_apart)(struct netns *ns, struct arena *a))
{
	size_t i, k, same;

	qsort(v, n, sizeof *v, cmp_label);
	for (i = 0; i < n; i += same) {
		same = count_same(v + i, n - i);
		if (str_eq(v[i]->in.id, v[i + same - 1]->in.id))
			continue;
		for (k = i; k < i + same; k++)
			tell_apart(v[k], a);
	}
}

/* Only one namespace of a container is named after it. */
static void
part_rest(struct netns **v, size_t n)
{
	size_t i, k, same;

	qsort(v, n, sizeof *v, cmp_label);
	for (i = 0; i < n; i += same) {
		same = count_same(v + i, n - i);
		for (k = i + 1; k < i + same; k++)
			if (v[k]->plain.p != NULL)
				v[k]->label = v[k]->plain;
	}
}

void
linux_netns_labels(struct scan *sc)
{
	size_t i, n = sc->nnetns - 1;
	struct netns **v;

	if (n == 0)
		return;
	v = mem_alloc(n * sizeof *v);
	for (i = 0; i < n; i++) {
		struct netns *ns = &sc->netns[i + 1];

		ns->label = linux_netns_choose(ns->label, ns->plain, &ns->in);
		v[i] = ns;
	}
	part_containers(v, n, &sc->arena, add_owner);
	part_containers(v, n, &sc->arena, take_id);
	part_rest(v, n);
	free(v);
	linux_netns_sort(sc);
}

/* A namespace, and its number before sorting. */
struct numbered {
	struct netns netns;
	uint32_t was;
};

static int
cmp_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int c = str_cmp(x->netns.label, y->netns.label);

	return c != 0 ? c : num_cmp(x->was, y->was);
}

void
linux_netns_sort(struct scan *sc)
{
	struct numbered *v = mem_alloc(sc->nnetns * sizeof *v);
	uint32_t *to = mem_alloc(sc->nnetns * sizeof *to);
	size_t i;

	for (i = 0; i < sc->nnetns; i++)
		v[i] = (struct numbered){ sc->netns[i], (uint32_t)i };
	qsort(v + 1, sc->nnetns - 1, sizeof *v, cmp_numbered);
	for (i = 0; i < sc->nnetns; i++) {
		sc->netns[i] = v[i].netns;
		to[v[i].was] = (uint32_t)i;
	}
	for (i = 0; i < sc->nsock; i++)
		sc->sock[i].netns = to[sc->sock[i].netns];
	free(v);
	free(to);
}
