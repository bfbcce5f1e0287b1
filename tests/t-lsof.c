/* t-lsof: the reader of lsof's output; see src/scan/from/from.h.  Prints TAP. */
#include <stdio.h>
#include <string.h>

#include "scan/from/from.h"
#include "tap.h"

static struct services *services;

static void
note(void *arg, size_t line, const char *wrong)
{
	(void)wrong;
	buf_putc(arg, '!');
	add_number(arg, line);
	buf_putc(arg, ' ');
}

static void
add_holder(struct buf *b, const struct scan *sc, const struct holder *h)
{
	const struct proc *p = &sc->proc[h->proc];

	buf_putc(b, ' ');
	add_number(b, p->pid);
	if (h->fd != HOLDER_NO_FD) {
		buf_putc(b, '/');
		add_number(b, h->fd);
	}
}

static const char *const ends[] = {
	[FROM_READ] = "", [FROM_UNKNOWN] = "unknown",
	[FROM_UNREAD] = "unread", [FROM_REFUSED] = "refused",
};

/* What is found in text that comes in pieces of so many bytes: each bad line,
 * then each socket with its holders. */
static struct buf
read_in(struct str text, size_t piece)
{
	struct buf b = { 0 };
	struct scan sc = { .nsock = 0 };
	struct filter all = { .npids = 0 };
	struct from *l = from_open(&from_lsof, services, note, &b);
	size_t i, h, n;

	scan_add_netns(&sc);
	for (; text.n > 0; text.p += n, text.n -= n) {
		n = text.n < piece ? text.n : piece;
		from_feed(l, text.p, n);
	}
	buf_puts(&b, ends[from_end(l)]);
	from_give(l, &all, &sc);
	for (i = h = 0; i < sc.nsock; i++) {
		add_number(&b, sc.sock[i].local_port);
		for (; h < sc.nholder && sc.holder[h].sock == i; h++)
			add_holder(&b, &sc, &sc.holder[h]);
		buf_putc(&b, ';');
	}
	scan_free(&sc);
	from_close(l);
	return b;
}

#define HEAD "COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"

