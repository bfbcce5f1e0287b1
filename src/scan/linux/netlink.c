/*
 * The socket tables over NETLINK_SOCK_DIAG, sock_diag(7), which ss uses.  Under
 * load a dump of several datagrams may lack or repeat a socket: reread.c.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "scan/linux/nl.h"

enum {
	MAX_TRIES = 8,		/* of an inconsistent dump */
	PIECE = 16		/* SKARR_SZ in net/ipv4/inet_diag.c */
};

/* The states of sockets in tables: bits of the kernel's numbers. */
#define ALL_STATES 0xfffu

/* From Linux 6.8 on also the table of bound ports: TCPF_BOUND_INACTIVE in
 * include/net/tcp_states.h.  Older kernels ignore it. */
#define BOUND_STATE (1u << 13)

struct v1_request {
	struct nlmsghdr head;
	struct inet_diag_req body;
};

struct v2_request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

/* The destination of a dump's messages. */
struct dump {
	struct scan *sc;
	enum sock_proto proto;
	size_t first;		/* of its sockets */
	uint32_t split;		/* bits of the states in which a chain was
				 * divided between datagrams */
	bool interrupted;
};

static int
take_socket(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct dump *d = arg;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY &&
	    h->nlmsg_type != TCPDIAG_GETSOCK)
		return EPROTO;
	if (d->proto == PROTO_PACKET)
		return linux_packet_diag(d->sc, payload) ? 0 : EPROTO;
	if (d->proto == PROTO_VSOCK)
		return linux_vsock_diag(d->sc, payload) ? 0 : EPROTO;
	return linux_diag_add(d->sc, (const void *)payload.p, payload.n,
	    d->proto) ? 0 : EPROTO;
}

int
linux_datagram(struct scan *sc, const void *buf, size_t len,
    enum sock_proto proto, bool *interrupted)
{
	struct dump d = { .sc = sc, .proto = proto };
	int status = nl_messages(buf, len, interrupted, take_socket, &d);

	return status == NL_ACK ? EPROTO : status;
}

static uint32_t
state_bit(const struct sock *s)
{
	return s->state == STATE_BOUND ? BOUND_STATE : 1U << s->state;
}

/* True if its hash chain can be made long by anyone: sockets that listen or are
 * bound share a port and an address, UDP sockets a port.  Connections are
 * spread by a secret of the kernel.  Endpoints and associations of SCTP are
 * counted over all chains. */
static bool
is_crowded(const struct sock *s)
{
	return s->proto != PROTO_TCP || s->state == STATE_LISTEN ||
	    s->state == STATE_BOUND;
}

/* True if one such chain may hold both. */
static bool
may_be_neighbours(const struct sock *a, const struct sock *b)
{
	return is_crowded(a) && is_crowded(b) &&
	    (a->proto != PROTO_TCP || a->state == b->state);
}

/* The kernel leaves a chain of bound sockets for a moment after each PIECE of
 * them, even within a datagram. */
static bool
has_long_chain(const struct scan *sc, size_t i)
{
	size_t n = 0;

	for (; i < sc->nsock && n < PIECE; i++) {
		const struct sock *s = &sc->sock[i];

		if (s->state != STATE_BOUND)
			n = 0;
		else if (n > 0 && s->local_port != s[-1].local_port)
			n = 1;
		else
			n++;
	}
	return n == PIECE;
}

static int
take_datagram(void *arg, const void *buf, size_t len)
{
	struct dump *d = arg;
	struct scan *sc = d->sc;
	size_t at = sc->nsock;
	int status = linux_datagram(sc, buf, len, d->proto, &d->interrupted);

	if (at > d->first && at < sc->nsock &&
	    may_be_neighbours(&sc->sock[at - 1], &sc->sock[at]))
		d->split |= state_bit(&sc->sock[at]);
	return status;
}

static int
dump_once(struct scan *sc, const struct nlmsghdr *request,
    enum sock_proto proto, uint32_t *split)
{
	struct dump d = { .sc = sc, .proto = proto, .first = sc->nsock };
	int status = nl_ask(NETLINK_SOCK_DIAG, request, take_datagram, &d);

