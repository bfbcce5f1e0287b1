/*
 * sockets: sockets that the tests of prt-scan know beforehand.
 *
 *	sockets [--uid N]	one of each kind, all ports and descriptors fixed
 *	sockets --many N	about N, over several processes, any ports
 *
 * Runs in an empty network namespace (unshare -n, or unshare -rn), prints a
 * line `name=pid' for each process that it made and then `ready', holds the
 * sockets until its standard input ends, and then ends its children.
 *
 * A connection's number i gives the client's port, 40100+i, its descriptor,
 * 30+i, and the server's descriptor, 60+i.  Nothing here waits for a clock:
 * each state is awaited before the next step, so `ready' means settled.
 */
#define _GNU_SOURCE

#include "fixture.h"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MANY_WORKERS = 5,
	CLIENT_PORT = 40100,
	CLIENT_FD = 30,
	SERVER_FD = 60,
};

/* Listeners' ports; the table of scan-live.bats has them as numbers. */
enum {
	P_PLAIN = 20501,
	P_SPLIT = 20502,	/* 0.0.0.0 and, v6only, :: side by side */
	P_LEFT = 20503,		/* the IPv4 listener has gone, v6only stays */
	P_FULL = 20504,		/* backlog 0 */
	P_DEFER = 20505,	/* TCP_DEFER_ACCEPT */
	P_UDP = 20510,
	P_UDP6 = 20511,
	P_UDP_LO = 20512,	/* bound to the device lo */
	P_UDP_LL = 20513,	/* link-local */
	P_SHARE = 20520,
	P_STDIO = 20521,
	P_USER = 20530,
	P_DAEMON = 20531,
	P_BOUND = 20540,	/* and the ports after it */
};

/* The client's end of connection i; both ends have one address. */
static int
client(int i, const char *host, int port)
{
	int fd = bound(CLIENT_FD + i, SOCK_STREAM, host, CLIENT_PORT + i,
	    false);

	connect_to(fd, SOCK_STREAM, host, port);
	return fd;
}

static int
server(int i, int lfd)
{
	return place(accept(lfd, NULL, NULL), SERVER_FD + i);
}

/* One listener held by three other processes. */
static void
open_shared(void)
{
	int fd = listener(10, "127.0.0.1", P_SHARE, false, 1);

	if (spawn("share1", "fx-share") == 0)
		stay(false);
	if (spawn("share2", "fx-share") == 0)
		stay(false);
	if (spawn("share3", "fx-share") == 0)
		stay(false);
	close(fd);
}

/* As inetd does: a child has the server's end as 0, 1 and 2. */
static void
open_stdio(int i)
{
	int lfd = listener(19, "127.0.0.1", P_STDIO, false, 1);
	int fd;

	client(i, "127.0.0.1", P_STDIO);
	fd = server(i, lfd);
	if (spawn("stdio", "fx-stdio") == 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		close_from(3);
		stay(true);
	}
	close(fd);
}

/*
 * Other users' sockets.  fx-user has only uid, and that user can read its
 * descriptors.  fx-daemon has only the effective uid + 1, and its /proc/PID
 * belongs to root.
 */
