/*
 * run: other programs, run without a shell.
 */
#ifndef SCAN_RUN_H
#define SCAN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"

/*
 * Appends the path of a program, with a NUL, as the folders of PATH have it;
 * those that are not absolute are passed over.  For root, who may not have
 * written his PATH himself, only what trust_file allows counts.
 */
bool run_look(const char *name, struct buf *path);

/* The same; false after a message: hint, which may be NULL, tells how to get
 * it. */
bool run_find(const char *name, const char *hint, struct buf *path);

struct run {
	const char *name;	/* in messages */
	const char *path;
	const char *const *argv;
	/* NULL: it gets this program's standard input, output and environment.
	 * Else it gets no input and a plain environment, and each piece of its
	 * output is handed to out. */
	void (*out)(void *arg, const char *p, size_t n);
	void *arg;
	bool own_stderr;	/* its messages go out as they are */
	/* 0, or when it has to have ended, by timestamp_steady: else it is
	 * killed, with what it has started.  Its messages go nowhere. */
	int64_t until;
	bool said;		/* set by run_program: it had messages */
};

/*
 * Runs it to its end.  Its messages are passed on behind `NAME: ', which is not
 * said twice; messages of this very program, run in there, pass as they are.
 * Returns the status as waitpid(2) gives it, or -1 after a message.
 */
int run_program(struct run *r);

/* An out that appends to arg, a struct buf. */
void run_keep(void *arg, const char *p, size_t n);

#endif
