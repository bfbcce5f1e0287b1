/*
 * filter: which sockets and records a scan keeps.
 */
#ifndef SCAN_FILTER_H
#define SCAN_FILTER_H

#include "scan/services.h"
#include "scan/sock.h"

/* An operand: an address block and a range of ports; either may be missing.  A
 * service has one operand for each protocol. */
struct filter_end {
	bool has_addr, has_ports, has_proto;
	bool answers;		/* ADDR:PORTS: also wildcard listeners there */
	struct str zone;	/* of ADDR%ZONE; in the user's text */
	struct addr net;	/* IPv4-mapped ones as IPv4 */
	unsigned bits;
	uint16_t first, last;
	unsigned char proto;
};

/* The kinds of names that choose records. */
enum filter_by { BY_PROCESS, BY_USER, BY_CONTAINER, BY_UNIT, BY_COUNT };

/* Names and shell wildcards as in fnmatch(3): once the filter is ready, sorted
 * without duplicates. */
struct filter_names {
	char **v;
	size_t n, cap;
};

struct filter {
	bool inet, inet6;	/* neither set: both */
	unsigned protos;	/* bits 1 << enum sock_proto; 0: ported */
	bool listening;
	bool bound;		/* only local ends: conflicts with bind(2) */
	bool all_netns;		/* not a condition: where to look */
	bool no_ephemeral;
	bool no_random;		/* also no listener on a random port */
	bool published;		/* not a condition: add published ports */
	uint32_t states;	/* bits 1 << enum sock_state; 0: all */
	bool states_left;	/* the user chose which to leave out */
	uint32_t *pids;		/* sorted, without duplicates */
	size_t npids, pidcap;
	struct filter_names names[BY_COUNT];	/* n is 0 if none were given */
	struct filter_end *ends;	/* when ready, addresses come first */
	size_t nends, endcap;		/* all of them */
	size_t naddrs;			/* those with an address */
	unsigned char *ports;		/* for the others if they are many: a
					 * bit for each port of each protocol */
};

/* Each reads what the user wrote; if that fails, false after a message.  Names
 * of ports are looked up in services. */
bool filter_add_states(struct filter *f, const char *list);
bool filter_add_protos(struct filter *f, const char *list);
bool filter_add_pids(struct filter *f, const char *list);
bool filter_add_names(struct filter *f, enum filter_by by, const char *list);
bool filter_add_operand(struct filter *f, const char *text,
    const struct services *services);
/* filter_names_ready: call it after the last addition. */
void filter_names_ready(struct filter_names *names);
void filter_names_free(struct filter_names *names);
/* Appends the names as in the scope. */
void filter_names_scope(const struct filter_names *names, struct buf *b);
/* Must be called after the last addition, before any socket is examined. */
void filter_ready(struct filter *f);
void filter_free(struct filter *f);

/* True if the filter wants any of that protocol, family or state: otherwise a
 * backend need not even ask the kernel for it. */
bool filter_wants_proto(const struct filter *f, enum sock_proto proto);
bool filter_wants_family(const struct filter *f, enum addr_family family);
static inline bool
filter_shows_state(const struct filter *f, enum sock_state state)
{
	if (f->listening && state != STATE_LISTEN && state != STATE_UNCONN &&
	    state != STATE_NAT)
		return false;
	return f->states == 0 || (f->states >> state & 1) != 0;
}

/* The user asked for published ports, not only for a port without holder. */
static inline bool
filter_wants_published(const struct filter *f)
{
	return f->published ||
	    (!f->states_left && (f->states >> STATE_NAT & 1) != 0);
}

/* A socket that may stand for a published port is kept, but not shown. */
static inline bool
filter_wants_state(const struct filter *f, enum sock_state state)
{
	return filter_shows_state(f, state) || (filter_wants_published(f) &&
	    (state == STATE_LISTEN || state == STATE_UNCONN ||
	    state == STATE_BOUND));
}

/* A socket that filter_keeps accepts is to be shown. */
bool filter_shows(const struct filter *f, const struct sock *s);

/* An operand with a port matches no local end of the scan: it may be a
 * published port. */
bool filter_lacks(const struct filter *f, const struct scan *sc);

bool filter_wants_connected(const struct filter *f);
/* TCP sockets that only have a port (BOUND) are wanted. */
bool filter_wants_bound(const struct filter *f);

/* The wanted protocols: bits 1 << enum sock_proto. */
unsigned filter_protos(const struct filter *f);

/* Some protocol, family or state is left out. */
bool filter_narrows(const struct filter *f);

/* An operand needs the addresses of the namespaces. */
bool filter_wants_places(const struct filter *f);
/* An operand is address a or, if it has fewer bits, a block with it. */
bool filter_asks_place(const struct filter *f, const struct addr *a,
    unsigned bits);
/* The address is in the last namespace, on that interface (NULL: unknown). */
void filter_add_place(const struct filter *f, struct scan *sc,
    const struct addr *a, unsigned bits, const char *ifname);

/* An operand matches an end of the socket, or there are no operands.  With
 * bound: its local end, in a family that is wanted.  The places are sorted. */
bool filter_fits_ends(const struct filter *f, const struct scan *sc,
    const struct sock *s);

/* Tests all conditions except owners: pids, names, random listeners. */
bool filter_keeps(const struct filter *f, const struct scan *sc,
    const struct sock *s);

/* No pids were given, or pid is one of them. */
bool filter_keeps_pid(const struct filter *f, uint32_t pid);

/* The option for such names without its dashes; also the scope's word. */
const char *filter_by_name(enum filter_by by);
/* Names of any kind were given. */
bool filter_has_names(const struct filter *f);
/* One of the names matches the value; `-' matches a missing one. */
bool filter_names_fit(const struct filter_names *names, struct str value);
/* A container matches by its name with or without its runtime, or by the
 * beginning of its id. */
bool filter_names_container(const struct filter_names *names, struct str name,
    struct str id);

/* The filter may drop sockets because of their owner. */
bool filter_needs_owners(const struct filter *f);

/* The filter keeps everything in our own namespace. */
bool filter_is_empty(const struct filter *f);

/* Appends the snapshot's scope, the same for all ways to write it. */
void filter_scope(const struct filter *f, struct buf *b);

#endif
