/* Finds the sockets with an end that an operand stands for. */
#include "scan/filter.h"

static const struct addr any4 = { .family = ADDR_INET };

/* Linux uses this IPv4 address for an IPv6 connection: LOOPBACK4_IPV6,
 * include/net/ipv6.h.  A bind of 0.0.0.0 conflicts with it unless it is
 * v6only. */
static const struct addr odd4 = { ADDR_INET, { 127, 0, 0, 6 } };

static bool
has_port(const struct filter_end *end, const struct sock *s, uint16_t port)
{
	if ((end->has_ports && !sock_has_ports(s)) ||
	    (end->has_proto && end->proto != s->proto))
		return false;
	return !end->has_ports || (port >= end->first && port <= end->last);
}

/* The port is in the bitmap of operands, used if there are many. */
static bool
is_among_ports(const struct filter *f, const struct sock *s, uint16_t port)
{
	size_t bit = (size_t)s->proto * (UINT16_MAX + 1) + port;

	return f->ports != NULL && sock_has_ports(s) &&
	    (f->ports[bit / 8] >> bit % 8 & 1) != 0;
}

/* The number of operands to compare one by one. */
static size_t
count_single(const struct filter *f)
{
	return f->ports != NULL ? f->naddrs : f->nends;
}

/* The socket is not bound to an interface other than the operand's. */
static bool
zone_fits(const struct filter_end *end, const struct sock *s)
{
	return end->zone.p == NULL || s->ifname == NULL ||
	    str_is(end->zone, s->ifname);
}

static bool
end_fits(const struct filter_end *end, const struct sock *s,
    const struct addr *addr, uint16_t port)
{
	struct addr plain;

	if (addr->family == ADDR_NONE || !has_port(end, s, port))
		return false;
	if (!end->has_addr)
		return true;
	plain = addr_unmap(addr);
	return zone_fits(end, s) && addr_in(&plain, &end->net, end->bits);
}

/* A wildcard listener that peers reach at the operand's address; an IPv6 one
 * with unknown v6only counts. */
static bool
end_answers(const struct filter_end *end, const struct scan *sc,
    const struct sock *s)
{
	struct addr plain = addr_unmap(&s->local);

	if (!end->answers || !sock_answers(s) || !addr_is_any(&plain) ||
	    !has_port(end, s, s->local_port) || !zone_fits(end, s))
		return false;
	if (plain.family != end->net.family &&
	    (plain.family == ADDR_INET || s->v6only == V6ONLY_YES))
		return false;
	return scan_has_place(sc, s, &end->net);
}

bool
filter_wants_places(const struct filter *f)
{
	size_t i = 0;

	while (i < f->nends && (!f->ends[i].answers ||
	    addr_reach(&f->ends[i].net) == ADDR_LOOPBACK))
		i++;
	return i < f->nends && (filter_wants_state(f, STATE_LISTEN) ||
	    filter_wants_state(f, STATE_UNCONN));
}

static bool
asks_place(const struct filter_end *end, const struct addr *a, unsigned bits)
{
	return end->answers && addr_in(&end->net, a, bits);
}

bool
filter_asks_place(const struct filter *f, const struct addr *a, unsigned bits)
{
	size_t i = 0;

	while (i < f->nends && !asks_place(&f->ends[i], a, bits))
		i++;
	return i < f->nends;
}

static void
add_place(struct scan *sc, const struct addr *a, const char *ifname)
{
	struct scan_place *p = MEM_PUSH(sc->place, sc->nplace, sc->placecap);

	*p = (struct scan_place){ *a, (uint32_t)(sc->nnetns - 1), ifname };
}

void
filter_add_place(const struct filter *f, struct scan *sc,
    const struct addr *a, unsigned bits, const char *ifname)
{
	size_t i;

	for (i = 0; i < f->nends; i++) {
		const struct filter_end *end = &f->ends[i];

		if (!asks_place(end, a, bits))
			continue;
		add_place(sc, &end->net, "");
		if (ifname != NULL)
			add_place(sc, &end->net, ifname);
	}
}

