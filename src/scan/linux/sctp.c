/*
 * SCTP, sctp(7): endpoints, which listen, and associations, with all addresses
 * of their ends.
 *
 * Each address is in a record.  An endpoint has one record for each.  An
 * association has one for each local address, with the peer's first address,
 * and one for each further address of the peer's, with the first local one.  So
 * a search for an address and a port finds their socket, and nobody makes more
 * records than there are addresses.
 *
 * An association's addresses are shown as IPv4 or IPv6, as they are, also on an
 * IPv6 socket, which may have both.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/nl.h"

/* What is being added: the sockets from `first' on. */
struct adding {
	struct scan *sc;
	struct sock base;
	size_t first;
};

/* Maps an association's states to the nearest ones of TCP: enum sctp_state in
 * include/net/sctp/constants.h. */
static enum sock_state
state_of(uint64_t number)
{
	static const enum sock_state states[] = {
		STATE_CLOSED,
		STATE_SYN_SENT,		/* COOKIE_WAIT */
		STATE_SYN_SENT,		/* COOKIE_ECHOED */
		STATE_ESTABLISHED,
		STATE_FIN_WAIT1,	/* SHUTDOWN_PENDING */
		STATE_FIN_WAIT2,	/* SHUTDOWN_SENT */
		STATE_CLOSE_WAIT,	/* SHUTDOWN_RECEIVED */
		STATE_LAST_ACK,		/* SHUTDOWN_ACK_SENT */
	};

	return number < NELEMS(states) ? states[number] : STATE_NONE;
}

static void
begin(struct adding *a, struct scan *sc)
{
	*a = (struct adding){ .sc = sc, .first = sc->nsock };
	a->base.proto = PROTO_SCTP;
	a->base.netns = (uint32_t)(sc->nnetns - 1);
}

static void
add_local(struct adding *a, const struct addr *addr, const char *ifname)
{
	struct sock *s = scan_add_sock(a->sc);

	*s = a->base;
	s->local = *addr;
	if (ifname != NULL)
		s->ifname = ifname;
}

static void
set_remote(struct sock *s, const struct addr *addr, const char *ifname)
{
	s->remote = *addr;
	if (ifname != NULL)
		s->ifname = ifname;
}

/* False if there is no local address. */
static bool
add_remote(struct adding *a, const struct addr *addr, const char *ifname)
{
	struct scan *sc = a->sc;
	struct sock *s;
	size_t i;

	if (sc->nsock == a->first)
		return false;
	if (sc->sock[a->first].remote.family != ADDR_NONE) {
		s = scan_add_sock(sc);
		*s = sc->sock[a->first];
		set_remote(s, addr, ifname);
		return true;
	}
	for (i = a->first; i < sc->nsock; i++)
		set_remote(&sc->sock[i], addr, ifname);
	return true;
}

/* True if it has the addresses that it must have; else nothing is added. */
static bool
end(struct adding *a, bool ok)
{
	struct scan *sc = a->sc;

	ok = ok && sc->nsock > a->first && (a->base.state == STATE_LISTEN ||
	    sc->sock[a->first].remote.family != ADDR_NONE);
	if (!ok)
		sc->nsock = a->first;
	return ok;
}

/* Reads a struct sockaddr_storage, which need not be aligned.  A link-local
 * address has its interface. */
static bool
read_sockaddr(struct scan *sc, const char *p, struct addr *addr,
    const char **ifname)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(addr, 0, sizeof *addr);
	*ifname = NULL;
	memcpy(&in, p, sizeof in);
	if (in.sin_family == AF_INET) {
		addr->family = ADDR_INET;
		memcpy(addr->b, &in.sin_addr, 4);
		return true;
	}
	memcpy(&in6, p, sizeof in6);
	addr->family = ADDR_INET6;
	memcpy(addr->b, &in6.sin6_addr, sizeof addr->b);
	if (in6.sin6_scope_id != 0 && addr_is_linklocal(addr))
		*ifname = linux_ifname(sc, in6.sin6_scope_id);
	return in6.sin6_family == AF_INET6;
}

/* Adds the list of addresses in an attribute. */
static bool
add_sockaddrs(struct adding *a, struct str list, bool are_local)
{
	enum { SIZE = sizeof(struct sockaddr_storage) };
	const char *ifname;
	struct addr addr;

	for (; list.n >= SIZE; list = str_skip(list, SIZE)) {
		if (!read_sockaddr(a->sc, list.p, &addr, &ifname))
			return false;
		if (are_local)
			add_local(a, &addr, ifname);
		else if (!add_remote(a, &addr, ifname))
			return false;
	}
	return list.n == 0;
}

/*
 * Only associations have INET_DIAG_PEERS.  A socket's own message comes before
 * those of its associations, inet_sctp_diag_fill in net/sctp/diag.c: it counts
 * only if the socket listens, and some kernels repeat it.
 *
 * For IPv4 associations of IPv6 sockets the addresses in the struct itself are
 * wrong, and its interface is an association's route.
 */
