/* The sockets of a scan by inode, and which of them have a holder. */
#include "scan/linux/owners.h"

#include <stdlib.h>

void
socks_begin(struct socks *socks, const struct scan *sc, size_t from)
{
	uint32_t *first;
	size_t i;

	socks->n = sc->nsock;
	socks->next = mem_alloc(sc->nsock * sizeof *socks->next);
	socks->owned = mem_alloc(sc->nsock);
	map_reserve(&socks->first, sc->nsock - from + sc->ndropped);
	for (i = 0; i < sc->ndropped; i++)
		*map_at(&socks->first, sc->dropped[i]) = SOCK_DROPPED;
	for (i = from; i < sc->nsock; i++) {
		if (sc->sock[i].inode == 0)
			continue;
		first = map_at(&socks->first, sc->sock[i].inode);
		socks->next[i] = *first != SOCK_DROPPED ? *first : 0;
		*first = (uint32_t)i + 1;
	}
}

void
socks_free(struct socks *socks)
{
	map_free(&socks->first);
	free(socks->next);
	free(socks->owned);
}

void
socks_add_holders(const struct socks *socks, uint32_t first, struct scan *sc,
    struct holder holder)
{
	uint32_t s;

	for (s = first; s != 0; s = socks->next[s - 1]) {
		holder.sock = s - 1;
		if (!socks->owned[s - 1])
			*scan_add_holder(sc) = holder;
	}
}

void
socks_mark(struct socks *socks, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nholder; i++)
		socks->owned[sc->holder[i].sock] = 1;
}

bool
socks_are_unowned(struct socks *socks, const struct scan *sc)
{
	size_t i;

	socks_mark(socks, sc);
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].inode != 0 && !socks->owned[i])
			return true;
	return false;
}

bool
linux_may_be_held(const struct sock *s, bool may_be_new)
{
	return s->inode != 0 && (may_be_new || s->uid != 0);
}
