/*
 * lsof-addr: what lsof says of an internet socket's ends and state.
 */
#ifndef SCAN_LSOF_ADDR_H
#define SCAN_LSOF_ADDR_H

#include "scan/services.h"
#include "scan/sock.h"

/* The NAME of an internet socket.  What points into text lives as long. */
struct lsof_name {
	struct addr local, remote;	/* family ADDR_NONE: no such end */
	uint16_t local_port, remote_port;
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

/* The state in the spelling of any dialect of lsof; STATE_NONE: another. */
enum sock_state lsof_state(struct str name);

#endif
