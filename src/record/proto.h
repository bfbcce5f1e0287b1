/*
 * proto: the protocols of records, and the meaning of their local_port.
 */
#ifndef RECORD_PROTO_H
#define RECORD_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

struct proto {
	const char *name;
	uint32_t max;		/* the highest local_port */
	bool has_ports;		/* local_port is a network port */
};

/* NULL if there is no such protocol. */
const struct proto *proto_find(struct str name);

/* Its records have something else in place of ports.  An unknown or missing
 * protocol counts as one with ports. */
bool proto_is_portless(struct str name);

#endif
