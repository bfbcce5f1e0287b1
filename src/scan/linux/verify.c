/*
 * Compares the tables, read both ways, and the kernel's counts: reports what
 * only one of the three has.
 *
 * What comes and goes meanwhile is not reported.  A socket that only one way
 * shows is reported if the very same one was in each of that way's readings,
 * and in none of the other's between them.  A number of /proc/net/sockstat is
 * reported if no reading had as many as its lowest value; more are normal, as a
 * reading in pieces has sockets that were not there at the same time.
 */
#include "scan/linux/linux.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/num.h"

enum {
	ROUNDS = 10,		/* while there is something to report */
	PAUSE = 20,		/* milliseconds from one to the next */
	FILE_MAX_SIZE = 4096,	/* of sockstat, which has some 200 bytes */
	MAX_TOLD = 10
};

/*
 * What sockstat counts (sock_prot_inuse_add): in net/ipv4/inet_hashtables.c
 * listeners and connections, with orphans; in net/ipv4/udp.c sockets with a
 * port; and timewait entries, with those in FIN_WAIT2.  A request in SYN_RECV
 * is not counted, but the tables do not show which those are: they all count as
 * read.
 */
static const struct kind {
	const char *file, *line, *word;
	enum sock_proto proto;
	enum addr_family family;	/* ADDR_NONE: both */
	bool timewait;
} kinds[] = {
	{ "sockstat", "TCP:", "inuse", PROTO_TCP, ADDR_INET, false },
	{ "sockstat6", "TCP6:", "inuse", PROTO_TCP, ADDR_INET6, false },
	{ "sockstat", "TCP:", "tw", PROTO_TCP, ADDR_NONE, true },
	{ "sockstat", "UDP:", "inuse", PROTO_UDP, ADDR_INET, false },
	{ "sockstat6", "UDP6:", "inuse", PROTO_UDP, ADDR_INET6, false },
};

#define NKINDS NELEMS(kinds)
#define NOT_KNOWN UINT64_MAX

/* A way to read the tables. */
struct way {
	const struct backend *backend;
	const char *name;	/* in messages */
	struct scan scan;	/* the last reading: sorted, each once */
	struct sock *only;	/* always in its readings, not in the other's */
	size_t nonly;
	uint64_t most[NKINDS];	/* the most that a reading had */
};

struct verify {
	struct scan_request req;
	struct scan *sc;
	uint32_t netns;		/* the namespace's number in the scan */
	bool entered;
	struct way ways[2];
	uint64_t least[NKINDS];	/* the least that sockstat had; or NOT_KNOWN */
};

static bool
is_connection(const struct sock *s)
{
	return s->proto != PROTO_UDP && s->remote.family != ADDR_NONE;
}

/* 0 for the same socket: a connection is known by its ends, whatever its state;
 * another socket by its inode. */
static int
cmp_socket(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;
	int c = x->proto - y->proto;

	if (c == 0)
		c = is_connection(x) - is_connection(y);
	if (c == 0 && !is_connection(x))
		c = num_cmp(x->inode, y->inode);
	return c != 0 || (!is_connection(x) && x->inode != 0) ? c :
	    sock_cmp(x, y);
}

/* Sorts them, each once, without BOUND sockets: only one way shows those. */
static void
put_in_order(struct scan *sc)
{
	size_t i, n = 0;

	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].state != STATE_BOUND)
			sc->sock[n++] = sc->sock[i];
	sc->nsock = n;
	if (n > 0)
		qsort(sc->sock, n, sizeof *sc->sock, cmp_socket);
	for (i = n = 0; i < sc->nsock; i++)
		if (n == 0 || cmp_socket(&sc->sock[n - 1], &sc->sock[i]) != 0)
			sc->sock[n++] = sc->sock[i];
	sc->nsock = n;
}

static const struct sock *
find(const struct scan *sc, const struct sock *s)
{
	return sc->nsock == 0 ? NULL : bsearch(s, sc->sock, sc->nsock,
	    sizeof *s, cmp_socket);
}

static bool
is_counted(const struct kind *k, const struct sock *s)
{
	return s->proto == k->proto && s->timewait == k->timewait &&
	    (k->family == ADDR_NONE || s->local.family == k->family);
}

static void
count(struct way *w)
{
	size_t i, k;

	for (k = 0; k < NKINDS; k++) {
		uint64_t n = 0;

		for (i = 0; i < w->scan.nsock; i++)
			n += is_counted(&kinds[k], &w->scan.sock[i]);
		if (n > w->most[k])
			w->most[k] = n;
	}
}

