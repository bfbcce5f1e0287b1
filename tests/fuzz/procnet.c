/*
 * Fuzz entry: the lines of /proc/net/{tcp,tcp6,udp,udp6}, each taken for one of
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
	check(proto != PROTO_UDP || s->state == STATE_ESTABLISHED ||
	    s->state == STATE_UNCONN, "a UDP state");
	check(!sock_is_listener(s) || s->remote.family == ADDR_NONE,
	    "a listener with a peer");
	check(proto == PROTO_TCP || !s->timewait, "a timewait entry of UDP");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum addr_family families[] = { ADDR_INET, ADDR_INET6 };
	struct str text = { (const char *)data, size };
	struct sock s;
	int proto, family;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		for (proto = 0; proto < PROTO_COUNT; proto++)
			for (family = 0; family < 2; family++)
				if (linux_procnet_line(line,
				    (enum sock_proto)proto, families[family],
				    &s))
					check_sock(&s, (enum sock_proto)proto,
					    families[family]);
	}
	return 0;
}
