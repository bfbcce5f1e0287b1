/*
 * The ports of network interfaces that are tunnels over UDP, rtnetlink(7):
 * IFLA_INFO_DATA, <linux/if_link.h>.  All interfaces of a kind with the same
 * port and family share one socket, which exists while one of them is up.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/kernel.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

/* Attributes in the data of a kind: its port (__be16), and those that only a
 * tunnel over IPv6 has (0: none); or, for a kind without a port attribute, its
 * two ports.  Headers before Linux 5.7 lack BAREUDP_PORT. */
enum { BAREUDP_PORT = 1 };
static const struct kind {
	const char *name;
	unsigned port, v6[2];
	unsigned metadata;	/* if set, it is over both */
	bool is_dual;		/* one socket for both, :: */
	uint16_t fixed[2];
} kinds[] = {
	/* vxlan_sock_add in drivers/net/vxlan/vxlan_core.c */
	{ .name = "vxlan", .port = IFLA_VXLAN_PORT,
	    .v6 = { IFLA_VXLAN_GROUP6, IFLA_VXLAN_LOCAL6 },
	    .metadata = IFLA_VXLAN_COLLECT_METADATA },
	/* geneve_open in drivers/net/geneve.c */
	{ .name = "geneve", .port = IFLA_GENEVE_PORT,
	    .v6 = { IFLA_GENEVE_REMOTE6 },
	    .metadata = IFLA_GENEVE_COLLECT_METADATA },
	/* bareudp_create_sock in drivers/net/bareudp.c */
	{ .name = "bareudp", .port = BAREUDP_PORT, .is_dual = true },
	/* drivers/net/gtp.c: a program may have made the sockets */
	{ .name = "gtp", .fixed = { 2152, 3386 } },
};

struct request {
	struct nlmsghdr head;
	struct ifinfomsg body;
	struct rtattr attr;
	uint32_t mask;
};

static const struct kind *
find_kind(struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(kinds); i++)
		if (str_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

static void
add_port(struct kernel *k, const struct kind *kind, const struct kernel_link *l,
    uint16_t port, enum addr_family family)
{
	struct kernel_port *p;

	if (port == 0)
		return;
	p = kernel_add(k, KERNEL_UDP, port, kind->name, l->name);
	p->local.family = (unsigned char)family;
	p->rank = l->index;
	p->is_guess = kind->port == 0;
}

/* A flag, or a byte other than 0. */
static bool
is_set(struct str value)
{
	return value.p != NULL && (value.n != 1 || value.p[0] != 0);
}

static void
add_tunnel(struct kernel *k, const struct kind *kind,
    const struct kernel_link *l, struct str data)
{
	bool both = kind->is_dual ||
	    (kind->metadata != 0 && is_set(nl_find(data, kind->metadata)));
	bool v6 = both;
	size_t i;

	for (i = 0; i < NELEMS(kind->v6) && kind->v6[i] != 0; i++)
		v6 |= nl_find(data, kind->v6[i]).p != NULL;
	if (v6)
		add_port(k, kind, l, nl_be16(nl_find(data, kind->port)),
		    ADDR_INET6);
	if (both || !v6)
		add_port(k, kind, l, nl_be16(nl_find(data, kind->port)),
		    ADDR_INET);
}

/* Data of other kinds is not checked. */
static int
take_kind(struct kernel *k, const struct kernel_link *l, struct str info)
{
	struct str name = nl_text(nl_find(info, IFLA_INFO_KIND)), data;
	const struct kind *kind = find_kind(name);
	size_t i;

	if (str_is(name, "wireguard"))
		*MEM_PUSH(k->wg, k->nwg, k->wgcap) = (struct kernel_link){
			l->index, arena_str(k->arena, l->name) };
	if (kind == NULL)
		return 0;
	if (!nl_find_nest(info, IFLA_INFO_DATA, &data))
		return EPROTO;
	if (kind->port != 0)
		add_tunnel(k, kind, l, data);
	for (i = 0; i < NELEMS(kind->fixed); i++)
		add_port(k, kind, l, kind->fixed[i], ADDR_INET);
	return 0;
}

int
kernel_take_link(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct kernel *k = arg;
	struct ifinfomsg m;
	struct kernel_link l;
	struct str attrs, info;

	if (h->nlmsg_type != RTM_NEWLINK || payload.n < sizeof m)
		return EPROTO;
	memcpy(&m, payload.p, sizeof m);
	attrs = str_skip(payload, sizeof m);
	if (!nl_are_attrs(attrs) ||
	    !nl_find_nest(attrs, IFLA_LINKINFO, &info))
		return EPROTO;
	/* an interface made in another namespace has its socket there */
	if ((m.ifi_flags & IFF_UP) == 0 ||
	    nl_find(attrs, IFLA_LINK_NETNSID).p != NULL)
		return 0;
	l = (struct kernel_link){ (uint32_t)m.ifi_index,
		nl_text(nl_find(attrs, IFLA_IFNAME)) };
	return take_kind(k, &l, info);
}

int
kernel_links(struct kernel *k)
{
	struct request r = {
		.head = { .nlmsg_len = sizeof r, .nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .ifi_family = AF_UNSPEC },
		.attr = { sizeof r.attr + sizeof r.mask, IFLA_EXT_MASK },
		.mask = RTEXT_FILTER_SKIP_STATS,
	};

	return nl_request(NETLINK_ROUTE, &r.head, kernel_take_link, k);
}