/* Writes the start of a message. */
static void
begin_message(const struct verify *v, struct buf *b)
{
	struct str label = v->sc->netns[v->netns].label;

	b->n = 0;
	buf_puts(b, "--verify:");
	if (v->netns == 0)
		return;
	buf_puts(b, " network namespace ");
	buf_add(b, label.p, label.n);
	buf_putc(b, ':');
}

/* If netlink lacks a module, its reading comes from the other way, too.  False
 * after a message. */
static bool
has_two_ways(const struct verify *v, const struct way *w)
{
	struct buf b = { 0 };
	unsigned proto = 0;

	if (w->scan.by_files == 0)
		return true;
	while ((w->scan.by_files >> proto & 1) == 0)
		proto++;
	begin_message(v, &b);
	buf_putc(&b, '\0');
	err_msg("%s %s: only /proc/net has it: netlink has no module for it",
	    b.p, sock_protos[proto]);
	buf_free(&b);
	return false;
}

/* False after a message. */
static bool
read_way(struct verify *v, struct way *w)
{
	bool ok;

	scan_free(&w->scan);
	w->scan = (struct scan){ .nsock = 0 };
	scan_add_netns(&w->scan);
	ok = w->backend->tables(&v->req, &w->scan) && has_two_ways(v, w);
	v->sc->incomplete |= w->scan.incomplete;
	put_in_order(&w->scan);
	count(w);
	return ok;
}

/* The number after that word in that line; or NOT_KNOWN. */
static uint64_t
find_number(struct str text, const struct kind *k)
{
	uint64_t n;

	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (!str_is(str_cut(&line, ' '), k->line))
			continue;
		while (line.p != NULL)
			if (str_is(str_cut(&line, ' '), k->word) &&
			    num_parse(str_cut(&line, ' '), UINT32_MAX, &n))
				return n;
	}
	return NOT_KNOWN;
}

static void
take_number(struct verify *v, size_t kind, struct str text)
{
	uint64_t n = find_number(text, &kinds[kind]);

	if (n < v->least[kind])
		v->least[kind] = n;
}

/* A kernel without IPv6 lacks its file.  False after a message. */
static bool
read_counts(struct verify *v)
{
	const char *net = linux_net_folder(&v->sc->arena, v->req.proc, true);
	static const char *const files[] = { "sockstat", "sockstat6" };
	char buf[FILE_MAX_SIZE];
	size_t i, k;

	for (i = 0; i < NELEMS(files); i++) {
		const char *path = linux_path(&v->sc->arena, net, files[i]);
		ssize_t n = tree_read_path(v->req.proc, path, buf, sizeof buf);
		struct str text = { buf, n > 0 ? (size_t)n : 0 };

		if (n < 0 && (errno != ENOENT || i == 0)) {
			err_msg("%s:", path);
			return false;
		}
		for (k = 0; k < NKINDS; k++)
			if (strcmp(kinds[k].file, files[i]) == 0)
				take_number(v, k, text);
	}
	return true;
}

/* Keeps the sockets that were in all readings of this way, and in none of the
 * other's. */
static void
compare(struct way *w, const struct way *other, bool is_first)
{
	size_t i, n = 0;

	if (is_first) {
		w->only = mem_alloc(w->scan.nsock * sizeof *w->only);
		w->nonly = w->scan.nsock;
		if (w->nonly > 0)
			memcpy(w->only, w->scan.sock,
			    w->nonly * sizeof *w->only);
	}
	for (i = 0; i < w->nonly; i++) {
		const struct sock *was = &w->only[i];
		const struct sock *is = find(&w->scan, was);

		if (is == NULL || find(&other->scan, was) != NULL ||
		    (is->inode != was->inode && is->inode != 0 &&
		    was->inode != 0) || is->cookie != was->cookie)
			continue;
		w->only[n++] = w->only[i];
	}
	w->nonly = n;
}

/* True if one of the ways has read as many as the kernel counts. */
static bool
is_enough(const struct verify *v, size_t kind)
{
	return v->least[kind] == NOT_KNOWN ||
	    v->ways[0].most[kind] >= v->least[kind] ||
	    v->ways[1].most[kind] >= v->least[kind];
}

