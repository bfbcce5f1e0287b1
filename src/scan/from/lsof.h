/*
 * lsof: shared by the parts of the reader of lsof's output.
 *
 * Both forms of output are read: field output (lsof -F, with LF or NUL behind
 * each field) and the table for people.
 */
#ifndef SCAN_FROM_LSOF_H
#define SCAN_FROM_LSOF_H

#include "scan/from/reader.h"

/* The NAME of an internet socket.  Its strings live as long as text. */
struct lsof_name {
	struct addr local, remote;	/* family ADDR_NONE: no such end */
	uint16_t local_port, remote_port;
	bool any;			/* local is `*', family unknown */
	char scope[SOCK_IFNAME_MAX];	/* of a link-local address, or "" */
	struct str info;		/* in parentheses after the ends */
};

/*
 * Reads LOCAL[->REMOTE] [(INFO)] of a socket of that family (ADDR_NONE:
 * unknown) and protocol.  services, which may be NULL, maps names to ports.
 * Returns NULL or what is wrong (a literal).  `*:*' is no end.
 */
const char *lsof_name_parse(struct lsof_name *n, struct str text,
    enum addr_family family, enum sock_proto proto,
    const struct services *services);

/* The values of an open file, as they are read. */
struct lsof_file {
	bool has_type, has_proto, has_state, has_rx, has_tx, has_name, has_fd;
	bool is_inet;			/* its type is of an internet socket */
	bool is_tcp, is_udp;		/* neither: another protocol */
	enum addr_family family;	/* ADDR_NONE: unknown */
	enum sock_state state;
	uint32_t rx, tx, fd;
	uint64_t inode;			/* 0: unknown */
	/* On Linux a socket's device is its inode, elsewhere its address. */
	uint64_t device_number, device_address;
	struct str name;
	size_t line;			/* line number of the name */
	size_t width;			/* of a row without final parentheses,
					 * else 0 */
	bool is_broken;			/* a line after its name is no field */
};

/* The process of the files that follow. */
struct lsof_proc {
	struct proc p;			/* its strings are in the next two */
	struct buf comm, user;
	bool known;			/* it has a pid */
};

/* Columns of the table: positions in the heading, -1 if missing. */
enum lsof_column { COL_PID, COL_TID, COL_PPID, COL_PGID, COL_USER, COL_FD,
	COL_TYPE, COL_DEVICE, COL_NODE, COL_NAME, COL_COUNT };

struct lsof {
	struct from *in;
	void (*take)(struct lsof *l, struct str line);	/* NULL: unknown */
	bool has_states;		/* a TCP row ends in parentheses */
	size_t cut_width;		/* of rows that were cut, or 0 */

	struct lsof_proc proc;

	/* Field output: the file that the fields belong to. */
	struct lsof_file file;
	struct buf name;		/* the file's */
	bool by_f;			/* the file began with an f */
	bool has_set;			/* a process has begun */
	unsigned told;			/* its fields so far, a bit for each */
	bool has_files;			/* it has had a file */
	bool has_info, info_over;	/* it had a T, then another field */

	/* Table: the columns, and the end of the heading's PID, or 0. */
	int column[COL_COUNT];
	size_t pid_end;
	bool has_escapes;		/* a command contains \x20 */
	struct buf rows;		/* rows without it, until the first */
	size_t rows_line;		/* line number of the first of them */
	struct buf row;			/* the last one; it may continue */
	size_t row_line;		/* its line number, 0: no row */
};

/* Ends the process and begins another: false if pid is not a pid; then its
 * files have no owner. */
bool lsof_begin_proc(struct lsof *l, struct str pid);
void lsof_end_proc(struct lsof *l);

/* Set values of the process.  False if they cannot be understood. */
bool lsof_set_comm(struct lsof *l, struct str text);
bool lsof_set_user(struct lsof *l, struct str name);
bool lsof_set_uid(struct lsof *l, struct str text);
bool lsof_set_ppid(struct lsof *l, struct str text);

/* Set values of a file.  Return the same. */
void lsof_set_type(struct lsof_file *f, struct str text);
void lsof_set_proto(struct lsof_file *f, struct str text);
void lsof_set_device(struct lsof_file *f, struct str text);
bool lsof_set_fd(struct lsof_file *f, struct str text);
bool lsof_set_info(struct lsof_file *f, struct str word);

/* The file is complete: if it is an internet socket, adds it to found. */
void lsof_end_file(struct lsof *l, const struct lsof_file *file);

/* True if the line looks like the start of field output, or of the table;
 * lsof_sniff_table also takes the line. */
bool lsof_sniff_fields(struct str line);
bool lsof_is_table(struct lsof *l, struct str line);
bool lsof_sniff_table(struct lsof *l, struct str line);
void lsof_take_fields(struct lsof *l, struct str line);
void lsof_take_row(struct lsof *l, struct str line);
/* At the end: takes the last row, and rows still waiting for a heading. */
void lsof_end_rows(struct lsof *l);
void lsof_guess_end(struct lsof *l);

/* Complains about rows that are cut, and drops them. */
void lsof_drop_cut(struct lsof *l);

#endif
