/*
 * What the kernel says of one socket: <linux/inet_diag.h>, sock_diag(7).
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stddef.h>

#include "scan/linux/nl.h"

/* An address, which the kernel gives as four words. */
static struct addr
make_addr(const __be32 *words, int family)
{
	struct addr a = { .family = ADDR_INET6 };

	if (family == AF_INET) {
		a.family = ADDR_INET;
		memcpy(a.b, words, 4);
	} else {
		memcpy(a.b, words, sizeof a.b);
	}
	return a;
}

/* The bytes of the message's first attribute of that type, and their number;
 * NULL if there is none. */
static const void *
find_attr(const struct inet_diag_msg *m, size_t len, unsigned type,
    size_t *n)
{
	struct str attrs = { (const char *)(m + 1), len - sizeof *m };
	struct str value = nl_find(attrs, type);

	*n = value.n;
	return value.p;
}

static enum sock_v6only
find_v6only(const struct inet_diag_msg *m, size_t len)
{
	size_t n;
	const unsigned char *value = find_attr(m, len,
	    INET_DIAG_SKV6ONLY, &n);

	if (value == NULL || n == 0)
		return V6ONLY_UNKNOWN;
	return *value != 0 ? V6ONLY_YES : V6ONLY_NO;
}

/* Older kernels have a shorter struct: without the counters it is of no use. */
static const struct sock_info *
find_info(const struct inet_diag_msg *m, size_t len, struct arena *a)
{
	struct tcp_info ti;
	struct sock_info *info;
	size_t n;
	const void *value = find_attr(m, len, INET_DIAG_INFO, &n);

	if (value == NULL || n < offsetof(struct tcp_info, tcpi_segs_out))
		return NULL;
	memcpy(&ti, value, n < sizeof ti ? n : sizeof ti);
	info = arena_alloc(a, sizeof *info);
	*info = (struct sock_info){ ti.tcpi_bytes_received,
		ti.tcpi_bytes_acked, ti.tcpi_rtt, ti.tcpi_total_retrans };
	return info;
}

/* The kernel adds it to every socket, from Linux 5.9 on. */
static uint32_t
find_cgroup(const struct inet_diag_msg *m, size_t len, struct scan *sc)
{
	uint64_t id;
	size_t n;
	const void *value = find_attr(m, len, INET_DIAG_CGROUP_ID, &n);

	if (value == NULL || n < sizeof id)
		return 0;
	memcpy(&id, value, sizeof id);
	return linux_sock_cgroup(sc, id);
}

/* Sets its cookie, and if needed its control group. */
static void
identify(struct sock *s, const struct inet_diag_msg *m, size_t len,
    struct scan *sc)
{
	/* sock_diag_save_cookie in net/core/sock_diag.c */
	s->cookie = (uint64_t)m->id.idiag_cookie[1] << 32 |
	    m->id.idiag_cookie[0];
	if ((sc->needs & (NEED_SOCK_CGROUP | NEED_SOCK_UNIT |
	    NEED_SOCK_CONTAINER)) != 0)
		s->cgroup = find_cgroup(m, len, sc);
}

/* sock_diag_put_meminfo in net/core/sock_diag.c */
static void
find_drops(const struct inet_diag_msg *m, size_t len, struct sock *s)
{
	uint32_t v[SK_MEMINFO_DROPS + 1];
	size_t n;
	const void *value = find_attr(m, len, INET_DIAG_SKMEMINFO, &n);

	if (value == NULL || n < sizeof v)
		return;
	memcpy(v, value, sizeof v);
	s->drops = v[SK_MEMINFO_DROPS];
	s->has_drops = true;
}

bool
linux_diag_add(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_proto proto)
{
	size_t before = sc->nsock;
	struct sock *s;

	/* if two messages are taken for one, the second's length looks like an
	 * attribute of type 0 */
	if (len < sizeof *m || !nl_are_attrs(
	    (struct str){ (const char *)(m + 1), len - sizeof *m }) ||
	    (m->idiag_family != AF_INET && m->idiag_family != AF_INET6))
		return false;
	if (proto == PROTO_SCTP) {
		if (!linux_sctp_diag(sc, m, len, find_v6only(m, len)))
			return false;
		for (; before < sc->nsock; before++)
			identify(&sc->sock[before], m, len, sc);
		return true;
	}
	s = scan_add_sock(sc);
	s->proto = (unsigned char)proto;
	s->state = (unsigned char)sock_state_of(m->idiag_state, proto);
	s->local = make_addr(m->id.idiag_src, m->idiag_family);
	s->local_port = ntohs(m->id.idiag_sport);
	if (!sock_is_alone(s)) {
		s->remote_port = ntohs(m->id.idiag_dport);
		s->remote = make_addr(m->id.idiag_dst, m->idiag_family);
		if (s->remote_port == 0 && addr_is_any(&s->remote))
			s->remote.family = ADDR_NONE;
	}
	s->timewait = proto == PROTO_TCP &&
	    m->idiag_timer == LINUX_TIMER_TIMEWAIT;
	if (proto >= PROTO_NPORTED)
		sock_make_portless(s, &sc->arena);
	if (m->id.idiag_if != 0)
		s->ifname = linux_ifname(sc, m->id.idiag_if);
	s->uid = m->idiag_uid;
	s->inode = m->idiag_inode;
	identify(s, m, len, sc);
	if ((sc->needs & NEED_DROPS) != 0)
		find_drops(m, len, s);
	/* tcp_diag_get_info in net/ipv4/tcp_diag.c */
	s->rx_queue = m->idiag_rqueue;
	s->tx_queue = m->idiag_wqueue;
	s->has_backlog = s->state == STATE_LISTEN;
	if (s->remote.family != ADDR_NONE)
		s->info = find_info(m, len, &sc->arena);
	else if (m->idiag_family == AF_INET6 && proto < PROTO_NPORTED)
		s->v6only = (unsigned char)find_v6only(m, len);
	return true;
}
