/* Answers of netlink(7), rtnetlink and generic netlink: a message is its record
 * and whole attributes, and nothing else. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "scan/linux/kernel.h"
#include "scan/linux/linux.h"
#include "tap.h"

/* The answer being built, and the places of its open message and of the
 * attributes that are open. */
struct answer {
	union {
		struct nlmsghdr align;
		char bytes[4096];
	} u;
	size_t n, message;
};

static void
add(struct answer *a, const void *p, size_t n)
{
	memcpy(a->u.bytes + a->n, p, n);
	a->n += n;
	while (a->n % NLMSG_ALIGNTO != 0)
		a->u.bytes[a->n++] = '\0';
}

static void
set_length(struct answer *a, size_t at, size_t size)
{
	uint32_t n = (uint32_t)(a->n - at);
	uint16_t n16 = (uint16_t)n;

	memcpy(a->u.bytes + at, size == 2 ? (void *)&n16 : &n, size);
}

static void
message(struct answer *a, unsigned type, const void *head, size_t n)
{
	struct nlmsghdr h = { .nlmsg_type = (uint16_t)type };

	a->message = a->n;
	add(a, &h, sizeof h);
	add(a, head, n);
	set_length(a, a->message, 4);
}

/* Its length is set by set_length: until then, only the attribute itself. */
static size_t
attr(struct answer *a, unsigned type, const void *value, size_t n)
{
	struct nlattr x = { (uint16_t)(sizeof x + n), (uint16_t)type };
	size_t at = a->n;

	add(a, &x, sizeof x);
	add(a, value, n);
	set_length(a, a->message, 4);
	return at;
}

static void
done(struct answer *a)
{
	int error = 0;

	message(a, NLMSG_DONE, &error, sizeof error);
}

static int
read_with(const struct answer *a, nl_take *take, void *arg)
{
	bool interrupted = false;
	void *copy = mem_alloc(a->n);	/* of its exact size */
	int status;

	memcpy(copy, a->u.bytes, a->n);
	status = nl_messages(copy, a->n, &interrupted, take, arg);
	free(copy);
	return status;
}

static int
count(void *arg, const struct nlmsghdr *h, struct str payload)
{
	(void)h;
	(void)payload;
	++*(int *)arg;
	return 0;
}

static void
datagrams(void)
{
	struct answer a = { .n = 0 };
	int n = 0;

	message(&a, 20, "body", 4);
	message(&a, 20, "body", 4);
	done(&a);
	ok(read_with(&a, count, &n) == ENODATA && n == 2, "two, and the end");
	a.n -= 2;
	ok(read_with(&a, count, &n) == EPROTO, "an end that is cut");
	a.n += 2;
	add(&a, "more", 4);
	ok(read_with(&a, count, &n) == EPROTO, "bytes behind the end");
	a.n = 0;
	done(&a);
	message(&a, 20, "body", 4);
	n = 0;
	ok(read_with(&a, count, &n) == EPROTO && n == 0,
	    "a message behind the end");
	a.n = 0;
	message(&a, NLMSG_DONE, "", 0);
	ok(read_with(&a, count, &n) == EPROTO, "an end without a word");
	a.n = 0;
	done(&a);
	attr(&a, NLMSGERR_ATTR_MSG, "because", 8);
	ok(read_with(&a, count, &n) == ENODATA, "an end that says why");
	a.n = 0;
	message(&a, NLMSG_NOOP, "", 0);
	done(&a);
	ok(read_with(&a, count, &n) == ENODATA, "nothing, and the end");
	a.n = 0;
	message(&a, NLMSG_NOOP, "body", 4);
	done(&a);
	ok(read_with(&a, count, &n) == EPROTO, "something in nothing");
	a.n = 0;
	message(&a, NLMSG_ERROR, &(struct nlmsgerr){ .error = 0 },
	    sizeof(struct nlmsgerr));
	ok(read_with(&a, count, &n) == NL_ACK, "an acknowledgement");
	message(&a, 20, "body", 4);
	ok(read_with(&a, count, &n) == EPROTO, "a message behind it");
}

/* A socket with one attribute; the caller changes it. */
static void
add_socket(struct answer *a)
{
	struct inet_diag_msg m = { .idiag_family = AF_INET,
		.idiag_state = 10, .idiag_inode = 7 };

	m.id.idiag_sport = 80;
	message(a, 20, &m, sizeof m);
	attr(a, INET_DIAG_SHUTDOWN, "\1", 1);
}

/* How many sockets are read from it for that protocol, or -1. */
static int
sockets_in(const struct answer *a, enum sock_proto proto)
{
	struct scan sc = { .needs = ~0U };
	void *copy = mem_alloc(a->n);
	bool interrupted = false;
	int n;

	scan_add_netns(&sc);
	memcpy(copy, a->u.bytes, a->n);
	n = linux_datagram(&sc, copy, a->n, proto, &interrupted) == ENODATA ?
	    (int)sc.nsock : -1;
	scan_free(&sc);
	free(copy);
	return n;
}