/*
 * Sets the address at which a bind(2) of that family conflicts with the socket,
 * as in inet_rcv_saddr_equal(), net/ipv4/inet_connection_sock.c; false if it
 * does not.  A socket bound to an IPv6 address counts as v6only; an IPv6
 * wildcard with unknown v6only does not.
 */
static bool
held_addr(const struct sock *s, enum addr_family family, struct addr *a)
{
	*a = addr_unmap(&s->local);
	if (a->family == family || family == ADDR_INET6)
		return a->family == family;
	if (!addr_is_any(a)) {
		*a = odd4;
		return s->remote.family != ADDR_NONE;
	}
	*a = any4;
	return s->v6only != V6ONLY_YES;
}

/* A bind to the operand's address, or to one in its network, conflicts with
 * address a.  A bind to :: is also one to 0.0.0.0. */
static bool
end_meets(const struct filter_end *end, const struct addr *a)
{
	if (!end->has_addr)
		return true;
	if (addr_is_any(&end->net) && end->bits == addr_bits(&end->net))
		return end->net.family == ADDR_INET6 ||
		    a->family == ADDR_INET;
	return a->family == end->net.family &&
	    (addr_is_any(a) || addr_in(a, &end->net, end->bits));
}

/* A bind of that family conflicts with the socket. */
static bool
is_held(const struct filter *f, const struct sock *s, enum addr_family family)
{
	struct addr a;
	size_t i;

	if (f->inet != f->inet6 && f->inet != (family == ADDR_INET))
		return false;
	if (!held_addr(s, family, &a))
		return false;
	if (is_among_ports(f, s, s->local_port))
		return true;
	for (i = 0; i < count_single(f); i++)
		if (has_port(&f->ends[i], s, s->local_port) &&
		    zone_fits(&f->ends[i], s) &&
		    end_meets(&f->ends[i], &a))
			return true;
	return f->nends == 0;
}

bool
filter_fits_ends(const struct filter *f, const struct scan *sc,
    const struct sock *s)
{
	size_t i;

	/* without family and ports no operand can match */
	if (s->local.family == ADDR_NONE && !sock_has_ports(s))
		return f->nends == 0 && f->inet == f->inet6;
	if (f->bound)
		return is_held(f, s, ADDR_INET) || is_held(f, s, ADDR_INET6);
	if ((s->local.family != ADDR_NONE &&
	    is_among_ports(f, s, s->local_port)) ||
	    (s->remote.family != ADDR_NONE &&
	    is_among_ports(f, s, s->remote_port)))
		return true;
	for (i = 0; i < count_single(f); i++) {
		const struct filter_end *end = &f->ends[i];

		if (end_fits(end, s, &s->local, s->local_port) ||
		    end_fits(end, s, &s->remote, s->remote_port) ||
		    end_answers(end, sc, s))
			return true;
	}
	return f->nends == 0;
}

/* A socket with the operand's port exists that is not only a connection. */
static bool
is_found(const struct filter_end *end, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nsock; i++)
		if (sock_is_alone(&sc->sock[i]) &&
		    has_port(end, &sc->sock[i], sc->sock[i].local_port))
			return true;
	return false;
}

bool
filter_lacks(const struct filter *f, const struct scan *sc)
{
	size_t i = 0;

	/* no process, user or unit has a published port */
	if (f->npids > 0 || f->names[BY_PROCESS].n > 0 ||
	    f->names[BY_USER].n > 0 || f->names[BY_UNIT].n > 0 ||
	    !filter_shows_state(f, STATE_NAT) ||
	    (f->inet && !f->inet6))
		return false;
	while (i < f->nends && (!f->ends[i].has_ports ||
	    is_found(&f->ends[i], sc)))
		i++;
	return i < f->nends;
}
