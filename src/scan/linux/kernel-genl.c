/*
 * Ports from families of generic netlink.  Asking for a family by name makes
 * the kernel load a module of that name: so all families are listed, and only
 * those that exist are asked.
 */
#include "scan/linux/kernel.h"

#include <errno.h>
#include <linux/genetlink.h>

#include "lib/num.h"

/* Each family's commands and attributes are numbered as in the named header of
 * <linux/>: older systems' headers lack some. */
enum { VERSION = 1 };

struct request {
	struct nlmsghdr head;
	struct genlmsghdr body;
	struct nlattr attr;	/* present or not, depending on the length */
	uint32_t value;
};

static struct request
make_request(uint16_t family, unsigned command, unsigned flags)
{
	return (struct request){
		.head = { .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = family,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) },
		.body = { .cmd = (uint8_t)command, .version = VERSION },
	};
}

/* The attributes after a message's head; false if there is anything else. */
static bool
take_attrs(struct str payload, struct str *attrs)
{
	if (payload.n < sizeof(struct genlmsghdr))
		return false;
	*attrs = str_skip(payload, sizeof(struct genlmsghdr));
	return nl_are_attrs(*attrs);
}

/* wireguard.h.  The port is in the first message; all peers follow it. */
enum { WG_GET_DEVICE = 0, WG_IFINDEX = 1, WG_IFNAME = 2, WG_PORT = 6 };

int
kernel_take_wg(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct kernel *k = arg;
	struct str attrs, name;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs))
		return EPROTO;
	name = nl_text(nl_find(attrs, WG_IFNAME));
	port = nl_u16(nl_find(attrs, WG_PORT));
	if (port != 0) {
		kernel_add(k, KERNEL_UDP, port, "wireguard", name)->local =
		    (struct addr){ .family = ADDR_INET };
		kernel_add(k, KERNEL_UDP, port, "wireguard", name)->local =
		    (struct addr){ .family = ADDR_INET6 };
	}
	return ENODATA;
}

static int
ask_wg(struct kernel *k, uint16_t family)
{
	struct request r = make_request(family, WG_GET_DEVICE, NLM_F_DUMP);
	int error = 0;
	size_t i;

	r.head.nlmsg_len = sizeof r;
	r.attr = (struct nlattr){ sizeof r.attr + sizeof r.value, WG_IFINDEX };
	for (i = 0; i < k->nwg && (error == 0 || error == ENODEV); i++) {
		r.value = k->wg[i].index;
		error = nl_request(NETLINK_GENERIC, &r.head, kernel_take_wg,
		    k);
	}
	return error;
}

/* The address in one of two attributes; ADDR_NONE if it has neither.  False if
 * it is not an address of that family. */
static bool
take_addr(struct str attrs, unsigned v4, unsigned v6, struct addr *a)
{
	struct str value = nl_find(attrs, v4);
	enum addr_family family = ADDR_INET;

	if (value.p == NULL) {
		value = nl_find(attrs, v6);
		family = ADDR_INET6;
	}
	*a = kernel_addr(value);
	return value.p == NULL || a->family == family;
}

/* fou.h. */
enum { FOU_GET = 3, FOU_PORT = 1, FOU_AF = 2, FOU_TYPE = 4, FOU_LOCAL_V4 = 6,
	FOU_LOCAL_V6 = 7, FOU_GUE = 2 };

int
kernel_take_fou(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct str attrs, gue = STR_NONE;
	struct addr local;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs) ||
	    !take_addr(attrs, FOU_LOCAL_V4, FOU_LOCAL_V6, &local))
		return EPROTO;
	port = nl_be16(nl_find(attrs, FOU_PORT));
	if (port == 0)
		return 0;
	if (nl_u8(nl_find(attrs, FOU_TYPE)) == FOU_GUE)
		gue = STR_LIT("gue");
	kernel_add(arg, KERNEL_UDP, port, "fou", gue)->local = local;
	return 0;
}

/* l2tp.h.  If a program made the socket of a tunnel over UDP, the socket has a
 * holder. */
enum { L2TP_GET = 4, L2TP_ID = 9, L2TP_SADDR = 24, L2TP_SPORT = 26,
	L2TP_SADDR6 = 31 };

