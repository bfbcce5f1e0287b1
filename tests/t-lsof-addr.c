/* t-lsof-addr: how lsof shows a socket's ends and state; see
 * src/scan/from/lsof.h.  Prints TAP. */
#include <stdio.h>
#include <string.h>

#include "scan/from/ends.h"
#include "scan/from/lsof.h"
#include "tap.h"

static struct services *services;

static void
add_end(struct buf *b, const struct addr *a, uint16_t port)
{
	char text[ADDR_TEXT_MAX];

	if (a->family == ADDR_NONE) {
		buf_puts(b, "none");
		return;
	}
	buf_add(b, text, (size_t)(addr_format(text, a) - text));
	buf_putc(b, ' ');
	add_number(b, port);
}

/* A socket's NAME: how it is read, or `bad'. */
static const struct {
	int family;
	enum sock_proto proto;
	const char *text, *want;
} names[] = {
	/* the seed's own cases */
	{ 4, PROTO_TCP, "127.0.0.1:8080", "127.0.0.1 8080 none" },
	{ 4, PROTO_TCP, "*:443", "0.0.0.0 443 none" },
	{ 4, PROTO_TCP, "*:*", "none none" },
	{ 4, PROTO_TCP, "", "bad" },
	{ 6, PROTO_TCP, "[::1]:8080", "::1 8080 none" },
	{ 4, PROTO_TCP, "127.0.0.1:80->10.0.0.1:54321",
	    "127.0.0.1 80 10.0.0.1 54321" },
	{ 4, PROTO_TCP, "127.0.0.1:80->10.0.0.1:54321 (ESTABLISHED)",
	    "127.0.0.1 80 10.0.0.1 54321 (ESTABLISHED)" },
	{ 4, PROTO_UDP, "*:5353", "0.0.0.0 5353 none" },
	{ 4, PROTO_TCP, "not_valid", "bad" },

	{ 6, PROTO_TCP, "*:443", ":: 443 none" },
	{ 0, PROTO_TCP, "*:443", "* 443 none" },
	{ 0, PROTO_TCP, "*:0", "none none" },
	{ 0, PROTO_TCP, "*:443->*:80", "* 443 none" },
	{ 4, PROTO_TCP, "0.0.0.0:22->0.0.0.0:0 (LISTEN)",
	    "0.0.0.0 22 none (LISTEN)" },
	{ 6, PROTO_UDP, "[::]:0->[::]:0", "none none" },
	{ 4, PROTO_UDP, "0.0.0.0:0->10.0.0.1:1", "bad" },
	{ 4, PROTO_TCP, "10.0.0.1:22->10.0.0.2:9 (ESTAB", "bad" },
	{ 0, PROTO_TCP, "127.0.0.1:80", "127.0.0.1 80 none" },
	{ 0, PROTO_TCP, "[::1]:80", "::1 80 none" },
	{ 0, PROTO_UDP, "*:68->10.0.0.1:67", "0.0.0.0 68 10.0.0.1 67" },
	{ 0, PROTO_UDP, "*:546->[fe80::1]:547", ":: 546 fe80::1 547" },
	{ 6, PROTO_TCP, "127.0.0.1:80->127.0.0.1:40103",
	    "::ffff:127.0.0.1 80 ::ffff:127.0.0.1 40103" },
	{ 6, PROTO_TCP, "[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1 80 none" },
	{ 6, PROTO_TCP, "[2001:db8::2]:52345->[2001:db8::1]:443",
	    "2001:db8::2 52345 2001:db8::1 443" },
	{ 4, PROTO_UDP, "10.0.0.1:*", "10.0.0.1 0 none" },
	{ 4, PROTO_UDP, "10.0.0.1:53->*:*", "10.0.0.1 53 none" },
	{ 4, PROTO_TCP, "127.0.0.1:65535", "127.0.0.1 65535 none" },
	{ 4, PROTO_TCP, "127.0.0.1:0", "127.0.0.1 0 none" },

	/* scopes: in the address's own text, and in KAME's second group */
	{ 6, PROTO_TCP, "[fe80::1%en0]:80", "fe80::1 80 none %en0" },
	{ 6, PROTO_TCP, "[fe80:17::1]:1024", "fe80::1 1024 none %23" },
	{ 6, PROTO_TCP, "[fe80:4::aede:48ff:fe00:1122]:1024",
	    "fe80::aede:48ff:fe00:1122 1024 none %4" },
	{ 6, PROTO_TCP, "[fe80:4::1]:1024->[fe80:4::2]:80",
	    "fe80::1 1024 fe80::2 80 %4" },
	{ 6, PROTO_UDP, "*:546->[fe80:b::1]:547", ":: 546 fe80::1 547 %11" },
	{ 6, PROTO_TCP, "[::1%lo0]:80", "::1 80 none" },
	{ 6, PROTO_TCP, "[fe80::1%]:80", "bad" },
	{ 6, PROTO_TCP, "[fe80::1%a%b]:80", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1%lo:80", "bad" },

	/* names instead of numbers */
	{ 4, PROTO_TCP, "*:https", "0.0.0.0 443 none" },
	{ 6, PROTO_TCP, "[::1]:ssh->[::1]:40102", "::1 22 ::1 40102" },
	{ 4, PROTO_UDP, "*:ntp", "0.0.0.0 123 none" },
	{ 4, PROTO_TCP, "*:nosuchservice", "bad" },
	{ 4, PROTO_UDP, "*:ssh", "bad" },
	{ 4, PROTO_TCP, "localhost:80", "127.0.0.1 80 none" },
	{ 6, PROTO_TCP, "localhost:80", "::1 80 none" },
	{ 6, PROTO_TCP, "[localhost]:80", "::1 80 none" },
	{ 0, PROTO_TCP, "localhost:80", "bad" },
	{ 4, PROTO_TCP, "web1.example.com:443", "bad" },
	{ 4, PROTO_TCP, "10.0.0.1:80->web1:443", "bad" },
	{ 4, PROTO_TCP, "*:2049[nfs]", "0.0.0.0 2049 none" },
	{ 4, PROTO_TCP, "*:sunrpc[portmapper] (LISTEN)",
	    "0.0.0.0 111 none (LISTEN)" },

	/* text after the address */
	{ 4, PROTO_TCP, "*:80 (LISTEN QR=1 QS=0 SO=ACCEPTCONN)",
	    "0.0.0.0 80 none (LISTEN QR=1 QS=0 SO=ACCEPTCONN)" },
	{ 4, PROTO_UDP, "*:53 ", "0.0.0.0 53 none" },
	{ 4, PROTO_TCP, "10.0.0.1:5->10.0.0.2:6 12,(LISTEN),3u (CLOSE_WAIT)",
	    "10.0.0.1 5 10.0.0.2 6 (CLOSE_WAIT)" },

	/* malformed */
	{ 4, PROTO_TCP, ":80", "bad" },
	{ 6, PROTO_TCP, "::1:80", "bad" },
	{ 6, PROTO_TCP, "[::1]80", "bad" },
	{ 6, PROTO_TCP, "[::1", "bad" },
	{ 6, PROTO_TCP, "[]:80", "bad" },
	{ 6, PROTO_TCP, "[127.0.0.1]:80", "bad" },
	{ 4, PROTO_TCP, "[::1]:80", "bad" },
	{ 4, PROTO_TCP, "[*]:80", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:080", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:65536", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:-1", "bad" },
	{ 4, PROTO_TCP, "127.0.0.01:80", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1.1:80", "bad" },
	{ 4, PROTO_TCP, "127.1:80", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:80->", "bad" },
	{ 4, PROTO_TCP, "->127.0.0.1:80", "bad" },
	{ 4, PROTO_TCP, "*:*->127.0.0.1:80", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:80->10.0.0.1", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:80->10.0.0.1:1->10.0.0.2:2", "bad" },
	{ 4, PROTO_TCP, "127.0.0.1:8 0", "127.0.0.1 8 none" },
};

static void
test_names(void)
{
	struct lsof_name n;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct buf b = { 0 };

		if (lsof_name_parse(&n, str_from(names[i].text),
		    (enum addr_family)names[i].family, names[i].proto,
		    services) != NULL) {
			buf_puts(&b, "bad");
		} else {
			if (n.any) {
				buf_puts(&b, "* ");
				add_number(&b, n.local_port);
			} else {
				add_end(&b, &n.local, n.local_port);
			}
			buf_putc(&b, ' ');
			add_end(&b, &n.remote, n.remote_port);
			if (n.scope[0] != '\0') {
				buf_puts(&b, " %");
				buf_puts(&b, n.scope);
			}
			if (n.info.n > 0) {
				buf_puts(&b, " (");
				buf_add(&b, n.info.p, n.info.n);
				buf_putc(&b, ')');
			}
		}
		ok_buf(&b, names[i].want, "name", names[i].text);
		buf_free(&b);
	}
}

static const struct {
	const char *text, *want;
} states[] = {
	{ "LISTEN", "LISTEN" }, { "(LISTEN)", "LISTEN" },
	{ "listen", "LISTEN" }, { "", NULL }, { "BOGUS", NULL },
	{ "ESTABLISHED", "ESTABLISHED" }, { "ESTAB", "ESTABLISHED" },
	{ "SYN_SENT", "SYN_SENT" }, { "SYN-SENT", "SYN_SENT" },
	{ "SYN_RECV", "SYN_RECV" }, { "SYN_RCVD", "SYN_RECV" },
	{ "SYN_RECEIVED", "SYN_RECV" }, { "NEW_SYN_RECV", "SYN_RECV" },
	{ "FIN_WAIT1", "FIN_WAIT1" }, { "FIN_WAIT_1", "FIN_WAIT1" },
	{ "FIN-WAIT-1", "FIN_WAIT1" }, { "FIN_WAIT2", "FIN_WAIT2" },
	{ "FIN_WAIT_2", "FIN_WAIT2" }, { "fin wait 2", "FIN_WAIT2" },
	{ "TIME_WAIT", "TIME_WAIT" }, { "CLOSE_WAIT", "CLOSE_WAIT" },
	{ "CLOSE-WAIT", "CLOSE_WAIT" }, { "LAST_ACK", "LAST_ACK" },
	{ "LAST-ACK", "LAST_ACK" }, { "CLOSING", "CLOSING" },
	{ "CLOSED", "CLOSED" }, { "CLOSE", "CLOSED" }, { "IDLE", NULL },
	{ "BOUND", NULL }, { "UNKNOWN_TCP_STATE_17", NULL },
	{ "UNCONN", NULL }, { "LISTENLISTENLISTENLISTEN", NULL },
};

static void
test_states(void)
{
	size_t i;

	for (i = 0; i < sizeof states / sizeof states[0]; i++) {
		const char *got =
		    sock_states[from_state(str_from(states[i].text))];

		ok_of(got == states[i].want || (got != NULL && states[i].want !=
		    NULL && strcmp(got, states[i].want) == 0), "state",
		    states[i].text);
	}
}

int
main(void)
{
	services = services_open(NULL);
	test_names();
	test_states();
	services_free(services);
	return tap_end();
}
