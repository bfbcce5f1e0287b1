/*
 * Ports listed in files of /proc, sysfs(5) and configfs.
 *
 * Files of sysfs, configfs and nfsd show the network namespace in which they
 * were mounted, or the whole machine: they count only in the scanner's own.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum { TEXT_MAX = 1024 * 1024, VALUE_MAX = 256 };

#define CONFIGFS "/sys/kernel/config/"

/* ADDR:PORT, or for IPv6 [ADDR]:PORT. */
static bool
parse_end(struct str s, struct addr *a, uint16_t *port)
{
	uint64_t number;
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != ':')
		n--;
	if (n == 0 || !num_parse(str_skip(s, n), UINT16_MAX, &number))
		return false;
	s.n = n - 1;
	if (str_take(&s, '[') && !str_take_end(&s, "]"))
		return false;
	*port = (uint16_t)number;
	return *port != 0 && addr_parse(s, a, NULL);
}

static struct str
basename_of(const char *path)
{
	return str_from(strrchr(path, '/') + 1);
}

/* The first line of a file in a folder, in buf; missing if it cannot be
 * read. */
static struct str
read_value(const char *dir, const char *file, char buf[static VALUE_MAX])
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n = -1;
	struct str text;

	if (fd >= 0)
		n = tree_read(TREE_OWN, fd, file, buf, VALUE_MAX);
	input_close(fd);
	if (n < 0)
		return STR_NONE;
	text = (struct str){ buf, (size_t)n };
	return str_cut(&text, '\n');
}

static bool
parse_port(struct str s, uint16_t *port)
{
	uint64_t number;

	if (!num_parse(s, UINT16_MAX, &number) || number == 0)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* Lines such as `tcp 2049' and `udp 2049': svc_xprt_names in
 * net/sunrpc/svc_xprt.c. */
static void
take_nfsd(struct kernel *k, const char *path, struct str text)
{
	(void)path;
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');
		bool udp = str_take_start(&line, "udp ");
		uint16_t port;

		if ((udp || str_take_start(&line, "tcp ")) &&
		    parse_port(line, &port))
			kernel_add(k, udp ? KERNEL_UDP : KERNEL_SERVER, port,
			    "nfsd", STR_NONE);
	}
}

/* The second word of each line is an address and port: rxrpc_local_seq_show in
 * net/rxrpc/proc.c. */
static void
take_rxrpc(struct kernel *k, const char *path, struct str text)
{
	(void)path;
	while (text.p != NULL) {
		struct str word[2];
		struct addr local;
		uint16_t port;

		if (str_words(str_cut(&text, '\n'), word, 2) == 2 &&
		    parse_end(word[1], &local, &port))
			kernel_add(k, KERNEL_UDP, port, "rxrpc",
			    STR_NONE)->local = local;
	}
}

/* `VERSION STATE PORT SECONDS': stats_show in fs/smb/server/server.c. */
static void
take_ksmbd(struct kernel *k, const char *path, struct str text)
{
	struct str word[3];
	uint16_t port;

	(void)path;
	if (str_words(str_cut(&text, '\n'), word, 3) == 3 &&
	    str_is(word[1], "running") && parse_port(word[2], &port))
		kernel_add(k, KERNEL_SERVER, port, "ksmbd", STR_NONE);
}

/* Each portal has a folder named after it: lio_target_call_addnptotpg in
 * drivers/target/iscsi/iscsi_target_configfs.c. */
static void
take_iscsi(struct kernel *k, const char *path, struct str text)
{
	struct addr local;
	uint16_t port;

	(void)text;
	if (parse_end(basename_of(path), &local, &port))
		kernel_add(k, KERNEL_SERVER, port, "iscsi", STR_NONE)->local =
		    local;
}

/* drivers/nvme/target/configfs.c. */
static void
take_nvmet(struct kernel *k, const char *path, struct str text)
{
	char buf[VALUE_MAX];
	struct addr local;
	uint16_t port;

	(void)text;
	if (str_is(read_value(path, "addr_trtype", buf), "tcp") &&
	    parse_port(read_value(path, "addr_trsvcid", buf), &port) &&
	    addr_parse(read_value(path, "addr_traddr", buf), &local, NULL))
		kernel_add(k, KERNEL_SERVER, port, "nvmet", STR_NONE)->local =
		    local;
}

static void
add_any(struct kernel *k, unsigned uses, uint16_t port, const char *kind,
    struct str name)
{
	kernel_add(k, uses, port, kind, name)->local.family = ADDR_INET;
	kernel_add(k, uses, port, kind, name)->local.family = ADDR_INET6;
}