int
kernel_take_l2tp(void *arg, const struct nlmsghdr *h, struct str payload)
{
	char digits[NUM_MAX];
	struct kernel_port *p;
	struct str attrs;
	struct addr local;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs) ||
	    !take_addr(attrs, L2TP_SADDR, L2TP_SADDR6, &local))
		return EPROTO;
	port = nl_u16(nl_find(attrs, L2TP_SPORT));
	if (port == 0 || local.family == ADDR_NONE)
		return 0;
	p = kernel_add(arg, KERNEL_UDP, port, "l2tp",
	    num_str(digits, nl_u32(nl_find(attrs, L2TP_ID))));
	p->local = local;
	return 0;
}

/* tipc_netlink.h.  Bearers over UDP are called udp:NAME; a bearer's socket may
 * be bound to its address, or only to the port: tipc_udp_enable in
 * net/tipc/udp_media.c. */
enum { TIPC_BEARER_GET = 4, TIPC_BEARER = 1, TIPC_NAME = 1, TIPC_UDP = 4,
	TIPC_LOCAL = 1 };

int
kernel_take_tipc(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct str attrs, bearer, udp, name;
	struct addr local;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs) ||
	    !nl_find_nest(attrs, TIPC_BEARER, &bearer) ||
	    !nl_find_nest(bearer, TIPC_UDP, &udp))
		return EPROTO;
	name = nl_text(nl_find(bearer, TIPC_NAME));
	if (kernel_sockaddr(nl_find(udp, TIPC_LOCAL), &local, &port) &&
	    port != 0) {
		str_take_start(&name, "udp:");
		kernel_add(arg, KERNEL_UDP, port, "tipc", name)->local = local;
		kernel_add(arg, KERNEL_UDP, port, "tipc", name)->local.family =
		    local.family;
	}
	return 0;
}

/* nfsd_netlink.h: from Linux 6.10 on; before, /proc/fs/nfsd/portlist. */
enum { NFSD_GET = 7, NFSD_ADDR = 1, NFSD_SOCKADDR = 1, NFSD_TRANSPORT = 2 };

int
kernel_take_nfsd(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct str attrs, one;
	unsigned type;

	(void)h;
	if (!take_attrs(payload, &attrs))
		return EPROTO;
	while (nl_next(&attrs, &type, &one)) {
		struct str transport;
		struct addr local;
		uint16_t port;

		if (type != NFSD_ADDR)
			continue;
		if (!nl_are_attrs(one))
			return EPROTO;
		transport = nl_text(nl_find(one, NFSD_TRANSPORT));
		if (kernel_sockaddr(nl_find(one, NFSD_SOCKADDR), &local,
		    &port) && port != 0)
			kernel_add(arg, str_is(transport, "udp") ? KERNEL_UDP :
			    KERNEL_SERVER, port, "nfsd", STR_NONE)->local =
			    local;
	}
	return 0;
}

/* mptcp.h.  Incoming connections are parts of others, which have holders. */
enum { MPTCP_GET = 3, MPTCP_ADDR = 1, MPTCP_ADDR4 = 3, MPTCP_ADDR6 = 4,
	MPTCP_PORT = 5 };

int
kernel_take_mptcp(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct str attrs, end;
	struct addr local;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs) ||
	    !nl_find_nest(attrs, MPTCP_ADDR, &end) ||
	    !take_addr(end, MPTCP_ADDR4, MPTCP_ADDR6, &local))
		return EPROTO;
	port = nl_u16(nl_find(end, MPTCP_PORT));
	if (port != 0 && local.family != ADDR_NONE)
		kernel_add(arg, KERNEL_LISTEN, port, "mptcp", STR_NONE)->local =
		    local;
	return 0;
}

/* ip_vs.h: its daemons, which inform other machines of connections. */
enum { IPVS_GET = 11, IPVS_DAEMON = 3, IPVS_STATE = 1, IPVS_GROUP = 5,
	IPVS_GROUP6 = 6, IPVS_PORT = 7, IPVS_MASTER = 1 };

