/*
 * Sockets of AF_SMC, and of TCP with IPPROTO_SMC.  For each the kernel has a
 * TCP socket of its own, which is in the table and holds the port; the process
 * has a descriptor of the SMC socket.  smc_diag lists that one's inode, with
 * the ends of the TCP socket: net/smc/smc_diag.c.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/nl.h"

/* struct smc_diag_req and smc_diag_msg of linux/smc_diag.h, which needs RDMA
 * headers. */
struct smc_request {
	struct nlmsghdr head;
	unsigned char family, pad[2], extensions;
	struct inet_diag_sockid id;
};

struct smc_message {
	unsigned char family, state, mode, shutdown;
	struct inet_diag_sockid id;
	uint32_t uid;
	uint64_t inode __attribute__((aligned(8)));
};

/* The ends of a TCP socket, as bytes, and the inode of its SMC socket. */
struct smc {
	uint64_t inode;
	uint16_t local_port, remote_port;
	unsigned char local[16], remote[16];
};

struct smcs {
	struct smc *v;
	size_t n, cap;
};

static int
cmp_ends(const void *a, const void *b)
{
	const struct smc *x = a, *y = b;
	int c = num_cmp(x->local_port, y->local_port);

	if (c == 0)
		c = num_cmp(x->remote_port, y->remote_port);
	if (c == 0)
		c = memcmp(x->local, y->local, sizeof x->local);
	if (c == 0)
		c = memcmp(x->remote, y->remote, sizeof x->remote);
	return c;
}

static int
take_socket(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct smcs *found = arg;
	struct smc_message m;
	struct smc *smc;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || payload.n < sizeof m ||
	    !nl_are_attrs(str_skip(payload, sizeof m)))
		return EPROTO;
	memcpy(&m, payload.p, sizeof m);
	smc = MEM_PUSH(found->v, found->n, found->cap);
	smc->inode = m.inode;
	smc->local_port = ntohs(m.id.idiag_sport);
	smc->remote_port = ntohs(m.id.idiag_dport);
	memcpy(smc->local, m.id.idiag_src, sizeof smc->local);
	memcpy(smc->remote, m.id.idiag_dst, sizeof smc->remote);
	return 0;
}

static void
give_inodes(const struct smcs *found, struct scan *sc, size_t from)
{
	const struct smc *smc;
	struct smc key = { 0 };
	size_t i;

	for (i = from; i < sc->nsock; i++) {
		struct sock *s = &sc->sock[i];

		if (s->proto != PROTO_TCP || s->inode == 0)
			continue;
		key.local_port = s->local_port;
		key.remote_port = s->remote_port;
		memcpy(key.local, s->local.b, sizeof key.local);
		memcpy(key.remote, s->remote.b, sizeof key.remote);
		smc = bsearch(&key, found->v, found->n, sizeof key, cmp_ends);
		if (smc != NULL)
			s->inode = smc->inode;
	}
}

int
linux_smc(struct scan *sc, size_t from)
{
	struct smc_request r = {
		.head = { .nlmsg_len = sizeof r,
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.family = AF_SMC,
	};
	struct smcs found = { .n = 0 };
	int error;

	/* without the module there are none, and the request would load it */
	if (sc->nsock == from || access("/sys/module/smc", F_OK) != 0)
		return 0;
	error = nl_request(NETLINK_SOCK_DIAG, &r.head, take_socket, &found);
	if (error == 0 && found.n > 0) {
		qsort(found.v, found.n, sizeof *found.v, cmp_ends);
		give_inodes(&found, sc, from);
	}
	free(found.v);
	/* other errors: the kernel has no smc_diag */
	return error == EPROTO ? error : 0;
}
