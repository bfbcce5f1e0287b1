/*
 * once [-a] COMMAND [ARG]...: runs it, without its output, and prints the
 * microseconds that it took, those of processor time, and the largest number of
 * KiB resident; with -a also of KiB anonymous, sampled every millisecond.  No
 * shell is measured.
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void
need(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static long long
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long
micro(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

static pid_t
start(char **argv)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	need(posix_spawnp(&pid, argv[0], &files, NULL, argv, environ) == 0,
	    argv[0]);
	return pid;
}

/* The process's anonymous memory now, in KiB; 0 if it has ended. */
static long
anonymous(pid_t pid)
{
	char path[32], line[128];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	fclose(f);
	return kib;
}

int
main(int argc, char **argv)
{
	int watch = argc > 1 && strcmp(argv[1], "-a") == 0;
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct rusage use;
	long kib, most = 0;
	long long begin;
	pid_t pid;

	need(argc > 1 + watch, "usage");
	begin = now();
	pid = start(argv + 1 + watch);
	if (!watch) {
		need(wait4(pid, NULL, 0, &use) == pid, "wait4");
		printf("%lld %lld %ld\n", now() - begin,
		    micro(use.ru_utime) + micro(use.ru_stime), use.ru_maxrss);
		return 0;
	}
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if ((kib = anonymous(pid)) > most)
			most = kib;
		nanosleep(&pause, NULL);
	}
	printf("%ld\n", most);
	return 0;
}
