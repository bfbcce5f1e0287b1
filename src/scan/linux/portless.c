/*
 * The tables of protocols without ports: raw(7), packet(7), vsock(7), and the
 * sockets of icmp(7) with which anyone may ping.  For each, the kernel may have
 * a module of sock_diag(7), or a file in /proc/net, or neither.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/vm_sockets_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "scan/linux/nl.h"

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

enum { FILE_MAX_SIZE = 64 * 1024 };	/* of /proc/net/protocols: 4 KiB */

struct raw_request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

struct packet_request {
	struct nlmsghdr head;
	struct packet_diag_req body;
};

struct vsock_request {
	struct nlmsghdr head;
	struct vsock_diag_req body;
};

#define DUMP_HEAD(r) { .nlmsg_len = sizeof(r), \
	.nlmsg_type = SOCK_DIAG_BY_FAMILY, \
	.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP }

/* A protocol's name in /proc/net/protocols, its file in /proc/net, and the
 * function that asks sock_diag; the last two may be NULL. */
struct source {
	const char *name, *file;
	int (*dump)(const struct scan_request *req, struct scan *sc,
	    const struct linux_ways *ways);
};

/* struct inet_diag_req_raw is the same, but has a protocol in this one's
 * padding: 0 for all protocols.  The kernel ignores the states. */
static int
dump_raw_of(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways, int family)
{
	struct raw_request r = {
		.head = DUMP_HEAD(r),
		.body = { .sdiag_family = (unsigned char)family,
			.sdiag_protocol = IPPROTO_RAW,
			.idiag_states = ~0U },
	};

	if ((req->needs & NEED_DROPS) != 0)
		r.body.idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
	return ways->dump(sc, &r.head, PROTO_RAW);
}

static int
dump_raw(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways)
{
	int status = dump_raw_of(req, sc, ways, AF_INET);

	if (status == 0)
		status = dump_raw_of(req, sc, ways, AF_INET6);
	return status;
}

/* Filters are not requested: if one does not fit into a datagram, the dump
 * silently ends before it (packet_diag_dump in net/packet/diag.c). */
static int
dump_packet(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways)
{
	struct packet_request r = {
		.head = DUMP_HEAD(r),
		.body = { .sdiag_family = AF_PACKET,
			.pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_MEMINFO },
	};

	(void)req;
	return ways->dump(sc, &r.head, PROTO_PACKET);
}

static int
dump_vsock(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways)
{
	struct vsock_request r = {
		.head = DUMP_HEAD(r),
		.body = { .sdiag_family = AF_VSOCK, .vdiag_states = ~0U },
	};

	(void)req;
	return ways->dump(sc, &r.head, PROTO_VSOCK);
}

static const struct source sources[PROTO_COUNT] = {
	[PROTO_RAW] = { "RAW", "raw", dump_raw },
	[PROTO_PACKET] = { "PACKET", "packet", dump_packet },
	[PROTO_ICMP] = { "PING", "icmp", NULL },
	[PROTO_VSOCK] = { "AF_VSOCK", NULL, dump_vsock },
};

static bool
has_line(struct str text, const char *name)
{
	struct str line;

	while (text.p != NULL) {
		line = str_cut(&text, '\n');
		if (str_is(str_cut(&line, ' '), name))
			return true;
	}
	return false;
}

/* True if the kernel has no such sockets: the protocol is a module that is not
 * loaded, or does not exist. */
static bool
is_absent(const struct scan_request *req, struct scan *sc, const char *net,
    const char *name)
{
	const char *path = linux_path(&sc->arena, net, "protocols");
	struct buf text = { 0 };
	bool absent = tree_slurp(req->proc, path, FILE_MAX_SIZE, &text) &&
	    has_line(buf_str(&text), "TCP") && !has_line(buf_str(&text), name);

	buf_free(&text);
	return absent;
}

static bool
has_file(struct scan *sc, const char *net, const struct source *from)
{
	return from->file != NULL && (access(linux_path(&sc->arena, net,
	    from->file), F_OK) == 0 || errno != ENOENT);
}

/* False after a message. */
static bool
read_files(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, const struct linux_ways *ways, const char *net)
{
	const struct source *from = &sources[proto];

	if (!has_file(sc, net, from) && is_absent(req, sc, net, from->name))
		return true;
	if (from->file != NULL)
		return ways->files(req, sc, proto, net);
	/* on this machine they are found by descriptors: strays.c */
	if (req->own_proc)
		sc->untold |= 1U << proto;
	else if ((sc->unread >> proto & 1) == 0)
		err_msg("%s: no file in it tells of %s", net,
		    sock_protos[proto]);
	return false;
}

/* False after a message. */
static bool
read_proto(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, const struct linux_ways *ways, const char *net)
{
	const struct source *from = &sources[proto];
	size_t before = sc->nsock;
	int status;

	if (ways->dump == NULL || from->dump == NULL)
		return read_files(req, sc, proto, ways, net);
	status = from->dump(req, sc, ways);
	if (status == 0)
		return true;
	sc->nsock = before;
	if (status != EPROTO)
		return read_files(req, sc, proto, ways, net);
	errno = status;
	if ((sc->unread >> proto & 1) == 0)
		err_msg("netlink: sock_diag: %s:", sock_protos[proto]);
	return false;
}

void
linux_portless(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways, const char *net)
{
	unsigned proto;

	for (proto = PROTO_NPORTED; proto < PROTO_COUNT; proto++) {
		if (!filter_wants_proto(req->filter, (enum sock_proto)proto))
			continue;
		if (read_proto(req, sc, (enum sock_proto)proto, ways, net)) {
			sc->protos |= 1U << proto;
			continue;
		}
		if ((sc->untold >> proto & 1) != 0)
			continue;
		sc->unread |= 1U << proto;
		sc->incomplete = true;
	}
}
