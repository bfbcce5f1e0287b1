/*
 * Ports that RPC services have registered with the portmapper, RFC 1833: lockd
 * may use any port.  Version 3 lists those of IPv6, too.  A program of the same
 * kind may also have registered.
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

#include "lib/num.h"

enum {
	PORTMAP_PORT = 111, PORTMAP_PROGRAM = 100000, PORTMAP_VERSION = 3,
	PORTMAP_DUMP = 4,
	CALL = 0, REPLY = 1, RPC_VERSION = 2,
	ANSWER_MAX = 64 * 1024,
	WAIT = 300		/* milliseconds, for a local program */
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

/* A text: its length, then its bytes, padded to a multiple of four. */
static bool
take_text(struct str *s, struct str *text)
{
	uint32_t n;
	size_t step;

	if (!take_word(s, &n) || n > s->n)
		return false;
	*text = (struct str){ s->p, n };
	step = ((size_t)n + 3) & ~(size_t)3;
	*s = str_skip(*s, step < s->n ? step : s->n);
	return true;
}

static const struct transport {
	const char *name;
	unsigned uses;
	enum addr_family family;
} transports[] = {
	{ "tcp", KERNEL_SERVER, ADDR_INET },
	{ "tcp6", KERNEL_SERVER, ADDR_INET6 },
	{ "udp", KERNEL_UDP, ADDR_INET },
	{ "udp6", KERNEL_UDP, ADDR_INET6 },
};

/* A universal address ends in the two bytes of the port: `0.0.0.0.8.1'. */
static bool
find_port(struct str addr, uint16_t *port)
{
	uint64_t high, low;
	size_t i, dots = 0;
	struct str tail;

	for (i = addr.n; i > 0 && dots < 2; i--)
		dots += addr.p[i - 1] == '.';
	if (dots < 2)
		return false;
	tail = str_skip(addr, i + 1);
	if (!num_parse(str_cut(&tail, '.'), UINT8_MAX, &high) ||
	    !num_parse(tail, UINT8_MAX, &low))
		return false;
	*port = (uint16_t)(high << 8 | low);
	return *port != 0;
}

/* A service of the kernel is bound to its port on all addresses. */
static void
take_service(struct kernel *k, uint32_t program, struct str transport,
    struct str addr)
{
	size_t i, t;
	uint16_t port;

	for (t = 0; t < NELEMS(transports); t++)
		if (str_is(transport, transports[t].name))
			break;
	if (t == NELEMS(transports) || !find_port(addr, &port))
		return;
	for (i = 0; i < NELEMS(services); i++) {
		struct kernel_port *p;

		if (services[i].program != program)
			continue;
		p = kernel_add(k, transports[t].uses, port, services[i].kind,
		    STR_NONE);
		p->local.family = (unsigned char)transports[t].family;
		p->is_guess = true;
	}
}

/* RFC 5531: the head of a reply to a call that was accepted and succeeded.
 * Then for each service a 1, its program and version, and three texts:
 * transport, address and owner. */
void
kernel_portmap(struct kernel *k, struct str answer, uint32_t xid)
{
	uint32_t head[6] = { 0 }, more, v[2];
	struct str text[3];
	size_t i;

	for (i = 0; i < NELEMS(head); i++)
		if (!take_word(&answer, &head[i]))
			return;
	if (head[0] != xid || head[1] != REPLY || head[2] != 0 ||
	    head[4] != 0 || head[5] != 0)
		return;
	while (take_word(&answer, &more) && more == 1) {
		if (!take_word(&answer, &v[0]) || !take_word(&answer, &v[1]))
			return;
		for (i = 0; i < NELEMS(text); i++)
			if (!take_text(&answer, &text[i]))
				return;
		take_service(k, v[0], text[0], text[1]);
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

	/* if nobody listens, the second call fails */
	if (connect(fd, (const void *)&to, sizeof to) == 0 &&
	    send(fd, call, sizeof call, 0) == (ssize_t)sizeof call &&
	    poll(&p, 1, WAIT) == 1)
		n = recv(fd, answer, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

/* The settings of lockd and nfsd show whether they exist. */
int
kernel_rpc(struct kernel *k)
{
	enum { XID = 0x70727431 };
	char *answer;
	int fd;

	/* all its ports are guesses */
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
