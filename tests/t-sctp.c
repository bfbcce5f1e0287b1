/* Endpoints and associations of SCTP: lines of /proc/net/sctp/{eps,assocs}, and
 * answers of sock_diag(7). */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "scan/linux/linux.h"
#include "tap.h"

static void
add_end(struct buf *b, const struct addr *a, uint16_t port)
{
	char text[ADDR_TEXT_MAX + 8];
	char *p = text;

	if (a->family == ADDR_NONE)
		*p++ = '-';
	else
		p = addr_format(p, a);
	p += sprintf(p, " %u", (unsigned)port);
	buf_add(b, text, (size_t)(p - text));
}

/* Each socket: STATE LOCAL PORT REMOTE PORT; and once what they share. */
static void
show(struct buf *b, const struct scan *sc)
{
	const struct sock *s = NULL;
	char text[128];
	size_t i;

	for (i = 0; i < sc->nsock; i++) {
		s = &sc->sock[i];
		buf_puts(b, sock_protos[s->proto]);
		buf_putc(b, ' ');
		buf_puts(b, sock_states[s->state] != NULL ?
		    sock_states[s->state] : "-");
		buf_putc(b, ' ');
		add_end(b, &s->local, s->local_port);
		buf_putc(b, ' ');
		add_end(b, &s->remote, s->remote_port);
		buf_putc(b, ';');
	}
	if (s == NULL)
		return;
	snprintf(text, sizeof text, " rx=%" PRIu32 " tx=%" PRIu32 " uid=%"
	    PRIu32 " inode=%" PRIu64 "%s%s%s%s", s->rx_queue, s->tx_queue,
	    s->uid, s->inode, s->queueless ? " queueless" : "",
	    s->has_backlog ? " backlog" : "",
	    s->v6only == V6ONLY_YES ? " v6only" : "",
	    s->ifname != NULL ? " ifname" : "");
	buf_puts(b, text);
}

/* A line of either file, in memory of its exact size; `refused' if invalid. */
static void
reads(bool (*add)(struct scan *, struct str), const char *text,
    const char *want, const char *what)
{
	struct scan sc = { .nsock = 0 };
	size_t n = strlen(text);
	char *copy = malloc(n > 0 ? n : 1);
	struct buf got = { 0 };

	if (copy == NULL)
		abort();
	memcpy(copy, text, n);
	scan_add_netns(&sc);
	if (add(&sc, (struct str){ copy, n }))
		show(&got, &sc);
	else
		buf_puts(&got, sc.nsock == 0 ? "refused" : "half");
	ok_buf(&got, want, what, text);
	buf_free(&got);
	scan_free(&sc);
	free(copy);
}

#define EP(state, rest) "f0bf0afa 47105e73 0   " state "  7    " rest
#define ASSOC(state, rest) "4aa610f7 fd894c67 2   1   " state \
	"  0       8       20       10    1000   198 7001  43932  " rest
#define LOOP6 "0000:0000:0000:0000:0000:0000:0000:0001"
#define TAIL "\t    7500    10    10   10    0    0        0        1" \
	"        0   212992   212992"

static void
endpoints(void)
{
	reads(linux_sctp_endpoint, EP("10", "7000   1000   186 127.0.0.1 "),
	    "sctp LISTEN 127.0.0.1 7000 - 0; rx=0 tx=0 uid=1000 inode=186 "
	    "queueless", "an endpoint");
	reads(linux_sctp_endpoint,
	    EP("10", "65535 4294967295 1 127.0.0.1 " LOOP6 " 10.0.0.1 "),
	    "sctp LISTEN 127.0.0.1 65535 - 0;sctp LISTEN ::1 65535 - 0;"
	    "sctp LISTEN 10.0.0.1 65535 - 0; rx=0 tx=0 uid=4294967295 inode=1 "
	    "queueless", "an endpoint of three addresses");
	reads(linux_sctp_endpoint, EP("7 ", "7000 0 186 127.0.0.1 "), "",
	    "one that does not listen");
	reads(linux_sctp_endpoint, EP("10", "7000 0 186 "), "refused",
	    "no address");
	reads(linux_sctp_endpoint, EP("10", "7000 0 186 127.0.0.1 x"),
	    "refused", "what is no address");
	reads(linux_sctp_endpoint, EP("10", "65536 0 186 127.0.0.1 "),
	    "refused", "a port of 17 bits");
	reads(linux_sctp_endpoint, EP("10", "7000 -1 186 127.0.0.1 "),
	    "refused", "a negative user");
	reads(linux_sctp_endpoint, EP("999", "7000 0 186 127.0.0.1 "),
	    "refused", "a state of more than a byte");
	reads(linux_sctp_endpoint, EP("10", "7000 0"), "refused", "cut");
	reads(linux_sctp_endpoint, "", "refused", "nothing");
}

