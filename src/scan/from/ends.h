/*
 * ends: the ends of a socket and its state, as programs write them.
 */
#ifndef SCAN_FROM_ENDS_H
#define SCAN_FROM_ENDS_H

#include "scan/services.h"
#include "scan/sock.h"

/* What a row says of its ends. */
struct from_ends {
	enum addr_family family;	/* ADDR_NONE: not told */
	enum sock_proto proto;
	char sep;			/* in front of a port: `:' or `.' */
	const struct services *services;	/* NULL: no names of ports */
	/* set by from_end_read: the interface of a local end, or "" */
	char scope[SOCK_IFNAME_MAX];
};

/* An end that is read.  Neither address nor any: there is no such end. */
struct from_side {
	struct addr addr;
	uint16_t port;
	bool any;			/* `*', of no known family */
};

/* ADDR:PORT, [ADDR]:PORT or either with %INTERFACE; `*' for 0.  Returns NULL or
 * what is wrong (a literal). */
const char *from_end_read(struct from_ends *c, struct str text,
    struct from_side *side);

/* The state in the spelling of any of the programs; STATE_NONE: another. */
enum sock_state from_state(struct str name);

/* How many ports the name has on the machine that it comes from, and one. */
unsigned from_port(const struct services *services, enum sock_proto proto,
    struct str name, uint16_t *port);

/* What may be the name of a host, a port or an interface. */
bool from_is_word(struct str s);
bool from_is_number(struct str s);

/*
 * Of a link-local address the name of the interface that it belongs to goes to
 * name, if that is "" so far: scope, if that is not missing, or the number that
 * the BSDs keep in the second group (KAME), which is otherwise 0 there.  False
 * if scope is no name of one.
 */
bool from_take_scope(struct addr *a, struct str scope,
    char name[static SOCK_IFNAME_MAX]);

/* An IPv4 address of an IPv6 socket. */
struct addr from_map(const struct addr *v4);

#endif
