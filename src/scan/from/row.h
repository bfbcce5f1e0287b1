/*
 * row: what the readers of tables share in which a row is a socket.
 */
#ifndef SCAN_FROM_ROW_H
#define SCAN_FROM_ROW_H

#include "scan/from/reader.h"

enum { ROW_WORDS = 64 };

/* The words of a line, which they point into. */
struct row_words {
	struct str word[ROW_WORDS];
	size_t n;
	struct str line;
};

void row_split(struct row_words *w, struct str line);
/* From the start of word i to the end of the line, without the blanks there. */
struct str row_rest(const struct row_words *w, size_t i);

/* A process that holds the row's socket; the strings are the line's. */
struct row_holder {
	struct proc p;
	uint32_t fd;
};

struct row {
	size_t line, length;	/* its number; how long it is */
	enum sock_proto proto;
	enum addr_family family;	/* ADDR_NONE: by its addresses */
	char sep;		/* in front of a port */
	struct str local, remote;	/* the second missing: not told */
	bool has_state;		/* a TCP socket's */
	enum sock_state state;
	bool has_queues, has_backlog, has_uid;
	uint32_t rx, tx, uid;
	enum sock_v6only v6only;
	uint64_t inode, cookie, device;	/* 0: not told */
	size_t width;		/* of the line, if cut(1) may have cut the last
				 * of its ends; else 0 */
	bool narrow;		/* the program may have cut an end */
	const struct row_holder *holder;
	size_t nholders;
};

/* The start of CLOSE_WAIT, which of all states is like another. */
static inline bool
row_is_half_state(struct str word)
{
	return str_is(word, "CLOSE") || str_is(word, "CLOSE_");
}

/* A number of bytes, or of a user; false: it is none. */
bool row_number(struct str s, uint32_t *v);
/* A process's number, not 0. */
bool row_pid(struct str s, uint32_t *pid);

/* `tcp' and `udp', with `4', `6' or `46' behind; false: another. */
bool row_proto(struct row *r, struct str word);

/* The row's width, if its line ends in end and its port may be longer. */
size_t row_cut_width(const struct from *in, const struct row_words *w,
    struct str end);

/* Complains of a row of that length. */
void row_refuse(struct from *in, size_t line, size_t length, const char *wrong);

/* The last of `:' and `.' in an end is in front of its port. */
char row_separator(struct str end);
/* It has an IPv6 address. */
bool row_is_ipv6(struct str end);

/* Reads the ends, and adds the socket.  False after a complaint. */
bool row_add(struct from *in, const struct row *r);

/* What is wrong with a row in front of a line that is none. */
extern const char row_open[];

/* The last row, which the next line may belong to.  The caller frees text. */
struct row_last {
	struct buf text;
	size_t line;		/* its number, 0: there is none */
};

/* It has ended, and take reads it; bad: the line behind it is none. */
void row_end(struct from *in, struct row_last *last, bool bad,
    void (*take)(struct from *in, struct str line, size_t lineno));
/* A line of its own begins; the one before has ended. */
void row_begin(struct from *in, struct row_last *last, struct str line);

/* At the end: complains of rows that are cut, and drops them. */
void row_drop_cut(struct from *in);

#endif
