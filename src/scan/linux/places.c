/*
 * The addresses of a network namespace: over NETLINK_ROUTE, rtnetlink(7), or
 * from /proc/net/{fib_trie,if_inet6}.  Only read for operands that need them.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/nl.h"

enum {
	MAX_FILE = 1 << 30,
	LOOPBACK_INDEX = 1	/* LOOPBACK_IFINDEX, include/net/flow.h */
};

struct request {
	struct nlmsghdr head;
	struct ifaddrmsg body;
};

/* The address in an attribute; family ADDR_NONE if it has another length. */
static struct addr
read_addr(struct str value, int family)
{
	struct addr addr = { .family = ADDR_NONE };

	if (value.n != (family == AF_INET ? 4 : 16))
		return addr;
	addr.family = family == AF_INET ? ADDR_INET : ADDR_INET6;
	memcpy(addr.b, value.p, value.n);
	return addr;
}

/* IFA_ADDRESS is the peer's if there is one: then IFA_LOCAL is ours. */
static struct addr
find_addr(const struct ifaddrmsg *m, size_t len)
{
	struct str attrs = { (const char *)(m + 1), len - sizeof *m };
	struct str value = nl_find(attrs, IFA_LOCAL);

	if (value.p == NULL)
		value = nl_find(attrs, IFA_ADDRESS);
	return read_addr(value, m->ifa_family);
}

/* If loopback has a network, all its addresses are the machine's:
 * fib_add_ifaddr in net/ipv4/fib_frontend.c. */
bool
linux_place_add(const struct filter *f, struct scan *sc,
    const struct ifaddrmsg *m, size_t len)
{
	struct addr a;
	unsigned bits;

	if (len < sizeof *m || !nl_are_attrs(
	    (struct str){ (const char *)(m + 1), len - sizeof *m }))
		return false;
	/* a dump of all families includes those of mctp and phonet */
	if (m->ifa_family != AF_INET && m->ifa_family != AF_INET6)
		return true;
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

/* The requested addresses, and the scan that gets them. */
struct question {
	const struct filter *filter;
	struct scan *sc;
};

static int
take_address(void *arg, const struct nlmsghdr *h, struct str payload)
{
	struct question *q = arg;

	return h->nlmsg_type == RTM_NEWADDR && linux_place_add(q->filter,
	    q->sc, (const void *)payload.p, payload.n) ? 0 : EPROTO;
}

/* The addresses in an inconsistent dump are still valid. */
bool
linux_places(const struct filter *f, struct scan *sc)
{
	struct request r = {
		.head = { .nlmsg_len = sizeof r, .nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .ifa_family = AF_UNSPEC },
	};
	struct question q = { f, sc };

	if (!filter_wants_places(f))
		return true;
	errno = nl_request(NETLINK_ROUTE, &r.head, take_address, &q);
	if (errno != 0) {
		err_msg("netlink: rtnetlink: addresses:");
		return false;
	}
	return true;
}

/*
 * Below a leaf of the trie, `|-- ADDR', is a line for each prefix that begins
 * there, `/LEN SCOPE TYPE': fib_trie_seq_show in net/ipv4/fib_trie.c.
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

bool
linux_inet6_line(struct str line, struct addr *a, struct str *name)
{
	enum { ADDRESS, NAME = 5, NWORDS };
	struct str word[NWORDS] = { STR_NONE };
	size_t i;

	*a = (struct addr){ .family = ADDR_INET6 };
	str_words(line, word, NWORDS);
	*name = word[NAME];
	if (word[ADDRESS].n != 2 * sizeof a->b)
		return false;
	for (i = 0; i < word[ADDRESS].n; i++) {
		int digit = num_hex(word[ADDRESS].p[i]);

		if (digit < 0)
			return false;
		a->b[i / 2] = (unsigned char)(a->b[i / 2] << 4 | digit);
	}
	return true;
}

void
linux_places_inet6(const struct filter *f, struct scan *sc, struct str text)
{
	struct addr a;
	struct str name;

	while (text.n > 0)
		if (linux_inet6_line(str_cut(&text, '\n'), &a, &name))
			filter_add_place(f, sc, &a, addr_bits(&a), NULL);
}

void
linux_places_files(const struct filter *f, struct scan *sc, const char *proc,
    const char *net)
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
		if (tree_slurp(proc, path, MAX_FILE, &text)) {
			files[i].read(f, sc, buf_str(&text));
		} else if (i == 0 || errno != ENOENT) {
			/* a kernel without IPv6 lacks its file */
			err_msg("%s:", path);
			sc->incomplete = true;
		}
	}
	buf_free(&text);
}
