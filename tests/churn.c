/*
 * churn: processes and sockets that come and go by the thousand a second, and
 * some that stay, in a network namespace of their own.
 *
 *	churn [-s]	-s: only those that stay
 *
 * Prints, as NAME=VALUE, the processes that stay, then each of their sockets:
 * its record in the columns of tests/scan-churn.bats, with blanks for tabs;
 * then `ready'.  Ends with its standard input, and prints how many came and
 * went.
 *
 * Most sockets that stay share their port and address with most that do not,
 * and so their place in the kernel's tables: there, /proc/net/tcp loses some
 * rows and repeats others.
 */
#define _GNU_SOURCE

#include "fixture.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEEPERS = 6,
	FIRST_UID = 21000,
	GROUP = 16,		/* sockets of each keeper on the common ports */
	TCP_PORT = 20700, UDP_PORT, SHARED_PORT, RING_PORT,
	OWN_PORT = 20710,	/* OWN_STEP for each keeper */
	OWN_STEP = 4,
	RING = 64,		/* sockets that go, at a time */
	PAUSE = 200		/* microseconds */
};

static struct {
	atomic_ulong sockets, processes;
} *count;

/* Opens one more socket on a port of the loopback address. */
static int
member(int type, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0);

	check(fd, "socket");
	setopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	check(bind(fd, (struct sockaddr *)&a, sizeof(a)), "bind");
	if (type == SOCK_STREAM)
		check(listen(fd, 8), "listen");
	return fd;
}

/* An end of a socket as `ADDRESS PORT'; `- -' if it has none. */
static void
print_end(char *out, size_t size, int fd,
    int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage a;
	struct sockaddr_in *four = (struct sockaddr_in *)&a;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&a;
	socklen_t n = sizeof(a);
	char text[INET6_ADDRSTRLEN];

	if (name(fd, (struct sockaddr *)&a, &n) < 0) {
		snprintf(out, size, "- -");
		return;
	}
	inet_ntop(a.ss_family, a.ss_family == AF_INET ?
	    (void *)&four->sin_addr : (void *)&six->sin6_addr, text,
	    sizeof(text));
	snprintf(out, size, "%s %u", text, ntohs(a.ss_family == AF_INET ?
	    four->sin_port : six->sin6_port));
}

static void
tell(const char *name, unsigned uid, const char *proto, const char *state,
    int fd)
{
	char local[80], remote[80];
	struct stat st;

	check(fstat(fd, &st), "fstat");
	print_end(local, sizeof(local), fd, getsockname);
	print_end(remote, sizeof(remote), fd, getpeername);
	printf("%s %d=%lu %s %s %s %s %d %s %u %d\n", name, fd,
	    (unsigned long)st.st_ino, proto, state, local, remote,
	    (int)getpid(), name, uid, fd);
}

/* A listener, a connection to it, and UDP on IPv6, all of one process. */
static void
open_own(const char *name, unsigned uid, int port)
{
	int fd = listener(-1, "127.0.0.1", port, false, 8), client, server;

	client = bound(-1, SOCK_STREAM, "127.0.0.1", port + 1, false);
	connect_to(client, SOCK_STREAM, "127.0.0.1", port);
	server = accept(fd, NULL, NULL);
	check(server, "accept");
	tell(name, uid, "tcp", "LISTEN", fd);
	tell(name, uid, "tcp", "ESTABLISHED", client);
	tell(name, uid, "tcp", "ESTABLISHED", server);
	fd = bound(-1, SOCK_DGRAM, "::1", port + 2, true);
	tell(name, uid, "udp", "UNCONN", fd);
	fd = bound(-1, SOCK_DGRAM, "::1", port + 3, true);
	connect_to(fd, SOCK_DGRAM, "::1", port + 2);
	tell(name, uid, "udp", "ESTABLISHED", fd);
}

static _Noreturn void
keep(const char *name, int i, int shared)
{
	unsigned uid = (unsigned)(FIRST_UID + i);
	int j;

	for (j = 0; j < GROUP; j++) {
		tell(name, uid, "tcp", "LISTEN",
		    member(SOCK_STREAM, TCP_PORT));
		tell(name, uid, "udp", "UNCONN", member(SOCK_DGRAM, UDP_PORT));
	}
	open_own(name, uid, OWN_PORT + i * OWN_STEP);
	tell(name, uid, "tcp", "LISTEN", shared);
	fflush(stdout);
	check(setresuid(uid, uid, uid), "setresuid");
	/* A change of user clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	stay(true);
}

/* Closes the sockets of a ring one by one, and opens new ones instead. */
static _Noreturn void
turn_ring(void)
{
	struct linger hard = { 1, 0 };
	int ring[RING], i, door = listener(-1, "127.0.0.1", RING_PORT, false,
	    RING);
	unsigned n;

	memset(ring, -1, sizeof(ring));
	for (n = 0;; n++) {
		/* 27 and RING have no common factor: no order remains. */
		i = (int)(n * 27 % RING);
		if (ring[i] >= 0)
			close(ring[i]);
		if (n % 4 == 3) {
			ring[i] = bound(-1, SOCK_STREAM, "127.0.0.1", 0,
			    false);
			connect_to(ring[i], SOCK_STREAM, "127.0.0.1",
			    RING_PORT);
			setsockopt(ring[i], SOL_SOCKET, SO_LINGER, &hard,
			    sizeof(hard));
			close(accept(door, NULL, NULL));
		} else {
			ring[i] = n % 4 == 2 ? member(SOCK_DGRAM, UDP_PORT) :
			    member(SOCK_STREAM, TCP_PORT);
		}
		count->sockets++;
		if (n % 4 == 0)
			usleep(PAUSE);
	}
}

/* Starts processes that each open two sockets, and end. */
static _Noreturn void
fork_on(void)
{
	pid_t pid;

	for (;;) {
		pid = fork();
		check(pid, "fork");
		if (pid == 0) {
			member(SOCK_STREAM, TCP_PORT);
			member(SOCK_DGRAM, UDP_PORT);
			_exit(0);
		}
		usleep(PAUSE);
		waitpid(pid, NULL, 0);
		count->processes++;
		count->sockets += 2;
	}
}

int
main(int argc, char **argv)
{
	int shared, i;
	char name[16], c;

	/* Line by line: the keepers write at the same time. */
	if (setvbuf(stdout, NULL, _IOLBF, 0) != 0)
		die("setvbuf");
	alarm(LIFE);
	loopback_up();
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		die("mmap");
	printf("main=%d\n", (int)getpid());
	fflush(stdout);
	shared = listener(-1, "127.0.0.1", SHARED_PORT, false, 8);
	start_children();
	for (i = 0; i < KEEPERS; i++) {
		snprintf(name, sizeof(name), "keep%d", i);
		if (spawn(name, name) == 0)
			keep(name, i, shared);
	}
	close(shared);
	await_children();
	if (argc < 2 || strcmp(argv[1], "-s") != 0) {
		if (spawn("ring", "ring") == 0)
			turn_ring();
		if (spawn("fork", "fork") == 0)
			fork_on();
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	end_children();
	printf("%lu processes, %lu sockets\n", atomic_load(&count->processes),
	    atomic_load(&count->sockets));
	return 0;
}
