/* Sockets whose owner may be hidden. */
#include "scan/rows.h"

#include <stdlib.h>

/* What rows tell of a socket: that it is here, that somebody holds it, and that
 * its own user does. */
enum { SEEN = 1 << 0, HELD = 1 << 1, HELD_BY_USER = 1 << 2 };

/* The process has the socket's user, as far as one is known of either. */
static bool
is_users(const struct row *row)
{
	return !sock_has_user(row->sock) || !row->proc->has_uid ||
	    row->proc->uid == row->sock->uid;
}

uint64_t
rows_unowned(const struct rows *r, const struct scan *sc)
{
	unsigned char *told = mem_alloc(sc->nsock);
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		told[r->v[i].sock - sc->sock] |= r->v[i].proc == NULL ? SEEN :
		    is_users(&r->v[i]) ? SEEN | HELD | HELD_BY_USER :
		    SEEN | HELD;
	for (i = 0; i < sc->nsock; i++)
		n += (told[i] == SEEN && sc->sock[i].inode != 0 &&
		    sc->sock[i].kernel == NULL) ||
		    told[i] == (SEEN | HELD);
	free(told);
	return n;
}
