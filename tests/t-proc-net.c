/* Lines of the kernel's socket tables, /proc/net/{tcp,tcp6,udp,udp6}. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scan/linux/linux.h"
#include "tap.h"

/*
 * The table has addresses as words in the machine's own byte order.  Here, @
 * marks words in network order: they are rewritten as this machine's kernel
 * would.  The caller frees; a sanitizer sees an overrun.
 */
static struct str
native(const char *text)
{
	char *p = malloc(strlen(text) + 1), digits[9], *end;
	size_t i, n = 0;
	struct str line;
	uint32_t word;

	if (p == NULL)
		abort();
	while (*text != '\0') {
		unsigned char byte[4];

		if (*text != '@') {
			p[n++] = *text++;
			continue;
		}
		for (text++; strspn(text, "0123456789ABCDEF") >= 8;
		    text += 8) {
			memcpy(digits, text, 8);
			digits[8] = '\0';
			word = (uint32_t)strtoul(digits, &end, 16);
			for (i = 0; i < 4; i++)
				byte[i] = (unsigned char)(word >> (24 - 8 * i));
			memcpy(&word, byte, sizeof word);
			snprintf(digits, sizeof digits, "%08" PRIX32, word);
			memcpy(p + n, digits, 8);
			n += 8;
		}
	}
	line.n = n;
	line.p = malloc(n > 0 ? n : 1);
	if (line.p == NULL)
		abort();
	memcpy((char *)line.p, p, n);
	free(p);
	return line;
}

static char *
format_addr(char *p, const struct addr *a)
{
	if (a->family == ADDR_NONE) {
		*p++ = '-';
		return p;
	}
	return addr_format(p, a);
}

/* Writes s: PROTO STATE LOCAL PORT REMOTE PORT rx tx uid inode drops. */
static struct str
show(char *p, size_t size, const struct sock *s)
{
	const char *state = sock_states[s->state];
	char local[ADDR_TEXT_MAX + 1], remote[ADDR_TEXT_MAX + 1];
	char drops[32] = "";
	int n;

	*format_addr(local, &s->local) = '\0';
	*format_addr(remote, &s->remote) = '\0';
	if (s->has_drops)
		snprintf(drops, sizeof drops, " drops=%" PRIu32, s->drops);
	n = snprintf(p, size, "%s %s %s %u %s %u rx=%" PRIu32 " tx=%" PRIu32
	    " uid=%" PRIu32 " inode=%" PRIu64 "%s%s",
	    sock_protos[s->proto],
	    state != NULL ? state : "-", local, s->local_port, remote,
	    s->remote_port, s->rx_queue, s->tx_queue, s->uid, s->inode,
	    s->timewait ? " timewait" : "", drops);
	return (struct str){ p, (size_t)n };
}

static void
reads(enum sock_proto proto, enum addr_family family, const char *text,
    const char *want, const char *what)
{
	struct str line = native(text), got = STR_LIT("refused");
	char buf[300];
	struct sock s;

	if (linux_procnet_line(line, proto, family, &s))
		got = show(buf, sizeof buf, &s);
	ok(str_is(got, want), what);
	if (!str_is(got, want))
		printf("# got: %.*s\n", (int)got.n, got.p);
	free((char *)line.p);
}

static void
tcp(const char *text, const char *want, const char *what)
{
	reads(PROTO_TCP, ADDR_INET, text, want, what);
}

static void
tcp6(const char *text, const char *want, const char *what)
{
	reads(PROTO_TCP, ADDR_INET6, text, want, what);
}

static void
udp(const char *text, const char *want, const char *what)
{
	reads(PROTO_UDP, ADDR_INET, text, want, what);
}

