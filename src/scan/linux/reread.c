/*
 * Tables that the kernel writes piece by piece, /proc/net/tcp and long dumps of
 * sock_diag(7).  Between two pieces it remembers a chain of its hash table and
 * how many of the chain's sockets it has written (tcp_seek_last_pos in
 * net/ipv4/tcp_ipv4.c, inet_diag_dump_icsk in net/ipv4/inet_diag.c, udp_dump in
 * net/ipv4/udp_diag.c; net/sctp/diag.c is alike).  If a socket joins or leaves
 * the chain meanwhile, the kernel repeats or loses another.
 *
 * So such a table is read until two readings agree and neither repeats a
 * socket.  A socket is lost if one before it leaves.  The next reading then
 * lacks the one that left; or if that had joined during the same reading, it
 * made the kernel repeat another.
 */
#include "scan/linux/linux.h"

#include <stdlib.h>

#include "lib/num.h"

/* A row and its number, so that of equal rows the last one stays. */
struct numbered {
	struct sock sock;
	size_t at;
};

static bool
is_connection(const struct sock *s)
{
	return (s->proto == PROTO_TCP || s->proto == PROTO_SCTP) &&
	    s->remote.family != ADDR_NONE;
}

/* An endpoint of SCTP has a row for each address. */
static bool
has_rows(const struct sock *s)
{
	return s->proto == PROTO_SCTP;
}

/* 0 for two rows of the same socket.  A connection or an association is known
 * by its two ends, whatever its state; other sockets by their inode. */
static int
cmp_socket(const struct sock *x, const struct sock *y)
{
	int c = num_cmp(x->netns, y->netns);

	if (c == 0)
		c = is_connection(x) - is_connection(y);
	if (c == 0)
		c = x->proto - y->proto;
	if (c == 0 && !is_connection(x))
		c = num_cmp(x->inode, y->inode);
	if (c != 0 || (x->inode != 0 && !is_connection(x) && !has_rows(x)))
		return c;
	c = sock_cmp(x, y);
	/* equal names are the same pointer */
	return c != 0 ? c : num_cmp((uintptr_t)x->ifname,
	    (uintptr_t)y->ifname);
}

static int
cmp_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int c = cmp_socket(&x->sock, &y->sock);

	return c != 0 ? c : num_cmp(x->at, y->at);
}

static size_t
count_inodes(const struct scan *sc, size_t i)
{
	size_t n = 0;

	for (; i < sc->nsock; i++)
		n += sc->sock[i].inode != 0;
	return n;
}

/* Drops repetitions from j->from on, and counts the sockets in the reading from
 * mid on that some process could have. */
static void
join_rows(struct linux_join *j, struct scan *sc, size_t mid)
{
	size_t count = sc->nsock - j->from, i, n = j->from, first = 0;
	struct numbered *v = mem_alloc(count * sizeof *v);

	for (i = 0; i < count; i++)
		v[i] = (struct numbered){ sc->sock[j->from + i], j->from + i };
	if (count > 0)
		qsort(v, count, sizeof *v, cmp_numbered);
	j->added = j->seen = 0;
	for (i = 0; i < count; i++) {
		if (i + 1 < count &&
		    cmp_socket(&v[i].sock, &v[i + 1].sock) == 0)
			continue;
		if (v[i].sock.inode != 0) {
			j->seen += v[i].at >= mid;
			j->added += v[first].at >= mid;
		}
		first = i + 1;
		sc->sock[n++] = v[i].sock;
	}
	sc->nsock = n;
	free(v);
}

bool
linux_join(struct linux_join *j, struct scan *sc, size_t mid)
{
	size_t before = j->seen, rows = count_inodes(sc, mid);
	bool was_clean = j->is_clean;

	join_rows(j, sc, mid);
	j->is_clean = rows == j->seen;
	return ++j->times >= LINUX_READINGS || (was_clean && j->is_clean &&
	    j->added == 0 && j->seen == before);
}
