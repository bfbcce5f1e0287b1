/*
 * diff/socket: which record of OLD is of the same socket as one of NEW, and
 * which socket was made since OLD.
 *
 * Of the records of one key, those of the same socket have the same cookie, or
 * the same inode.  Where neither is known, it is the only record of the key, or
 * the only one with which all other fields are equal, but for those that a
 * socket or process changes as it works.
 */
#ifndef DIFF_SOCKET_H
#define DIFF_SOCKET_H

#include "diff/columns.h"

enum socket_kin { SOCKET_UNASKED, SOCKET_UNKNOWN, SOCKET_SAME, SOCKET_OTHER };

struct socket_id {
	uint64_t hash;
	uint32_t row;
};

struct sockets {
	struct diff *d;
	bool by[2];		/* cookie, inode: both sides have it */
	bool all_of[2];		/* no record of OLD lacks it */
	uint32_t *old;		/* by NEW's row: OLD's, if it is the same */
	uint8_t *kin;		/* likewise */
	struct cols stable;	/* what a socket keeps, of both sides */
	struct diff_map maps[2];	/* of OLD, NEW, for these */
	uint64_t *made;		/* hashes of all that OLD has, in order */
	size_t nmade, made_cap;
	bool read;		/* made is set */
	struct socket_id *ids[2];	/* of the key at hand: OLD's, NEW's */
	size_t ids_cap[2];
	struct buf scratch;
};

/* Keeps d, whose sides were matched.  The caller calls sockets_free. */
void sockets_init(struct sockets *s, struct diff *d);
void sockets_free(struct sockets *s);

/* Cookies or inodes tell sockets. */
static inline bool
sockets_have_ids(const struct sockets *s)
{
	return s->by[0] || s->by[1];
}

/*
 * SOCKET_SAME: *old is a row of OLD with the same socket.  SOCKET_OTHER: none
 * of OLD's with this key is.  SOCKET_UNKNOWN: no telling, or OLD has no such
 * key.  Values of other rows go.
 */
enum socket_kin sockets_find(struct sockets *s, uint32_t row, uint32_t *old);

/* The socket was made since OLD, for sure. */
bool sockets_is_new(struct sockets *s, uint32_t row);

#endif
