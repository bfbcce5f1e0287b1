/*
 * Fuzz entry: lines of /proc/net/{tcp,tcp6,udp,udp6}, of raw and icmp, which
 * are alike, of /proc/net/sctp and /proc/net/packet; each is read as one of
 * every table.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"

static void
check_sock(const struct sock *s, enum sock_proto proto,
    enum addr_family family)
{
	check(s->proto == proto && s->local.family == family,
	    "a socket of another table");
	check(s->remote.family == family || s->remote.family == ADDR_NONE,
	    "a peer of another family");
	check(s->state < STATE_COUNT && s->state != STATE_NEW_SYN_RECV,
	    "no state");
	check(proto == PROTO_TCP || s->state == STATE_ESTABLISHED ||
	    s->state == STATE_UNCONN, "a UDP state");
	check(!sock_is_listener(s) || s->remote.family == ADDR_NONE,
	    "a listener with a peer");
	check(proto == PROTO_TCP || !s->timewait, "a timewait entry of UDP");
}

static void
check_sctp(bool (*add)(struct scan *, struct str), struct str line,
    bool is_connected)
{
	struct scan sc = { .nsock = 0 };
	bool ok;
	size_t i;

	scan_add_netns(&sc);
	ok = add(&sc, line);
	check(ok || sc.nsock == 0, "half an endpoint");
	check(!ok || sc.nsock > 0 || !is_connected, "no association");
	check(sc.nsock <= line.n / 2, "more sockets than addresses");
	for (i = 0; i < sc.nsock; i++) {
		const struct sock *s = &sc.sock[i];

		check(s->proto == PROTO_SCTP && s->state < STATE_COUNT &&
		    s->local.family != ADDR_NONE, "no socket");
		check((s->remote.family != ADDR_NONE) == is_connected &&
		    sock_is_listener(s) != is_connected, "of another table");
	}
	scan_free(&sc);
}

static void
check_packet(struct str line)
{
	struct scan sc = { .other_tree = true };
	bool ok;

	scan_add_netns(&sc);
	ok = linux_packet_line(&sc, line, false);
	check(sc.nsock == ok, "not one socket");
	if (ok) {
		const struct sock *s = &sc.sock[0];

		check(s->proto == PROTO_PACKET && s->portless != NULL &&
		    s->portless->local <= UINT16_MAX && s->local_port == 0 &&
		    s->state == STATE_UNCONN, "no packet socket");
		check(s->ifname == NULL || (strlen(s->ifname) > 0 &&
		    strlen(s->ifname) < SOCK_IFNAME_MAX), "no interface");
	}
	scan_free(&sc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum sock_proto protos[] = { PROTO_TCP, PROTO_UDP,
		PROTO_RAW, PROTO_ICMP };
	static const enum addr_family families[] = { ADDR_INET, ADDR_INET6 };
	struct str text = { (const char *)data, size };
	struct sock s;
	size_t i;
	int family;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		check_sctp(linux_sctp_endpoint, line, false);
		check_sctp(linux_sctp_association, line, true);
		check_packet(line);
		for (i = 0; i < NELEMS(protos); i++)
			for (family = 0; family < 2; family++)
				if (linux_procnet_line(line, protos[i],
				    families[family], &s))
					check_sock(&s, protos[i],
					    families[family]);
	}
	return 0;
}
