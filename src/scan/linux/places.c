/*
 * The addresses of a network namespace: over NETLINK_ROUTE, rtnetlink(7), or
 * from /proc/net/{fib_trie,if_inet6}.  Only for operands that ask for them.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/nl.h"

enum {
	RECV_SIZE = 32 * 1024,	/* the kernel fills no more a call */
	MAX_TRIES = 8,		/* of a dump that is inconsistent */
	MAX_FILE = 1 << 30,
	LOOPBACK_INDEX = 1	/* LOOPBACK_IFINDEX, include/net/flow.h */
};

struct request {
	struct nlmsghdr head;
	struct ifaddrmsg body;
};

/* The address in the attribute; family ADDR_NONE if it is of no such length. */
static struct addr
read_addr(const struct rtattr *a, int family)
{
	struct addr addr = { .family = ADDR_NONE };
	size_t n = family == AF_INET ? 4 : 16;

	if (a->rta_len != RTA_LENGTH(n))
		return addr;
	addr.family = family == AF_INET ? ADDR_INET : ADDR_INET6;
	memcpy(addr.b, RTA_DATA(a), n);
	return addr;
}

/* IFA_ADDRESS is the peer's where there is one: then IFA_LOCAL is ours. */
static struct addr
find_addr(const struct ifaddrmsg *m, size_t len)
{
	const struct rtattr *a = (const struct rtattr *)(const void *)(m + 1);
	struct addr found = { .family = ADDR_NONE };
	size_t left = len - sizeof *m, step;

	while (left >= sizeof *a && a->rta_len >= sizeof *a &&
	    a->rta_len <= left) {
		if (a->rta_type == IFA_LOCAL)
			return read_addr(a, m->ifa_family);
		if (a->rta_type == IFA_ADDRESS)
			found = read_addr(a, m->ifa_family);
		step = RTA_ALIGN((size_t)a->rta_len);
		if (step >= left)
			break;
		left -= step;
		a = (const struct rtattr *)(const void *)
		    ((const char *)a + step);
	}
	return found;
}

/* Every address of a network that loopback has is the machine's: fib_add_ifaddr
 * in net/ipv4/fib_frontend.c. */
bool
linux_place_add(const struct filter *f, struct scan *sc,
    const struct ifaddrmsg *m, size_t len)
{
	struct addr a;
	unsigned bits;

	if (len < sizeof *m ||
	    (m->ifa_family != AF_INET && m->ifa_family != AF_INET6))
		return false;
	a = find_addr(m, len);
	bits = addr_bits(&a);
	if (a.family == ADDR_INET && m->ifa_index == LOOPBACK_INDEX &&
	    m->ifa_prefixlen < bits)
		bits = m->ifa_prefixlen;
	if (a.family != ADDR_NONE && filter_asks_place(f, &a, bits))
		filter_add_place(f, sc, &a, bits,
		    linux_ifname(sc, m->ifa_index));
	return true;
}

/* As linux_datagram has it. */
static int
read_datagram(const struct filter *f, struct scan *sc,
    const struct nlmsghdr *h, size_t len, bool *interrupted)
{
	const struct nlmsgerr *e;
	size_t step;

	while (NLMSG_OK(h, len)) {
		*interrupted |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (h->nlmsg_type == NLMSG_DONE)
			return *interrupted ? NL_AGAIN : ENODATA;
		if (h->nlmsg_type == NLMSG_ERROR) {
			e = NLMSG_DATA(h);
			return h->nlmsg_len >= NLMSG_LENGTH(sizeof *e) &&
			    e->error < 0 ? -e->error : EPROTO;
		}
		if (h->nlmsg_type == RTM_NEWADDR && !linux_place_add(f, sc,
		    NLMSG_DATA(h), h->nlmsg_len - NLMSG_HDRLEN))
			return EPROTO;
		step = NLMSG_ALIGN((size_t)h->nlmsg_len);
		if (step >= len)
			return 0;
		len -= step;
		h = (const struct nlmsghdr *)(const void *)
		    ((const char *)h + step);
	}
	return len > 0 ? EPROTO : 0;
}

