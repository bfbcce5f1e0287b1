/*
 * load SOCKETS PROCESSES FILES [IDLE]: holds that many TCP sockets (one
 * listener a process, else both ends of connections to it on loopback) in that
 * many processes, each with FILES other descriptors, and starts IDLE processes
 * without sockets.  Prints `ready' once all are open, and ends with its
 * standard input, or after five minutes.
 *
 * To be run in a network namespace of its own, whose lo it brings up.
 */
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIFETIME = 300 };

static void
need(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static void
raise_limit(void)
{
	struct rlimit r;

	need(getrlimit(RLIMIT_NOFILE, &r) == 0, "getrlimit");
	r.rlim_cur = r.rlim_max;
	need(setrlimit(RLIMIT_NOFILE, &r) == 0, "setrlimit");
}

static void
bring_up(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	need(ioctl(s, SIOCGIFFLAGS, &r) == 0, "lo");
	need((r.ifr_flags & IFF_UP) == 0,
	    "lo is up: not a network namespace of its own");
	r.ifr_flags |= IFF_UP;
	need(ioctl(s, SIOCSIFFLAGS, &r) == 0, "lo");
	close(s);
}

/* A process's share: each process has its own address, for enough ports. */
static void
open_sockets(unsigned process, long n)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(0x7f010000U + process) } };
	socklen_t len = sizeof a;
	int l = socket(AF_INET, SOCK_STREAM, 0), s;

	need(bind(l, (struct sockaddr *)&a, len) == 0, "bind");
	need(listen(l, 16) == 0, "listen");
	need(getsockname(l, (struct sockaddr *)&a, &len) == 0, "getsockname");
	for (n--; n >= 2; n -= 2) {
		s = socket(AF_INET, SOCK_STREAM, 0);
		need(connect(s, (struct sockaddr *)&a, len) == 0, "connect");
		need(accept(l, NULL, NULL) >= 0, "accept");
	}
	if (n == 1)
		need(socket(AF_INET, SOCK_STREAM, 0) >= 0, "socket");
}

/* Forks one that opens its share, reports on ready, stays until hold ends. */
static void
start(unsigned process, long sockets, long files, int ready, int hold[2])
{
	pid_t pid = fork();
	char c = 0;
	long i;

	need(pid >= 0, "fork");
	if (pid > 0)
		return;
	alarm(LIFETIME);
	close(hold[1]);
	for (i = 0; i < files; i++)
		need(open("/dev/null", O_RDONLY) >= 0, "/dev/null");
	open_sockets(process, sockets);
	need(write(ready, &c, 1) == 1, "ready");
	_exit(read(hold[0], &c, 1) == 0 ? 0 : 2);
}

/* Forks a process that only stays until hold ends. */
static void
start_idle(int hold[2])
{
	pid_t pid = fork();
	char c;

	need(pid >= 0, "fork");
	if (pid > 0)
		return;
	alarm(LIFETIME);
	close(hold[1]);
	_exit(read(hold[0], &c, 1) == 0 ? 0 : 2);
}

int
main(int argc, char **argv)
{
	long sockets, processes, files, idle, i;
	int ready[2], hold[2];
	char c;

	if (argc != 4 && argc != 5) {
		fprintf(stderr,
		    "usage: load SOCKETS PROCESSES FILES [IDLE]\n");
		return 2;
	}
	sockets = strtol(argv[1], NULL, 10);
	processes = strtol(argv[2], NULL, 10);
	files = strtol(argv[3], NULL, 10);
	idle = argc > 4 ? strtol(argv[4], NULL, 10) : 0;
	alarm(LIFETIME);
	raise_limit();
	bring_up();
	need(pipe(ready) == 0 && pipe(hold) == 0, "pipe");
	for (i = 0; i < processes; i++)
		start((unsigned)i, sockets / processes, files, ready[1], hold);
	for (i = 0; i < idle; i++)
		start_idle(hold);
	close(ready[1]);
	close(hold[0]);
	for (i = 0; i < processes; i++)
		need(read(ready[0], &c, 1) == 1, "a process failed");
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
