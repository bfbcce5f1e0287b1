/*
 * rows-impl: what a record's values are made of; for rows*.c alone.
 */
#ifndef SCAN_VALUES_H
#define SCAN_VALUES_H

#include "scan/rows.h"

/* A record that is being written. */
struct record {
	const struct rows_source *src;
	const struct sock *sock;
	const struct proc *proc;	/* NULL: nobody holds it */
	const struct row *row;
	char *p;	/* room for what is not kept anywhere, to be moved on:
			 * GETTER_MAX bytes a getter, get_fd has its own */
};

enum { GETTER_MAX = ADDR_TEXT_MAX + 1 + SOCK_IFNAME_MAX };

struct getter {
	struct str (*get)(struct record *r);
	unsigned needs;
	size_t text;	/* without get: a str of struct proc, where it is */
};

/* By field. */
extern const struct getter rows_getters[FIELD_NSCAN];

#endif