/* The master sends from any port to the group; the backup is bound to it. */
int
kernel_take_ipvs(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct str attrs, daemon;
	struct kernel_port *p;
	struct addr group;
	uint16_t port;

	(void)h;
	if (!take_attrs(payload, &attrs) ||
	    !nl_find_nest(attrs, IPVS_DAEMON, &daemon) ||
	    !take_addr(daemon, IPVS_GROUP, IPVS_GROUP6, &group))
		return EPROTO;
	port = nl_u16(nl_find(daemon, IPVS_PORT));
	if (port == 0 || group.family == ADDR_NONE)
		return 0;
	if (nl_u32(nl_find(daemon, IPVS_STATE)) == IPVS_MASTER) {
		p = kernel_add(arg, KERNEL_UDP, 0, "ipvs", STR_NONE);
		p->remote_port = port;
		p->remote = group;
	} else {
		p = kernel_add(arg, KERNEL_UDP, port, "ipvs", STR_NONE);
		p->local = group;
	}
	return 0;
}

nl_take *const kernel_parsers[] = {
	kernel_take_link, kernel_take_wg, kernel_take_fou, kernel_take_l2tp,
	kernel_take_tipc, kernel_take_nfsd, kernel_take_mptcp,
	kernel_take_ipvs, NULL
};

/* Each family gets one command, or has a function of its own. */
static const struct family {
	const char *name;
	unsigned uses, command, flags;
	nl_take *take;
	int (*ask)(struct kernel *k, uint16_t family);
} families[] = {
	{ .name = "wireguard", .uses = KERNEL_UDP, .ask = ask_wg },
	{ .name = "fou", .uses = KERNEL_UDP, .command = FOU_GET,
	    .flags = NLM_F_DUMP, .take = kernel_take_fou },
	{ .name = "l2tp", .uses = KERNEL_UDP, .command = L2TP_GET,
	    .flags = NLM_F_DUMP, .take = kernel_take_l2tp },
	{ .name = "TIPCv2", .uses = KERNEL_UDP, .command = TIPC_BEARER_GET,
	    .flags = NLM_F_DUMP, .take = kernel_take_tipc },
	{ .name = "nfsd", .uses = KERNEL_UDP | KERNEL_SERVER,
	    .command = NFSD_GET, .flags = NLM_F_ACK,
	    .take = kernel_take_nfsd },
	{ .name = "mptcp_pm", .uses = KERNEL_LISTEN, .command = MPTCP_GET,
	    .flags = NLM_F_DUMP, .take = kernel_take_mptcp },
	{ .name = "IPVS", .uses = KERNEL_UDP, .command = IPVS_GET,
	    .flags = NLM_F_DUMP, .take = kernel_take_ipvs },
};

/* Sets the families' numbers; 0: does not exist. */
static int
take_family(void *arg, const struct nlmsghdr *h, struct str payload)
{
	uint16_t *ids = arg;
	struct str attrs, name;
	size_t i;

	(void)h;
	if (!take_attrs(payload, &attrs))
		return EPROTO;
	name = nl_text(nl_find(attrs, CTRL_ATTR_FAMILY_NAME));
	for (i = 0; i < NELEMS(families); i++)
		if (str_is(name, families[i].name))
			ids[i] = nl_u16(nl_find(attrs, CTRL_ATTR_FAMILY_ID));
	return 0;
}

static int
ask_family(struct kernel *k, const struct family *f, uint16_t id)
{
	struct request r = make_request(id, f->command, f->flags);

	return f->ask != NULL ? f->ask(k, id) :
	    nl_request(NETLINK_GENERIC, &r.head, f->take, k);
}

/* The family may lack the command, or just be gone; or only root may ask it. */
static bool
is_fault(int error)
{
	return error != 0 && error != EPERM && error != EACCES &&
	    error != EOPNOTSUPP && error != ENOENT && error != ENODEV;
}

int
kernel_genl(struct kernel *k)
{
	struct request r = make_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
	    NLM_F_DUMP);
	uint16_t ids[NELEMS(families)] = { 0 };
	int error = nl_request(NETLINK_GENERIC, &r.head, take_family, ids);
	size_t i;

	for (i = 0; i < NELEMS(families) && !is_fault(error); i++)
		if (ids[i] != 0 && (families[i].uses & k->uses) != 0)
			error = ask_family(k, &families[i], ids[i]);
	return is_fault(error) ? error : 0;
}