/* Every number of a state, with its name. */
static void
state(unsigned number, const char *of_tcp, const char *of_udp)
{
	char text[200], want[200], what[64];

	snprintf(text, sizeof text, "   1: @7F000001:1F90 @7F000001:C350 %02X "
	    "00000000:00000000 00:00000000 00000000     0        0 77 1",
	    number);
	snprintf(want, sizeof want, "tcp %s 127.0.0.1 8080 %s rx=0 tx=0 uid=0 "
	    "inode=77", of_tcp, strcmp(of_tcp, "LISTEN") == 0 ||
	    strcmp(of_tcp, "BOUND") == 0 ? "- 50000" : "127.0.0.1 50000");
	snprintf(what, sizeof what, "state %02X of tcp", number);
	tcp(text, want, what);
	snprintf(want, sizeof want, "udp %s 127.0.0.1 8080 %s rx=0 tx=0 uid=0 "
	    "inode=77", of_udp, strcmp(of_udp, "UNCONN") == 0 ? "- 50000" :
	    "127.0.0.1 50000");
	snprintf(what, sizeof what, "state %02X of udp", number);
	udp(text, want, what);
}

static void
states(void)
{
	static const char *const names[] = {
		"-", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
		"FIN_WAIT2", "TIME_WAIT", "BOUND", "CLOSE_WAIT", "LAST_ACK",
		"LISTEN", "CLOSING", "SYN_RECV", "-",
	};
	unsigned i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		state(i, names[i], i == 1 ? "ESTABLISHED" : "UNCONN");
	state(255, "-", "UNCONN");
}

static void
good_lines(void)
{
	tcp("   0: @00000000:0016 @00000000:0000 0A 00000000:00000000 "
	    "00:00000000 00000000     0        0 1684 1 00000000c3719c35 100 0 "
	    "0 10 0                      ",
	    "tcp LISTEN 0.0.0.0 22 - 0 rx=0 tx=0 uid=0 inode=1684",
	    "tcp: a listener");
	tcp("  12: @7F000035:0035 @00000000:0000 0A 00000000:00000003 "
	    "00:00000000 00000000   101        0 20263 1 ffff8d6d4a1b2300 100 "
	    "0 0 10 5",
	    "tcp LISTEN 127.0.0.53 53 - 0 rx=3 tx=0 uid=101 inode=20263",
	    "tcp: a listener with connections that wait");
	tcp("   3: @C0A80114:0016 @C0A80102:D432 01 00000024:00000000 "
	    "01:00000014 00000000     0        0 98765 4 ffff8d6d4a1b2c80 20 4 "
	    "31 10 20",
	    "tcp ESTABLISHED 192.168.1.20 22 192.168.1.2 54322 rx=0 tx=36 "
	    "uid=0 inode=98765", "tcp: a connection");
	tcp("   4: @C0A80114:C5F6 @5DB8D822:01BB 06 00000000:00000000 "
	    "03:00000A5B 00000000     0        0 0 3 ffff8d6d4a1b2d90",
	    "tcp TIME_WAIT 192.168.1.20 50678 93.184.216.34 443 rx=0 tx=0 "
	    "uid=0 inode=0 timewait", "tcp: TIME_WAIT");
	tcp("   5: @C0A80114:C5F6 @5DB8D822:01BB 05 00000000:00000000 "
	    "03:00000A5B 00000000     0        0 0 3 ffff8d6d4a1b2d90",
	    "tcp FIN_WAIT2 192.168.1.20 50678 93.184.216.34 443 rx=0 tx=0 "
	    "uid=0 inode=0 timewait", "tcp: FIN_WAIT2, a timewait entry");
	tcp("   5: @C0A80114:C5F6 @5DB8D822:01BB 05 00000000:00000000 "
	    "02:00000A5B 00000000  1000        0 31337 3 ffff8d6d4a1b2d90",
	    "tcp FIN_WAIT2 192.168.1.20 50678 93.184.216.34 443 rx=0 tx=0 "
	    "uid=1000 inode=31337", "tcp: FIN_WAIT2, still a socket");
	tcp("   6: @C0A80114:0050 @C0A80102:D432 03 00000000:00000000 "
	    "01:00000063 00000001     0        0 0 1 ffff8d6d4a1b2e00",
	    "tcp SYN_RECV 192.168.1.20 80 192.168.1.2 54322 rx=0 tx=0 uid=0 "
	    "inode=0", "tcp: a request");
	tcp("   7: @00000000:0000 @00000000:0000 07 00000000:00000000 "
	    "00:00000000 00000000  1000        0 4711 1 ffff8d6d4a1b2e00",
	    "tcp BOUND 0.0.0.0 0 - 0 rx=0 tx=0 uid=1000 inode=4711",
	    "tcp: neither listening nor connected");
	tcp6("   0: @00000000000000000000000000000000:0050 "
	    "@00000000000000000000000000000000:0000 0A 00000000:00000000 "
	    "00:00000000 00000000    33        0 24680 1 ffff8d6d00000001 100 "
	    "0 0 10 0",
	    "tcp LISTEN :: 80 - 0 rx=0 tx=0 uid=33 inode=24680",
	    "tcp6: a listener");
	tcp6("   1: @20010DB8000000000000000000000001:01BB "
	    "@FE8000000000000002163EFFFE123456:8235 08 00000000:00000001 "
	    "00:00000000 00000000  1000        0 13579 1 ffff8d6d00000002 20 4 "
	    "30 10 -1",
	    "tcp CLOSE_WAIT 2001:db8::1 443 fe80::216:3eff:fe12:3456 33333 "
	    "rx=1 tx=0 uid=1000 inode=13579", "tcp6: a connection");
	tcp6("   2: @00000000000000000000FFFF0A000001:0016 "
	    "@00000000000000000000FFFF0A000002:8235 01 00000000:00000000 "
	    "00:00000000 00000000     0        0 5 1 ffff8d6d00000003",
	    "tcp ESTABLISHED ::ffff:10.0.0.1 22 ::ffff:10.0.0.2 33333 rx=0 "
	    "tx=0 uid=0 inode=5", "tcp6: IPv4-mapped");
}

