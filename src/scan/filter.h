/*
 * filter: which sockets and records a scan keeps.
 */
#ifndef SCAN_FILTER_H
#define SCAN_FILTER_H

#include "scan/services.h"
#include "scan/sock.h"

/* An operand: an address block and a range of ports, either of which may be
 * missing.  A service's ports are of one protocol each. */
struct filter_end {
	bool has_addr, has_ports, has_proto;
	bool answers;		/* ADDR:PORTS: also a wildcard listener there */
	struct str zone;	/* of ADDR%ZONE, in what the user wrote */
	struct addr net;	/* IPv4-mapped ones as IPv4 */
	unsigned bits;
	uint16_t first, last;
	unsigned char proto;
};

/* What records are chosen by whose names are asked for. */
enum filter_by { BY_PROCESS, BY_USER, BY_CONTAINER, BY_UNIT, BY_COUNT };

/* Names and shell wildcards, as fnmatch(3) takes them: sorted and each once,
 * when the filter is ready. */
struct filter_names {
	char **v;
	size_t n, cap;
};

struct filter {
	bool inet, inet6;	/* neither: both */
	unsigned protos;	/* bits 1 << enum sock_proto; 0: with ports */
	bool listening;
	bool bound;		/* local ends only: what bind(2) would meet */
	bool all_netns;		/* not a condition: how far to look */
	bool no_ephemeral;
	bool no_random;		/* that, and no listener at random either */
	bool published;		/* not a condition: published ports, too */
	uint32_t states;	/* bits 1 << enum sock_state; 0: all */
	bool states_left;	/* some were left out: those are what remains */
	uint32_t *pids;		/* in order, each once */
	size_t npids, pidcap;
	struct filter_names names[BY_COUNT];	/* of none n is 0 */
	struct filter_end *ends;	/* those with an address first, when */
	size_t nends, endcap;		/* the filter is ready */
	size_t naddrs;			/* that many */
	unsigned char *ports;		/* of the others, if they are many: a
					 * bit for each port of each protocol */
};

/* Each reads what the user wrote and prints a message and returns false where
 * it cannot be.  services is asked for the ports of a name. */
bool filter_add_states(struct filter *f, const char *list);
bool filter_add_protos(struct filter *f, const char *list);
bool filter_add_pids(struct filter *f, const char *list);
bool filter_add_names(struct filter *f, enum filter_by by, const char *list);
bool filter_add_operand(struct filter *f, const char *text,
    const struct services *services);
/* What a filter's names need when the last was added; and their end. */
void filter_names_ready(struct filter_names *names);
void filter_names_free(struct filter_names *names);
/* Appends them as the scope has them. */
void filter_names_scope(const struct filter_names *names, struct buf *b);
/* To be called when the last was added, before a socket is looked at. */
void filter_ready(struct filter *f);
void filter_free(struct filter *f);

/* Whether the filter wants any of that protocol, family or state: what a
 * backend need not even ask the kernel for. */
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

/* Published ports are asked for, not only by a port that nothing holds. */
static inline bool
filter_wants_published(const struct filter *f)
{
	return f->published ||
	    (!f->states_left && (f->states >> STATE_NAT & 1) != 0);
}

/* And so is, but not to be shown, what may stand for one. */
static inline bool
filter_wants_state(const struct filter *f, enum sock_state state)
{
	return filter_shows_state(f, state) || (filter_wants_published(f) &&
	    (state == STATE_LISTEN || state == STATE_UNCONN ||
	    state == STATE_BOUND));
}

/* A socket that filter_keeps is one to be shown. */
bool filter_shows(const struct filter *f, const struct sock *s);

/* An operand with a port finds none of the scan's sockets at its local end: it
 * may be a published one. */
bool filter_lacks(const struct filter *f, const struct scan *sc);

bool filter_wants_connected(const struct filter *f);
/* TCP sockets that only have a port. */
bool filter_wants_bound(const struct filter *f);

/* The protocols that it wants: bits 1 << enum sock_proto. */
unsigned filter_protos(const struct filter *f);

/* Some protocol, family or state is not wanted. */
bool filter_narrows(const struct filter *f);

/* An operand asks which addresses the namespaces have. */
bool filter_wants_places(const struct filter *f);
/* One of them is address a, or if bits are not all of its bits, in that
 * block. */
bool filter_asks_place(const struct filter *f, const struct addr *a,
    unsigned bits);
/* They are of the scan's last namespace, on that interface (NULL: not known
 * which). */
void filter_add_place(const struct filter *f, struct scan *sc,
    const struct addr *a, unsigned bits, const char *ifname);

/* Some operand stands for an end of the socket, or there is none; with bound,
 * for its local end, of a family that is wanted.  The places are sorted. */
bool filter_fits_ends(const struct filter *f, const struct scan *sc,
    const struct sock *s);

/* All conditions but those on whose it is: the pids, the names, and what
 * no_random says of listeners. */
bool filter_keeps(const struct filter *f, const struct scan *sc,
    const struct sock *s);

/* No pids were given, or pid is one of them. */
bool filter_keeps_pid(const struct filter *f, uint32_t pid);

/* The option of such names, without its dashes, which is the scope's word. */
const char *filter_by_name(enum filter_by by);
/* Names of any kind were given. */
bool filter_has_names(const struct filter *f);
/* One of the names stands for that value; `-' stands for a missing one. */
bool filter_names_fit(const struct filter_names *names, struct str value);
/* Of a container: by its name with or without the runtime's before it, or the
 * beginning of its id. */
bool filter_names_container(const struct filter_names *names, struct str name,
    struct str id);

/* It may leave out sockets because of whose they are. */
bool filter_needs_owners(const struct filter *f);

/* It keeps everything, of the own namespace. */
bool filter_is_empty(const struct filter *f);

/* Appends the scope of the snapshot, in one form however it was written. */
void filter_scope(const struct filter *f, struct buf *b);

#endif
