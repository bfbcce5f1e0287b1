/*
 * reader: shared by the readers of other programs' output.
 */
#ifndef SCAN_FROM_READER_H
#define SCAN_FROM_READER_H

#include "scan/from/from.h"

#define FOUND_NOBODY UINT32_MAX

/* A socket and a process that holds it, or no known process. */
struct found_entry {
	struct sock sock;
	/* Also tells sockets apart: an address in the kernel, or 0. */
	uint64_t device;
	uint32_t proc, fd;
	uint32_t list;		/* the list that contains it */
	size_t line;		/* its line number */
	size_t width;		/* of a row whose end may be cut, else 0 */
	bool narrow;		/* its program may have cut an address */
};

/* All entries; equal ones are joined at times.  Strings are in the arena. */
struct found {
	struct found_entry *v;
	size_t n, cap;
	struct proc *proc;
	size_t nproc, proccap;
	uint32_t at;		/* the process of the files that follow */
	bool rows;		/* a line is a socket with all its holders */
	uint32_t list;		/* the current list; headings begin lists */
	struct arena arena;
};

struct from_format {
	const char *program;	/* see from_program */
	const char *lacks;	/* why its JSON cannot be read, or NULL */
	bool held_only;		/* see from_is_held_only */
	/* in->own, the format's own data, if it has any. */
	void *(*open)(void);
	void (*close)(void *own);
	/* The line looks like one of the program's, whatever came before. */
	bool (*is_like)(struct from *in, struct str line);
	/* Takes a line without LF; sets in->known if it fits the format. */
	void (*take)(struct from *in, struct str line);
	/* Called after the last line. */
	void (*end)(struct from *in);
};

#define FROM_NO_JSON "JSON, which is not read: give what is printed for people"

struct from {
	const struct from_format *format;	/* auto: undecided so far */
	void *own;
	const struct services *services;
	from_note *note;
	void *arg;

	struct buf line;		/* an incomplete line */
	size_t lineno;
	size_t cr_line;			/* the first that ended in CR LF */
	const char *refusal;		/* a literal: reading has ended */
	size_t refusal_line;
	bool known;			/* a line looked like the program's */
	size_t bad, good;		/* lines with a complaint; files and
					 * rows that were understood */
	struct buf plain;		/* a line without TABs */
	struct buf kept;		/* auto: all lines so far */
	bool doubtful;			/* auto: one fits several formats */
	size_t heading;			/* length of the last one, or 0 */
	size_t widest;			/* length of the longest row, */
	size_t widest_bad;		/* and of the longest unreadable one */
	bool wide;			/* some address is too long for a
					 * program that cuts them */
	struct found found;
};

/* From now on that format reads the lines. */
void from_begin(struct from *in, const struct from_format *format);

static inline void
from_complain(struct from *in, size_t line, const char *wrong)
{
	in->bad++;
	in->note(in->arg, line, wrong);
}

/* Refuses the whole input because of that line; wrong is a literal. */
static inline void
from_refuse(struct from *in, size_t line, const char *wrong)
{
	in->refusal = wrong;
	in->refusal_line = line;
}

/*
 * The line, valid until the next, with blanks in place of what pasting makes of
 * them: TABs and non-breaking blanks; a single one of these stays in a word.
 * Drops the marks that a mail puts before quoted lines.
 */
struct str from_plain(struct from *in, struct str line);

/* These programs print something else for a control character: colours of a
 * terminal come from grep. */
bool from_has_control(struct str s);

/* Adds an entry and copies its ifname. */
void found_add(struct from *in, const struct found_entry *e);
/* Adds a process and copies its strings; returns its place, valid until the
 * next join. */
uint32_t found_add_proc(struct found *f, const struct proc *p);
/* Gives the process at that place what it lacks and p has. */
void found_complete(struct found *f, uint32_t at, struct proc p);
/* Complains about those entries, and drops them. */
void found_drop(struct from *in, bool (*is_bad)(const struct from *in,
    const struct found_entry *e), const char *wrong);
/* Joins equal entries. */
void found_join(struct found *f);
/* Makes equal rows of one list different, so that the rest may be joined. */
void found_number_rows(struct found *f);
void found_free(struct found *f);
int found_cmp_told(const struct found_entry *a, const struct found_entry *b);

#endif
