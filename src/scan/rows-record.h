/*
 * rows-record: the record being written, for the getters of rows.
 */
#ifndef SCAN_ROWS_RECORD_H
#define SCAN_ROWS_RECORD_H

#include "lib/num.h"
#include "scan/rows.h"

/* A record being written. */
struct record {
	struct rows_source *src;
	const struct sock *sock;
	const struct proc *proc;	/* NULL: it has no holder */
	const struct row *row;
	char *p;	/* room for values that are stored nowhere; a getter
			 * moves it on by at most GETTER_MAX bytes, get_fd has
			 * room of its own */
};

enum { GETTER_MAX = ADDR_TEXT_MAX + 1 + SOCK_IFNAME_MAX };

static inline struct str
from_name(const char *s)
{
	return s != NULL ? str_from(s) : STR_NONE;
}

/* The text at r->p, from start on. */
static inline struct str
from_text(const struct record *r, const char *start)
{
	return (struct str){ start, (size_t)(r->p - start) };
}

static inline struct str
from_number(struct record *r, uint64_t v)
{
	char *start = r->p;

	r->p = num_format(start, v);
	return from_text(r, start);
}

/* Getters for the ends: rows-ends.c. */
struct str rows_local_addr(struct record *r);
struct str rows_local_port(struct record *r);
struct str rows_remote_addr(struct record *r);
struct str rows_remote_port(struct record *r);

#endif
