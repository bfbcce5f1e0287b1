/*
 * others: what the other records of a snapshot say.
 *
 * Each record is shown to it once, as it is read.  Who holds which socket is
 * only looked at for the sockets in question: a hash of each record's socket is
 * kept, and others_settle compares those that were asked for in full.
 */
#ifndef FLAG_OTHERS_H
#define FLAG_OTHERS_H

#include "flag/view.h"
#include "record/stream.h"

/* What is to be kept, bits. */
enum others_need {
	OTHERS_SOCKETS = 1,	/* who else holds a socket */
	OTHERS_LISTENERS = 2,	/* who listens on a port */
	OTHERS_SHELLS = 4,	/* whose child is a shell */
	OTHERS_BINDS = 8,	/* where ports were open before */
	OTHERS_OWNERS = 16	/* how many records a process has */
};

struct others {
	unsigned needs;
	struct stream *stream;

	struct others_row {
		uint32_t sock;		/* hash of its socket, 0: not kept */
		uint32_t owner;		/* its process, 0: none */
	} *rows;			/* by row of the stream */
	size_t rows_cap;

	/* Processes: group and pid. */
	struct map owner_of;
	uint32_t *owners;		/* number of records */
	size_t nowners, owner_cap;

	struct map listener_of;		/* owner, port and protocol */
	struct listener *listeners;
	size_t nlisteners, listener_cap;
	struct names netns;

	struct map shell_of;		/* group and the shell's parent */

	struct names binds;		/* group, netns, proto, port */
	unsigned char *widest;		/* 1 + enum of the widest, 0: none */
	size_t widest_cap;

	struct map wanted;		/* hashes of sockets */
	struct names sockets;
	struct socket_held *held;	/* by number of the socket, from 1 */
	size_t held_cap;
	struct map holder_of;		/* socket and pid */
	struct holder *holders;
	size_t nholders, holder_cap;
	struct buf key;
};

/* The stream is kept. */
void others_start(struct others *o, unsigned needs, struct stream *s);
void others_free(struct others *o);

/* A record, as it is read; not for those that are gone. */
void others_add(struct others *o, uint32_t row, struct view *v);

/* A row that was there in the snapshot before, gone or not. */
void others_add_old(struct others *o, uint32_t row,
    struct view *v);

/* Asks for the holders of the row's socket, before others_settle. */
void others_want(struct others *o, uint32_t row);
void others_settle(struct others *o);

/* A root process holds the socket. */
bool others_root_holds(struct others *o, uint32_t row,
    const struct view *v);

/* No process holds the socket that did not get it from this one. */
bool others_alone(struct others *o, uint32_t row,
    const struct view *v);

/*
 * A listener took this connection and handed it on, as inetd does: one that an
 * ancestor has, all between which hold the connection; or one without a visible
 * owner.
 */
bool others_accepted(struct others *o, uint32_t row,
    struct view *v);

/* A child or sibling of the process is a shell. */
bool others_shell_near(struct others *o, uint32_t row,
    const struct view *v);

/* Its port was open before, and nowhere as wide as now. */
bool others_widened(struct others *o, uint32_t row,
    struct view *v);

/* The number of records of the row's process, -1 where it is not known. */
int64_t others_connections(const struct others *o,
    uint32_t row);

#endif
