/*
 * Fuzz entry: one datagram of a dump of the kernel's sockets, netlink(7).
 */
#include <errno.h>

#include "fuzz.h"
#include "scan/linux/linux.h"
#include "scan/linux/nl.h"

/* A message in the datagram may end the dump. */
static bool
has_end(const char *p, size_t size)
{
	struct nlmsghdr h;
	size_t at;

	for (at = 0; at + sizeof h <= size; at += NLMSG_ALIGNTO) {
		memcpy(&h, p + at, sizeof h);
		if (h.nlmsg_type == NLMSG_DONE)
			return true;
	}
	return false;
}

static void
check_sock(const struct sock *s, enum sock_proto proto)
{
	bool has_addr = proto != PROTO_PACKET && proto != PROTO_VSOCK;

	check(s->proto == proto, "of another protocol");
	check((s->local.family != ADDR_NONE) == has_addr, "no socket");
	check((s->portless != NULL) == (proto >= PROTO_NPORTED),
	    "a port, or none");
	check(s->state < STATE_COUNT && s->state != STATE_NEW_SYN_RECV,
	    "no state");
	if (s->portless == NULL)
		return;
	check(s->local_port == 0 && s->remote_port == 0, "a port, too");
	check(s->portless->is_vsock == (proto == PROTO_VSOCK), "no CID");
	check(!sock_is_alone(s) || !sock_has_peer(s), "a peer of none");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *message = mem_alloc(size);
	bool interrupted;
	int proto, status;
	size_t i;

	memcpy(message, data, size);
	for (proto = 0; proto < PROTO_COUNT; proto++) {
		struct scan sc = { .needs = ~0U };

		scan_add_netns(&sc);
		interrupted = false;
		status = linux_datagram(&sc, message, size,
		    (enum sock_proto)proto, &interrupted);
		/* sockets of SCTP associations are skipped, and those of vsock
		 * without a port */
		check(status != 0 || sc.nsock > 0 || proto == PROTO_SCTP ||
		    proto == PROTO_VSOCK ||
		    size < sizeof(struct nlmsghdr) || data[4] == NLMSG_NOOP,
		    "neither a socket nor an error");
		check(status >= NL_AGAIN, "no errno");
		check(status != ENODATA || has_end(message, size),
		    "an end without a word");
		check(status != NL_AGAIN || interrupted,
		    "inconsistent without a word");
		check(status != ENODATA || !interrupted,
		    "an end of an inconsistent dump");
		for (i = 0; i < sc.nsock; i++)
			check_sock(&sc.sock[i], (enum sock_proto)proto);
		scan_free(&sc);
	}
	free(message);
	return 0;
}
