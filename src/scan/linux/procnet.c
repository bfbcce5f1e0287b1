/*
 * The socket tables of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5), of
 * /proc/net/sctp and of protocols without ports: used if netlink is refused,
 * and for other proc trees.
 *
 * The kernel builds such a file some lines at a time: scan/linux/reread.c.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"

enum { MAX_WARNINGS = 10, FILE_MAX = 1 << 30 };

/* The words of a line. */
enum { NUMBER, LOCAL, REMOTE, STATE, QUEUES, TIMER, RETRANSMITS, UID, PROBES,
	INODE, NWORDS,
	DROPS = INODE + 3, NWORDS_UDP };

/* A table of one protocol and family, or one with its own parser of lines. */
struct table {
	const char *file;
	enum sock_proto proto;
	enum addr_family family;
	bool (*add)(struct scan *sc, struct str line);
};

static bool
add_packet(struct scan *sc, struct str line)
{
	return linux_packet_line(sc, line, !sc->other_tree);
}

static const struct table tables[] = {
	{ "tcp", PROTO_TCP, ADDR_INET, NULL },
	{ "tcp6", PROTO_TCP, ADDR_INET6, NULL },
	{ "udp", PROTO_UDP, ADDR_INET, NULL },
	{ "udp6", PROTO_UDP, ADDR_INET6, NULL },
};
static const struct table portless_tables[] = {
	{ "raw", PROTO_RAW, ADDR_INET, NULL },
	{ "raw6", PROTO_RAW, ADDR_INET6, NULL },
	{ "icmp", PROTO_ICMP, ADDR_INET, NULL },
	{ "icmp6", PROTO_ICMP, ADDR_INET6, NULL },
	{ "packet", PROTO_PACKET, ADDR_NONE, add_packet },
};
static const struct table sctp_tables[] = {
	{ "sctp/eps", PROTO_SCTP, ADDR_NONE, linux_sctp_endpoint },
	{ "sctp/assocs", PROTO_SCTP, ADDR_NONE, linux_sctp_association },
};

static bool
take_hex(struct str *s, size_t digits, uint32_t *out)
{
	uint32_t v = 0;
	size_t i;

	if (s->n < digits)
		return false;
	for (i = 0; i < digits; i++) {
		char c = s->p[i];
		unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0') :
		    c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;

		if (d == 16)
			return false;
		v = v << 4 | d;
	}
	s->p += digits;
	s->n -= digits;
	*out = v;
	return true;
}