bool
linux_sctp_diag(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_v6only v6only)
{
	struct str attrs = { (const char *)(m + 1), len - sizeof *m };
	struct str peers = nl_find(attrs, INET_DIAG_PEERS);
	struct str locals = nl_find(attrs, INET_DIAG_LOCALS);
	struct adding a;

	if (peers.p == NULL && m->idiag_state != STATE_LISTEN)
		return true;
	begin(&a, sc);
	a.base.local_port = ntohs(m->id.idiag_sport);
	a.base.uid = m->idiag_uid;
	a.base.inode = m->idiag_inode;
	a.base.rx_queue = m->idiag_rqueue;
	a.base.tx_queue = m->idiag_wqueue;
	if (peers.p != NULL) {
		a.base.state = (unsigned char)state_of(m->idiag_state);
		a.base.remote_port = ntohs(m->id.idiag_dport);
	} else {
		a.base.state = STATE_LISTEN;
		a.base.has_backlog = true;
		a.base.v6only = (unsigned char)v6only;
		if (m->id.idiag_if != 0)
			a.base.ifname = linux_ifname(sc, m->id.idiag_if);
	}
	return end(&a, locals.p != NULL &&
	    add_sockaddrs(&a, locals, true) && (peers.p == NULL ||
	    add_sockaddrs(&a, peers, false)));
}

/* The next word of a line, between blanks; an empty one at its end. */
static struct str
take_word(struct str *line)
{
	struct str word = STR_LIT("");

	while (line->p != NULL && word.n == 0)
		word = str_cut(line, ' ');
	return word;
}

/* Adds addresses up to a word that is not one, which is returned; the address
 * in use follows a star. */
static struct str
add_words(struct adding *a, struct str *line, bool are_local)
{
	struct addr addr;
	struct str word;

	for (;;) {
		word = take_word(line);
		str_take(&word, '*');
		if (!addr_parse(word, &addr, NULL))
			return word;
		if (are_local)
			add_local(a, &addr, NULL);
		else if (!add_remote(a, &addr, NULL))
			return STR_NONE;
	}
}

enum { STATE_WORD = 1, PORT_WORD, REMOTE_PORT_WORD, UID_WORD, INODE_WORD,
	TX_WORD, RX_WORD, NKINDS };

/* The meaning of the words before the addresses; 0: not needed. */
static const unsigned char words_of_eps[] = {
	0, 0, 0, STATE_WORD, 0, PORT_WORD, UID_WORD, INODE_WORD
};
static const unsigned char words_of_assocs[] = {
	0, 0, 0, 0, STATE_WORD, 0, 0, TX_WORD, RX_WORD, UID_WORD, INODE_WORD,
	PORT_WORD, REMOTE_PORT_WORD
};

static bool
read_words(struct str *line, const unsigned char *kinds, size_t n,
    uint64_t *value)
{
	static const uint64_t max[NKINDS] = {
		[STATE_WORD] = UINT8_MAX, [PORT_WORD] = UINT16_MAX,
		[REMOTE_PORT_WORD] = UINT16_MAX, [UID_WORD] = UINT32_MAX,
		[INODE_WORD] = UINT64_MAX, [TX_WORD] = UINT32_MAX,
		[RX_WORD] = UINT32_MAX,
	};
	size_t i;

	for (i = 0; i < n; i++) {
		struct str word = take_word(line);

		if (word.n == 0 || (kinds[i] != 0 &&
		    !num_parse(word, max[kinds[i]], &value[kinds[i]])))
			return false;
	}
	return true;
}

static void
set_words(struct sock *s, const uint64_t *value)
{
	s->local_port = (uint16_t)value[PORT_WORD];
	s->remote_port = (uint16_t)value[REMOTE_PORT_WORD];
	s->uid = (uint32_t)value[UID_WORD];
	s->inode = value[INODE_WORD];
	s->tx_queue = (uint32_t)value[TX_WORD];
	s->rx_queue = (uint32_t)value[RX_WORD];
}

bool
linux_sctp_endpoint(struct scan *sc, struct str line)
{
	uint64_t value[NKINDS] = { 0 };
	struct adding a;

	begin(&a, sc);
	if (!read_words(&line, words_of_eps, sizeof words_of_eps, value))
		return false;
	if (value[STATE_WORD] != STATE_LISTEN)
		return true;
	set_words(&a.base, value);
	a.base.state = STATE_LISTEN;
	a.base.queueless = true;
	return end(&a, add_words(&a, &line, true).n == 0);
}

bool
linux_sctp_association(struct scan *sc, struct str line)
{
	uint64_t value[NKINDS] = { 0 };
	struct adding a;

	begin(&a, sc);
	if (!read_words(&line, words_of_assocs, sizeof words_of_assocs, value))
		return false;
	set_words(&a.base, value);
	a.base.state = (unsigned char)state_of(value[STATE_WORD]);
	/* after the peer's addresses come a TAB and more numbers */
	return end(&a, str_is(add_words(&a, &line, true), "<->") &&
	    str_starts(add_words(&a, &line, false), "\t"));
}

enum linux_sctp
linux_has_sctp(struct arena *a, const char *net)
{
	if (access(linux_path(a, net, "sctp"), F_OK) == 0)
		return LINUX_SCTP_YES;
	if (errno == ENOENT && access(net, F_OK) == 0)
		return LINUX_SCTP_NO;
	if (errno != ENOENT)
		err_msg("%s/sctp:", net);
	return LINUX_SCTP_UNKNOWN;
}