static void
open_users(uid_t uid)
{
	if (spawn("user", "fx-user") == 0) {
		close_from(3);
		check(setgroups(0, NULL), "setgroups");
		check(setresgid(uid, uid, uid), "setresgid");
		check(setresuid(uid, uid, uid), "setresuid");
		prctl(PR_SET_DUMPABLE, 1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		listener(10, "127.0.0.1", P_USER, false, 1);
		stay(false);
	}
	if (spawn("daemon", "fx-daemon") == 0) {
		close_from(3);
		check(setresuid((uid_t)-1, uid + 1, (uid_t)-1), "setresuid");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		listener(10, "127.0.0.1", P_DAEMON, false, 1);
		stay(false);
	}
}

static void
open_listeners(void)
{
	listener(10, "127.0.0.1", P_PLAIN, false, 16);
	listener(11, "0.0.0.0", 443, false, 1);
	listener(12, "::1", 22, false, 1);
	listener(13, "::", 80, false, 1);
	listener(14, "0.0.0.0", P_SPLIT, false, 1);
	listener(15, "::", P_SPLIT, true, 1);
	listener(16, "0.0.0.0", P_LEFT, false, 1);
	listener(17, "127.0.0.1", P_FULL, false, 0);
	listener(18, "127.0.0.1", P_DEFER, false, 1);
	setopt(18, IPPROTO_TCP, TCP_DEFER_ACCEPT, LIFE);
}

static void
open_established(void)
{
	client(1, "127.0.0.1", P_PLAIN);
	check(dup2(server(1, 10), 90), "dup2");		/* fd 61,90 */
	client(2, "::1", 22);
	server(2, 12);
	client(3, "127.0.0.1", 80);			/* v4-mapped */
	server(3, 13);
	client(14, "127.0.0.1", P_LEFT);
	server(14, 16);
	close(16);
	listener(16, "::", P_LEFT, true, 1);
}

/* Connections that have not been accepted yet, or never will be. */
static void
open_half_open(void)
{
	int fd;

	client(4, "127.0.0.1", P_FULL);
	while (info(17).tcpi_unacked != 1)	/* the accept queue's length */
		usleep(100);
	fd = bound(CLIENT_FD + 5, SOCK_STREAM, "127.0.0.1", CLIENT_PORT + 5,
	    false);
	check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	connect_to(fd, SOCK_STREAM, "127.0.0.1", P_FULL);	/* SYN_SENT */
	client(10, "127.0.0.1", P_DEFER);			/* SYN_RECV */
}

/* FIN_WAIT2 and CLOSE_WAIT.  Returns the client's end. */
static int
half_closed(int i)
{
	int c = client(i, "127.0.0.1", P_PLAIN);
	int s = server(i, 10);

	half_close(c);
	await(s, TCP_CLOSE_WAIT);
	await(c, TCP_FIN_WAIT2);
	return c;
}

static void
open_closing(void)
{
	int c, s;

	half_closed(6);

	/* With a linger of up to a minute, only a timewait entry is left of the
	 * client's end; with more, an orphan socket for the time beyond. */
	close(half_closed(7));
	c = half_closed(8);
	setopt(c, IPPROTO_TCP, TCP_LINGER2, LIFE);
	close(c);

	c = client(11, "127.0.0.1", P_PLAIN);
	server(11, 10);
	stuff(c);
	half_close(c);				/* FIN_WAIT1 */

	c = client(12, "127.0.0.1", P_PLAIN);
	s = server(12, 10);
	half_close(s);				/* FIN_WAIT2 */
	await(c, TCP_CLOSE_WAIT);
	stuff(c);
	half_close(c);				/* LAST_ACK */
	await(s, TCP_FIN_WAIT2);

	c = client(13, "127.0.0.1", P_PLAIN);
	s = server(13, 10);
	stuff(c);
	half_close(c);
	half_close(s);				/* FIN_WAIT2 */
	await(c, TCP_CLOSING);
	await(s, TCP_FIN_WAIT2);
}

static void
open_time_wait(void)
{
	int c = client(9, "127.0.0.1", 443);
	int s = server(9, 11);

	half_close(c);
	await(s, TCP_CLOSE_WAIT);
	await(c, TCP_FIN_WAIT2);
	close(s);
	await(c, TCP_CLOSE);
	close(c);
}

static void
open_udp(void)
{
	int fd;

	bound(50, SOCK_DGRAM, "0.0.0.0", P_UDP, false);
	bound(51, SOCK_DGRAM, "::1", P_UDP6, false);
	fd = bound(52, SOCK_DGRAM, "127.1.2.3", P_UDP_LO, false);
	check(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), "lo");
	bound(53, SOCK_DGRAM, "127.0.0.1", CLIENT_PORT + 20, false);
	connect_to(53, SOCK_DGRAM, "127.0.0.1", P_UDP);
	bound(54, SOCK_DGRAM, "0.0.0.0", CLIENT_PORT + 21, false);
	bound(55, SOCK_DGRAM, "fe80::1%lo", P_UDP_LL, false);
}

/* A connect to a port on which nobody listens. */
static void
refused(int fd)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 ||
	    (errno != ECONNREFUSED && errno != EINPROGRESS))
		die("a connect that should be refused");
	await(fd, TCP_CLOSE);
}

/* Does nothing if the kernel says that it lacks MPTCP. */
static void
bind_mptcp(int want, int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 262);	/* IPPROTO_MPTCP */

	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == ENOPROTOOPT ||
	    errno == EINVAL))
		return;
	place(fd, want);
	check(bind(want, (struct sockaddr *)&sa, sizeof(sa)), "bind");
	puts("mptcp=1");
}

