/*
 * flag-index: what the other records of a snapshot say.
 *
 * Each record is shown to it once, as it is read.  Who holds which socket is
 * only looked at for the sockets in question: a hash of each record's socket is
 * kept, and index_settle compares those that were asked for in full.
 */
#ifndef FLAG_OTHERS_H
#define FLAG_OTHERS_H

#include "flag/view.h"
#include "record/stream.h"

/* What is to be kept, bits. */
enum index_need {
	INDEX_SOCKETS = 1,	/* who else holds a socket */
	INDEX_LISTENERS = 2,	/* who listens on a port */
	INDEX_SHELLS = 4,	/* whose child is a shell */
	INDEX_BINDS = 8,	/* where ports were open before */
	INDEX_OWNERS = 16	/* how many records a process has */
};

struct index {
	unsigned needs;
	struct stream *stream;

	struct index_row {
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
void index_start(struct index *ix, unsigned needs, struct stream *s);
void index_free(struct index *ix);

/* A record, as it is read; not for those that are gone. */
void index_add(struct index *ix, uint32_t row, struct fact *f);

/* A row that was there in the snapshot before, gone or not. */
void index_add_old(struct index *ix, uint32_t row,
    struct fact *f);

/* Asks for the holders of the row's socket, before index_settle. */
void index_want(struct index *ix, uint32_t row);
void index_settle(struct index *ix);

/* A root process holds the socket. */
bool index_root_holds(struct index *ix, uint32_t row,
    const struct fact *f);

/* No process holds the socket that did not get it from this one. */
bool index_alone(struct index *ix, uint32_t row,
    const struct fact *f);

/*
 * A listener took this connection and handed it on, as inetd does: one that an
 * ancestor has, all between which hold the connection; or one without a visible
 * owner.
 */
bool index_accepted(struct index *ix, uint32_t row,
    struct fact *f);

/* A child or sibling of the process is a shell. */
bool index_shell_near(struct index *ix, uint32_t row,
    const struct fact *f);

/* Its port was open before, and nowhere as wide as now. */
bool index_widened(struct index *ix, uint32_t row,
    struct fact *f);

/* The number of records of the row's process, -1 where it is not known. */
int64_t index_connections(const struct index *ix,
    uint32_t row);

#endif