static void
associations(void)
{
	reads(linux_sctp_association,
	    ASSOC("3", "127.0.0.1 <-> *127.0.0.2 " TAIL),
	    "sctp ESTABLISHED 127.0.0.1 7001 127.0.0.2 43932; rx=10 tx=20 "
	    "uid=1000 inode=198", "an association");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 " LOOP6
	    " <-> 10.0.0.1 *10.0.0.2 " LOOP6 " " TAIL),
	    "sctp ESTABLISHED 127.0.0.1 7001 10.0.0.1 43932;"
	    "sctp ESTABLISHED ::1 7001 10.0.0.1 43932;"
	    "sctp ESTABLISHED 127.0.0.1 7001 10.0.0.2 43932;"
	    "sctp ESTABLISHED 127.0.0.1 7001 ::1 43932; rx=10 tx=20 uid=1000 "
	    "inode=198", "an association of two and three addresses");
	reads(linux_sctp_association,
	    ASSOC("3", "*127.0.0.1 <-> *127.0.0.2 " TAIL),
	    "sctp ESTABLISHED 127.0.0.1 7001 127.0.0.2 43932; rx=10 tx=20 "
	    "uid=1000 inode=198", "the local address that is in use");
	reads(linux_sctp_association, ASSOC("3", "<-> *127.0.0.2 " TAIL),
	    "refused", "no local address");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 <-> " TAIL),
	    "refused", "no peer");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 " TAIL), "refused",
	    "no arrow");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 <-> *127.0.0.2 "),
	    "refused", "cut behind the peer");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 <-> 10.0.0"),
	    "refused", "cut in an address");
	reads(linux_sctp_association, ASSOC("3", "127.0.0.1 <-> x " TAIL),
	    "refused", "a peer that is no address");
}

static void
states(void)
{
	static const char *const names[] = { "CLOSED", "SYN_SENT", "SYN_SENT",
		"ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT",
		"LAST_ACK", "-" };
	char text[300], want[200];
	unsigned i;

	for (i = 0; i < NELEMS(names); i++) {
		snprintf(text, sizeof text, "a b 2 1 %u 0 8 20 10 1000 198 "
		    "7001 43932 127.0.0.1 <-> *127.0.0.2 " TAIL, i);
		snprintf(want, sizeof want, "sctp %s 127.0.0.1 7001 127.0.0.2 "
		    "43932; rx=10 tx=20 uid=1000 inode=198", names[i]);
		reads(linux_sctp_association, text, want, "a state");
	}
}

/* A message of the kernel's: the struct, and up to two lists of addresses. */
struct message {
	struct inet_diag_msg m;
	char rest[2048];
	size_t n;		/* of rest */
};

static void
add_list(struct message *x, unsigned type, const char *const *addrs, size_t n,
    size_t cut)
{
	struct rtattr a = { .rta_type = (unsigned short)type };
	struct sockaddr_storage ss;
	size_t i, start = x->n;

	x->n += sizeof a;
	for (i = 0; i < n; i++) {
		struct sockaddr_in *in = (struct sockaddr_in *)&ss;
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;

		memset(&ss, 0, sizeof ss);
		if (inet_pton(AF_INET, addrs[i], &in->sin_addr) == 1)
			ss.ss_family = AF_INET;
		else if (inet_pton(AF_INET6, addrs[i], &in6->sin6_addr) == 1)
			ss.ss_family = AF_INET6;
		if (addrs[i][0] == 'f')
			in6->sin6_scope_id = 1;
		memcpy(x->rest + x->n, &ss, sizeof ss);
		x->n += sizeof ss;
	}
	x->n -= cut;
	a.rta_len = (unsigned short)(x->n - start);
	memcpy(x->rest + start, &a, sizeof a);
	x->n = RTA_ALIGN(x->n);
}

