#include "dir.h"

#include <stdlib.h>

/* A listener; IPv4-mapped addresses as IPv4.  v4 is false for an IPv6 wildcard
 * that takes no IPv4. */
struct listener {
	struct addr addr;
	uint16_t port;
	unsigned char proto;
	bool v4;
};

struct judge {
	struct listener *listener;
	size_t nlistener;
	/* A bit for each port that has a listener: most ports have none. */
	unsigned char ports[PROTO_COUNT][65536 / 8];
	/* Addresses of this machine, as far as its sockets tell: made when
	 * first needed. */
	struct addr *here;
	size_t nhere;
};

static const struct addr any4 = { .family = ADDR_INET };
static const struct addr any6 = { .family = ADDR_INET6 };

static int
cmp_listener(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;
	int c = x->proto - y->proto;

	if (c == 0)
		c = x->port - y->port;
	if (c == 0)
		c = addr_cmp(&x->addr, &y->addr);
	return c != 0 ? c : x->v4 - y->v4;
}

static int
cmp_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static void
collect_listeners(struct judge *j, const struct scan *sc)
{
	size_t i;

	j->listener = mem_alloc(sc->nsock * sizeof *j->listener);
	for (i = 0; i < sc->nsock; i++) {
		const struct sock *s = &sc->sock[i];

		if (!sock_is_listener(s))
			continue;
		j->listener[j->nlistener++] = (struct listener){
			addr_unmap(&s->local), s->local_port, s->proto,
			s->v6only != V6ONLY_YES };
		j->ports[s->proto][s->local_port / 8] |=
		    (unsigned char)(1 << s->local_port % 8);
	}
	qsort(j->listener, j->nlistener, sizeof *j->listener, cmp_listener);
}

static bool
listens(const struct judge *j, const struct listener *l)
{
	return bsearch(l, j->listener, j->nlistener, sizeof *l,
	    cmp_listener) != NULL;
}

/* A listener's address equals addr or is a wildcard that takes it in. */
static bool
is_covered(const struct judge *j, unsigned char proto,
    const struct addr *addr, uint16_t port)
{
	struct listener l = { addr_unmap(addr), port, proto, true };

	if ((j->ports[proto][port / 8] >> port % 8 & 1) == 0)
		return false;
	if (listens(j, &l))
		return true;
	if (l.addr.family == ADDR_INET) {
		l.addr = any4;
		if (listens(j, &l))
			return true;
		l.addr = any6;
		return listens(j, &l);
	}
	l.v4 = false;
	if (listens(j, &l))
		return true;
	l.addr = any6;
	if (listens(j, &l))
		return true;
	l.v4 = true;
	return listens(j, &l);
}

static void
collect_here(struct judge *j, const struct scan *sc)
{
	size_t i, n = 0;

	j->here = mem_alloc(sc->nsock * sizeof *j->here);
	for (i = 0; i < sc->nsock; i++) {
		struct addr a = addr_unmap(&sc->sock[i].local);

		if (n == 0 || addr_cmp(&a, &j->here[n - 1]) != 0)
			j->here[n++] = a;
	}
	qsort(j->here, n, sizeof *j->here, cmp_addr);
	j->nhere = n;
}

/*
 * An address of this machine: a wildcard listener covers only those.  Without
 * it a peer could pass as a listener of ours by its choice of source port.
 */
static bool
is_here(struct judge *j, const struct scan *sc, const struct sock *s)
{
	struct addr a = addr_unmap(&s->remote);

	if (addr_reach(&a) == ADDR_LOOPBACK)
		return true;
	if (j->here == NULL)
		collect_here(j, sc);
	return bsearch(&a, j->here, j->nhere, sizeof a, cmp_addr) != NULL;
}

static enum sock_dir
judge(struct judge *j, const struct scan *sc, const struct sock *s,
    uint16_t first, uint16_t last)
{
	bool ephemeral = s->local_port >= first && s->local_port <= last;
	bool peer_ephemeral = s->remote_port >= first &&
	    s->remote_port <= last;
	bool local = is_covered(j, s->proto, &s->local, s->local_port);
	bool remote = is_covered(j, s->proto, &s->remote, s->remote_port) &&
	    is_here(j, sc, s);

	/* Both ends have a listener: the one on a port of the range called. */
	if (local && remote && peer_ephemeral && !ephemeral)
		return DIR_IN;
	if (remote)
		return DIR_OUT;
	if (local)
		return DIR_IN;
	return ephemeral ? DIR_OUT : DIR_NONE;
}

void
dir_judge(struct scan *sc, uint16_t first, uint16_t last)
{
	struct judge *j = mem_alloc(sizeof *j);
	size_t i;

	collect_listeners(j, sc);
	for (i = 0; i < sc->nsock; i++) {
		struct sock *s = &sc->sock[i];

		if (!sock_is_listener(s) && s->remote.family != ADDR_NONE)
			s->dir = (unsigned char)judge(j, sc, s, first, last);
	}
	free(j->listener);
	free(j->here);
	free(j);
}
