/* t-services: the names of ports; see src/scan/services.h.  Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/mem.h"
#include "scan/services-table.h"
#include "scan/services.h"
#include "tap.h"

enum { TABLE_MIN = 220, TEXT_MAX = 4096, PATH_SIZE = 512 };

static const size_t table_n = sizeof services_table / sizeof services_table[0];
static char dir[PATH_SIZE], file[PATH_SIZE + 16];
/* The calls of a parser or of services_ports, as text. */
struct log {
	char text[TEXT_MAX];
	size_t n;
};

static void
log_entry(void *arg, struct str name, enum services_proto proto, uint16_t port)
{
	struct log *l = arg;
	int n = snprintf(l->text + l->n, sizeof l->text - l->n, "%.*s=%u/%s;",
	    (int)name.n, name.p, (unsigned)port,
	    proto == SERVICES_TCP ? "tcp" :
	    proto == SERVICES_UDP ? "udp" : "sctp");

	if (n > 0 && (size_t)n < sizeof l->text - l->n)
		l->n += (size_t)n;
}

static void
log_port(void *arg, enum services_proto proto, uint16_t port)
{
	log_entry(arg, STR_LIT(""), proto, port);
}

static void
ok_log(const struct log *l, const char *want, const char *what,
    const char *text)
{
	bool good = strcmp(l->text, want) == 0;

	ok_of(good, what, text);
	if (!good)
		printf("# got  %s\n# want %s\n", l->text, want);
}

/* Whether the port's name is want; NULL: it has none. */
static bool
has_name(const struct services *s, enum services_proto proto, uint16_t port,
    const char *want)
{
	struct str name = services_name(s, proto, port);

	return want != NULL ? str_is(name, want) : name.p == NULL;
}

static void
ok_ports(const struct services *s, const char *name, const char *want,
    const char *text)
{
	struct log l = { "", 0 };
	unsigned n = services_ports(s, str_from(name), log_port, &l);

	log_entry(&l, STR_LIT("n"), SERVICES_TCP, (uint16_t)n);
	ok_log(&l, want, "ports", text);
}

/* The port of that name; 0 if there is none, or several. */
static unsigned
one_port(const struct services *s, enum services_proto proto, const char *name)
{
	uint16_t port;

	return services_port(s, proto, str_from(name), &port) == 1 ? port : 0;
}

/* Writes text to the user's file. */
static void
write_file(const char *text, size_t n)
{
	FILE *f = fopen(file, "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0) {
		printf("Bail out! %s cannot be written\n", file);
		exit(1);
	}
}

static struct services *
open_with(const char *text)
{
	write_file(text, strlen(text));
	return services_open(file);
}

static bool
is_sorted(void)
{
	size_t i;

	for (i = 1; i < table_n; i++) {
		unsigned a = services_table[i - 1].port;
		unsigned b = services_table[i].port;

		if (a > b || (a == b && (services_table[i - 1].protos != TCP ||
		    services_table[i].protos != UDP))) {
			printf("# %u\n", b);
			return false;
		}
	}
	return true;
}

static bool
are_names(void)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";
	size_t i, n;

	for (i = 0; i < table_n; i++) {
		const char *name = services_table[i].name;
		const char *end = memchr(name, '\0',
		    sizeof services_table[i].name);

		n = end != NULL ? (size_t)(end - name) : 0;
		if (n == 0 || strspn(name, chars) != n) {
			printf("# %u\n", services_table[i].port);
			return false;
		}
	}
	return true;
}

static void
test_table(void)
{
	ok(is_sorted(), "table: sorted, each port and protocol once");
	ok(are_names(), "table: names of letters, digits and _.+-");
	ok(table_n >= TABLE_MIN, "table: 220 lines and more");
}

#define DIGITS60 "012345678901234567890123456789012345678901234567890123456789"
#define NAME64 DIGITS60 "abcd"
#define NAME65 DIGITS60 "abcde"

