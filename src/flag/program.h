/*
 * program: what a process runs, as far as its record says.
 *
 * Only exe comes from the kernel, and if it is elsewhere the process's user has
 * chosen it; comm and cmdline are what a process says of itself, and count only
 * if there is nothing better.
 */
#ifndef FLAG_PROGRAM_H
#define FLAG_PROGRAM_H

#include <stdbool.h>

#include "lib/str.h"

/* What kinds of program a name stands for, bits. */
enum prog_class {
	PROG_SHELL = 1, PROG_INTERPRETER = 2, PROG_RELAY = 4, PROG_SSH = 8,
	PROG_CLIENT = 16	/* one that only connects as relays do */
};

/* By the basename of exe without digits and dots at its end, or comm if exe is
 * missing; of busybox, by the applet that cmdline names. */
unsigned prog_class(struct str exe, struct str comm, struct str cmdline);

/* In a folder that anyone may write to and that nothing is installed in. */
bool prog_is_temporary(struct str path);
bool prog_is_temporary_folder(struct str path);

/* On this machine another file has that path, or none: whoever runs the process
 * has chosen it. */
bool prog_is_elsewhere(struct str path);
/* Such a one in a folder where programs are installed. */
bool prog_poses_as_installed(struct str exe);

/* The file that an interpreter runs, or a missing value. */
struct str prog_script(struct str cmdline);

/* comm or cmdline look like those of a kernel thread. */
bool prog_poses_as_kernel(struct str comm, struct str cmdline);

#endif
