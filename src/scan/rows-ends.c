/* The two ends of a socket, as in records. */
#include "scan/rows-record.h"

static struct str
from_addr(struct record *r, const struct addr *a, bool zone)
{
	char *start = r->p;

	if (a->family == ADDR_NONE)
		return STR_NONE;
	r->p = addr_format(r->p, a);
	if (r->sock->ifname != NULL && (zone || addr_is_linklocal(a))) {
		size_t n = strlen(r->sock->ifname);

		*r->p++ = '%';
		memcpy(r->p, r->sock->ifname, n);
		r->p += n;
	}
	return from_text(r, start);
}

/* Any address is written as in ss(8). */
static struct str
from_cid(struct record *r, uint32_t cid)
{
	return cid == SOCK_CID_ANY ? STR_LIT("*") : from_number(r, cid);
}

struct str
rows_local_addr(struct record *r)
{
	const struct sock_portless *p = r->sock->portless;

	if (p != NULL && p->is_vsock)
		return from_cid(r, p->local_cid);
	return from_addr(r, &r->sock->local, r->src->people);
}

struct str
rows_local_port(struct record *r)
{
	return from_number(r, r->sock->portless != NULL ?
	    r->sock->portless->local : r->sock->local_port);
}

struct str
rows_remote_addr(struct record *r)
{
	const struct sock_portless *p = r->sock->portless;

	if (p != NULL && p->is_vsock)
		return sock_has_peer(r->sock) ? from_cid(r, p->remote_cid) :
		    STR_NONE;
	return from_addr(r, &r->sock->remote, false);
}

struct str
rows_remote_port(struct record *r)
{
	const struct sock_portless *p = r->sock->portless;

	if (!sock_has_peer(r->sock) || (p != NULL && !p->is_vsock))
		return STR_NONE;
	return from_number(r, p != NULL ? p->remote : r->sock->remote_port);
}