static void
good_lines_of_udp(void)
{
	udp(" 1234: @7F000035:0035 @00000000:0000 07 00000000:00000000 "
	    "00:00000000 00000000   101        0 20262 2 ffff8d6d40000000 0",
	    "udp UNCONN 127.0.0.53 53 - 0 rx=0 tx=0 uid=101 inode=20262 "
	    "drops=0", "udp: not connected");
	udp("99999: @C0A80114:0044 @C0A80101:0043 01 00000000:00000200 "
	    "03:00000000 00000000     0        0 20270 2 ffff8d6d40000001 17",
	    "udp ESTABLISHED 192.168.1.20 68 192.168.1.1 67 rx=512 tx=0 uid=0 "
	    "inode=20270 drops=17", "udp: connected, and nothing is timewait");
	udp("99999: @C0A80114:0044 @C0A80101:0043 01 00000000:00000200 "
	    "00:00000000 00000000     0        0 20270 2 ffff8d6d40000001 "
	    "4294967296",
	    "udp ESTABLISHED 192.168.1.20 68 192.168.1.1 67 rx=512 tx=0 uid=0 "
	    "inode=20270", "udp: what is no number of drops");
}

/* The parts of a line whose numbers have limits. */
static void
line(const char *from, const char *to, const char *want, const char *what)
{
	static const char good[] = "   0: @7F000001:1F90 @00000000:0000 0A "
	    "00000000:00000001 00:00000000 00000000  1000        0 4711 1 "
	    "ffff8d6d00000000 100 0 0 10 0";
	const char *at = strstr(good, from);
	char text[400];

	if (at == NULL)
		abort();
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to,
	    at + strlen(from));
	tcp(text, want, what);
}

static void
edges(void)
{
#define LISTEN "tcp LISTEN 127.0.0.1 8080 - 0 rx=1 tx=0 "
	line("4711", "4294967296", LISTEN "uid=1000 inode=4294967296",
	    "an inode beyond 32 bits");
	line("4711", "18446744073709551615",
	    LISTEN "uid=1000 inode=18446744073709551615", "the last inode");
	line("4711", "18446744073709551616", "refused", "one more");
	line("4711", "0", LISTEN "uid=1000 inode=0", "inode 0");
	line("1000", "4294967295", LISTEN "uid=4294967295 inode=4711",
	    "the last user");
	line("1000", "4294967296", "refused", "one more");
	line("00000001", "FFFFFFFF", "tcp LISTEN 127.0.0.1 8080 - 0 "
	    "rx=4294967295 tx=0 uid=1000 inode=4711", "a full queue");
	line("1F90", "FFFF", "tcp LISTEN 127.0.0.1 65535 - 0 rx=1 tx=0 "
	    "uid=1000 inode=4711", "the last port");
	line("0: ", "0:", "refused", "no blank after the number");
	line(" 1 ffff8d6d00000000 100 0 0 10 0", "",
	    LISTEN "uid=1000 inode=4711", "nothing after the inode");
	line("10 0", "10 0 what else", LISTEN "uid=1000 inode=4711",
	    "what is after the inode is not looked at");
#undef LISTEN
}

