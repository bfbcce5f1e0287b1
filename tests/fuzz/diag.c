/*
 * Fuzz entry: what the kernel tells of a socket.
 */
#include <linux/inet_diag.h>

#include "fuzz.h"
#include "scan/linux/linux.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan sc = { .needs = ~0U };
	/* of its very size, and aligned */
	void *message = mem_alloc(size);
	const struct sock *s;
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
		s = &sc.sock[before];
		check(sc.nsock == before + 1, "more than a socket");
		check(s->state < STATE_COUNT, "no state");
		check(s->local.family != ADDR_NONE, "no local address");
		check(!sock_is_alone(s) || (s->remote.family == ADDR_NONE &&
		    s->remote_port == 0), "a peer of none");
		check(s->cgroup <= sc.ncgroup, "no such control group");
	}
	scan_free(&sc);
	free(message);
	return 0;
}
