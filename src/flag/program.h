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

/* What kinds of program a name stands for, bits; above them an enum
 * script_lang. */
enum prog_class {
	PROG_SHELL = 1, PROG_INTERPRETER = 2, PROG_RELAY = 4, PROG_SSH = 8,
	PROG_CLIENT = 16,	/* one that only connects as relays do */
	PROG_SSHD = 32,
	PROG_DIALS = 64,	/* a shell that can open a connection itself */
	PROG_AWK = 128,
	PROG_MINER = 256,	/* of coins */
	PROG_TUNNEL = 512,	/* a client that brings ports out to its server,
				 * or hides traffic in DNS or ICMP */

	PROG_LANG_SHIFT = 16
};

/* By the basename of exe without a version or variant at its end, or comm if
 * exe is missing; of busybox, by the applet that cmdline names, and of the
 * dynamic loader, by the program that it was given. */
unsigned prog_class(struct str exe, struct str comm, struct str cmdline);
unsigned prog_class_of(struct str name);

/* The dynamic loader, which runs what its arguments say: takes off them what is
 * before the program; and that program. */
bool prog_is_loader(struct str exe);
void prog_skip_loader(struct str *rest);
struct str prog_loaded(struct str cmdline);

/* The word is one of those between the blanks of a list. */
bool prog_is_among(struct str word, const char *list);
/* Takes the next word off the rest; a missing value if there is none. */
struct str prog_take_word(struct str *rest);

/* On this machine another file has that path, or none: whoever runs the process
 * has chosen it. */
bool prog_is_elsewhere(struct str path);
/* In a folder where programs are installed. */
bool prog_is_installed(struct str exe);
/* There, but elsewhere. */
bool prog_poses_as_installed(struct str exe);

#endif
