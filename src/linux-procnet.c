/*
 * The socket tables of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5): where
 * netlink is refused, and for other proc trees.
 *
 * The kernel builds such a file some lines at a time, by position: sockets that
 * come and go meanwhile make it lose others or repeat them.  So each is read
 * twice, and the two are joined.
 */
#define _GNU_SOURCE
#include "linux.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "err.h"
#include "input.h"
#include "linux-procnet.h"
#include "num.h"

enum { TIMES = 2, MAX_WARNINGS = 10, FILE_MAX = 1 << 30 };

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
	struct str word;

	while (s->n > 0 && *s->p == ' ') {
		s->p++;
		s->n--;
	}
	word = str_cut(s, ' ');
	return word;
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
	if (!str_starts(s, ":"))
		return false;
	s.p++;
	s.n--;
	if (!take_hex(&s, 4, &v) || s.n > 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* tx_queue:rx_queue; of a listener the second is the connections that wait. */
static bool
read_queues(struct str s, struct sock *sock)
{
	if (!take_hex(&s, 8, &sock->tx_queue) || !str_starts(s, ":"))
		return false;
	s.p++;
	s.n--;
	return take_hex(&s, 8, &sock->rx_queue) && s.n == 0;
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

/* A row and which of them it was, so that of equal ones the last stays. */
struct numbered {
	struct sock sock;
	size_t at;
};

static int
cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool
is_connection(const struct sock *s)
{
	return s->proto == PROTO_TCP && s->remote.family != ADDR_NONE;
}

/* 0 for two rows of the same socket: of a TCP connection there is one with its
 * two ends, in whatever state; other sockets have an inode. */
static int
cmp_socket(const struct sock *x, const struct sock *y)
{
	int c = cmp_u64(x->netns, y->netns);

	if (c == 0)
		c = is_connection(x) - is_connection(y);
	if (c == 0)
		c = x->proto - y->proto;
	if (c == 0 && !is_connection(x))
		c = cmp_u64(x->inode, y->inode);
	if (c != 0 || (x->inode != 0 && !is_connection(x)))
		return c;
	c = x->local_port - y->local_port;
	if (c == 0)
		c = x->remote_port - y->remote_port;
	if (c == 0)
		c = addr_cmp(&x->local, &y->local);
	return c != 0 ? c : addr_cmp(&x->remote, &y->remote);
}

static int
cmp_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int c = cmp_socket(&x->sock, &y->sock);

	return c != 0 ? c : cmp_u64(x->at, y->at);
}

static void
drop_doubles(struct scan *sc)
{
	struct numbered *v = mem_alloc(sc->nsock * sizeof *v);
	size_t i, n = 0;

	for (i = 0; i < sc->nsock; i++)
		v[i] = (struct numbered){ sc->sock[i], i };
	qsort(v, sc->nsock, sizeof *v, cmp_numbered);
	for (i = 0; i < sc->nsock; i++)
		if (i + 1 == sc->nsock ||
		    cmp_socket(&v[i].sock, &v[i + 1].sock) != 0)
			sc->sock[n++] = v[i].sock;
	sc->nsock = n;
	free(v);
}

/* The tables of one namespace, in folder, which is freed. */
static bool
folder_tables(const struct scan_request *req, struct scan *sc, char *folder)
{
	bool ok = true;
	size_t i;
	int times;

	for (times = 0; times < TIMES; times++)
		for (i = 0; i < sizeof tables / sizeof tables[0]; i++)
			if (filter_wants_proto(req->filter, tables[i].proto))
				ok = ok && read_table(sc, folder, &tables[i],
				    times == 0);
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
	bool ok;

	if (!req->filter->all_netns)
		ok = own_tables(req, sc);
	else if (req->own_proc)
		ok = linux_netns_tables(req, sc, own_tables);
	else
		ok = tree_tables(req, sc);
	drop_doubles(sc);
	return ok;
}

const struct backend linux_procnet = {
	"proc", "/proc/net; goes with --proc", procnet_tables, linux_owners
};
