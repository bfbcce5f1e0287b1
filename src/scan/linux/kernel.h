/*
 * kernel: names the sockets that no process has because they are the kernel's
 * own.
 *
 * Each source lists the ports that one part of the kernel has; a socket without
 * a holder that matches such a port gets its label.  A wrong name is worse than
 * none: a source gives all that it knows of protocol, address and port.
 */
#ifndef SCAN_LINUX_KERNEL_H
#define SCAN_LINUX_KERNEL_H

#include "scan/linux/nl.h"
#include "scan/scan.h"

/* The kinds of sockets that a source may name, bits. */
enum kernel_use {
	KERNEL_UDP = 1 << 0,
	KERNEL_LISTEN = 1 << 1,		/* TCP listeners, */
	KERNEL_CONN = 1 << 2,		/* and connections on the same port */
	KERNEL_SERVER = KERNEL_LISTEN | KERNEL_CONN
};

/* A port that belongs to the kernel. */
struct kernel_port {
	/* ADDR_NONE: not known; 0.0.0.0 or :: matches only this address, but
	 * any address of a connection. */
	struct addr local;
	uint16_t local_port;		/* 0: any */
	uint16_t remote_port;		/* 0: with any peer */
	struct addr remote;		/* only with remote_port */
	unsigned char uses;		/* of enum kernel_use */
	/* Either the kernel or a program may have it: the entry counts only if
	 * all owners are visible. */
	bool is_guess;
	uint32_t rank;			/* of equal matches the lowest wins */
	const char *label;		/* in the arena */
};

/* A network interface. */
struct kernel_link {
	uint32_t index;
	struct str name;		/* in the arena */
};

/* What is known of one network namespace; begins as { 0 } except for the first
 * two.  kernel_free frees it; the arena is the caller's. */
struct kernel {
	const struct scan_request *req;
	struct arena *arena;
	unsigned uses;			/* of sockets without a name */
	bool is_own;			/* the scanner's own namespace */
	bool sees_all;			/* no owner is hidden */
	struct kernel_port *port;
	size_t nport, portcap;
	struct kernel_link *wg;		/* WireGuard's that are up */
	size_t nwg, wgcap;
};

void kernel_free(struct kernel *k);

/* Adds a port, which the caller fills in, with the label `[KIND]', or
 * `[KIND/NAME]' if name is not missing. */
struct kernel_port *kernel_add(struct kernel *k, unsigned uses,
    uint16_t local_port, const char *kind, struct str name);

/* Reads a sockaddr_in or sockaddr_in6, at least of full size; false for
 * another. */
bool kernel_sockaddr(struct str value, struct addr *a, uint16_t *port);

/* The value of an attribute that is an IPv4 or IPv6 address, known by its size;
 * ADDR_NONE if it is neither. */
struct addr kernel_addr(struct str value);

/* The sources: each adds what it knows of the calling thread's namespace.
 * Returns 0, or the errno of an unexpected failure; a refusal is not one. */
int kernel_links(struct kernel *k);
int kernel_genl(struct kernel *k);
int kernel_files(struct kernel *k);
int kernel_rpc(struct kernel *k);

/* Adds what the portmapper's answer to the call with that number says. */
void kernel_portmap(struct kernel *k, struct str answer, uint32_t xid);

/* The parsers of messages, for tests: of interfaces, and of generic netlink
 * families.  All take a struct kernel.  The last entry is NULL. */
extern nl_take *const kernel_parsers[];
nl_take kernel_take_link, kernel_take_fou, kernel_take_l2tp, kernel_take_tipc,
    kernel_take_nfsd, kernel_take_mptcp, kernel_take_ipvs, kernel_take_wg;

#endif