static int
receive(int fd, const struct filter *f, struct scan *sc)
{
	union {
		struct nlmsghdr align;
		char bytes[RECV_SIZE];
	} buf;
	struct sockaddr_nl from;
	struct iovec iov = { &buf, sizeof buf };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov,
		.msg_iovlen = 1 };
	bool interrupted = false;
	int status = 0;
	ssize_t n;

	while (status == 0) {
		msg.msg_namelen = sizeof from;
		n = recvmsg(fd, &msg, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0 || (msg.msg_flags & MSG_TRUNC) != 0)
			return EPROTO;
		if (from.nl_pid != 0)	/* not the kernel's */
			continue;
		status = read_datagram(f, sc, &buf.align, (size_t)n,
		    &interrupted);
	}
	return status == ENODATA ? 0 : status;
}

static int
dump(const struct filter *f, struct scan *sc)
{
	struct request r = {
		.head = { .nlmsg_len = sizeof r, .nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .ifa_family = AF_UNSPEC },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int status;

	if (fd < 0)
		return errno;
	status = send(fd, &r, sizeof r, 0) < 0 ? errno : receive(fd, f, sc);
	close(fd);
	return status;
}

/* What an inconsistent dump has brought is true all the same. */
bool
linux_places(const struct filter *f, struct scan *sc)
{
	int tries, status = NL_AGAIN;

	if (!filter_wants_places(f))
		return true;
	for (tries = 0; status == NL_AGAIN && tries < MAX_TRIES; tries++)
		status = dump(f, sc);
	errno = status == NL_AGAIN ? EAGAIN : status;
	if (status != 0)
		err_msg("netlink: rtnetlink: addresses:");
	return status == 0;
}

/*
 * A leaf of the trie, `|-- ADDR', has below it a line for each prefix that
 * begins there, `/LEN SCOPE TYPE': fib_trie_seq_show in net/ipv4/fib_trie.c.
 */
void
linux_places_trie(const struct filter *f, struct scan *sc, struct str text)
{
	struct addr a = { .family = ADDR_NONE };
	struct str word[3] = { STR_NONE };
	uint64_t bits;
	size_t n;

	while (text.n > 0) {
		n = str_words(str_cut(&text, '\n'), word, NELEMS(word));
		if (n == 2 && str_is(word[0], "|--") &&
		    !addr_parse(word[1], &a, NULL))
			a.family = ADDR_NONE;
		if (n == 3 && str_take(&word[0], '/') &&
		    str_is(word[2], "LOCAL") && a.family == ADDR_INET &&
		    num_parse(word[0], addr_bits(&a), &bits))
			filter_add_place(f, sc, &a, (unsigned)bits, NULL);
	}
}

/* The address is the first word, 32 digits: if6_seq_show in
 * net/ipv6/addrconf.c. */
void
linux_places_inet6(const struct filter *f, struct scan *sc, struct str text)
{
	struct addr a = { .family = ADDR_INET6 };
	struct str word;
	size_t i;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		word = str_cut(&line, ' ');
		if (word.n != 2 * sizeof a.b)
			continue;
		for (i = 0; i < word.n && num_hex(word.p[i]) >= 0; i++)
			a.b[i / 2] = (unsigned char)(a.b[i / 2] << 4 |
			    num_hex(word.p[i]));
		if (i == word.n)
			filter_add_place(f, sc, &a, addr_bits(&a), NULL);
	}
}

void
linux_places_files(const struct filter *f, struct scan *sc, const char *net)
{
	static const struct {
		const char *name;
		void (*read)(const struct filter *f, struct scan *sc,
		    struct str text);
	} files[] = {
		{ "fib_trie", linux_places_trie },
		{ "if_inet6", linux_places_inet6 },
	};
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < NELEMS(files) && filter_wants_places(f); i++) {
		const char *path = linux_path(&sc->arena, net, files[i].name);

		text.n = 0;
		if (input_slurp(path, MAX_FILE, &text)) {
			files[i].read(f, sc, buf_str(&text));
		} else if (i == 0 || errno != ENOENT) {
			/* a kernel without IPv6 has no file of it */
			err_msg("%s:", path);
			sc->incomplete = true;
		}
	}
	buf_free(&text);
}
