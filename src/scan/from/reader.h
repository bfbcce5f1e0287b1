/*
 * reader: what the readers of other programs' output share.
 */
#ifndef SCAN_FROM_READER_H
#define SCAN_FROM_READER_H

#include "scan/from/from.h"

#define FOUND_NOBODY UINT32_MAX

/* A socket that a process holds, or nobody who is told. */
struct found_entry {
	struct sock sock;
	/* What else tells sockets apart: an address in the kernel, or 0. */
	uint64_t device;
	uint32_t proc, fd;
	uint32_t list;		/* the list that it is in */
	size_t line;		/* the number of its line */
	size_t width;		/* of a row that may be cut at its end, else
				 * 0 */
	bool narrow;		/* its program may have cut an address */
};

/* All that was found; equal entries are joined now and then.  Strings are in
 * the arena. */
struct found {
	struct found_entry *v;
	size_t n, cap;
	struct proc *proc;
	size_t nproc, proccap;
	uint32_t at;		/* the process that files are added to */
	bool rows;		/* a line is a socket, with all its holders */
	uint32_t list;		/* the list that is read: a heading begins it */
	struct arena arena;
};

struct from_format {
	const char *program;	/* see from_program */
	const char *lacks;	/* why its JSON cannot be read; or NULL */
	bool held_only;		/* see from_is_held_only */
	/* What it keeps, if anything: in->own. */
	void *(*open)(void);
	void (*close)(void *own);
	/* The line is like those of the program, whatever is before it. */
	bool (*is_like)(struct from *in, struct str line);
	/* Takes a line, without LF; sets in->known if it is like those. */
	void (*take)(struct from *in, struct str line);
	/* Behind the last line. */
	void (*end)(struct from *in);
};

#define FROM_NO_JSON "JSON, which is not read: give what is printed for people"

struct from {
	const struct from_format *format;	/* auto: not found out yet */
	void *own;
	const struct services *services;
	from_note *note;
	void *arg;

	struct buf line;		/* one that is not whole yet */
	size_t lineno;
	size_t cr_line;			/* the first that ended in CR LF */
	const char *refusal;		/* a literal: nothing more is read */
	size_t refusal_line;
	bool known;			/* a line was like the program's */
	size_t bad, good;		/* lines complained of; files and rows
					 * that were understood */
	struct buf plain;		/* a line without TABs */
	struct buf kept;		/* auto: the lines so far */
	bool doubtful;			/* auto: one was like several's */
	size_t heading;			/* the length of the last one, or 0 */
	size_t widest;			/* the length of the longest row, */
	size_t widest_bad;		/* and of those that were not read */
	bool wide;			/* an address is too long for a program
					 * that cuts them */
	struct found found;
};

/* What follows is read by that format. */
void from_begin(struct from *in, const struct from_format *format);

static inline void
from_complain(struct from *in, size_t line, const char *wrong)
{
	in->bad++;
	in->note(in->arg, line, wrong);
}

/* All that there is is not read, for what the literal says of that line. */
static inline void
from_refuse(struct from *in, size_t line, const char *wrong)
{
	in->refusal = wrong;
	in->refusal_line = line;
}

/*
 * The line, which lives until the next, with blanks for what a paste makes of
 * them: TABs, and blanks that do not break, of which one is left in a word.
 * What a mail has in front of a line that it quotes is dropped.
 */
struct str from_plain(struct from *in, struct str line);

/* These programs write something else for a control character: a terminal's
 * colours are grep's. */
bool from_has_control(struct str s);

/* Adds an entry, with an ifname that need not last. */
void found_add(struct from *in, const struct found_entry *e);
/* A process whose strings need not last: its place, until the next join. */
uint32_t found_add_proc(struct found *f, const struct proc *p);
/* What is known of p goes to the process at that place, if it lacks that. */
void found_complete(struct found *f, uint32_t at, struct proc p);
/* Complains of those entries, and drops them. */
void found_drop(struct from *in, bool (*is_bad)(const struct from *in,
    const struct found_entry *e), const char *wrong);
/* Equal entries become one. */
void found_join(struct found *f);
/* Tells the rows apart that are equal in one list; then they may be joined. */
void found_number_rows(struct found *f);
void found_free(struct found *f);
int found_cmp_told(const struct found_entry *a, const struct found_entry *b);

#endif
