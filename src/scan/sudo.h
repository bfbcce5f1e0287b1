/*
 * sudo: runs this program again as root.
 */
#ifndef SCAN_SUDO_H
#define SCAN_SUDO_H

#include <stdbool.h>

enum sudo_mode {
	SUDO_NONE,
	SUDO_TRY,	/* sudo must not ask; if it refuses, do without */
	SUDO_ASK,	/* sudo may ask on the terminal */
	SUDO_STDIN	/* sudo reads the password from standard input */
};

/* Reads the argument of --sudo= (NULL: none).  False if it is unknown. */
bool sudo_mode(const char *arg, enum sudo_mode *mode);

/* With --elevated a program exits with this instead of STATUS_NO, since sudo's
 * own failures give 1. */
enum { SUDO_STATUS_NO = 3 };

/*
 * Runs this program under sudo with argv, whose NULL elements are left out;
 * --elevated goes first if the exit status may be an answer.  Returns the
 * program's exit status, or -1, after a message, if SUDO_TRY was refused.
 *
 * No password passes through this process.
 */
int sudo_run(enum sudo_mode mode, int argc, char **argv, bool answers);

#endif
