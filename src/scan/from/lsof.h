/*
 * lsof: what the parts of the reader of lsof's output share.
 *
 * Both of lsof's forms are read, whichever comes: field output (lsof -F, with
 * LF or NUL behind each field) and the table for people.
 */
#ifndef SCAN_FROM_LSOF_H
#define SCAN_FROM_LSOF_H

#include "scan/from/reader.h"

/* The NAME of an internet socket.  What points into text lives as long. */
struct lsof_name {
	struct addr local, remote;	/* family ADDR_NONE: no such end */
	uint16_t local_port, remote_port;
	bool any;			/* local is `*', of no known family */
	char scope[SOCK_IFNAME_MAX];	/* of a link-local address, or "" */
	struct str info;		/* what is in parentheses behind it */
};

/*
 * Reads LOCAL[->REMOTE] [(INFO)] of a socket of that family (ADDR_NONE: not
 * known) and protocol.  services, which may be NULL, has the ports of names.
 * Returns NULL or what is wrong (a literal).  `*:*' is no end.
 */
const char *lsof_name_parse(struct lsof_name *n, struct str text,
    enum addr_family family, enum sock_proto proto,
    const struct services *services);

/* What is told of an open file, as it comes. */
struct lsof_file {
	bool has_type, has_proto, has_state, has_rx, has_tx, has_name, has_fd;
	bool is_inet;			/* an internet socket, by its type */
	bool is_tcp, is_udp;		/* neither: of another protocol */
	enum addr_family family;	/* ADDR_NONE: not told */
	enum sock_state state;
	uint32_t rx, tx, fd;
	uint64_t inode;			/* 0: not told */
	/* Linux has the inode of a socket as its device, others an address in
	 * the kernel. */
	uint64_t device_number, device_address;
	struct str name;
	size_t line;			/* the number of that of the name */
	size_t width;			/* of a table's row that nothing in
					 * parentheses ends, else 0 */
	bool is_broken;			/* a line behind its name is no field */
};

/* The process whose files come next. */
struct lsof_proc {
	struct proc p;			/* its strings are in the next two */
	struct buf comm, user;
	bool known;			/* it has a pid */
};

/* Columns of the table; where they are in its heading, -1: not there. */
enum lsof_column { COL_PID, COL_TID, COL_PPID, COL_PGID, COL_USER, COL_FD,
	COL_TYPE, COL_DEVICE, COL_NODE, COL_NAME, COL_COUNT };

struct lsof {
	struct from *in;
	void (*take)(struct lsof *l, struct str line);	/* NULL: not known */
	bool has_states;		/* something in parentheses ends a row
					 * of TCP */
	size_t cut_width;		/* of rows that were cut, 0: none */

	struct lsof_proc proc;

	/* Of field output: the file that its fields are of. */
	struct lsof_file file;
	struct buf name;		/* the file's */
	bool by_f;			/* it began with an f */
	bool has_set;			/* a process has begun */
	unsigned told;			/* of the process, a bit each letter */
	bool has_files;			/* it had one */
	bool has_info, info_over;	/* it had a T; another behind that */

	/* Of the table: where its columns are, and in the heading the end of
	 * that of the pid, 0: there is no heading. */
	int column[COL_COUNT];
	size_t pid_end;
	bool has_escapes;		/* a command has \x20 */
	struct buf rows;		/* those without it, up to a first */
	size_t rows_line;		/* the number of the first of them */
	struct buf row;			/* the last; it may go on */
	size_t row_line;		/* its number, 0: there is none */
};

/* Ends the process, and begins another: false where pid is no number of one,
 * and then its files are nobody's. */
bool lsof_begin_proc(struct lsof *l, struct str pid);
void lsof_end_proc(struct lsof *l);

/* What is told of the process.  False where it cannot be understood. */
bool lsof_set_comm(struct lsof *l, struct str text);
bool lsof_set_user(struct lsof *l, struct str name);
bool lsof_set_uid(struct lsof *l, struct str text);
bool lsof_set_ppid(struct lsof *l, struct str text);

/* What is told of a file.  The same. */
void lsof_set_type(struct lsof_file *f, struct str text);
void lsof_set_proto(struct lsof_file *f, struct str text);
void lsof_set_device(struct lsof_file *f, struct str text);
bool lsof_set_fd(struct lsof_file *f, struct str text);
bool lsof_set_info(struct lsof_file *f, struct str word);

/* The file is told whole: an internet socket goes to found. */
void lsof_end_file(struct lsof *l, const struct lsof_file *file);

/* Whether that is how field output begins; the same of the table, of which the
 * second then takes the line. */
bool lsof_sniff_fields(struct str line);
bool lsof_is_table(struct lsof *l, struct str line);
bool lsof_sniff_table(struct lsof *l, struct str line);
void lsof_take_fields(struct lsof *l, struct str line);
void lsof_take_row(struct lsof *l, struct str line);
/* At the end: takes the last row, and those for which no heading has come. */
void lsof_end_rows(struct lsof *l);
void lsof_guess_end(struct lsof *l);

/* Complains of the rows that are cut, and drops them. */
void lsof_drop_cut(struct lsof *l);

#endif