static const struct {
	const char *what, *text, *want;
} texts[] = {
	{ "nothing", "", "unknown" },
	{ "not lsof's", "hello\n", "!1 unknown" },
	{ "one file", "p1\nf3\ntIPv4\nPTCP\nn*:80\nTST=LISTEN\n", "80 1/3;" },
	{ "state before name", "p1\nf3\ntIPv4\nPTCP\nTST=LISTEN\nn*:80\n",
	    "80 1/3;" },
	{ "no f", "p1\ntIPv4\nPTCP\nn*:80\nTST=LISTEN\ntIPv4\nPTCP\nn*:81\n"
	    "TST=LISTEN\n", "80 1;81 1;" },
	{ "no f, state first", "p1\nTST=LISTEN\nn10.0.0.1:80\nTST=LISTEN\n"
	    "n10.0.0.1:81\n", "80 1;81 1;" },
	{ "no f, n and T alone", "p1\nn10.0.0.1:80\nTST=LISTEN\n"
	    "n10.0.0.1:81\nTST=LISTEN\n", "80 1;81 1;" },
	{ "no f, queues first", "p1\nTQR=0\nTQS=0\nPUDP\nn10.0.0.1:53\n"
	    "TST=LISTEN\nTQR=0\nPTCP\nn10.0.0.1:80\n", "80 1;53 1;" },
	{ "no P: a state means TCP", "p1\nf3\ntIPv4\nn*:80\nTST=LISTEN\nf4\n"
	    "tIPv4\nn*:53\n", "!8 80 1/3;" },
	{ "other files", "p1\nftxt\ntREG\nn/bin/a:b\nf4\ntunix\nn/run/x\nf5\n"
	    "tIPv4\nPICMP\nn*:*\nf6\ntIPv4\nPTCP\nn*:80\n", "80 1/6;" },
	{ "nowhere", "p1\nf3\ntIPv4\nPTCP\nn*:*\nf4\ntIPv4\nPTCP\n"
	    "nno PCB, CANTSENDMORE\nf5\ntIPv4\nPTCP\nn*:80\n", "80 1/5;" },
	{ "NUL", NULL, "80 1/3;81 1/4;" },
	{ "a bad line each", "p1\nux\nRx\nf3x!\nix\nTQR=x\n\001\ntIPv4\n"
	    "PTCP\nn*:80\n", "!2 !3 !4 !5 !6 !7 80 1;" },
	{ "a bad p: nobody's", "p1\nf3\ntIPv4\nPTCP\nn*:80\npx\nf4\ntIPv4\n"
	    "PTCP\nn*:81\np3\nf5\ntIPv4\nPTCP\nn*:82\n",
	    "!6 80 1/3;81;82 3/5;" },
	{ "a bad n", "p1\nf3\ntIPv4\nPTCP\nnx\nf4\ntIPv4\nPTCP\nn*:81\n",
	    "!5 81 1/4;" },
	{ "cut", "p1\nf3\ntIPv4\nPTCP\nn*:80\nf4\ntIPv4\nPTCP\nn*:8",
	    "!9 80 1/3;" },
	{ "descriptors of one socket", "p1\nf3\ntIPv4\nPTCP\nn*:80\nf9\ntIPv4"
	    "\nPTCP\nn*:80\nf4\ntIPv4\nPTCP\nn*:80\n", "80 1/3 1/4 1/9;" },
	{ "devices tell sockets apart", "p1\nf3\ntIPv4\nd0x1\nPTCP\nn*:80\n"
	    "f4\ntIPv4\nd0x2\nPTCP\nn*:80\nf5\ntIPv4\nd0x1\nPTCP\nn*:80\n",
	    "80 1/3 1/5;80 1/4;" },
	{ "inodes too", "p1\nf3\ntIPv4\ni7\nPTCP\nn*:80\nf4\ntIPv4\ni8\nPTCP"
	    "\nn*:80\n", "80 1/3;80 1/4;" },
	{ "a lost p", "p1\nca\nf3\ntIPv4\nPTCP\nn*:8p2\ncb\nf4\ntIPv4\nPTCP\n"
	    "n*:81\n", "!7 !6 81;" },
	{ "a lost p, in its state", "p1\nca\nf3\ntIPv4\nPTCP\nn*:80\n"
	    "TST=LISTp2\ng2\ncb\nf4\ntIPv4\nPTCP\nn*:81\np3\ncb\nf4\ntIPv4\n"
	    "PTCP\nn*:82\n", "!8 80 1/3;81;82 3/4;" },
	{ "a lost p, in a name", "p1\ncap2\ncb\nf4\ntIPv4\nPTCP\nn*:81\n",
	    "!3 81;" },
	{ "a pid used again", "p1\nca\nf3\ntIPv4\nPTCP\nn*:80\np2\nca\nf3\n"
	    "tIPv4\nPTCP\nn*:81\np1\ncb\nf4\ntIPv4\nPTCP\nn*:82\n",
	    "80 1/3;81 2/3;82 1/4;" },
	{ "the same socket of both", "p1\nca\nf3\ntIPv4\nPTCP\nn*:80\np1\n"
	    "cb\nf3\ntIPv4\nPTCP\nn*:80\n", "80 1/3 1/3;" },
	{ "two lists of both", "p1\nca\nf3\ntIPv4\nPTCP\nn*:80\np1\ncb\nf3\n"
	    "tIPv4\nPTCP\nn*:80\nm\np1\nca\nf3\ntIPv4\nPTCP\nn*:80\np1\n"
	    "cb\nf3\ntIPv4\nPTCP\nn*:80\nm\n", "80 1/3 1/3;" },
	{ "tasks", "p1\nf3\ntIPv4\nPTCP\nn*:80\np1\nK2\nMx\nf3\ntIPv4\nPTCP\n"
	    "n*:80\n", "80 1/3;" },
	{ "two lists", "p1\nf3\ntIPv4\nPTCP\nn*:80\nm\np2\nf3\ntIPv4\nPTCP\n"
	    "n*:80\np1\nf3\ntIPv4\nPTCP\nn*:80\nm\n", "80 1/3 2/3;" },
	{ "table", HEAD "a 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n", "80 1/3;" },
	{ "table without heading", "a 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n",
	    "80 1/3;" },
	{ "table, no size", HEAD "a 1 u 3u IPv4 7 TCP *:80 (LISTEN)\n",
	    "80 1/3;" },
	{ "table, other files", HEAD "a 1 u txt REG 8,1 99 12 /bin/a b\n"
	    "a 1 u 3u unix 0x1 0t0 12 /run/x\na 1 u 4u IPv4 7 0t0 ICMP *:*\n"
	    "a 1 u *56u IPv4 7 0t0 TCP *:80 (LISTEN)\n", "80 1;" },
	{ "table, a file that looks like a socket", HEAD
	    "a 1 u txt REG 8,1 99 12 /x 3u IPv4 1 0t0 TCP *:22 (LISTEN)\n",
	    "" },
	{ "table, blanks in the command",
	    "COMMAND           PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
	    "Web 2               5 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "a 1 r 3u IPv4 0     5 u 4u IPv4 7 0t0 TCP *:81 (LISTEN)\n"
	    "nginx 841           1 u 5u IPv4 7 0t0 TCP *:82 (LISTEN)\n"
	    "nginx          841  1 u 5u IPv4 7 0t0 TCP *:83 (LISTEN)\n"
	    "nginx 841  1 u 5u IPv4 7 0t0 TCP *:84 (LISTEN)\n"
	    "Web Srv 7 u 5u IPv4 7 0t0 TCP *:85 (LISTEN)\n",
	    "!5 !6 80 5/3;81 5/4;82 1/5;85 7/5;" },
	{ "table, -R, rows without the parent",
	    "COMMAND PID PPID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
	    "a 1 2 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "a 1 u 4u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "!3 80 1/3;" },
	{ "no heading: the parent is of two",
	    "a 1 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 9 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "80 1/3;81 2/3;" },
	{ "no heading: so are parent and group",
	    "a 1 9 8 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 9 8 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n",
	    "80 1/3;81 2/3;" },
	{ "no heading: a group of its own, and a parent of two",
	    "a 1 9 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 9 2 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "refused" },
	{ "no heading: each its own group",
	    "a 1 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 2 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "80 1/3;81 2/3;" },
	{ "no heading: one process only",
	    "a 1 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "a 1 9 u 4u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "refused" },
	{ "no heading: processes of several parents",
	    "a 1 8 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 9 u 4u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "refused" },
	{ "no heading: a number in the name, not the pid",
	    "a 1 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 u 4u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "!1 81 2/4;" },
	{ "no heading: users that are numbers",
	    "a 1 0 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 33 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "80 1/3;81 2/3;" },
	{ "no heading: then one",
	    "a 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "COMMAND PID PPID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n"
	    "b 2 9 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "80 1/3;81 2/3;" },
	{ "no heading: refused before one",
	    "a 1 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n" HEAD
	    "b 2 u 3u IPv4 7 0t0 TCP *:81 (LISTEN)\n", "refused" },
	{ "no heading: tasks, and the parent",
	    "a 1        9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "a 1 10 tsk 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n",
	    "!1 !2 unread" },
	{ "no heading: what looks like a file of another kind",
	    "a 1 9 root 123u IPv4 7 0t0 TCP *:80 (LISTEN)\n", "refused" },
	{ "no heading: other files tell it, too",
	    "a 1 9 u cwd DIR 8,1 4096 2 /\n"
	    "a 1 9 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n"
	    "b 2 9 u cwd DIR 8,1 4096 2 /\n", "80 1/3;" },
	{ "table of tasks",
	    "COMMAND PID TID TASKCMD PPID USER FD TYPE DEVICE OFFSET NODE "
	    "NAME\n"
	    "a 1             9 u 3u IPv4 7 0t0 UDP 10.0.0.1:53 \n"
	    "a 1 2 b\\x20c 9 u 3u IPv4 7 0t0 UDP 10.0.0.1:53 \n"
	    "a b 4           9 u 3u IPv4 8 0t0 UDP 10.0.0.1:54 \n",
	    "53 1/3;54 4/3;" },
	{ "table, bad rows", HEAD "hello\na x u 3u IPv4 7 0t0 TCP *:80\n"
	    "a 1 u 3u IPv4 7 0t0 TCP *:x:y\na 1 u 4u IPv4 7 0t0 TCP *:81\n",
	    "!2 !3 !4 81 1/4;" },
	{ "two tables", HEAD "a 1 u 3u IPv4 7 0t0 TCP *:80\n=======\n"
	    HEAD "a 1 u 3u IPv4 7 0t0 TCP *:80\n", "80 1/3;" },
	{ "warnings of lsof's before it", "lsof: WARNING: x\n      y\np1\nf3\n"
	    "tIPv4\nPTCP\nn*:80\n", "!1 !2 80 1/3;" },
};

static const char nul_text[] = "p1\0ca\0\nf3\0tIPv4\0PTCP\0n*:80\0TST=LISTEN\0"
    "\nf4\0tIPv4\0PTCP\0n*:81\0TST=LISTEN\0\n";

static void
test_texts(void)
{
	size_t i, piece;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct str text = texts[i].text != NULL ?
		    str_from(texts[i].text) :
		    (struct str){ nul_text, sizeof nul_text - 1 };
		struct buf whole = read_in(text, text.n + 1);
		bool same = true;

		ok_buf(&whole, texts[i].want, "text", texts[i].what);
		for (piece = 1; piece < 40; piece++) {
			struct buf b = read_in(text, piece);

			same = same && str_eq(buf_str(&b), buf_str(&whole));
			buf_free(&b);
		}
		ok_of(same, "text in pieces of any size", texts[i].what);
		buf_free(&whole);
	}
}

static struct proc
first_proc(const char *text, struct arena *a)
{
	struct scan sc = { .nsock = 0 };
	struct filter all = { .npids = 0 };
	struct buf b = { 0 };
	struct from *l = from_open(&from_lsof, services, note, &b);
	struct proc p = { .pid = 0 };

	scan_add_netns(&sc);
	from_feed(l, text, strlen(text));
	from_end(l);
	from_give(l, &all, &sc);
	if (sc.nproc > 0) {
		p = sc.proc[0];
		p.comm = arena_str(a, p.comm);
		p.user = arena_str(a, p.user);
	}
	from_close(l);
	scan_free(&sc);
	buf_free(&b);
	return p;
}

static const struct {
	const char *text, *want;
} comms[] = {
	{ "a b", "a b" }, { "(x) y)", "(x) y)" }, { "a\\x20b", "a b" },
	{ "a\\tb\\nc\\rd\\be\\f", "a\tb\nc\rd\be\f" }, { "a\\\\x41", "a\\x41" },
	{ "k^Kz", "k^Kz" }, { "caf\\xc3\\xa9", "caf\xc3\xa9" },
	{ "\\q\\x4\\xg1\\", "\\q\\x4\\xg1\\" }, { " a ", " a " },
	{ "caf\xc3\xa9\xff", "caf\xc3\xa9\xff" },
};

static void
test_procs(void)
{
	struct arena a = { NULL, 0, 0 };
	struct proc p;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof comms / sizeof comms[0]; i++) {
		snprintf(text, sizeof text, "p1\nc%s\nf3\ntIPv4\nPTCP\nn*:80\n",
		    comms[i].text);
		p = first_proc(text, &a);
		ok_of(str_is(p.comm, comms[i].want), "command",
		    comms[i].text);
	}
	p = first_proc("p9\nR8\nca\nu501\nLDOM\\bob\nf3\ntIPv4\nPTCP\nn*:80\n",
	    &a);
	ok_of(p.pid == 9 && p.has_ppid && p.ppid == 8 && p.has_uid &&
	    p.uid == 501 && str_is(p.user, "DOM\\bob"), "process",
	    "p R c u L, a login name has no escapes");
	p = first_proc("p9\nu-2\nf3\ntIPv4\nPTCP\nn*:80\n", &a);
	ok_of(p.has_uid && p.uid == UINT32_MAX - 1 && p.user.p == NULL,
	    "process", "u-2, as some write 4294967294");
	p = first_proc("p9\nf3\ntIPv4\nPTCP\nn*:80\nca\nu7\n", &a);
	ok_of(p.pid == 9 && p.comm.p == NULL && !p.has_uid, "process",
	    "another's, told behind its files");
	p = first_proc("p9\nca\nf3\ntIPv4\nPTCP\nn*:80\np9\nu7\nf3\ntIPv4\n"
	    "PTCP\nn*:80\n", &a);
	ok_of(str_is(p.comm, "a") && p.uid == 7, "process", "told in two parts");
	p = first_proc(HEAD "a\\x20b 9 501 3u IPv4 7 0t0 TCP *:80\n", &a);
	ok_of(str_is(p.comm, "a b") && p.has_uid && p.uid == 501 &&
	    str_is(p.user, "501"), "process", "of a table with numbers");
	p = first_proc(HEAD "Web  Srv 9 bob 3u IPv4 7 0t0 TCP *:80\n", &a);
	ok_of(str_is(p.comm, "Web  Srv") && !p.has_uid && str_is(p.user, "bob"),
	    "process", "of a table with blanks");
	arena_free(&a);
}

/* The other values of a socket. */
static void
test_sockets(void)
{
	static const char text[] = "p1\nf3\ntIPv4\nd1234\nPTCP\nn*:80\n"
	    "TST=LISTEN\nTQR=7\nTQS=0\nf4\ntIPv6\nd0xf00\ni99\nPUDP\n"
	    "n[fe80::1%en0]:53\nTST=LISTEN\nf5\ntIPv4\nd8,1\nPUDP\n"
	    "n10.0.0.1:54->10.0.0.2:53\nTQR=1\n";
	struct scan sc = { .nsock = 0 };
	struct filter all = { .npids = 0 };
	struct buf b = { 0 };
	struct from *l = from_open(&from_lsof, services, note, &b);
	const struct sock *s;

	scan_add_netns(&sc);
	from_feed(l, text, sizeof text - 1);
	from_end(l);
	from_give(l, &all, &sc);
	s = sc.sock;
	ok_of(sc.nsock == 3 && s[0].inode == 1234 && !s[0].queueless &&
	    s[0].rx_queue == 7 && s[0].state == STATE_LISTEN && s[0].userless,
	    "socket", "the device is Linux's inode, QR and QS the queues");
	ok_of(sc.nsock == 3 && s[1].inode == 99 && s[1].queueless &&
	    s[1].state == STATE_UNCONN && s[1].ifname != NULL &&
	    strcmp(s[1].ifname, "en0") == 0, "socket",
	    "an address in the kernel is none; a UDP state is not believed");
	ok_of(sc.nsock == 3 && s[2].inode == 0 && s[2].queueless &&
	    s[2].state == STATE_ESTABLISHED, "socket",
	    "connected UDP; one queue is none");
	from_close(l);
	scan_free(&sc);
	buf_free(&b);
}

/* So many that results are joined while the text is read. */
static void
test_many(void)
{
	enum { PROCS = 300, FILES = 60, LISTS = 3, SOCKS = PROCS * FILES };
	struct scan sc = { .nsock = 0 };
	struct filter all = { .npids = 0 };
	struct buf text = { 0 }, b = { 0 };
	struct from *l = from_open(&from_lsof, services, note, &b);
	char line[128];
	bool good;
	size_t i;
	int k, p, f;

	for (k = 0; k < LISTS; k++)
		for (p = PROCS; p > 0; p--) {
			snprintf(line, sizeof line, "p%d\nccomm%d\n", p, p);
			buf_puts(&text, line);
			for (f = 0; f < FILES; f++) {
				snprintf(line, sizeof line, "f%d\ntIPv6\nPTCP\n"
				    "n[fe80::%x%%if%d]:%d\n", f, p, p,
				    p + f);
				buf_puts(&text, line);
			}
		}
	scan_add_netns(&sc);
	from_feed(l, text.p, text.n);
	good = from_end(l) == FROM_READ;
	from_give(l, &all, &sc);
	good = good && sc.nproc == PROCS && sc.nsock == SOCKS &&
	    sc.nholder == sc.nsock;
	for (i = 0; good && i < sc.nholder; i++) {
		const struct proc *proc = &sc.proc[sc.holder[i].proc];
		const struct sock *s = &sc.sock[sc.holder[i].sock];

		snprintf(line, sizeof line, "comm%u", (unsigned)proc->pid);
		good = str_is(proc->comm, line) &&
		    strcmp(s->ifname + 2, line + 4) == 0 &&
		    s->local_port == proc->pid + sc.holder[i].fd;
	}
	ok_of(good, "many", "54000 files, 18000 of them different");
	from_close(l);
	scan_free(&sc);
	buf_free(&text);
	buf_free(&b);
}

static void
test_long_line(void)
{
	enum { LONG = 300000 };
	struct buf text = { 0 }, got;
	int i;

	buf_puts(&text, "p1\nf3\ntIPv4\nPTCP\n");
	for (i = 0; i < LONG; i++)
		buf_putc(&text, 'n');
	buf_puts(&text, "\nn*:80\n");
	got = read_in(buf_str(&text), LONG / 7);
	ok_buf(&got, "!5 80 1/3;", "text", "a line of 300,000 bytes");
	buf_free(&got);
	got = read_in(buf_str(&text), text.n);
	ok_buf(&got, "!5 80 1/3;", "text", "the same in one piece");
	buf_free(&got);
	buf_free(&text);
}

int
main(void)
{
	services = services_open(NULL);
	test_texts();
	test_procs();
	test_sockets();
	test_many();
	test_long_line();
	services_free(services);
	return tap_end();
}
