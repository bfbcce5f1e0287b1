/*
 * run: runs other programs, without a shell.
 */
#ifndef SCAN_RUN_H
#define SCAN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"

/*
 * Finds a program in the folders of PATH and appends its path and a NUL.
 * Folders that are not absolute are skipped.  For root, whose PATH may be
 * another user's, only paths that trust_file allows count.
 */
bool run_look(const char *name, struct buf *path);

/* The same; false after a message, which ends with hint, how to get the
 * program, unless that is NULL. */
bool run_find(const char *name, const char *hint, struct buf *path);

struct run {
	const char *name;	/* in messages */
	const char *path;
	const char *const *argv;
	/* NULL: the program gets our standard input, output and environment.
	 * Otherwise it gets no input and a plain environment, and out is called
	 * with each piece of its output. */
	void (*out)(void *arg, const char *p, size_t n);
	void *arg;
	bool own_stderr;	/* its messages go out unchanged */
	/* 0, or a time of timestamp_steady: if it has not ended by then, it is
	 * killed with all that it has started.  Its messages are then
	 * dropped. */
	int64_t until;
	bool said;		/* set by run_program if it had messages */
};

/*
 * Runs the program to its end.  Passes its messages on after `NAME: ', which is
 * not printed twice; messages of this program, if that is what runs, pass
 * unchanged.  Returns the status as in waitpid(2), or -1 after a message.
 */
int run_program(struct run *r);

/* A function for out that appends to arg, a struct buf. */
void run_keep(void *arg, const char *p, size_t n);

#endif
