/*
 * What RPC services have told the portmapper, RFC 1833: lockd takes any port.
 * A program of the same kind may have registered as well.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PORTMAP_PORT = 111, PORTMAP_PROGRAM = 100000, PORTMAP_VERSION = 2,
	PORTMAP_DUMP = 4,
	CALL = 0, REPLY = 1, RPC_VERSION = 2,
	ANSWER_MAX = 64 * 1024,
	WAIT = 300		/* milliseconds, of a program of this machine */
};

static const struct service {
	uint32_t program;
	const char *kind;
} services[] = {
	{ 100003, "nfsd" }, { 100021, "lockd" }, { 100227, "nfsd" },
};

/* The next number of four bytes; false if there is none. */
static bool
take_word(struct str *s, uint32_t *v)
{
	if (s->n < sizeof *v)
		return false;
	memcpy(v, s->p, sizeof *v);
	*v = ntohl(*v);
	*s = str_skip(*s, sizeof *v);
	return true;
}

static void
take_service(struct kernel *k, uint32_t program, uint32_t protocol,
    uint32_t port)
{
	size_t i;

	if (port == 0 || port > UINT16_MAX ||
	    (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return;
	for (i = 0; i < NELEMS(services); i++)
		if (services[i].program == program)
			kernel_add(k, protocol == IPPROTO_UDP ? KERNEL_UDP :
			    KERNEL_SERVER, (uint16_t)port, services[i].kind,
			    STR_NONE)->is_guess = true;
}

/* RFC 5531: the head of a reply that was accepted and went well, and then of each
 * service a 1 and its four numbers. */
void
kernel_portmap(struct kernel *k, struct str answer, uint32_t xid)
{
	uint32_t head[6], more, v[4];
	size_t i;

	for (i = 0; i < NELEMS(head); i++)
		if (!take_word(&answer, &head[i]))
			return;
	if (head[0] != xid || head[1] != REPLY || head[2] != 0 ||
	    head[4] != 0 || head[5] != 0)
		return;
	while (take_word(&answer, &more) && more == 1) {
		for (i = 0; i < NELEMS(v); i++)
			if (!take_word(&answer, &v[i]))
				return;
		take_service(k, v[0], v[2], v[3]);
	}
}

/* One answer, in time; 0 bytes if there is none. */
static size_t
ask_portmap(int fd, uint32_t xid, char *answer, size_t size)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(PORTMAP_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const uint32_t call[10] = { htonl(xid), htonl(CALL),
		htonl(RPC_VERSION), htonl(PORTMAP_PROGRAM),
		htonl(PORTMAP_VERSION), htonl(PORTMAP_DUMP) };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n = -1;

	/* where nobody listens, the second call fails */
	if (connect(fd, (const void *)&to, sizeof to) == 0 &&
	    send(fd, call, sizeof call, 0) == (ssize_t)sizeof call &&
	    poll(&p, 1, WAIT) == 1)
		n = recv(fd, answer, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

/* Whether lockd or nfsd is there is told by their settings. */
int
kernel_rpc(struct kernel *k)
{
	enum { XID = 0x70727431 };
	char *answer;
	int fd;

	/* all that it tells are guesses */
	if (!k->sees_all)
		return 0;
	if (access("/proc/sys/fs/nfs/nlm_tcpport", F_OK) != 0 &&
	    access("/proc/fs/nfsd", F_OK) != 0)
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	answer = mem_alloc(ANSWER_MAX);
	kernel_portmap(k, (struct str){ answer,
		ask_portmap(fd, XID, answer, ANSWER_MAX) }, XID);
	free(answer);
	close(fd);
	return 0;
}