static const struct {
	const char *text, *in, *want;
} parses[] = {
	{ "empty", "", "" },
	{ "empty lines", "\n\n \t\n", "" },
	{ "blanks and tabs", "a 1/tcp\n b \t2/udp \n", "a=1/tcp;b=2/udp;" },
	{ "no newline at the end", "a 1/tcp", "a=1/tcp;" },
	{ "comments", "# a 1/tcp\na 1/tcp # b 2/tcp\nc#d 3/tcp\ne 4/tcp#f\n",
	    "a=1/tcp;e=4/tcp;" },
	{ "aliases", "a 1/tcp b\tc # d\n", "a=1/tcp;b=1/tcp;c=1/tcp;" },
	{ "CRLF lines", "a 1/tcp\r\nb 2/udp c\r\n\r\n",
	    "a=1/tcp;b=2/udp;c=2/udp;" },
	{ "missing port", "a\na \na /tcp\na tcp\na # 1/tcp\n", "" },
	{ "missing protocol", "a 1\na 1/\na 1tcp\na 1 /tcp\na 1/ tcp\n", "" },
	{ "port 65536", "a 0/tcp\nb 65535/udp\nc 65536/tcp\n"
	    "d 18446744073709551617/tcp\n", "a=0/tcp;b=65535/udp;" },
	{ "no number", "a -1/tcp\na +1/tcp\na 0x1/tcp\na 1.0/tcp\n", "" },
	{ "SCTP", "a 1/sctp b\n", "a=1/sctp;b=1/sctp;" },
	{ "other protocols", "a 1/ddp\na 1/sctpx\na 1/tcpx\na 1/tc\na 1/TCP\n",
	    "" },
	{ "a name of 64 bytes", NAME64 " 1/tcp\n", NAME64 "=1/tcp;" },
	{ "a longer name", NAME65 " 1/tcp a\nb 2/tcp\n", "b=2/tcp;" },
	{ "any bytes", "\x1b[2J 1/tcp \xff\n", "\x1b[2J=1/tcp;\xff=1/tcp;" },
	{ "a longer alias", "a 1/tcp " NAME65 " b\n", "a=1/tcp;b=1/tcp;" },
};

static void
test_parse(void)
{
	size_t i;

	for (i = 0; i < sizeof parses / sizeof parses[0]; i++) {
		struct log l = { "", 0 };

		services_parse(str_from(parses[i].in), log_entry, &l);
		ok_log(&l, parses[i].want, "parse", parses[i].text);
	}
}

static void
test_table_names(void)
{
	struct services *s = services_open(NULL);

	ok(has_name(s, SERVICES_TCP, 22, "ssh") &&
	    has_name(s, SERVICES_TCP, 5432, "postgresql") &&
	    has_name(s, SERVICES_UDP, 51820, "wireguard"), "name: table");
	ok(has_name(s, SERVICES_TCP, 514, "shell") &&
	    has_name(s, SERVICES_UDP, 514, "syslog"), "name: by protocol");
	ok(has_name(s, SERVICES_UDP, 65535, NULL), "name: none");
	ok_ports(s, "https", "=443/tcp;=443/udp;n=2/tcp;", "https");
	ok_ports(s, "domain", "=53/tcp;=53/udp;n=2/tcp;", "domain");
	ok_ports(s, "tor-socks", "=9050/tcp;=9150/tcp;n=2/tcp;",
	    "several of one name");
	ok_ports(s, "no-such-service", "n=0/tcp;", "no such name");
	ok_ports(s, "", "n=0/tcp;", "an empty name");
	ok_ports(s, "ssh\n", "n=0/tcp;", "the whole name");
	ok_ports(s, "HTTPS", "n=0/tcp;", "case counts");
	services_free(s);
}

static void
test_user_file(void)
{
	struct services *s = open_with("mine 5173/tcp my-alias\n"
	    "second 5173/tcp\nfar 65001/udp\nfar 65000/udp\nfar 65002/tcp\n"
	    "https 443/tcp\nlast 65003/tcp");

	ok(has_name(s, SERVICES_TCP, 5173, "mine"), "user file: first of all");
	ok(has_name(s, SERVICES_TCP, 65003, "last"), "user file: last line");
	ok(has_name(s, SERVICES_TCP, 65000, NULL), "user file: by protocol");
	ok_ports(s, "mine", "=5173/tcp;n=1/tcp;", "user file");
	ok_ports(s, "my-alias", "=5173/tcp;n=1/tcp;", "alias of the user file");
	ok_ports(s, "second", "=5173/tcp;n=1/tcp;", "lost to a line before");
	ok_ports(s, "vite", "=5173/tcp;n=1/tcp;", "lost to the user file");
	ok_ports(s, "far", "=65002/tcp;=65000/udp;=65001/udp;n=3/tcp;",
	    "in order of protocol and port");
	ok_ports(s, "https", "=443/tcp;=443/udp;n=2/tcp;",
	    "given by several sources");
	services_free(s);

	s = open_with("");
	ok(s != NULL, "user file: empty");
	services_free(s);
}

/* A name for every port: no lookup may find another's. */
static void
test_all_ports(void)
{
	struct buf b = { NULL, 0, 0 };
	struct services *s;
	char text[64];
	unsigned port, bad = 0;

	for (port = 0; port <= 65535; port++) {
		snprintf(text, sizeof text, "t%u %u/tcp\nu%u %u/udp\n", port,
		    port, port, port);
		buf_puts(&b, text);
	}
	write_file(b.p, b.n);
	buf_free(&b);
	s = services_open(file);
	for (port = 0; s != NULL && port <= 65535; port++) {
		snprintf(text, sizeof text, "t%u", port);
		bad += !has_name(s, SERVICES_TCP, (uint16_t)port, text);
		text[0] = 'u';
		bad += !has_name(s, SERVICES_UDP, (uint16_t)port, text);
	}
	ok(s != NULL && bad == 0, "user file: a name for each port");
	services_free(s);
}

