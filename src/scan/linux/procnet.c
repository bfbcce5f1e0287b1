/*
 * The socket tables of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5): where
 * netlink is refused, and for other proc trees.
 *
 * The kernel builds such a file some lines at a time: scan/linux/reread.c.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/procnet.h"

enum { MAX_WARNINGS = 10, FILE_MAX = 1 << 30 };

static const struct table {
	const char *file;
	enum sock_proto proto;
	enum addr_family family;
} tables[] = {
	{ "tcp", PROTO_TCP, ADDR_INET }, { "tcp6", PROTO_TCP, ADDR_INET6 },
	{ "udp", PROTO_UDP, ADDR_INET }, { "udp6", PROTO_UDP, ADDR_INET6 },
};

/* The blank-separated word that s begins with; cuts it off. */
static struct str
next_word(struct str *s)
{
	while (str_take(s, ' '))
		;
	return str_cut(s, ' ');
}

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
read_end(struct str s, enum addr_family family, struct addr *a,
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

enum sock_state
linux_state(unsigned state, enum sock_proto proto)
{
	if (proto == PROTO_UDP)
		return state == STATE_ESTABLISHED ? STATE_ESTABLISHED :
		    STATE_UNCONN;
	if (state == STATE_NEW_SYN_RECV)
		return STATE_SYN_RECV;
	return state < STATE_NEW_SYN_RECV ? (enum sock_state)state :
	    STATE_NONE;
}

/* tx_queue:rx_queue; of a listener the second is the connections that wait. */
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
	uint32_t state, timer;
	uint64_t uid;
	struct str word;

	memset(s, 0, sizeof *s);
	s->proto = (unsigned char)proto;
	if (!str_ends(next_word(&line), ":") ||
	    !read_end(next_word(&line), family, &s->local, &s->local_port) ||
	    !read_end(next_word(&line), family, &s->remote, &s->remote_port))
		return false;
	word = next_word(&line);
	if (!take_hex(&word, 2, &state) || word.n > 0)
		return false;
	s->state = (unsigned char)linux_state(state, proto);
	if (!read_queues(next_word(&line), s))
		return false;
	word = next_word(&line);
	if (!take_hex(&word, 2, &timer) || !str_starts(word, ":"))
		return false;
	s->timewait = proto == PROTO_TCP && timer == LINUX_TIMER_TIMEWAIT;
	next_word(&line);	/* retransmits */
	if (!num_parse(next_word(&line), UINT32_MAX, &uid))
		return false;
	s->uid = (uint32_t)uid;
	next_word(&line);	/* probes without an answer */
	if (!num_parse(next_word(&line), UINT64_MAX, &s->inode))
		return false;
	if (sock_is_listener(s) ||
	    (s->remote_port == 0 && addr_is_any(&s->remote)))
		s->remote = (struct addr){ .family = ADDR_NONE };
	return true;
}

static void
add_sock(struct scan *sc, struct sock s)
{
	struct sock *added = scan_add_sock(sc);

	s.netns = added->netns;
	*added = s;
}

static void
take_lines(struct scan *sc, struct str text, const struct table *t,
    const char *path, bool warn)
{
	size_t lineno, bad = 0;
	struct sock s;

	str_cut(&text, '\n');		/* the heading */
	for (lineno = 2; text.n > 0; lineno++) {
		struct str line = str_cut(&text, '\n');

		if (linux_procnet_line(line, t->proto, t->family, &s)) {
			add_sock(sc, s);
			continue;
		}
		sc->incomplete = true;
		if (warn && ++bad <= MAX_WARNINGS)
			err_msg("%s:%zu: not a line of a socket table: "
			    "skipped", path, lineno);
	}
	if (bad > MAX_WARNINGS)
		err_msg("%s: %zu such lines skipped in all", path, bad);
}

/* DIR/NAME, which the caller frees. */
static char *
make_path(const char *dir, const char *name)
{
	struct buf b = { 0 };

	buf_puts(&b, dir);
	buf_putc(&b, '/');
	buf_puts(&b, name);
	buf_putc(&b, '\0');
	return b.p;
}

/* False after a message; a kernel without IPv6 has no files of it. */
static bool
read_table(struct scan *sc, const char *net, const struct table *t, bool warn)
{
	char *path = make_path(net, t->file);
	struct buf text = { 0 };
	bool ok = input_slurp(path, FILE_MAX, &text);
	bool absent = !ok && errno == ENOENT && t->family == ADDR_INET6;

	if (ok)
		take_lines(sc, buf_str(&text), t, path, warn);
	else if (!absent)
		err_msg("%s:", path);
	buf_free(&text);
	free(path);
	return ok || absent;
}

/* Once more, until there is nothing new in it. */
static bool
read_whole(struct scan *sc, const char *net, const struct table *t)
{
	struct linux_join j = { .from = sc->nsock };
	size_t mid;

	do {
		mid = sc->nsock;
		if (!read_table(sc, net, t, j.times == 0))
			return false;
	} while (!linux_join(&j, sc, mid));
	return true;
}

/* The tables of one namespace, in folder, which is freed. */
static bool
folder_tables(const struct scan_request *req, struct scan *sc, char *folder)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < NELEMS(tables); i++)
		if (filter_wants_proto(req->filter, tables[i].proto))
			ok = ok && read_whole(sc, folder, &tables[i]);
	free(folder);
	return ok;
}

/* Of this machine's tree that of the calling thread, which may have entered
 * another namespace; else init's, if there is one to see: DIR/net is a link to
 * the reader's own. */
char *
linux_net_folder(const char *proc, bool own)
{
	char *folder = make_path(proc, own ? "thread-self/net" : "1/net");

	if (!own && access(folder, F_OK) != 0) {
		free(folder);
		folder = make_path(proc, "net");
	}
	return folder;
}

static bool
own_tables(const struct scan_request *req, struct scan *sc)
{
	return folder_tables(req, sc,
	    linux_net_folder(req->proc, req->own_proc));
}

/* Of another proc tree, which has a folder of each process's namespace.  One
 * that is gone is left out whole. */
static bool
tree_tables(const struct scan_request *req, struct scan *sc)
{
	struct linux_netns_list list = { 0 };
	bool ok = own_tables(req, sc) &&
	    linux_netns_list(req, &list, &sc->arena);
	size_t i;

	for (i = 0; ok && i < list.n; i++) {
		char *dir = make_path(req->proc, list.v[i].pid);
		char *folder = make_path(dir, "net");
		struct netns *ns;

		free(dir);
		if (access(folder, F_OK) != 0) {
			free(folder);
			continue;
		}
		ns = scan_add_netns(sc);
		*ns = sc->netns[0];
		ns->inode = list.v[i].inode;
		ns->label = list.v[i].label;
		ok = folder_tables(req, sc, folder);
	}
	free(list.v);
	return ok;
}

static bool
procnet_tables(const struct scan_request *req, struct scan *sc)
{
	if (!req->filter->all_netns)
		return own_tables(req, sc);
	return req->own_proc ? linux_netns_tables(req, sc, own_tables) :
	    tree_tables(req, sc);
}

const struct backend linux_procnet = {
	"proc", "/proc/net; goes with --proc", procnet_tables, linux_owners,
	linux_search, linux_search_end
};