	*split |= d.split;
	return status == ENODATA ? 0 : status;
}

static int
dump_whole(struct scan *sc, const struct nlmsghdr *request,
    enum sock_proto proto, uint32_t *split)
{
	size_t before = sc->nsock;
	int tries, status = NL_AGAIN;

	for (tries = 0; status == NL_AGAIN && tries < MAX_TRIES; tries++) {
		sc->nsock = before;
		status = dump_once(sc, request, proto, split);
	}
	if (status != 0)
		sc->nsock = before;
	/* some endpoints come twice: linux_sctp_diag */
	if (proto == PROTO_SCTP) {
		struct linux_join once = { .from = before };

		linux_join(&once, sc, before);
	}
	return status == NL_AGAIN ? EAGAIN : status;
}

/* Moves the sockets in these states, from that one on, to the end; returns the
 * number of the first of them. */
static size_t
move_last(struct scan *sc, size_t i, uint32_t states)
{
	size_t end = sc->nsock;

	while (i < end) {
		struct sock s = sc->sock[i];

		if ((state_bit(&s) & states) == 0) {
			i++;
			continue;
		}
		sc->sock[i] = sc->sock[--end];
		sc->sock[end] = s;
	}
	return i;
}

/*
 * states points into the request.  A dump that divides a chain is repeated: for
 * TCP only with the states of such chains, and only those are joined.
 */
static int
dump(struct scan *sc, const struct nlmsghdr *request, enum sock_proto proto,
    uint32_t *states)
{
	struct linux_join j = { .from = sc->nsock };
	size_t mid = sc->nsock;
	uint32_t split = 0;
	int status = dump_whole(sc, request, proto, &split);

	if (proto == PROTO_TCP) {
		if (has_long_chain(sc, mid))
			split |= BOUND_STATE;
		*states &= split;
		if (split != 0)
			mid = j.from = move_last(sc, j.from, split);
	}
	while (status == 0 && split != 0 && !linux_join(&j, sc, mid)) {
		mid = sc->nsock;
		status = dump_whole(sc, request, proto, &split);
	}
	return status;
}

/* What the kernel should add to each socket: only what is requested. */
static unsigned char
extensions(const struct scan_request *req, enum sock_proto proto)
{
	unsigned ext = 0;

	/* SCTP's is another struct */
	if ((req->needs & NEED_INFO) != 0 && proto != PROTO_SCTP)
		ext |= 1U << (INET_DIAG_INFO - 1);
	if ((req->needs & NEED_DROPS) != 0)
		ext |= 1U << (INET_DIAG_SKMEMINFO - 1);
	return (unsigned char)ext;
}

static int
dump_family(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, int family, unsigned states)
{
	static const unsigned char numbers[] = { [PROTO_TCP] = IPPROTO_TCP,
		[PROTO_UDP] = IPPROTO_UDP, [PROTO_SCTP] = IPPROTO_SCTP };
	struct v2_request r = {
		.head = { .nlmsg_len = sizeof r,
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (unsigned char)family,
			.sdiag_protocol = numbers[proto],
			.idiag_ext = extensions(req, proto),
			.idiag_states = states },
	};

	return dump(sc, &r.head, proto, &r.body.idiag_states);
}

/* Both families in one pass, which SOCK_DIAG_BY_FAMILY cannot do. */
static int
dump_tcp(const struct scan_request *req, struct scan *sc, unsigned states)
{
	struct v1_request r = {
		.head = { .nlmsg_len = sizeof r,
			.nlmsg_type = TCPDIAG_GETSOCK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .idiag_family = AF_UNSPEC,
			.idiag_ext = extensions(req, PROTO_TCP),
			.idiag_states = states },
	};

	return dump(sc, &r.head, PROTO_TCP, &r.body.idiag_states);
}

/* If IPv4 has an answer and IPv6 has none, the kernel has no IPv6, which is not
 * a failure. */
static int
dump_families(struct scan *sc, const struct scan_request *req,
    enum sock_proto proto, unsigned states)
{
	bool v4 = filter_wants_family(req->filter, ADDR_INET);
	bool v6 = filter_wants_family(req->filter, ADDR_INET6);
	/* A listener of the other family may cover a connection. */
	bool both = (req->needs & NEED_DIR) != 0;
	int status = 0;

