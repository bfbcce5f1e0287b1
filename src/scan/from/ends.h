/*
 * ends: the ends of a socket and its state, as other programs print them.
 */
#ifndef SCAN_FROM_ENDS_H
#define SCAN_FROM_ENDS_H

#include "scan/services.h"
#include "scan/sock.h"

/* What a row shows about its ends. */
struct from_ends {
	enum addr_family family;	/* ADDR_NONE: unknown */
	enum sock_proto proto;
	char sep;			/* before a port: `:' or `.' */
	const struct services *services;	/* NULL: ports have no names */
	/* set by from_end_read: interface of a local end, or "" */
	char scope[SOCK_IFNAME_MAX];
};

/* An end that was read.  If neither address nor any is set, there is none. */
struct from_side {
	struct addr addr;
	uint16_t port;
	bool any;			/* `*', family unknown */
};

/* Reads ADDR:PORT or [ADDR]:PORT, perhaps with %INTERFACE; `*' means 0.
 * Returns NULL or what is wrong (a literal). */
const char *from_end_read(struct from_ends *c, struct str text,
    struct from_side *side);

/* The state in any program's spelling; STATE_NONE if it is unknown. */
enum sock_state from_state(struct str name);

/* How many ports have the name on the machine of the text, and one of them. */
unsigned from_port(const struct services *services, enum sock_proto proto,
    struct str name, uint16_t *port);

/* True if s may be the name of a host, a port or an interface. */
bool from_is_word(struct str s);
bool from_is_number(struct str s);

/*
 * Stores the name of a link-local address's interface in name, if that is "" so
 * far: scope, or if that is missing, the number in the second group, where the
 * BSDs keep it (KAME); sets that group to 0.  False if scope is not a name of
 * an interface.
 */
bool from_take_scope(struct addr *a, struct str scope,
    char name[static SOCK_IFNAME_MAX]);

/* The address of an IPv6 socket that is shown as this IPv4 address. */
struct addr from_map(const struct addr *v4);

#endif