static void
told(const struct message *x, const char *want, const char *what)
{
	size_t n = offsetof(struct message, rest) + x->n;
	void *copy = malloc(n);
	struct scan sc = { .nsock = 0 };
	struct buf got = { 0 };

	if (copy == NULL)
		abort();
	memcpy(copy, x, n);
	scan_add_netns(&sc);
	if (linux_diag_add(&sc, copy, n, PROTO_SCTP))
		show(&got, &sc);
	else
		buf_puts(&got, sc.nsock == 0 ? "refused" : "half");
	ok_buf(&got, want, what, want);
	buf_free(&got);
	scan_free(&sc);
	free(copy);
}

static struct message
message(unsigned char family, unsigned char state)
{
	struct message x = { .m = { .idiag_family = family,
		.idiag_state = state, .idiag_rqueue = 1, .idiag_wqueue = 5,
		.idiag_uid = 1000, .idiag_inode = 186 } };

	x.m.id.idiag_sport = htons(7000);
	x.m.id.idiag_dport = htons(9);
	x.m.id.idiag_if = 1;
	return x;
}

static void
diag(void)
{
	static const char *const two[] = { "127.0.0.1", "::1" };
	static const char *const one[] = { "10.0.0.1" };
	static const char *const link[] = { "fe80::1" };
	static const char *const none[] = { "?" };
	struct message x = message(AF_INET6, 10);

	add_list(&x, INET_DIAG_LOCALS, two, 2, 0);
	told(&x, "sctp LISTEN 127.0.0.1 7000 - 0;sctp LISTEN ::1 7000 - 0; "
	    "rx=1 tx=5 uid=1000 inode=186 backlog ifname", "an endpoint");
	x.m.idiag_state = 1;
	told(&x, "", "the socket of an association");
	x = message(AF_INET6, 3);
	add_list(&x, INET_DIAG_LOCALS, two, 2, 0);
	add_list(&x, INET_DIAG_PEERS, one, 1, 0);
	told(&x, "sctp ESTABLISHED 127.0.0.1 7000 10.0.0.1 9;"
	    "sctp ESTABLISHED ::1 7000 10.0.0.1 9; rx=1 tx=5 uid=1000 "
	    "inode=186", "an association, and its route is no interface");
	x = message(AF_INET6, 200);
	add_list(&x, INET_DIAG_LOCALS, link, 1, 0);
	add_list(&x, INET_DIAG_PEERS, link, 1, 0);
	told(&x, "sctp - fe80::1 7000 fe80::1 9; rx=1 tx=5 uid=1000 "
	    "inode=186 ifname", "link-local, in a state that there is not");
	x = message(AF_INET, 10);
	told(&x, "refused", "no list");
	add_list(&x, INET_DIAG_LOCALS, one, 0, 0);
	told(&x, "refused", "an empty list");
	x = message(AF_INET, 10);
	add_list(&x, INET_DIAG_LOCALS, one, 1, 1);
	told(&x, "refused", "a list that is cut");
	x = message(AF_INET, 3);
	add_list(&x, INET_DIAG_LOCALS, one, 1, 0);
	add_list(&x, INET_DIAG_PEERS, one, 0, 0);
	told(&x, "refused", "an empty list of peers");
	x = message(AF_INET, 3);
	add_list(&x, INET_DIAG_LOCALS, one, 1, 0);
	add_list(&x, INET_DIAG_PEERS, none, 1, 0);
	told(&x, "refused", "an address of another family");
}

int
main(void)
{
	endpoints();
	associations();
	states();
	diag();
	return tap_end();
}
