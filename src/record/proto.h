/*
 * proto: the protocols of records, and what their local_port is.
 */
#ifndef RECORD_PROTO_H
#define RECORD_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

struct proto {
	const char *name;
	uint32_t max;		/* the highest number in local_port */
	bool has_ports;		/* it is a port of the network's */
};

/* NULL: there is no such protocol. */
const struct proto *proto_find(struct str name);

/* In place of ports its records have something else.  One that is not known, or
 * missing, is taken for one with ports. */
bool proto_is_portless(struct str name);

#endif