static void
malformed(void)
{
	tcp("", "refused", "refused: nothing");
	tcp("    ", "refused", "refused: blanks");
	tcp(":", "refused", "refused: a colon");
	tcp("  sl  local_address rem_address   st tx_queue rx_queue tr "
	    "tm->when retrnsmt   uid  timeout inode", "refused",
	    "refused: the heading");
	line("0: ", "0 ", "refused", "refused: no colon after the number");
	line(":1F90", "1F90", "refused", "refused: no colon before the port");
	line(":1F90", "", "refused", "refused: no port");
	line("1F90", "01F90", "refused", "refused: a port of five digits");
	line("1F90", "F90", "refused", "refused: a port of three digits");
	line("1F90", "-F90", "refused", "refused: a negative port");
	line("1F90", "1F9G", "refused", "refused: a port that is not hex");
	line("1F90", "1f90", "refused", "refused: a port in lower case");
	line("@7F000001", "7F00001", "refused", "refused: a short address");
	line("@7F000001", "7F0000001", "refused", "refused: a long address");
	line("@7F000001", "7F00000g", "refused",
	    "refused: an address that is not hex");
	line("@7F000001", "0x7F0001", "refused", "refused: 0x");
	line("@00000000:0000 ", "", "refused", "refused: no remote address");
	line("0A", "A", "refused", "refused: a state of one digit");
	line("0A", "00A", "refused", "refused: a state of three digits");
	line("0A", "ZZ", "refused", "refused: a state that is not hex");
	line("00000000:00000001", "0000000000000001", "refused",
	    "refused: queues without a colon");
	line("00000000:00000001", "00000000:000000001", "refused",
	    "refused: a queue of nine digits");
	line("00000000:00000001", "00000000:", "refused",
	    "refused: half the queues");
	line("00:00000000", "00", "refused", "refused: a timer without time");
	line("00:00000000", "0:00000000", "refused",
	    "refused: a timer of one digit");
	line("1000", "-1", "refused", "refused: a negative user");
	line("1000", "root", "refused", "refused: a user's name");
	line("1000", "01000", "refused", "refused: a user's leading zero");
	line("4711", "-4711", "refused", "refused: a negative inode");
	line("4711", "04711", "refused", "refused: an inode's leading zero");
	line("4711", "4711x", "refused", "refused: an inode and a letter");
	line("4711 1 ffff8d6d00000000 100 0 0 10 0", "", "refused",
	    "refused: no inode");
	reads(PROTO_TCP, ADDR_INET6, "   0: @7F000001:1F90 @00000000:0000 0A "
	    "00000000:00000000 00:00000000 00000000 0 0 4711", "refused",
	    "refused: an IPv4 line in tcp6");
	tcp("   0: @00000000000000000000000000000001:1F90 "
	    "@00000000000000000000000000000000:0000 0A 00000000:00000000 "
	    "00:00000000 00000000 0 0 4711", "refused",
	    "refused: an IPv6 line in tcp");
}

/* A line cut anywhere before the end of its inode is refused, and nothing is
 * read beyond its end. */
static void
cuts(void)
{
	static const char text[] = "   0: 00000000:1F90 00000000:0000 0A "
	    "00000000:00000000 00:00000000 00000000 1000 0 4711";
	bool pass = true;
	struct sock s;
	size_t n;

	for (n = 0; n < sizeof text - 1; n++) {
		char *copy = malloc(n + 1);

		if (copy == NULL)
			abort();
		memcpy(copy + 1, text, n);
		if (linux_procnet_line((struct str){ copy + 1, n }, PROTO_TCP,
		    ADDR_INET, &s) != (n > sizeof text - 5))
			pass = false;
		free(copy);
	}
	ok(pass, "a line cut anywhere before its inode is none");
}

int
main(void)
{
	good_lines();
	good_lines_of_udp();
	states();
	edges();
	malformed();
	cuts();
	return tap_end();
}
