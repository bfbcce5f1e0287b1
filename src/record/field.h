/*
 * field: the one table of the fields of records.
 *
 * The table drives the default columns, -o, the formats, --help and the
 * completions.  The first FIELD_NDEFAULT are prt-scan's default columns, in the
 * order that prt(5) fixes for ever.
 */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include <stdbool.h>

#include "lib/str.h"

enum field_id {
	F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR,
	F_REMOTE_PORT, F_DIR, F_SERVICE, F_NETNS, F_CONTAINER, F_PID,
	F_PROCESS, F_USER, F_UID, F_FD, F_PPID, F_PARENT, F_EXE, F_CMDLINE,
	FIELD_NDEFAULT,
	F_HOST = FIELD_NDEFAULT, F_FAMILY, F_V6ONLY, F_INODE, F_SOCK_UID,
	F_IFACE, F_RX_QUEUE, F_TX_QUEUE, F_BACKLOG, F_RX_BYTES, F_TX_BYTES,
	F_RTT, F_RETRANS, F_START, F_UNIT, F_CGROUP, F_CONTAINER_ID,
	F_NETNS_ID, F_CWD, F_RSS, F_CPU, F_SOCK_CGROUP, F_COOKIE, F_DROPS,
	F_LOCAL_SCOPE, F_REMOTE_SCOPE, F_TIME, F_POD, F_TARGET,
	F_TARGET_CONTAINER, F_FILTER, F_ANCESTORS, F_CHILDREN, F_STDIO,
	F_SHELLS, F_EXE_LIKE, F_SCRIPT, F_CAPS, F_PIDFD,
	FIELD_NSCAN,
	F_CHANGE = FIELD_NSCAN, F_FIRST_SEEN, F_WAS, F_RX_RATE, F_TX_RATE,
	F_DROPS_RATE, F_RETRANS_RATE, F_LAST_SEEN,
	F_RX_PACKETS, F_RX_ERRORS, F_TX_PACKETS, F_TX_ERRORS,
	F_FLAGS, F_WHY, F_LEVEL,
	FIELD_COUNT,
	FIELD_NONE = -1
};

/* How json writes a value: text and lists of names as strings, numbers and
 * lists of numbers as numbers, pairs as an object. */
enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_NUMBERS, FIELD_NAMES,
	FIELD_PAIRS };

/* How a table shows a value that people do not read as it is. */
enum field_show {
	SHOW_PLAIN,
	SHOW_BYTES,		/* 3.4 MiB */
	SHOW_RATE,		/* bytes a second: 3.4 KiB/s */
	SHOW_MICROSECONDS,	/* 1.2 ms */
	SHOW_TICKS,		/* ticks since boot, shown as age: 3 d */
	SHOW_AGE,		/* a time, shown as age: 3 d */
	SHOW_TIME		/* local time */
};

/* Records that differ only in such fields share a row in a table.  Fields such
 * as process and exe tell them apart. */
enum field_alike {
	ALIKE_NEVER,
	ALIKE_COUNTED,		/* the first, and how many others: 712 +2 */
	ALIKE_FIRST		/* the first */
};

struct field {
	const char *name;
	const char *alias;	/* also accepted by -o and rules; or NULL */
	/* All values that it can have, NULL after the last; NULL: any. */
	const char *const *words;
	/* Pairs: one of words, and its short form in a table.  NULL after the
	 * last; NULL: none. */
	const char *const *brief;
	enum field_type type;
	enum field_show show;
	enum field_alike alike;
	bool mark;	/* first column of a table, without a name */
	bool owner;	/* about the process that holds the socket */
	/* If a table is too wide, the highest rank is left out first; 0 never
	 * is.  Before ranks up to 11 are left out, addresses are cut. */
	unsigned char rank;
	/* A table may cut a wider value to this width. */
	unsigned char least;
	const char *help;
};

extern const struct field field_table[FIELD_COUNT];

/* What -o accepts for several fields: `@' and a name. */
enum { FIELD_GROUP_MAX = 12 };
struct field_group {
	const char *name;	/* with the @; NULL after the last group */
	enum field_id fields[FIELD_GROUP_MAX];	/* FIELD_NONE after the last */
};

extern const struct field_group field_groups[];

/* NULL if there is no such group. */
const struct field_group *field_group(struct str name);
bool field_group_has(const struct field_group *g, enum field_id id);

/* FIELD_NONE if the table has no such name. */
enum field_id field_find(struct str name);

/* The same for an alias. */
enum field_id field_find_alias(struct str alias);

/* id is one of the n in list. */
bool field_is_among(enum field_id id, const enum field_id *list, size_t n);

#endif