static bool
differs(const struct verify *v)
{
	size_t k;

	for (k = 0; k < NKINDS; k++)
		if (!is_enough(v, k))
			return true;
	return v->ways[0].nonly > 0 || v->ways[1].nonly > 0;
}

/* False after a message. */
static bool
read_round(struct verify *v, bool is_first)
{
	struct way *w = v->ways;

	if (!read_counts(v) || !read_way(v, &w[0]) || !read_way(v, &w[1]) ||
	    !read_counts(v))
		return false;
	compare(&w[0], &w[1], is_first);
	compare(&w[1], &w[0], is_first);
	return true;
}

static void
add_end(struct buf *b, const struct addr *a, uint16_t port)
{
	char text[ADDR_TEXT_MAX];
	bool brackets = a->family == ADDR_INET6;

	buf_puts(b, brackets ? " [" : " ");
	buf_add(b, text, (size_t)(addr_format(text, a) - text));
	buf_puts(b, brackets ? "]:" : ":");
	num_add(b, port);
}

static void
tell_socket(const struct verify *v, const struct way *w, const struct sock *s)
{
	const char *state = sock_states[s->state];
	struct buf b = { 0 };

	begin_message(v, &b);
	buf_putc(&b, ' ');
	buf_puts(&b, sock_protos[s->proto]);
	buf_putc(&b, ' ');
	buf_puts(&b, state != NULL ? state : "-");
	add_end(&b, &s->local, s->local_port);
	if (s->remote.family != ADDR_NONE)
		add_end(&b, &s->remote, s->remote_port);
	buf_putc(&b, '\0');
	err_msg("%s: only %s has it", b.p, w->name);
	buf_free(&b);
}

static void
tell(const struct verify *v)
{
	struct buf b = { 0 };
	size_t i, k;

	for (i = 0; i < NELEMS(v->ways); i++) {
		const struct way *w = &v->ways[i];

		for (k = 0; k < w->nonly && k < MAX_TOLD; k++)
			tell_socket(v, w, &w->only[k]);
		begin_message(v, &b);
		buf_putc(&b, '\0');
		if (w->nonly > MAX_TOLD)
			err_msg("%s %zu such sockets in all: only %s has them",
			    b.p, w->nonly, w->name);
	}
	for (k = 0; k < NKINDS; k++) {
		uint64_t most = v->ways[0].most[k];

		if (is_enough(v, k))
			continue;
		if (most < v->ways[1].most[k])
			most = v->ways[1].most[k];
		err_msg("%s %s: %s %s %llu: the tables have %llu", b.p,
		    kinds[k].file, kinds[k].line, kinds[k].word,
		    (unsigned long long)v->least[k],
		    (unsigned long long)most);
	}
	buf_free(&b);
}

/* Verifies the calling thread's namespace. */
static void
verify_here(void *arg)
{
	struct verify *v = arg;
	bool ok = true;
	size_t i;
	int round;

	v->entered = true;
	for (i = 0; i < NKINDS; i++)
		v->least[i] = NOT_KNOWN;
	v->ways[0] = (struct way){ .backend = &linux_netlink,
		.name = "netlink" };
	v->ways[1] = (struct way){ .backend = &linux_procnet,
		.name = "/proc/net" };
	for (round = 0; round < ROUNDS; round++) {
		if (round > 0)
			poll(NULL, 0, PAUSE);
		ok = read_round(v, round == 0);
		if (!ok || !differs(v))
			break;
	}
	if (round == ROUNDS)
		tell(v);
	v->sc->incomplete |= !ok || round == ROUNDS;
	for (i = 0; i < NELEMS(v->ways); i++) {
		free(v->ways[i].only);
		scan_free(&v->ways[i].scan);
	}
}

void
linux_verify(const struct scan_request *req, struct scan *sc)
{
	const struct filter all = { .protos = 1U << PROTO_TCP |
		1U << PROTO_UDP };
	struct verify v = { .req = *req, .sc = sc };

	v.req.filter = &all;
	v.req.needs = 0;
	for (v.netns = 0; v.netns < sc->nnetns; v.netns++) {
		struct str label = sc->netns[v.netns].label;

		v.entered = false;
		linux_netns_in(req, sc, v.netns, verify_here, &v);
		/* only a socket, or a descriptor, leads into it */
		if (v.entered || sc->netns[v.netns].path != NULL)
			continue;
		err_msg("--verify: network namespace %.*s: there is no path "
		    "to it", (int)label.n, label.p);
		sc->incomplete = true;
	}
}
