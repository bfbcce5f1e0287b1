/*
 * Fuzz entry: the kernel's description of a socket.
 */
#include <linux/inet_diag.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "scan/linux/linux.h"

enum { ADDRESS = sizeof(struct sockaddr_storage) };

static void
check_sock(const struct scan *sc, const struct sock *s, int proto)
{
	check(s->proto == proto, "another protocol");
	check(s->state < STATE_COUNT, "no state");
	check(s->local.family != ADDR_NONE, "no local address");
	check(!sock_is_alone(s) || (s->remote.family == ADDR_NONE &&
	    s->remote_port == 0), "a peer of none");
	check(s->cgroup <= sc->ncgroup, "no such control group");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan sc = { .needs = ~0U };
	/* of its exact size, and aligned */
	void *message = mem_alloc(size);
	size_t i;
	int proto;

	memcpy(message, data, size);
	scan_add_netns(&sc);
	for (proto = 0; proto < PROTO_COUNT; proto++) {
		size_t before = sc.nsock;

		if (!linux_diag_add(&sc, message, size,
		    (enum sock_proto)proto)) {
			check(sc.nsock == before, "half a socket");
			continue;
		}
		check(proto == PROTO_SCTP || sc.nsock == before + 1,
		    "not one socket");
		check(sc.nsock - before <= 1 + size / ADDRESS,
		    "more sockets than addresses");
		for (i = before; i < sc.nsock; i++)
			check_sock(&sc, &sc.sock[i], proto);
	}
	scan_free(&sc);
	free(message);
	return 0;
}
