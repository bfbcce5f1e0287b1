/*
 * from: what must hold for any output of another program.
 */
#ifndef FUZZ_FROM_H
#define FUZZ_FROM_H

#include "fuzz.h"
#include "scan/from/from.h"

enum { PIECE_MAX = 97 };

static void
add_text(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
	buf_putc(b, s.p != NULL ? '|' : '-');
}

static void
add_number(struct buf *b, uint64_t v)
{
	char text[32];

	snprintf(text, sizeof text, "%llu ", (unsigned long long)v);
	buf_puts(b, text);
}

static void
note_warning(void *arg, size_t line, const char *wrong)
{
	add_number(arg, line);
	buf_puts(arg, wrong);
	buf_putc(arg, '\n');
}

static void
add_sock(struct buf *b, const struct sock *s)
{
	check(s->local.family != ADDR_NONE || s->local_port != 0,
	    "a socket without a local end");
	check(s->proto < PROTO_COUNT && s->state < STATE_COUNT,
	    "no protocol or state");
	check(s->proto != PROTO_UDP || s->state == (s->remote.family ==
	    ADDR_NONE ? STATE_UNCONN : STATE_ESTABLISHED), "a UDP state");
	check(s->ifname == NULL || strlen(s->ifname) < SOCK_IFNAME_MAX,
	    "a name of an interface too long");
	add_number(b, s->proto);
	add_number(b, s->state);
	buf_add(b, (const char *)&s->local, sizeof s->local);
	add_number(b, s->local_port);
	buf_add(b, (const char *)&s->remote, sizeof s->remote);
	add_number(b, s->remote_port);
	add_number(b, s->inode);
	buf_puts(b, s->ifname != NULL ? s->ifname : "");
}

static void
add_scan(struct buf *b, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nsock; i++)
		add_sock(b, &sc->sock[i]);
	for (i = 0; i < sc->nproc; i++) {
		check(i == 0 || sc->proc[i - 1].pid <= sc->proc[i].pid,
		    "processes are not sorted");
		add_number(b, sc->proc[i].pid);
		add_number(b, sc->proc[i].ppid);
		add_number(b, sc->proc[i].uid);
		add_text(b, sc->proc[i].comm);
		add_text(b, sc->proc[i].user);
	}
	for (i = 0; i < sc->nholder; i++) {
		check(sc->holder[i].sock < sc->nsock &&
		    sc->holder[i].proc < sc->nproc, "a holder of nothing");
		add_number(b, sc->holder[i].sock);
		add_number(b, sc->holder[i].proc);
		add_number(b, sc->holder[i].fd);
	}
}

/* What is found in the bytes, given in pieces of that size; without the queues,
 * since any of equal sockets may keep its own. */
static struct buf
read_in(const struct from_format *format, const struct services *services,
    const char *p, size_t n, size_t piece)
{
	struct buf b = { 0 };
	struct scan sc = { .nsock = 0 };
	struct filter all = { .npids = 0 };
	struct from *in = from_open(format, services, note_warning, &b);
	enum from_status end;
	size_t at, len;

	scan_add_netns(&sc);
	for (at = 0; at < n; at += len) {
		len = n - at < piece ? n - at : piece;
		from_feed(in, p + at, len);
	}
	end = from_end(in);
	add_number(&b, end);
	check((from_refusal(in, &at) != NULL) == (end == FROM_REFUSED),
	    "refused without a reason");
	from_give(in, &all, &sc);
	check(end == FROM_READ || sc.nsock == 0, "what is found is not read");
	from_close(in);
	add_scan(&b, &sc);
	scan_free(&sc);
	return b;
}

static inline int
fuzz_from(const struct from_format *format, const uint8_t *data, size_t size)
{
	static struct services *services;
	const char *p = (const char *)data;
	size_t piece = size > 0 ? data[size / 2] % PIECE_MAX + 1 : 1;
	struct buf whole, pieces;

	if (services == NULL)
		services = services_open(NULL);
	whole = read_in(format, services, p, size,
	    size > 0 ? size : 1);
	pieces = read_in(format, services, p, size, piece);
	check(str_eq(buf_str(&whole), buf_str(&pieces)),
	    "the size of the pieces makes a difference");
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}

#endif
