/*
 * diff/socket: finds the record of OLD with the same socket as a record of NEW,
 * and whether a socket was made since OLD.
 *
 * Records of one key are of the same socket if they have the same cookie, or
 * the same inode.  If neither is known, a record matches the only one of the
 * key, or the only one whose other fields are all equal, except those that a
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
	bool by[2];		/* cookie, inode: on both sides */
	bool all_of[2];		/* all records of OLD have it */
	uint32_t *old;		/* by NEW's row: OLD's row of the same */
	uint8_t *kin;		/* by NEW's row: enum socket_kin */
	struct cols stable;	/* fields that a socket keeps, on both sides */
	struct diff_map maps[2];	/* of OLD and NEW, for stable */
	uint64_t *made;		/* hashes of all of OLD's ids, sorted */
	size_t nmade, made_cap;
	bool read;		/* made is set */
	struct socket_id *ids[2];	/* of the current key: OLD's, NEW's */
	size_t ids_cap[2];
	struct buf scratch;
};

/* Keeps the pointer d; its sides have been matched.  The caller calls
 * sockets_free. */
void sockets_init(struct sockets *s, struct diff *d);
void sockets_free(struct sockets *s);

/* Cookies or inodes identify sockets. */
static inline bool
sockets_have_ids(const struct sockets *s)
{
	return s->by[0] || s->by[1];
}

/*
 * SOCKET_SAME: *old is a row of OLD with the same socket.  SOCKET_OTHER: no row
 * of OLD with this key is.  SOCKET_UNKNOWN: unclear, or OLD lacks the key.
 * Values of other rows become invalid.
 */
enum socket_kin sockets_find(struct sockets *s, uint32_t row, uint32_t *old);

/* The socket was certainly made since OLD. */
bool sockets_is_new(struct sockets *s, uint32_t row);

#endif
