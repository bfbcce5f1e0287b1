/* Which side opened a connection, judged by the listeners. */
#include "scan/scan.h"

#include <stdlib.h>

#include "lib/num.h"

/* A listener; IPv4-mapped addresses as IPv4.  v4 is false for an IPv6 wildcard
 * that does not accept IPv4. */
struct dir_listener {
	struct addr addr;
	uint32_t netns;
	uint16_t port;
	unsigned char proto;
	bool v4;
};

/* An address of this machine, in one of its namespaces. */
struct dir_place {
	struct addr addr;
	uint32_t netns;
};

struct dir_scan {
	const struct scan *sc;
	struct dir_listener *listener;
	size_t nlistener;
	/* A bit for each port: most ports have no listener. */
	unsigned char ports[PROTO_NPORTED][65536 / 8];
	/* This machine's addresses, from its sockets, when first needed. */
	struct dir_place *here;
	size_t nhere;
};

static const struct addr any4 = { .family = ADDR_INET };
static const struct addr any6 = { .family = ADDR_INET6 };

static int
cmp_listener(const void *a, const void *b)
{
	const struct dir_listener *x = a, *y = b;
	int c = x->proto - y->proto;

	if (c == 0)
		c = x->port - y->port;
	if (c == 0)
		c = num_cmp(x->netns, y->netns);
	if (c == 0)
		c = addr_cmp(&x->addr, &y->addr);
	return c != 0 ? c : x->v4 - y->v4;
}

static int
cmp_place(const void *a, const void *b)
{
	const struct dir_place *x = a, *y = b;
	int c = num_cmp(x->netns, y->netns);

	return c != 0 ? c : addr_cmp(&x->addr, &y->addr);
}

static void
collect_listeners(struct dir_scan *j)
{
	const struct scan *sc = j->sc;
	size_t i;

	j->listener = mem_alloc(sc->nsock * sizeof *j->listener);
	for (i = 0; i < sc->nsock; i++) {
		const struct sock *s = &sc->sock[i];

		if (!sock_is_listener(s) || !sock_has_ports(s))
			continue;
		j->listener[j->nlistener++] = (struct dir_listener){
			addr_unmap(&s->local), s->netns, s->local_port,
			s->proto, s->v6only != V6ONLY_YES };
		j->ports[s->proto][s->local_port / 8] |=
		    (unsigned char)(1 << s->local_port % 8);
	}
	qsort(j->listener, j->nlistener, sizeof *j->listener, cmp_listener);
}

static bool
has_listener(const struct dir_scan *j, const struct dir_listener *l)
{
	return bsearch(l, j->listener, j->nlistener, sizeof *l,
	    cmp_listener) != NULL;
}

/* A listener's address equals addr, or is a wildcard that includes it. */
static bool
is_covered(const struct dir_scan *j, const struct sock *s,
    const struct addr *addr, uint16_t port)
{
	struct dir_listener l = { addr_unmap(addr), s->netns, port, s->proto,
		true };

	if ((j->ports[s->proto][port / 8] >> port % 8 & 1) == 0)
		return false;
	if (has_listener(j, &l))
		return true;
	if (l.addr.family == ADDR_INET) {
		l.addr = any4;
		if (has_listener(j, &l))
			return true;
	} else {
		l.v4 = false;
		if (has_listener(j, &l))
			return true;
		l.addr = any6;
		if (has_listener(j, &l))
			return true;
		l.v4 = true;
	}
	l.addr = any6;
	return has_listener(j, &l);
}

static void
collect_here(struct dir_scan *j)
{
	const struct scan *sc = j->sc;
	size_t i, n = 0;

	j->here = mem_alloc(sc->nsock * sizeof *j->here);
	for (i = 0; i < sc->nsock; i++) {
		struct dir_place p = { addr_unmap(&sc->sock[i].local),
			sc->sock[i].netns };

		if (n == 0 || cmp_place(&p, &j->here[n - 1]) != 0)
			j->here[n++] = p;
	}
	qsort(j->here, n, sizeof *j->here, cmp_place);
	j->nhere = n;
}

/*
 * The peer's address is one of this machine: a wildcard listener covers only
 * those.  Otherwise a peer could pass for a listener of ours by its choice of
 * source port.
 */
static bool
is_here(struct dir_scan *j, const struct sock *s)
{
	struct dir_place p = { addr_unmap(&s->remote), s->netns };

	if (addr_reach(&p.addr) == ADDR_LOOPBACK)
		return true;
	if (j->here == NULL)
		collect_here(j);
	return bsearch(&p, j->here, j->nhere, sizeof p, cmp_place) != NULL;
}

/*
 * Both ends have a listener.  The caller is the end on an ephemeral port, or if
 * that does not decide, the end with the higher port.  So the peer, which is
 * judged separately, gets the opposite direction.
 */
static enum sock_dir
judge_both(const struct dir_scan *j, const struct sock *s)
{
	bool ephemeral = scan_is_ephemeral(j->sc, s, s->local_port);
	struct addr local = addr_unmap(&s->local);
	struct addr remote = addr_unmap(&s->remote);
	int c = s->local_port - s->remote_port;

	if (ephemeral != scan_is_ephemeral(j->sc, s, s->remote_port))
		return ephemeral ? DIR_OUT : DIR_IN;
	if (c == 0)
		c = addr_cmp(&local, &remote);
	return c < 0 ? DIR_IN : DIR_OUT;
}

static enum sock_dir
judge_one(struct dir_scan *j, const struct sock *s)
{
	bool local = is_covered(j, s, &s->local, s->local_port);
	bool remote = is_covered(j, s, &s->remote, s->remote_port) &&
	    is_here(j, s);

	if (local && remote)
		return judge_both(j, s);
	if (remote)
		return DIR_OUT;
	if (local)
		return DIR_IN;
	return scan_is_ephemeral(j->sc, s, s->local_port) ? DIR_OUT : DIR_NONE;
}

void
dir_judge(struct scan *sc)
{
	struct dir_scan *j = mem_alloc(sizeof *j);
	size_t i;

	j->sc = sc;
	collect_listeners(j);
	for (i = 0; i < sc->nsock; i++) {
		struct sock *s = &sc->sock[i];

		if (sock_has_ports(s) && !sock_is_listener(s) &&
		    s->remote.family != ADDR_NONE)
			s->dir = (unsigned char)judge_one(j, s);
	}
	free(j->listener);
	free(j->here);
	free(j);
}
