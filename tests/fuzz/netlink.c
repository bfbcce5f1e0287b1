/*
 * Fuzz entry: one datagram of a dump of the kernel's sockets, netlink(7).
 */
#include <errno.h>

#include "fuzz.h"
#include "linux.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *message = mem_alloc(size);
	bool interrupted;
	int proto, status;
	size_t i;

	memcpy(message, data, size);
	for (proto = 0; proto < PROTO_COUNT; proto++) {
		struct scan sc = { .nsock = 0 };

		scan_add_netns(&sc);
		interrupted = false;
		status = linux_datagram(&sc, message, size,
		    (enum sock_proto)proto, &interrupted);
		check(status != 0 || sc.nsock > 0 || size < 16 ||
		    data[4] == 1, "neither a socket nor an error");
		check(status != LINUX_AGAIN || interrupted,
		    "inconsistent without a word");
		check(status != ENODATA || !interrupted,
		    "an end of an inconsistent dump");
		for (i = 0; i < sc.nsock; i++)
			check(sc.sock[i].proto == proto &&
			    sc.sock[i].local.family != ADDR_NONE,
			    "no socket");
		scan_free(&sc);
	}
	free(message);
	return 0;
}
