/*
 * The interfaces of sockets with a link-local address, if the address
 * determines them: /proc/net/if_inet6.
 */
#include "scan/linux/linux.h"

#include <stdlib.h>

#include "lib/addr.h"

enum { MAX_FILE = 1 << 30 };

struct place {
	struct addr addr;
	const char *ifname;
};

struct places {
	struct place *v;
	size_t n, cap;
};

static bool
wants_interface(const struct sock *s)
{
	return s->ifname == NULL && s->local.family == ADDR_INET6 &&
	    s->portless == NULL && addr_reach(&s->local) == ADDR_LINK;
}

static int
cmp_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return addr_cmp(&x->addr, &y->addr);
}

/* Sorted.  Without the file the list is empty. */
static void
read_places(struct places *p, struct scan *sc, const char *proc,
    const char *net)
{
	const char *path = linux_path(&sc->arena, net, "if_inet6");
	struct buf text = { 0 };
	struct str rest, name;
	struct addr a;

	if (tree_slurp(proc, path, MAX_FILE, &text)) {
		for (rest = buf_str(&text); rest.n > 0;)
			if (linux_inet6_line(str_cut(&rest, '\n'), &a, &name) &&
			    name.n > 0 && addr_reach(&a) == ADDR_LINK)
				*MEM_PUSH(p->v, p->n, p->cap) = (struct place){
					a, arena_str(&sc->arena, name).p };
	}
	buf_free(&text);
	if (p->n > 0)
		qsort(p->v, p->n, sizeof *p->v, cmp_place);
}

/* NULL if several interfaces have the address, or none. */
static const char *
find_interface(const struct places *p, const struct addr *a)
{
	struct place key = { *a, NULL };
	const struct place *found = p->n == 0 ? NULL :
	    bsearch(&key, p->v, p->n, sizeof key, cmp_place);
	size_t i;

	if (found == NULL)
		return NULL;
	i = (size_t)(found - p->v);
	if ((i > 0 && cmp_place(&p->v[i - 1], found) == 0) ||
	    (i + 1 < p->n && cmp_place(&p->v[i + 1], found) == 0))
		return NULL;
	return found->ifname;
}

void
linux_link_local(struct scan *sc, size_t from, const char *proc,
    const char *net)
{
	struct places p = { .n = 0 };
	bool was_read = false;
	size_t i;

	for (i = from; i < sc->nsock; i++) {
		struct sock *s = &sc->sock[i];

		if (!wants_interface(s))
			continue;
		if (!was_read)
			read_places(&p, sc, proc, net);
		was_read = true;
		s->ifname = find_interface(&p, &s->local);
	}
	free(p.v);
}