/* SCTP in UDP, RFC 6951: 0 if not used. */
static void
take_sctp(struct kernel *k, const char *path, struct str text)
{
	uint16_t port;

	(void)path;
	if (parse_port(str_cut(&text, '\n'), &port))
		add_any(k, KERNEL_UDP, port, "sctp", STR_NONE);
}

/* It listens in each namespace once its module is loaded: RDS_TCP_PORT in
 * net/rds/tcp.h. */
static void
take_rds(struct kernel *k, const char *path, struct str text)
{
	enum { RDS_TCP_PORT = 16385 };

	(void)path;
	(void)text;
	add_any(k, KERNEL_SERVER, RDS_TCP_PORT, "rds", STR_NONE);
}

/* RoCE in software: no other driver has .../NAME/parent.  ROCE_V2_UDP_DPORT in
 * include/rdma/ib_verbs.h. */
static void
take_rxe(struct kernel *k, const char *path, struct str text)
{
	enum { ROCE_PORT = 4791 };
	struct str dir = str_from(path), name = STR_NONE;

	(void)text;
	str_take_end(&dir, "/parent");
	while (dir.p != NULL)
		name = str_cut(&dir, '/');
	add_any(k, KERNEL_UDP, ROCE_PORT, "rxe", name);
}

/* The number in the line that begins with KEY=. */
static bool
find_value(struct str text, const char *key, uint16_t *port)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (str_take_start(&line, key))
			return parse_port(line, port);
	}
	return false;
}

/* A connection to an NFS server, or to rpcbind: net/sunrpc/sysfs.c. */
static void
take_sunrpc(struct kernel *k, const char *path, struct str text)
{
	char buf[VALUE_MAX];
	struct str dir = str_from(path);
	struct addr local;
	uint16_t port;

	(void)text;
	str_take_end(&dir, "/xprt_info");
	dir = arena_str(k->arena, dir);
	if (find_value(text, "src_port=", &port) &&
	    addr_parse(read_value(dir.p, "srcaddr", buf), &local, NULL))
		kernel_add(k, KERNEL_UDP | KERNEL_CONN, port, "sunrpc",
		    STR_NONE)->local = local;
}

static const struct file {
	const char *pattern;	/* of the paths, glob(7) */
	unsigned uses;
	bool is_machines;	/* not of the thread's namespace */
	bool is_name;		/* only the path is used */
	void (*take)(struct kernel *k, const char *path, struct str text);
} files[] = {
	{ "/proc/fs/nfsd/portlist", KERNEL_UDP | KERNEL_SERVER, true, false,
	    take_nfsd },
	{ "/proc/thread-self/net/rxrpc/locals", KERNEL_UDP, false, false,
	    take_rxrpc },
	{ "/proc/sys/net/sctp/udp_port", KERNEL_UDP, false, false, take_sctp },
	{ "/proc/sys/net/rds/tcp", KERNEL_SERVER, false, true, take_rds },
	{ "/sys/class/ksmbd-control/stats", KERNEL_SERVER, true, false,
	    take_ksmbd },
	{ "/sys/class/infiniband/*/parent", KERNEL_UDP, true, true, take_rxe },
	{ CONFIGFS "target/iscsi/*/tpgt_*/np/*:*", KERNEL_SERVER, true, true,
	    take_iscsi },
	{ CONFIGFS "nvmet/ports/*", KERNEL_SERVER, true, true, take_nvmet },
	{ "/sys/kernel/sunrpc/xprt-switches/*/xprt-*/xprt_info",
	    KERNEL_UDP | KERNEL_CONN, true, false, take_sunrpc },
};

/* A file that is gone, or that is another user's, is not a fault. */
static int
take_path(struct kernel *k, const struct file *f, const char *path)
{
	struct buf text = { 0 };
	bool ok = f->is_name || input_slurp(path, TEXT_MAX, &text);
	int error = ok || errno == ENOENT || errno == EACCES ||
	    errno == EPERM || errno == ENODEV ? 0 : errno;

	if (ok)
		f->take(k, path, buf_str(&text));
	buf_free(&text);
	return error;
}

int
kernel_files(struct kernel *k)
{
	size_t i, p;
	int error = 0;
	glob_t g;

	for (i = 0; i < NELEMS(files) && error == 0; i++) {
		if ((files[i].uses & k->uses) == 0 ||
		    (files[i].is_machines && !k->is_own))
			continue;
		if (glob(files[i].pattern, GLOB_NOSORT, NULL, &g) != 0)
			continue;
		for (p = 0; p < g.gl_pathc && error == 0; p++)
			error = take_path(k, &files[i], g.gl_pathv[p]);
		globfree(&g);
	}
	return error;
}