/* Sockets that have a port, but neither listen nor are connected. */
static void
open_bound(void)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	int fd;

	bound(20, SOCK_STREAM, "127.0.0.1", P_BOUND, false);
	bound(21, SOCK_STREAM, "::1", P_BOUND + 1, false);
	bound(22, SOCK_STREAM, "::ffff:127.0.0.1", P_BOUND + 2, false);
	bound(23, SOCK_STREAM, "::", P_BOUND + 3, true);
	bind_mptcp(24, P_BOUND + 4);
	refused(bound(25, SOCK_STREAM, "127.0.0.1", P_BOUND + 5, false));
	fd = bound(26, SOCK_STREAM, "127.0.0.1", P_BOUND + 6, false);
	check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	refused(fd);
	fd = listener(27, "127.0.0.1", P_BOUND + 7, false, 1);
	check(shutdown(fd, SHUT_RDWR), "shutdown");
	fd = bound(28, SOCK_STREAM, "127.0.0.1", P_BOUND + 8, false);
	connect_to(fd, SOCK_STREAM, "127.0.0.1", P_PLAIN);
	check(connect(fd, &unspec, sizeof(unspec)), "AF_UNSPEC");
	close(accept(10, NULL, NULL));
}

/* Children first, so that they inherit nothing else. */
static void
open_known(uid_t uid)
{
	open_shared();
	open_stdio(15);
	if (uid != 0)
		open_users(uid);
	open_listeners();
	open_bound();
	open_time_wait();
	open_established();
	open_half_open();
	open_closing();
	open_udp();
}

static int
port_of(int fd)
{
	/* sin_port is at the same place */
	struct sockaddr_in6 sa = { .sin6_port = 0 };
	socklen_t len = sizeof(sa);

	check(getsockname(fd, (struct sockaddr *)&sa, &len), "getsockname");
	return ntohs(sa.sin6_port);
}

/* Both ends of a connection over the listener lfd; returns the client's. */
static int
pair(const char *host, int lfd)
{
	int fd = bound(-1, SOCK_STREAM, host, 0, false);

	connect_to(fd, SOCK_STREAM, host, port_of(lfd));
	check(accept(lfd, NULL, NULL), "accept");
	return fd;
}

/* About n sockets of all kinds, held by this process. */
static void
open_mixed(int n)
{
	static const char *const hosts[] = { "127.0.0.1", "::1" };
	int udp = bound(-1, SOCK_DGRAM, "127.0.0.1", 0, false);
	int i, c, lfd[2];

	lfd[0] = listener(-1, hosts[0], 0, false, 8);
	lfd[1] = listener(-1, hosts[1], 0, false, 8);
	for (i = 0; i < n / 7; i++) {
		listener(-1, i % 3 ? "::" : "0.0.0.0", 0, i % 3 == 1, 1);
		bound(-1, SOCK_DGRAM, hosts[i % 2], 0, false);
		connect_to(bound(-1, SOCK_DGRAM, "127.0.0.1", 0, false),
		    SOCK_DGRAM, "127.0.0.1", port_of(udp));
		pair(hosts[i % 2], lfd[i % 2]);
		c = pair(hosts[i % 2], lfd[i % 2]);
		half_close(c);
		await(c, TCP_FIN_WAIT2);
	}
}

/* About n sockets, and a tenth more that all processes share. */
static void
open_many(int n)
{
	char tag[32];
	int i;

	for (i = 0; i < n / 10; i++)
		listener(-1, "127.0.0.1", 0, false, 1);
	for (i = 0; i < MANY_WORKERS; i++) {
		snprintf(tag, sizeof(tag), "worker%d", i);
		if (spawn(tag, tag) > 0)
			continue;
		open_mixed(n / MANY_WORKERS);
		stay(false);
	}
}

static int
number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (*s == '\0' || *end != '\0' || n < 1 || n > 4000) {
		fprintf(stderr, "sockets: bad number: %s\n", s);
		exit(2);
	}
	return (int)n;
}

int
main(int argc, char *argv[])
{
	char buf[64];

	alarm(LIFE);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NAME, "fx-main");
	close_from(3);
	loopback_up();
	start_children();
	printf("main=%d\n", (int)getpid());
	fflush(stdout);

	if (argc == 1)
		open_known(0);
	else if (argc == 3 && strcmp(argv[1], "--uid") == 0)
		open_known((uid_t)number(argv[2]));
	else if (argc == 3 && strcmp(argv[1], "--many") == 0)
		open_many(number(argv[2]));
	else {
		fputs("usage: sockets [--uid N | --many N]\n", stderr);
		return 2;
	}
	await_children();
	puts("ready");
	fflush(stdout);

	while (read(STDIN_FILENO, buf, sizeof(buf)) > 0)
		;
	end_children();
	return 0;
}
