/*
 * program: the program that a process runs, as far as its record says.
 *
 * Only exe comes from the kernel, and it is the user's choice if it is
 * elsewhere.  A process can set comm and cmdline itself: they count only if
 * there is nothing better.
 */
#ifndef FLAG_PROGRAM_H
#define FLAG_PROGRAM_H

#include <stdbool.h>

#include "lib/str.h"

/* Bits for the kinds of program that a name stands for; the bits above them are
 * an enum script_lang. */
enum prog_class {
	PROG_SHELL = 1, PROG_INTERPRETER = 2, PROG_RELAY = 4, PROG_SSH = 8,
	PROG_CLIENT = 16,	/* like a relay, but only connects */
	PROG_SSHD = 32,
	PROG_DIALS = 64,	/* a shell that can open a connection itself */
	PROG_AWK = 128,
	PROG_MINER = 256,	/* mines coins */
	PROG_TUNNEL = 512,	/* a client that exposes ports at its server, or
				 * hides traffic in DNS or ICMP */

	PROG_LANG_SHIFT = 16
};

/* Classifies by the basename of exe without a version or variant at its end, or
 * by comm if exe is missing.  For busybox the applet in cmdline counts, for the
 * dynamic loader the program that it was given. */
unsigned prog_class(struct str exe, struct str comm, struct str cmdline);
unsigned prog_class_of(struct str name);

/* The dynamic loader runs a program named by its arguments: prog_skip_loader
 * takes the arguments before that program off, prog_loaded returns it. */
bool prog_is_loader(struct str exe);
void prog_skip_loader(struct str *rest);
struct str prog_loaded(struct str cmdline);

/* The name of an executable's file, of a deleted or replaced one, too. */
struct str prog_file(struct str exe);

/* The word is in a list of words between blanks. */
bool prog_is_among(struct str word, const char *list);
/* Takes the next word off the rest; a missing value if there is none. */
struct str prog_take_word(struct str *rest);

/* This machine has another file at that path, or none: the process's user has
 * chosen which file it is. */
bool prog_is_elsewhere(struct str path);
/* The path is in a folder where programs are installed. */
bool prog_is_installed(struct str exe);
/* It is there, on this machine, and its name is in a list of words. */
bool prog_is_known(struct str exe, const char *list);
/* The path is in such a folder, but the file is elsewhere. */
bool prog_poses_as_installed(struct str exe);

#endif
