/*
 * chain ADDR PORT: a listener whose process forks and ends, as does each child,
 * a thousand times a second, until standard input ends.  Prints `ready'.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void
go_on(void)
{
	struct pollfd end = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&end, 1, 1) == 0) {
		pid_t pid = fork();

		check(pid, "fork");
		if (pid > 0)
			break;
		alarm(LIFE);
	}
	_exit(0);
}

int
main(int argc, char **argv)
{
	int fd;

	if (argc != 3)
		return 2;
	alarm(LIFE);
	check(prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
	fd = listener(-1, argv[1], (int)strtol(argv[2], NULL, 10), false, 1);
	if (fork() == 0)
		go_on();
	close(fd);
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	return 0;
}