	if (v4 || both)
		status = dump_family(req, sc, proto, AF_INET, states);
	if (status == 0 && (v6 || both)) {
		status = dump_family(req, sc, proto, AF_INET6, states);
		if (status == ENOENT && (v4 || both))
			status = 0;
	}
	return status;
}

/* The kernel's bits of the requested states. */
static unsigned
states_of(const struct scan_request *req, enum sock_proto proto)
{
	unsigned i, mask = 0;

	for (i = 1; i < STATE_NEW_SYN_RECV; i++)
		if (filter_wants_state(req->filter, sock_state_of(i, proto)))
			mask |= 1U << i;
	/* dir is judged by all listeners */
	if ((req->needs & NEED_DIR) != 0)
		mask |= 1U << (proto == PROTO_TCP ? STATE_LISTEN :
		    STATE_CLOSED);
	mask &= ALL_STATES;
	if (proto == PROTO_TCP) {
		/* bound sockets have this number, but it requests none */
		mask &= ~(1U << STATE_CLOSED);
		if (filter_wants_bound(req->filter))
			mask |= BOUND_STATE;
	}
	return mask;
}

/* A distributor's kernel with another number may have it, too. */
static enum scan_bound
whose_bound(const struct scan *sc)
{
	size_t i;

	if ((sc->by_files >> PROTO_TCP & 1) != 0)
		return BOUND_NO;
	if (linux_is_from(6, 8))
		return BOUND_ALL;
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].state == STATE_BOUND)
			return BOUND_ALL;
	return BOUND_NO;
}

/* For SCTP the kernel looks only at whether the state is LISTEN. */
static unsigned
sctp_states(const struct scan_request *req)
{
	unsigned mask = 0;

	if (filter_wants_state(req->filter, STATE_LISTEN) ||
	    (req->needs & NEED_DIR) != 0)
		mask |= 1U << STATE_LISTEN;
	if (filter_wants_connected(req->filter))
		mask |= 1U << STATE_ESTABLISHED;
	return mask;
}

/* IPv6 sockets have associations over IPv4, too. */
static int
dump_sctp_families(const struct scan_request *req, struct scan *sc,
    unsigned states)
{
	int status = 0;

	if (filter_wants_family(req->filter, ADDR_INET) ||
	    (req->needs & NEED_DIR) != 0)
		status = dump_family(req, sc, PROTO_SCTP, AF_INET, states);
	if (status == 0)
		status = dump_family(req, sc, PROTO_SCTP, AF_INET6, states);
	return status == ENOENT ? 0 : status;
}

/* If the kernel refuses, that is not a fault; an answer that cannot be right is
 * one, even if there is another way to ask. */
static void
say_failure(struct scan *sc, const char *what, int error)
{
	sc->incomplete |= error == EPROTO;
	errno = error;
	err_msg("netlink: %s:", what);
}

/*
 * True if the kernel has no module that answers for that protocol, or for any:
 * it is not built, or must not be loaded.  Without inet_diag the error is
 * ENOENT, or for a request like dump_tcp's EOPNOTSUPP; without tcp_diag or
 * udp_diag (nl.c), or without sock_diag, EPROTONOSUPPORT.
 */
static bool
has_no_module(int status)
{
	return status == ENOENT || status == EOPNOTSUPP ||
	    status == EPROTONOSUPPORT;
}

/* Reports once a scan that requested fields need netlink. */
static void
say_less(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto)
{
	unsigned less = NEED_DIAG | NEED_SOCK_CGROUP;

	if (proto == PROTO_TCP)
		less |= NEED_INFO | NEED_DROPS;
	if ((req->needs & less) != 0 && (sc->by_files >> proto & 1) == 0) {
		err_msg("netlink: sock_diag: %s: not in this kernel: some of "
		    "the fields are not known", sock_protos[proto]);
		sc->incomplete = true;
	}
	sc->by_files |= 1U << proto;
}

/* Reads this protocol from files; others are not affected.  False after a
 * message. */