static void
sockets_of(enum sock_proto proto)
{
	struct answer a = { .n = 0 };
	size_t first;

	add_socket(&a);
	attr(&a, 999, "12345678", 8);
	attr(&a, INET_DIAG_PAD, "", 0);
	done(&a);
	ok(sockets_in(&a, proto) == 1, "an attribute that nobody knows");
	a.n = 0;
	add_socket(&a);
	first = a.message;
	add_socket(&a);
	a.message = first;
	set_length(&a, first, 4);
	done(&a);
	ok(sockets_in(&a, proto) == -1, "two sockets as one");
	a.n = 0;
	add_socket(&a);
	attr(&a, 0, "", 0);
	done(&a);
	ok(sockets_in(&a, proto) == -1, "an attribute of no type");
	a.n = 0;
	add_socket(&a);
	a.u.bytes[attr(&a, 999, "1234", 4)] = 12;
	done(&a);
	ok(sockets_in(&a, proto) == -1, "one that overruns");
	a.n = 0;
	add_socket(&a);
	a.u.bytes[attr(&a, 999, "1234", 4)] = 3;
	done(&a);
	ok(sockets_in(&a, proto) == -1, "one shorter than its head");
	a.n = 0;
	add_socket(&a);
	add(&a, "ab", 2);
	set_length(&a, a.message, 4);
	done(&a);
	ok(sockets_in(&a, proto) == -1, "bytes behind the last");
	a.n = 0;
	add_socket(&a);
	((struct nlmsghdr *)(void *)a.u.bytes)->nlmsg_type = 16;
	done(&a);
	ok(sockets_in(&a, proto) == -1, "a message of another type");
}

/* Generic netlink and links: how parsers read an attribute of their own type
 * whose value is not attributes, and the attributes after it. */
static void
parsers(void)
{
	static const struct {
		nl_take *take;
		unsigned nest;	/* an attribute that holds others, or 0 */
		const char *name;
	} families[] = {
		{ kernel_take_link, IFLA_LINKINFO, "links" },
		{ kernel_take_wg, 0, "wireguard" },
		{ kernel_take_fou, 0, "fou" },
		{ kernel_take_l2tp, 0, "l2tp" },
		{ kernel_take_tipc, 1, "tipc" },
		{ kernel_take_nfsd, 1, "nfsd" },
		{ kernel_take_mptcp, 1, "mptcp" },
		{ kernel_take_ipvs, 3, "ipvs" },
	};
	struct arena arena = { 0 };
	struct kernel k = { .arena = &arena };
	struct genlmsghdr genl = { .cmd = 1 };
	struct ifinfomsg link = { .ifi_index = 2 };
	size_t i;

	for (i = 0; i < NELEMS(families); i++) {
		const char *name = families[i].name;
		bool is_link = families[i].take == kernel_take_link;
		const void *head = is_link ? (void *)&link : &genl;
		size_t size = is_link ? sizeof link : sizeof genl;
		struct answer a = { .n = 0 };
		int status;

		message(&a, RTM_NEWLINK, head, size);
		attr(&a, 200, "what", 4);
		status = read_with(&a, families[i].take, &k);
		ok_of(status == 0 || status == ENODATA, "a type not known",
		    name);
		attr(&a, 0, "what", 4);
		ok_of(read_with(&a, families[i].take, &k) == EPROTO,
		    "an attribute of no type", name);
		a.n = 0;
		message(&a, RTM_NEWLINK, head, size);
		add(&a, "ab", 2);
		set_length(&a, 0, 4);
		ok_of(read_with(&a, families[i].take, &k) == EPROTO,
		    "bytes that are no attribute", name);
		if (families[i].nest == 0)
			continue;
		a.n = 0;
		message(&a, RTM_NEWLINK, head, size);
		attr(&a, families[i].nest, "\10\0\0\0abcd", 8);
		ok_of(read_with(&a, families[i].take, &k) == EPROTO,
		    "one of no type in one of its own", name);
	}
	ok(k.nport == 0, "no port was read");
	kernel_free(&k);
	arena_free(&arena);
}

/* Its peers are a list of attributes of type 0, and padding in them has that
 * type too: values that are not needed are not read. */
static void
wireguard(void)
{
	enum { NAME = 2, PORT = 6, PEERS = 8 };
	static const char peers[] = "\20\0\0\200\4\0\0\0\10\0\7\0abcd";
	struct arena arena = { 0 };
	struct kernel k = { .arena = &arena };
	struct genlmsghdr genl = { .cmd = 0 };
	struct answer a = { .n = 0 };
	uint16_t port = 51820;

	message(&a, 30, &genl, sizeof genl);
	attr(&a, PORT, &port, sizeof port);
	attr(&a, NAME, "wg0", 4);
	attr(&a, PEERS, peers, sizeof peers - 1);
	ok(read_with(&a, kernel_take_wg, &k) == ENODATA && k.nport == 2,
	    "a device of wireguard with a peer");
	kernel_free(&k);
	arena_free(&arena);
}

static void
addresses(void)
{
	enum { FAMILY_MCTP = 45 };
	struct filter f = { .nends = 0 };
	struct scan sc = { .nsock = 0 };
	struct ifaddrmsg m[3] = { { .ifa_family = FAMILY_MCTP },
		{ .ifa_family = AF_INET }, { .ifa_family = 0 } };

	scan_add_netns(&sc);
	ok(linux_place_add(&f, &sc, m, sizeof *m),
	    "an address of another family is passed over");
	ok(!linux_place_add(&f, &sc, m, sizeof m), "two addresses as one");
	scan_free(&sc);
}

int
main(void)
{
	datagrams();
	sockets_of(PROTO_TCP);
	sockets_of(PROTO_UDP);
	parsers();
	wireguard();
	addresses();
	return tap_end();
}