/* ADDRESS:PORT; the address is words in the machine's own byte order. */
static bool
read_hex_end(struct str s, enum addr_family family, struct addr *a,
    uint16_t *port)
{
	size_t i, words = family == ADDR_INET ? 1 : 4;
	uint32_t v;

	memset(a, 0, sizeof *a);
	a->family = (unsigned char)family;
	for (i = 0; i < words; i++) {
		if (!take_hex(&s, 8, &v))
			return false;
		memcpy(a->b + 4 * i, &v, 4);
	}
	if (!str_take(&s, ':') || !take_hex(&s, 4, &v) || s.n > 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* tx_queue:rx_queue; for a listener the second counts waiting connections. */
static bool
read_queues(struct str s, struct sock *sock)
{
	return take_hex(&s, 8, &sock->tx_queue) && str_take(&s, ':') &&
	    take_hex(&s, 8, &sock->rx_queue) && s.n == 0;
}

bool
linux_procnet_line(struct str line, enum sock_proto proto,
    enum addr_family family, struct sock *s)
{
	struct str word[NWORDS_UDP] = { STR_NONE };
	size_t n = str_words(line, word, NELEMS(word));
	uint32_t state, timer;
	uint64_t uid, drops;

	memset(s, 0, sizeof *s);
	s->proto = (unsigned char)proto;
	if (n < NWORDS ||
	    !str_ends(word[NUMBER], ":") ||
	    !read_hex_end(word[LOCAL], family, &s->local, &s->local_port) ||
	    !read_hex_end(word[REMOTE], family, &s->remote, &s->remote_port) ||
	    !take_hex(&word[STATE], 2, &state) || word[STATE].n > 0 ||
	    !read_queues(word[QUEUES], s) ||
	    !take_hex(&word[TIMER], 2, &timer) ||
	    !str_starts(word[TIMER], ":") ||
	    !num_parse(word[UID], UINT32_MAX, &uid) ||
	    !num_parse(word[INODE], UINT64_MAX, &s->inode))
		return false;
	s->state = (unsigned char)sock_state_of(state, proto);
	s->timewait = proto == PROTO_TCP && timer == LINUX_TIMER_TIMEWAIT;
	s->uid = (uint32_t)uid;
	if (proto != PROTO_TCP && n > DROPS &&
	    num_parse(word[DROPS], UINT32_MAX, &drops)) {
		s->drops = (uint32_t)drops;
		s->has_drops = true;
	}
	if (sock_is_alone(s) ||
	    (s->remote_port == 0 && addr_is_any(&s->remote)))
		s->remote = (struct addr){ .family = ADDR_NONE };
	return true;
}

static bool
add_line(struct scan *sc, struct str line, const struct table *t)
{
	struct sock s;

	if (t->add != NULL)
		return t->add(sc, line);
	if (!linux_procnet_line(line, t->proto, t->family, &s))
		return false;
	if (t->proto >= PROTO_NPORTED)
		sock_make_portless(&s, &sc->arena);
	s.netns = (uint32_t)(sc->nnetns - 1);
	*scan_add_sock(sc) = s;
	return true;
}

static void
add_lines(struct scan *sc, struct str text, const struct table *t,
    const char *path, bool warn)
{
	size_t lineno, bad = 0;

	str_cut(&text, '\n');		/* the heading */
	for (lineno = 2; text.n > 0; lineno++) {
		if (add_line(sc, str_cut(&text, '\n'), t))
			continue;
		sc->incomplete = true;
		if (warn && ++bad <= MAX_WARNINGS)
			err_msg("%s:%zu: not a line of a socket table: "
			    "skipped", path, lineno);
	}
	if (bad > MAX_WARNINGS)
		err_msg("%s: %zu such lines skipped in all", path, bad);
}

/* True if the task whose folder it is has ended.  A task that has not been
 * waited for still has the folder, but no namespace.  The first namespace's is
 * always there. */
static bool
is_gone(struct scan *sc, const char *net)
{
	struct str task = str_from(net);
	const char *path;
	char link[1];

	if (sc->nnetns == 1 || !str_take_end(&task, "/net"))
		return false;
	path = linux_path(&sc->arena, arena_str(&sc->arena, task).p, "ns/net");
	return readlink(path, link, sizeof link) < 0 &&
	    (errno == ENOENT || errno == ESRCH);
}

/* False after a message.  IPv6 files may be missing, if the kernel has no IPv6;
 * so may those of a process that has ended. */
static bool
read_table(struct scan *sc, const char *proc, const char *net,
    const struct table *t, bool warn)
{
	const char *path = linux_path(&sc->arena, net, t->file);
	struct buf text = { 0 };
	int error = tree_slurp(proc, path, FILE_MAX, &text) ? 0 : errno;
	bool absent = error == ENOENT && t->family == ADDR_INET6;

	if (error == 0) {
		add_lines(sc, buf_str(&text), t, path, warn);
	} else if (!absent && !is_gone(sc, net)) {
		errno = error;
		err_msg("%s:", path);
	} else {
		error = 0;
	}
	buf_free(&text);
	return error == 0;
}

/* Reads it again until nothing in it is new. */
static bool
read_whole(struct scan *sc, const char *proc, const char *net,
    const struct table *t)
{
	struct linux_join j = { .from = sc->nsock };
	size_t mid;

	do {
		mid = sc->nsock;
		if (!read_table(sc, proc, net, t, j.times == 0))
			return false;
	} while (!linux_join(&j, sc, mid));
	return true;
}

bool
linux_procnet_sctp(struct scan *sc, const char *proc, const char *net)
{
	size_t i;

	for (i = 0; i < NELEMS(sctp_tables); i++)
		if (!read_whole(sc, proc, net, &sctp_tables[i]))
			return false;
	return true;
}

bool
linux_procnet_portless(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, const char *net)
{
	size_t i;

	for (i = 0; i < NELEMS(portless_tables); i++)
		if (portless_tables[i].proto == proto &&
		    !read_whole(sc, req->proc, net, &portless_tables[i]))
			return false;
	return true;
}

bool
linux_procnet_ported(struct scan *sc, const char *proc, enum sock_proto proto,
    const char *net)
{
	size_t i, before = sc->nsock;

	for (i = 0; i < NELEMS(tables); i++)
		if (tables[i].proto == proto &&
		    !read_whole(sc, proc, net, &tables[i]))
			return false;
	linux_link_local(sc, before, proc, net);
	return true;
}

/* If the kernel has no SCTP, it counts as read, too. */
static void
add_sctp(struct scan *sc, const char *proc, const char *net)
{
	enum linux_sctp has = linux_has_sctp(&sc->arena, net);
	bool read = has == LINUX_SCTP_NO;

	if (has == LINUX_SCTP_YES) {
		read = linux_procnet_sctp(sc, proc, net);
		sc->incomplete |= !read;
	}
	if (read)
		sc->protos |= 1U << PROTO_SCTP;
}

/* Reads the tables of one namespace, in that folder. */
static bool
folder_tables(const struct scan_request *req, struct scan *sc, const char *net)
{
	static const struct linux_ways ways = { NULL, linux_procnet_portless };
	bool ok = true;
	int proto;

	for (proto = 0; ok && proto < PROTO_SCTP; proto++) {
		if (!filter_wants_proto(req->filter, (enum sock_proto)proto))
			continue;
		ok = linux_procnet_ported(sc, req->proc,
		    (enum sock_proto)proto, net);
		sc->protos |= 1U << proto;
	}
	if (ok && filter_wants_proto(req->filter, PROTO_SCTP))
		add_sctp(sc, req->proc, net);
	if (ok)
		linux_portless(req, sc, &ways, net);
	if (ok)
		linux_places_files(req->filter, sc, req->proc, net);
	return ok;
}

static bool
read_own(const struct scan_request *req, struct scan *sc)
{
	return folder_tables(req, sc,
	    linux_net_folder(&sc->arena, req->proc, req->own_proc));
}

/* Reads the tables of a listed namespace.  If its process is gone afterwards,
 * none of them is kept. */
static bool
add_netns_tables(const struct scan_request *req, struct scan *sc,
    const struct linux_netns *listed, bool *lost)
{
	const char *net = linux_path(&sc->arena, linux_path(&sc->arena,
	    req->proc, listed->task), "net");
	struct netns *ns = scan_add_netns(sc);
	size_t before = sc->nsock;
	bool ok;

	*ns = sc->netns[0];
	linux_netns_identify(ns, listed);
	ok = folder_tables(req, sc, net);
	if (ok && is_gone(sc, net)) {
		*lost = true;
		sc->nsock = before;
		sc->nnetns--;
	}
	return ok;
}

/* Reads another proc tree, with a folder for each process's namespace: it may
 * be that of a running machine. */
static bool
tree_tables(const struct scan_request *req, struct scan *sc)
{
	bool lost = true, ok = read_own(req, sc);
	struct linux_netns_list list;
	size_t i;
	int round;

	for (round = 0; ok && lost && round < LINUX_NETNS_ROUNDS; round++) {
		list = (struct linux_netns_list){ 0 };
		lost = false;
		ok = linux_netns_list(req, &list, &sc->arena);
		linux_netns_keep_new(&list, sc);
		for (i = 0; ok && i < list.n; i++)
			ok = add_netns_tables(req, sc, &list.v[i], &lost);
		free(list.v);
	}
	return ok;
}

static bool
procnet_tables(const struct scan_request *req, struct scan *sc)
{
	if (!req->filter->all_netns)
		return read_own(req, sc);
	return req->own_proc ? linux_netns_tables(req, sc, read_own) :
	    tree_tables(req, sc);
}

static bool
procnet_owners(const struct scan_request *req, struct search *search,
    struct scan *sc)
{
	return linux_owners(req, search, read_own, sc);
}

const struct backend linux_procnet = {
	.name = "proc", .help = "/proc/net; goes with --proc",
	.tables = procnet_tables, .owners = procnet_owners,
	.targets = linux_targets, .finish = linux_finish,
	.begin = linux_search, .end = linux_search_end,
};
