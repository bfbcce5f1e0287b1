/*
 * What a copy of another process's socket shows: getsockopt(2), getsockname(2),
 * tcp(7).  The socket is not changed.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Older headers lack this. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static bool
get_option(int fd, int level, int name, void *value, socklen_t size)
{
	socklen_t n = size;

	memset(value, 0, size);
	return getsockopt(fd, level, name, value, &n) == 0;
}

uint64_t
copy_netns_cookie(int fd)
{
	uint64_t cookie;

	return get_option(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
	    sizeof cookie) ? cookie : 0;
}

/* A socket bound to an IPv6 address takes nothing else (__inet6_bind in
 * net/ipv6/af_inet6.c); MPTCP's own socket does not know that. */
static enum sock_v6only
find_v6only(int fd, const struct addr *local)
{
	int value;

	if (!addr_is_any(local) && !addr_is_mapped(local))
		return V6ONLY_YES;
	if (!get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof value))
		return V6ONLY_UNKNOWN;
	return value != 0 ? V6ONLY_YES : V6ONLY_NO;
}

bool
copy_name(int fd, struct sock *s)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t n = sizeof name;

	if (getsockname(fd, &name.any, &n) != 0)
		return false;
	s->local.family = ADDR_NONE;
	if (name.any.sa_family == AF_INET) {
		s->local.family = ADDR_INET;
		memcpy(s->local.b, &name.v4.sin_addr, 4);
		s->local_port = ntohs(name.v4.sin_port);
	} else if (name.any.sa_family == AF_INET6) {
		s->local.family = ADDR_INET6;
		memcpy(s->local.b, &name.v6.sin6_addr, sizeof s->local.b);
		s->local_port = ntohs(name.v6.sin6_port);
		s->v6only = (unsigned char)find_v6only(fd, &s->local);
	}
	return s->local_port != 0;
}

bool
copy_is_open(int fd)
{
	struct tcp_info ti;

	return !get_option(fd, IPPROTO_TCP, TCP_INFO, &ti, sizeof ti) ||
	    ti.tcpi_state != STATE_CLOSED;
}

/*
 * Whether a closed socket with a name still has its port.  The kernel keeps the
 * name when it gives the port back (__inet_put_port in
 * net/ipv4/inet_hashtables.c): at the end of each connection, unless the socket
 * had bound the port with bind(2).  So a socket without a path MTU has never
 * tried to connect, and has its port.  One that tried and failed has it if the
 * system does not hand out that port by itself.  For one that was connected we
 * cannot know: most are left over from an accepted connection.
 */
static bool
has_port(const struct scan *sc, int fd, const struct sock *s)
{
	struct tcp_info ti;

	/* MPTCP before Linux 5.16 has none, and never knew that it connected */
	if (!get_option(fd, IPPROTO_TCP, TCP_INFO, &ti, sizeof ti))
		return true;
	if (ti.tcpi_state != STATE_CLOSED)
		return false;
	return ti.tcpi_pmtu == 0 || (ti.tcpi_delivered == 0 &&
	    !scan_is_ephemeral(sc, s, s->local_port));
}

bool
copy_is_bound(struct scan *sc, int fd, struct sock *s)
{
	char ifname[SOCK_IFNAME_MAX];

	if (!copy_name(fd, s) || !has_port(sc, fd, s))
		return false;
	if (get_option(fd, SOL_SOCKET, SO_BINDTODEVICE, ifname,
	    sizeof ifname) && ifname[0] != '\0')
		s->ifname = arena_str(&sc->arena, str_from(ifname)).p;
	return true;
}

static bool
is_option(int fd, int name, int value)
{
	int is;

	return get_option(fd, SOL_SOCKET, name, &is, sizeof is) && is == value;
}

/* A socket that has called and has no answer yet is taken for a bound one:
 * nothing shows the difference. */
static enum sock_state
vsock_state(int fd, struct sockaddr_vm *peer)
{
	socklen_t n = sizeof *peer;

	if (is_option(fd, SO_ACCEPTCONN, 1))
		return STATE_LISTEN;
	if (getpeername(fd, (struct sockaddr *)peer, &n) == 0)
		return STATE_ESTABLISHED;
	return is_option(fd, SO_TYPE, SOCK_DGRAM) ? STATE_UNCONN : STATE_BOUND;
}

bool
copy_vsock(struct scan *sc, int fd, struct sock *s)
{
	struct sockaddr_vm own = { .svm_port = VMADDR_PORT_ANY }, peer;
	socklen_t n = sizeof own;

	if (getsockname(fd, (struct sockaddr *)&own, &n) != 0 ||
	    own.svm_port == VMADDR_PORT_ANY)
		return false;
	s->state = (unsigned char)vsock_state(fd, &peer);
	sock_make_portless(s, &sc->arena);
	s->portless->is_vsock = true;
	s->portless->local = own.svm_port;
	s->portless->local_cid = own.svm_cid;
	s->portless->remote_cid = SOCK_CID_ANY;
	if (s->state == STATE_ESTABLISHED) {
		s->portless->remote = peer.svm_port;
		s->portless->remote_cid = peer.svm_cid;
	}
	return true;
}
