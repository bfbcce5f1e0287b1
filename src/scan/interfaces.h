/*
 * ifaces: the counters of network interfaces.
 */
#ifndef SCAN_INTERFACES_H
#define SCAN_INTERFACES_H

#include <stdbool.h>
#include <stdint.h>

#include "out/out.h"
#include "record/columns.h"

enum iface_counter {
	IFACE_RX_BYTES, IFACE_RX_PACKETS, IFACE_RX_ERRORS,
	IFACE_TX_BYTES, IFACE_TX_PACKETS, IFACE_TX_ERRORS,
	IFACE_NCOUNTERS
};

struct iface {
	struct str name;	/* in the arena */
	uint64_t counter[IFACE_NCOUNTERS];
	bool known[IFACE_NCOUNTERS];
};

/* Start it as { 0 }; the caller calls ifaces_free. */
struct ifaces {
	struct iface *v;
	size_t n, cap;
	struct arena arena;
};

/* Reads those of this machine (own), or of the machine with that proc tree.
 * False after a message. */
bool ifaces_read(struct ifaces *t, const char *proc, bool own);

/* Adds the interfaces in the output of netstat -ib: each has one line with the
 * network <Link#N>. */
void ifaces_netstat(struct ifaces *t, struct str text);

/* Adds those in the text of /proc/net/dev, proc_net(5). */
void ifaces_netdev(struct ifaces *t, struct str text);

void ifaces_free(struct ifaces *t);

/* Puts the columns of interface records into the empty c. */
void ifaces_columns(struct cols *c);

/* Writes a record for each, and a last one, `total', that leaves out loopback;
 * host and time are those of the snapshot. */
void ifaces_write(const struct ifaces *t, const struct cols *cols,
    const struct snap *snap, struct out *out);

#endif