static void
test_bad_files(void)
{
	char *big = mem_alloc(SERVICES_FILE_MAX + 1);
	struct services *s;

	unlink(file);
	ok(services_open(file) == NULL, "user file: missing");
	ok(services_open(dir) == NULL, "user file: a directory");

	memset(big, '\n', SERVICES_FILE_MAX + 1);
	memcpy(big, "big 65000/tcp", sizeof "big 65000/tcp" - 1);
	write_file(big, SERVICES_FILE_MAX);
	s = services_open(file);
	ok(s != NULL && has_name(s, SERVICES_TCP, 65000, "big"),
	    "user file: as long as it may be");
	services_free(s);
	write_file(big, SERVICES_FILE_MAX + 1);
	ok(services_open(file) == NULL, "user file: too long");
	free(big);

	if (geteuid() == 0) {
		skip("user file: no permission", "root may read all");
		return;
	}
	chmod(file, 0);
	ok(services_open(file) == NULL, "user file: no permission");
}

/* What /etc/services must give: the table's name, else its first one. */
struct expect {
	const struct services *s;
	struct str names[SERVICES_NPROTO][65536];
	unsigned bad;
};

static void
check_entry(void *arg, struct str name, enum services_proto proto,
    uint16_t port)
{
	struct expect *x = arg;
	struct str *want = &x->names[proto][port];
	struct log ports = { "", 0 }, this = { "", 0 };

	if (want->p == NULL)
		*want = name;
	services_ports(x->s, name, log_port, &ports);
	log_port(&this, proto, port);
	if (strstr(ports.text, this.text) == NULL ||
	    !str_eq(services_name(x->s, proto, port), *want)) {
		printf("# %.*s %s\n", (int)name.n, name.p, this.text);
		x->bad++;
	}
}

static void
expect_table(struct expect *x)
{
	size_t i;
	unsigned proto;

	for (i = 0; i < table_n; i++)
		for (proto = 0; proto < SERVICES_NPROTO; proto++)
			if (services_table[i].protos & 1U << proto)
				x->names[proto][services_table[i].port] =
				    str_from(services_table[i].name);
}

static void
test_etc_services(void)
{
	static const char all[] = "/etc/services: each name, after the table";
	static const char www[] = "/etc/services: the alias www";
	static char text[SERVICES_FILE_MAX];
	struct expect *x;
	struct services *s;
	FILE *f = fopen("/etc/services", "r");
	struct str t = { text, 0 };
	struct log l = { "", 0 };

	if (f != NULL) {
		t.n = fread(text, 1, sizeof text, f);
		fclose(f);
	}
	if (t.n == 0 || t.n == sizeof text) {
		skip(all, "no usual /etc/services");
		skip(www, "no usual /etc/services");
		return;
	}
	s = services_open(NULL);
	x = mem_alloc(sizeof *x);
	x->s = s;
	expect_table(x);
	services_parse(t, check_entry, x);
	ok(x->bad == 0, all);
	services_ports(s, STR_LIT("www"), log_port, &l);
	if (l.n == 0)
		skip(www, "/etc/services has no www");
	else
		ok(strstr(l.text, "=80/tcp;") != NULL, www);
	free(x);
	services_free(s);
}

/* The user's file decides about the names in it; then the rest. */
static void
test_port(void)
{
	struct services *s = open_with("http-alt 7 1/tcp\nhttp-alt 7/tcp\n"
	    "x-two 8/tcp\nx-two 9/tcp\nx-two 8/udp\nx-two 8/udp\n"
	    "domain 5/sctp\n");
	int i;

	for (i = 0; i < 2; i++) {
		ok(one_port(s, SERVICES_TCP, "http-alt") == 7,
		    "port: the user's file before the table");
		ok(one_port(s, SERVICES_TCP, "x-two") == 0 &&
		    one_port(s, SERVICES_UDP, "x-two") == 8,
		    "port: several, of that protocol");
		ok(one_port(s, SERVICES_UDP, "domain") == 53 &&
		    one_port(s, SERVICES_TCP, "x-none") == 0,
		    "port: the next one, for another protocol");
		services_index(s);
	}
	services_free(s);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	err_setprog("t-services");
	/* macOS hides mkdtemp(3) if POSIX is asked for */
	snprintf(dir, sizeof dir, "%s/t-services.%ld",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp", (long)getpid());
	if (mkdir(dir, 0700) != 0) {
		printf("Bail out! no folder %s\n", dir);
		return 1;
	}
	snprintf(file, sizeof file, "%s/services", dir);
	test_table();
	test_parse();
	test_table_names();
	test_user_file();
	test_all_ports();
	test_bad_files();
	test_port();
	test_etc_services();
	unlink(file);
	rmdir(dir);
	return tap_end();
}