static bool
read_files(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto)
{
	const char *net = linux_net_folder(&sc->arena, req->proc,
	    req->own_proc);

	say_less(req, sc, proto);
	return linux_procnet_ported(sc, req->proc, proto, net);
}

/*
 * A request for a protocol that is a module loads the module that answers it
 * if, and only if, the protocol is there: sock_load_diag_module in
 * net/core/sock.c.  Without that module the files are read.  If the protocol is
 * not there, it counts as read, too.  A failure does not affect other
 * protocols.
 */
static void
dump_sctp(const struct scan_request *req, struct scan *sc)
{
	const char *net = linux_net_folder(&sc->arena, req->proc,
	    req->own_proc);
	unsigned states = sctp_states(req);
	enum linux_sctp has = linux_has_sctp(&sc->arena, net);
	size_t before = sc->nsock;

	bool read = states == 0 || has == LINUX_SCTP_NO;
	int status = 0;

	if (!read) {
		status = dump_sctp_families(req, sc, states);
		read = status == 0;
	}
	if (status == EPROTO)
		say_failure(sc, "sock_diag: sctp", status);
	if (!read && has == LINUX_SCTP_YES) {
		sc->nsock = before;
		read = linux_procnet_sctp(sc, req->proc, net);
		sc->incomplete |= !read;
	}
	if (read)
		sc->protos |= 1U << PROTO_SCTP;
}

static int
dump_other(struct scan *sc, const struct nlmsghdr *request,
    enum sock_proto proto)
{
	return dump(sc, request, proto, NULL);
}

static void
dump_portless(const struct scan_request *req, struct scan *sc)
{
	static const struct linux_ways ways = { dump_other,
		linux_procnet_portless };

	if ((filter_protos(req->filter) & ~(unsigned)PROTOS_PORTED) != 0)
		linux_portless(req, sc, &ways, linux_net_folder(&sc->arena,
		    req->proc, req->own_proc));
}

/* 0 or errno; *ok becomes false after a message. */
static int
dump_ported(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, bool *ok)
{
	bool both = filter_wants_family(req->filter, ADDR_INET) &&
	    filter_wants_family(req->filter, ADDR_INET6);
	unsigned states = states_of(req, proto);
	size_t before = sc->nsock;
	int status = EINVAL;

	if (states == 0)
		return 0;
	if (proto == PROTO_TCP && both)
		status = dump_tcp(req, sc, states);
	/* after an invalid answer it is no use to ask again */
	if (status != 0 && status != EPROTO)
		status = dump_families(sc, req, proto, states);
	if (has_no_module(status)) {
		sc->nsock = before;
		*ok = read_files(req, sc, proto);
		status = 0;
	}
	if (status == 0 && proto == PROTO_TCP)
		status = linux_smc(sc, before);
	return status;
}

static bool
dump_tables(const struct scan_request *req, struct scan *sc)
{
	bool ok = true;
	int proto, status = 0;

	for (proto = 0; proto < PROTO_SCTP && ok && status == 0; proto++) {
		if (!filter_wants_proto(req->filter, (enum sock_proto)proto))
			continue;
		sc->protos |= 1U << proto;
		status = dump_ported(req, sc, (enum sock_proto)proto, &ok);
	}
	if (status != 0)
		say_failure(sc, "sock_diag", status);
	if (!ok || status != 0)
		return false;
	if (filter_wants_proto(req->filter, PROTO_SCTP))
		dump_sctp(req, sc);
	dump_portless(req, sc);
	return linux_places(req->filter, sc);
}

static bool
netlink_tables(const struct scan_request *req, struct scan *sc)
{
	bool ok = req->filter->all_netns ?
	    linux_netns_tables(req, sc, dump_tables) : dump_tables(req, sc);

	sc->bound = whose_bound(sc);
	return ok;
}

static bool
netlink_owners(const struct scan_request *req, struct search *search,
    struct scan *sc)
{
	return linux_owners(req, search, dump_tables, sc);
}

const struct backend linux_netlink = {
	.name = "netlink", .help = "NETLINK_SOCK_DIAG, as ss(8) does",
	.tables = netlink_tables, .owners = netlink_owners,
	.targets = linux_targets, .finish = linux_finish,
	.begin = linux_search, .end = linux_search_end,
};
