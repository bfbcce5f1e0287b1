/* What the fixtures of the live tests share, see fixture.h. */
#define _GNU_SOURCE

#include "fixture.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FD = 1024, MAX_CHILDREN = 16, PIPE_FD = 98 };

static pid_t children[MAX_CHILDREN];
static int nchildren;
static int settled[2];		/* each child closes its [1] when it is done */

_Noreturn void
die(const char *what)
{
	fprintf(stderr, "sockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

void
check(int r, const char *what)
{
	if (r < 0)
		die(what);
}

int
place(int fd, int want)
{
	check(fd, "socket");
	if (want < 0)
		return fd;
	check(dup2(fd, want), "dup2");
	close(fd);
	return want;
}

void
setopt(int fd, int level, int opt, int value)
{
	check(setsockopt(fd, level, opt, &value, sizeof(value)), "setsockopt");
}

static struct addrinfo *
addr_of(int type, const char *host, int port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;
	char serv[16];

	hints.ai_socktype = type;
	snprintf(serv, sizeof(serv), "%d", port);
	if (getaddrinfo(host, serv, &hints, &ai) != 0) {
		fprintf(stderr, "sockets: bad address: %s\n", host);
		exit(1);
	}
	return ai;
}

int
bound(int want, int type, const char *host, int port, bool v6only)
{
	struct addrinfo *ai = addr_of(type, host, port);
	int fd = place(socket(ai->ai_family, type, 0), want);

	if (type == SOCK_STREAM)
		setopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (ai->ai_family == AF_INET6)
		setopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	check(bind(fd, ai->ai_addr, ai->ai_addrlen), host);
	freeaddrinfo(ai);
	return fd;
}

int
listener(int want, const char *host, int port, bool v6only, int backlog)
{
	int fd = bound(want, SOCK_STREAM, host, port, v6only);

	/* A small buffer, so that a client's data gets stuck: see stuff(). */
	setopt(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	check(listen(fd, backlog), "listen");
	return fd;
}

void
connect_to(int fd, int type, const char *host, int port)
{
	struct addrinfo *ai = addr_of(type, host, port);

	if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	freeaddrinfo(ai);
}

struct tcp_info
info(int fd)
{
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ti);

	check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len), "TCP_INFO");
	return ti;
}

void
await(int fd, int state)
{
	while (info(fd).tcpi_state != state)
		usleep(100);
}

void
half_close(int fd)
{
	check(shutdown(fd, SHUT_WR), "shutdown");
}

void
stuff(int fd)
{
	static const char data[128 * 1024];

	setopt(fd, SOL_SOCKET, SO_SNDBUF, 2 * (int)sizeof(data));
	if (send(fd, data, sizeof(data), MSG_DONTWAIT) != (ssize_t)sizeof(data))
		die("send");
}

/* A new address is tentative until a kernel task has checked it. */
static void
await_address(const struct in6_addr *addr, int ifindex)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_addr = *addr };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	check(fd, "socket");
	sa.sin6_scope_id = (uint32_t)ifindex;
	while (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
		if (errno != EADDRNOTAVAIL)
			die("bind");
		usleep(100);
	}
	close(fd);
}

void
loopback_up(void)
{
	struct in6_ifreq six = { .ifr6_prefixlen = 64 };
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	check(fd, "socket");
	check(ioctl(fd, SIOCGIFFLAGS, &ifr), "SIOCGIFFLAGS");
	if (ifr.ifr_flags & IFF_UP) {
		fputs("sockets: not in an empty network namespace\n", stderr);
		exit(1);
	}
	ifr.ifr_flags |= IFF_UP;
	check(ioctl(fd, SIOCSIFFLAGS, &ifr), "SIOCSIFFLAGS");
	check(ioctl(fd, SIOCGIFINDEX, &ifr), "SIOCGIFINDEX");
	six.ifr6_ifindex = ifr.ifr_ifindex;
	inet_pton(AF_INET6, "fe80::1", &six.ifr6_addr);
	check(ioctl(fd, SIOCSIFADDR, &six), "SIOCSIFADDR");
	close(fd);
	await_address(&six.ifr6_addr, ifr.ifr_ifindex);
}

void
close_from(int first)
{
	int fd;

	for (fd = first; fd < MAX_FD; fd++)
		if (fd != settled[0] && fd != settled[1])
			close(fd);
}

void
start_children(void)
{
	check(pipe(settled), "pipe");
	/* Away from the descriptors that the tests know. */
	settled[0] = place(settled[0], PIPE_FD);
	settled[1] = place(settled[1], PIPE_FD + 1);
}

pid_t
spawn(const char *tag, const char *name)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	check(pid, "fork");
	if (pid > 0) {
		children[nchildren++] = pid;
		printf("%s=%d\n", tag, (int)pid);
		fflush(stdout);
		return pid;
	}
	alarm(LIFE);
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return 0;
}

_Noreturn void
stay(bool stdio)
{
	int fd = stdio ? -1 : open("/dev/null", O_RDWR);

	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		close(fd);
	}
	close(settled[0]);
	close(settled[1]);
	for (;;)
		pause();
}

void
await_children(void)
{
	char c;

	close(settled[1]);
	if (read(settled[0], &c, 1) < 0)
		die("read");
	close(settled[0]);
}

void
end_children(void)
{
	while (nchildren-- > 0) {
		kill(children[nchildren], SIGKILL);
		waitpid(children[nchildren], NULL, 0);
	}
}
