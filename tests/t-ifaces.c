/* ifaces: interfaces as netstat -ib and /proc/net/dev show them. */
#include <inttypes.h>
#include <stdio.h>

#include "scan/interfaces.h"
#include "tap.h"

static void
show(struct buf *b, const struct ifaces *t)
{
	char number[32];
	size_t i;
	int c;

	for (i = 0; i < t->n; i++) {
		buf_add(b, t->v[i].name.p, t->v[i].name.n);
		for (c = 0; c < IFACE_NCOUNTERS; c++) {
			snprintf(number, sizeof number, " %" PRIu64,
			    t->v[i].counter[c]);
			buf_puts(b, t->v[i].known[c] ? number : " -");
		}
		buf_putc(b, '\n');
	}
}

static void
parse(void (*parser)(struct ifaces *t, struct str text), const char *text,
    const char *want, const char *what)
{
	struct ifaces t = { 0 };
	struct buf b = { 0 };

	parser(&t, str_from(text));
	show(&b, &t);
	ok(str_is(buf_str(&b), want), what);
	if (!str_is(buf_str(&b), want))
		printf("# got: %.*s\n", (int)b.n, b.p);
	buf_free(&b);
	ifaces_free(&t);
}

/* macOS 14. */
static const char macos[] =
"Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll\n"
"lo0        16384 <Link#1>                       101310     0   49131453   101310     0   49131453     0\n"
"lo0        16384 127           127.0.0.1        101310     -   49131453   101310     -   49131453     -\n"
"gif0*      1280  <Link#2>                            0     0          0        0     0          0     0\n"
"en0        1500  <Link#4>    f0:18:98:00:00:01 5234567     3 6012345678  2345678     1  456789012     0\n"
"en0        1500  192.168.1     192.168.1.20    5234567     - 6012345678  2345678     -  456789012     -\n"
"en0        1500  fe80::1c%en0  fe80:4::1c      5234567     - 6012345678  2345678     -  456789012     -\n";

/* FreeBSD 14 has Idrop. */
static const char freebsd[] =
"Name    Mtu Network       Address              Ipkts Ierrs Idrop     Ibytes    Opkts Oerrs     Obytes  Coll\n"
"vtnet0 1500 <Link#1>      58:9c:fc:00:00:01    12345     6     7   98765432     8901     2    1234567     0\n"
"vtnet0    - 10.0.0.0/24   10.0.0.2             12000     -     -   97000000     8900     -    1234000     -\n"
"lo0   16384 <Link#2>      lo0                    100     0     0       5000      100     0       5000     0\n";

/* OpenBSD has only bytes. */
static const char openbsd[] =
"Name    Mtu   Network     Address              Ibytes     Obytes\n"
"em0     1500  <Link>      00:0c:29:00:00:01     51234      61234\n"
"em0     1500  <Link#2>    00:0c:29:00:00:01     51234      61234\n";

static const char netdev[] =
"Inter-|   Receive                                                |  Transmit\n"
" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
"    lo:    3267      29    0    0    0     0          0         0     3267      29    0    0    0     0       0          0\n"
"eth0.7:18446744073709551615 8371 1    0    0     0          0         0   387848    4785    2    0    0     0       0          0\n";

int
main(void)
{
	parse(ifaces_netstat, macos,
	    "lo0 49131453 101310 0 49131453 101310 0\n"
	    "gif0 0 0 0 0 0 0\n"
	    "en0 6012345678 5234567 3 456789012 2345678 1\n",
	    "macOS: a line an interface, with and without an address");
	parse(ifaces_netstat, freebsd,
	    "vtnet0 98765432 12345 6 1234567 8901 2\n"
	    "lo0 5000 100 0 5000 100 0\n", "FreeBSD");
	parse(ifaces_netstat, openbsd, "em0 51234 - - 61234 - -\n",
	    "OpenBSD: what is not told is not known");
	parse(ifaces_netstat, "", "", "netstat: nothing");
	parse(ifaces_netstat, "Name Mtu Network Address Ibytes\n", "",
	    "netstat: a heading alone");
	parse(ifaces_netstat, "Name Mtu Network Address Ibytes Obytes\n"
	    "em0 1500 <Link#1>\n"
	    "em1 1500 <Link#2> 00:00 many 3\n"
	    "em2 1500 <Link#3> 00:00 1 2 3 4 5 6\n"
	    "em3 1500 <Link#4> 00:00 -1 99999999999999999999\n",
	    "em1 - - - 3 - -\n"
	    "em3 - - - - - -\n",
	    "netstat: short and long lines are none, what is no number is "
	    "not known");
	parse(ifaces_netstat, "Name Mtu Network Address Ibytes Ibytes\n"
	    "em0 1500 <Link#1> 00:00 7 -\n", "em0 - - - - - -\n",
	    "netstat: of a column that is there twice the last one counts");
	parse(ifaces_netdev, netdev,
	    "lo 3267 29 0 3267 29 0\n"
	    "eth0.7 18446744073709551615 8371 1 387848 4785 2\n",
	    "/proc/net/dev");
	parse(ifaces_netdev, "", "", "/proc/net/dev: nothing");
	parse(ifaces_netdev, "eth0: 1 2 3\n:\neth1:\n", "",
	    "/proc/net/dev: cut lines");
	return tap_end();
}
