/*
 * listend: a daemon for the live tests of prt-diff, which run copies of it with
 * various names and users.
 *
 *	listend [-r] [-w WORKERS] [-u UID] [-d ROOT] ADDR PORT	a listener
 *	listend -c ADDR PORT	one with a connection; on SIGUSR1 its client
 *				closes
 *	listend -l ADDR PORT	load: connects to it and forks, all the time
 *	listend -n		nothing, but brings the loopback device up
 *
 * Workers share the listener; with -r each has its own (SO_REUSEPORT), and the
 * first process has none.  With -u they run as that user; -d changes the root
 * directory of all.  Prints `ready' when all are there.  The children end with
 * the first process.
 */
#define _GNU_SOURCE

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIFE = 120 };		/* seconds, whatever happens */

static struct {
	const char *addr, *port, *root;
	int workers;
	uid_t uid;
	bool as_user, reuseport, connects, loads;
} opt;

static int settled[2];		/* each child closes its [1] when it is ready */

static void
check(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "listend: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct addrinfo *
lookup(void)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;

	hints.ai_socktype = SOCK_STREAM;
	check(getaddrinfo(opt.addr, opt.port, &hints, &ai) == 0 ? 0 : -1,
	    opt.addr);
	return ai;
}

static int
listener(void)
{
	struct addrinfo *ai = lookup();
	int one = 1, fd = socket(ai->ai_family, SOCK_STREAM, 0);

	check(fd, "socket");
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one),
	    "SO_REUSEADDR");
	if (opt.reuseport)
		check(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one,
		    sizeof one), "SO_REUSEPORT");
	check(bind(fd, ai->ai_addr, ai->ai_addrlen), "bind");
	check(listen(fd, 64), "listen");
	freeaddrinfo(ai);
	return fd;
}

static int
client(void)
{
	struct addrinfo *ai = lookup();
	int fd = socket(ai->ai_family, SOCK_STREAM, 0);

	check(fd, "socket");
	check(connect(fd, ai->ai_addr, ai->ai_addrlen), "connect");
	freeaddrinfo(ai);
	return fd;
}

static _Noreturn void
work(pid_t parent)
{
	if (opt.as_user)
		check(setresuid(opt.uid, opt.uid, opt.uid), "setresuid");
	/* A change of user clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		exit(1);
	if (opt.reuseport)
		listener();
	close(settled[1]);
	for (;;)
		pause();
}

static void
start_workers(void)
{
	pid_t parent = getpid(), pid;
	char c;
	int i;

	check(pipe(settled), "pipe");
	for (i = 0; i < opt.workers; i++) {
		pid = fork();
		check(pid, "fork");
		if (pid == 0)
			work(parent);
	}
	close(settled[1]);
	check((int)read(settled[0], &c, 1), "read");
}

static void
ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* The server accepts, and keeps its end when the client closes. */
static void
connect_once(int fd, const sigset_t *set)
{
	int mine = client(), sig;

	check(accept(fd, NULL, NULL), "accept");
	ready();
	sigwait(set, &sig);
	close(mine);
}

static void
load(void)
{
	int fd;

	signal(SIGCHLD, SIG_IGN);
	ready();
	for (;;) {
		fd = client();
		if (fork() == 0)
			_exit(0);
		close(fd);
		usleep(500);
	}
}

static void
loopback_up(void)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	check(fd, "socket");
	check(ioctl(fd, SIOCSIFFLAGS, &req), "lo");
	close(fd);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "cd:lnru:w:")) != -1) {
		opt.connects |= c == 'c';
		opt.loads |= c == 'l';
		opt.reuseport |= c == 'r';
		if (c == 'd')
			opt.root = optarg;
		if (c == 'w')
			opt.workers = (int)strtol(optarg, NULL, 10);
		if (c == 'u') {
			opt.uid = (uid_t)strtoul(optarg, NULL, 10);
			opt.as_user = true;
		}
	}
	if (argc - optind == 2) {
		opt.addr = argv[optind];
		opt.port = argv[optind + 1];
	}
}

int
main(int argc, char **argv)
{
	sigset_t set;
	int fd = -1;

	alarm(LIFE);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	read_options(argc, argv);
	if (opt.addr == NULL)
		loopback_up();
	else if (opt.loads)
		load();
	else if (!opt.reuseport)
		fd = listener();
	if (opt.root != NULL)
		check(chroot(opt.root) == 0 ? chdir("/") : -1, opt.root);
	start_workers();
	if (opt.connects)
		connect_once(fd, &set);
	else
		ready();
	for (;;)
		pause();
}
