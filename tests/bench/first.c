/*
 * first RUNS COMMAND...: milliseconds from the start of each command, one or
 * more words without blanks in them, to its first byte of output: medians of
 * RUNS runs in turn, after a warm-up run, with a tab between them.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { WORDS = 16 };

static void
need(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Reads all of its output, so that it ends as usual. */
static double
run(char **argv)
{
	posix_spawn_file_actions_t actions;
	char buf[64 * 1024];
	int p[2], status;
	double start, first;
	pid_t pid;

	need(pipe(p) == 0, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, p[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, p[0]);
	posix_spawn_file_actions_addclose(&actions, p[1]);
	start = now();
	need(posix_spawnp(&pid, *argv, &actions, NULL, argv, environ) == 0,
	    *argv);
	close(p[1]);
	need(read(p[0], buf, 1) == 1, "nothing written");
	first = now() - start;
	while (read(p[0], buf, sizeof buf) > 0)
		;
	close(p[0]);
	need(waitpid(pid, &status, 0) == pid && status == 0, *argv);
	posix_spawn_file_actions_destroy(&actions);
	return first;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[1]) : 0, commands = argc - 2, i, r;
	char *words[WORDS + 1];
	double *ms, once;

	if (runs <= 0) {
		fprintf(stderr, "usage: first RUNS COMMAND...\n");
		return 2;
	}
	ms = calloc((size_t)(commands * runs), sizeof *ms);
	need(ms != NULL, "memory");
	for (r = -1; r < runs; r++) {
		for (i = 0; i < commands; i++) {
			char *copy = strdup(argv[2 + i]), *rest = copy;
			size_t n = 0;

			while (n < WORDS &&
			    (words[n] = strsep(&rest, " ")) != NULL)
				n++;
			words[n] = NULL;
			once = run(words);
			if (r >= 0)
				ms[i * runs + r] = once;
			free(copy);
		}
	}
	for (i = 0; i < commands; i++) {
		qsort(ms + i * runs, (size_t)runs, sizeof *ms, compare);
		printf("%.2f%c", ms[i * runs + runs / 2],
		    i + 1 < commands ? '\t' : '\n');
	}
	free(ms);
	return 0;
}
