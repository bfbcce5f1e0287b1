/*
 * sudo: running this program again as root.
 */
#ifndef SCAN_SUDO_H
#define SCAN_SUDO_H

#include <stdbool.h>

enum sudo_mode {
	SUDO_NONE,
	SUDO_TRY,	/* without a question; where refused, without it */
	SUDO_ASK,	/* sudo may ask on the terminal */
	SUDO_STDIN	/* sudo reads the password from standard input */
};

/* What stands behind --sudo= (NULL: nothing).  False where it is unknown. */
bool sudo_mode(const char *arg, enum sudo_mode *mode);

/* What a program that was given --elevated exits with instead of STATUS_NO,
 * which could not be told from sudo's own 1. */
enum { SUDO_STATUS_NO = 3 };

/*
 * Runs this program, with argv without its NULL elements, under sudo, and with
 * --elevated before them if its exit status may be an answer.  Returns its exit
 * status, or -1 where SUDO_TRY was refused, after a message.
 *
 * No password passes through this process.
 */
int sudo_run(enum sudo_mode mode, int argc, char **argv, bool answers);

#endif
