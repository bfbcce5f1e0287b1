/*
 * row: shared by the readers of tables with a row for each socket.
 */
#ifndef SCAN_FROM_ROW_H
#define SCAN_FROM_ROW_H

#include "scan/from/reader.h"

enum { ROW_WORDS = 64 };

/* The words of a line; they point into it. */
struct row_words {
	struct str word[ROW_WORDS];
	size_t n;
	struct str line;
};

void row_split(struct row_words *w, struct str line);
/* From the start of word i to the end of the line, without the blanks there. */
struct str row_rest(const struct row_words *w, size_t i);

/* A process that holds the row's socket; its strings point into the line. */
struct row_holder {
	struct proc p;
	uint32_t fd;
};

struct row {
	size_t line, length;	/* its number, and its length */
	enum sock_proto proto;
	enum addr_family family;	/* ADDR_NONE: that of its addresses */
	char sep;		/* before a port */
	struct str local, remote;	/* remote missing: unknown */
	bool has_state;		/* for a TCP socket */
	enum sock_state state;
	bool has_queues, has_backlog, has_uid;
	uint32_t rx, tx, uid;
	enum sock_v6only v6only;
	uint64_t inode, cookie, device;	/* 0: unknown */
	size_t width;		/* of the line, if cut(1) may have cut its last
				 * end; else 0 */
	bool narrow;		/* the program may have cut an end */
	const struct row_holder *holder;
	size_t nholders;
};

/* A start of CLOSE_WAIT; the start of any other state is unambiguous. */
static inline bool
row_is_half_state(struct str word)
{
	return str_is(word, "CLOSE") || str_is(word, "CLOSE_");
}

/* A number of bytes, or a uid; false if s is not such a number. */
bool row_number(struct str s, uint32_t *v);
/* A pid, not 0. */
bool row_pid(struct str s, uint32_t *pid);

/* `tcp' or `udp', perhaps with `4', `6' or `46' after it; false: another. */
bool row_proto(struct row *r, struct str word);

/* The width of the row, if its line ends in end, which may be cut; else 0. */
size_t row_cut_width(const struct from *in, const struct row_words *w,
    struct str end);

/* Complains about a row of that length. */
void row_refuse(struct from *in, size_t line, size_t length, const char *wrong);

/* The separator before the port: the last of `:' and `.' in an end. */
char row_separator(struct str end);
/* The end has an IPv6 address. */
bool row_is_ipv6(struct str end);

/* Reads the ends and adds the socket.  False after a complaint. */
bool row_add(struct from *in, const struct row *r);

/* The fault of a row before a line that is not one. */
extern const char row_open[];

/* The last row; the next line may continue it.  The caller frees text. */
struct row_last {
	struct buf text;
	size_t line;		/* its number; 0: none */
};

/* Ends the row, and take reads it; bad: the line after it is not a row. */
void row_end(struct from *in, struct row_last *last, bool bad,
    void (*take)(struct from *in, struct str line, size_t lineno));
/* Starts a new row with line; the one before has ended. */
void row_begin(struct from *in, struct row_last *last, struct str line);

/* At the end: complains about rows that are cut, and drops them. */
void row_drop_cut(struct from *in);

#endif
