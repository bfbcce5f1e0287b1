/*
 * others: what the other records of a snapshot say.
 *
 * It sees each record once, as it is read.  Holders of sockets and ports are
 * found only on request: it keeps a hash of each record's socket and the number
 * of its port, and others_settle examines the requested ones in full.
 */
#ifndef FLAG_OTHERS_H
#define FLAG_OTHERS_H

#include "flag/view.h"

/* Bits: what to keep. */
enum others_need {
	OTHERS_SOCKETS = 1,	/* who else holds a socket */
	OTHERS_LISTENERS = 2,	/* who listens on a port */
	OTHERS_SHELLS = 4,	/* whose child is a shell */
	OTHERS_BINDS = 8,	/* where ports were open before */
	OTHERS_OWNERS = 16,	/* how many records a process has */
	OTHERS_PORTS = 32	/* which users' services have a port */
};

struct others {
	unsigned needs;
	struct stream *stream;
	struct others_row *rows;	/* parallel to the stream's rows */
	size_t nrows, rows_cap;

	/* Processes: host and pid. */
	struct map owner_of;
	uint32_t *owners;		/* number of records */
	size_t nowners, owner_cap;

	struct names listeners;
	struct map shell_of;		/* host and the shell's parent */

	struct names binds;		/* host, netns, proto, port */
	unsigned char *widest;		/* width_of the widest */
	size_t nwidest, widest_cap;
	struct names kept_binds;	/* bind and pid, of binds still there */

	struct names port_names;	/* like binds */
	struct map wanted_ports;	/* the numbers that were asked for */
	struct names ports;		/* of services: binds, or sockets */
	struct port_user *port_users;	/* by number in ports, from 1 */
	size_t nport_users, port_user_cap;
	struct names port_pids;		/* and pid */
	struct names port_socks;	/* their sockets, also with a program */
	struct map port_count;		/* sockets, by number of the port and a
					 * program; 0 for all programs */

	struct map wanted;		/* hashes of sockets */
	struct names sockets;
	struct socket_held *held;	/* by number in sockets, from 1 */
	size_t nheld, held_cap;
	struct map holder_of;		/* socket and pid */
	struct co_holder *holders;
	size_t nholders, holder_cap;
	struct buf key;
};

/* Keeps a pointer to the stream. */
void others_start(struct others *o, unsigned needs, struct stream *s);
void others_free(struct others *o);

/* Adds the next record, as it is read. */
void others_add(struct others *o, struct view *v);

/* Asks for the holders of the row's socket, before others_settle. */
void others_want(struct others *o, uint32_t row);
/* Asks for all that has the row's port. */
void others_want_port(struct others *o, uint32_t row);
void others_settle(struct others *o);

/* A process of root holds the socket. */
bool others_root_holds(struct others *o, uint32_t row, const struct view *v);

/* Every other holder of the socket inherited it from this process, or is an
 * orphan that was started later. */
bool others_alone(struct others *o, uint32_t row, const struct view *v);

/* A server accepted this connection and passed it on, as inetd does: an
 * ancestor listens on its port and every process in between holds the
 * connection; or a listener on its port has no visible owner. */
bool others_accepted(struct others *o, uint32_t row, struct view *v);

/* A child or sibling of the process is a shell. */
bool others_shell_near(struct others *o, uint32_t row, const struct view *v);

/* The port was open before, but nowhere this widely, and the process does not
 * also keep its old bind. */
bool others_widened(struct others *o, uint32_t row, struct view *v);

/* Another service user, one without a login, has the same port by another
 * socket, and the process's parent does not; or this row is a service, and the
 * other process runs a different program. */
bool others_shadows(struct others *o, uint32_t row, struct view *v);

/* The number of records of the row's process, -1 if that is unknown. */
int64_t others_connections(const struct others *o, uint32_t row);

#endif
