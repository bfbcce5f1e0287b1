/*
 * prt-scan: who holds which port.
 */
#include <stdlib.h>
#include <unistd.h>

#include "err.h"
#include "ifaces.h"
#include "num.h"
#include "opts.h"
#include "rows.h"
#include "sys.h"
#include "timestamp.h"

enum { OPT_PID = OPT_OWN, OPT_STATE, OPT_NO_EPHEMERAL, OPT_STRICT,
	OPT_BACKEND, OPT_PROC, OPT_SERVICES };

static const char usage[] =
    "Usage: prt-scan [OPTION]... [PORT[-PORT] | SERVICE | "
    "ADDR[/LEN][:PORT]]...\n"
    "       prt-scan -I [OPTION]...\n"
    "Print every TCP and UDP socket and the processes that hold it, one\n"
    "record a line; with operands, those with such a local or remote end.\n";

static const struct opt table[] = {
	{ '4', "ipv4", NULL, "IPv4 sockets" },
	{ '6', "ipv6", NULL, "IPv6 sockets" },
	{ 't', "tcp", NULL, "TCP sockets" },
	{ 'u', "udp", NULL, "UDP sockets" },
	{ 'l', "listening", NULL, "listening TCP and unconnected UDP sockets" },
	{ 'a', "all", NULL, "accepted, changes nothing" },
	{ 'n', "numeric", NULL, "accepted, changes nothing" },
	{ 'p', "processes", NULL, "accepted, changes nothing" },
	{ 'N', "all-netns", NULL, "all network namespaces; needs root" },
	{ 'I', "interfaces", NULL, "counters of the network interfaces" },
	{ 'U', "unsorted", NULL, "in the order of the kernel" },
	{ OPT_PID, "pid", "PIDS", "sockets of these processes" },
	{ OPT_STATE, "state", "STATES", "sockets in these states" },
	{ OPT_NO_EPHEMERAL, "no-ephemeral", NULL,
	    "no UDP socket unconnected on a port the system hands out" },
	{ OPT_STRICT, "strict", NULL, "exit 2 if something cannot be read" },
	{ OPT_BACKEND, "backend", "NAME",
	    "how to read the tables: netlink or proc" },
	{ OPT_PROC, "proc", "DIR", "another proc tree, such as /host/proc" },
	{ OPT_SERVICES, "services", "FILE", "names of ports, services(5)" },
	OPTS_COMMON,
	{ 0, NULL, NULL, NULL }
};

struct options {
	struct opts common;
	struct filter filter;
	const struct backend *backend;
	const char *proc, *services;
	bool unsorted, strict, interfaces;
};

static bool
set_backend(struct options *o, const char *name)
{
	o->backend = scan_backend(name);
	if (o->backend == NULL)
		opts_bad("--backend", name, "netlink or proc");
	return o->backend != NULL;
}

static bool
take_option(struct options *o, int c)
{
	struct filter *f = &o->filter;

	switch (c) {
	case '4':
		return f->inet = true;
	case '6':
		return f->inet6 = true;
	case 't':
		return f->tcp = true;
	case 'u':
		return f->udp = true;
	case 'l':
		return f->listening = true;
	case 'a':
	case 'n':
	case 'p':
		return true;
	case 'N':
		return f->all_netns = true;
	case 'I':
		return o->interfaces = true;
	case 'U':
		return o->unsorted = true;
	case OPT_PID:
		return filter_add_pids(f, optarg);
	case OPT_STATE:
		return filter_add_states(f, optarg);
	case OPT_NO_EPHEMERAL:
		return f->no_ephemeral = true;
	case OPT_STRICT:
		return o->strict = true;
	case OPT_BACKEND:
		return set_backend(o, optarg);
	case OPT_PROC:
		o->proc = optarg;
		return true;
	case OPT_SERVICES:
		o->services = optarg;
		return true;
	}
	return false;
}

/* Another proc tree is read as files; netlink knows this machine alone. */
static bool
use_proc(struct options *o)
{
	const struct backend *proc = scan_backend("proc");

	if (o->backend != NULL && o->backend != proc) {
		err_msg("--proc: goes with --backend=proc alone");
		return false;
	}
	o->backend = proc;
	return true;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	int c;

	opts_start(&o->common, table, argc, argv);
	while ((c = opts_next(&o->common)) != -1)
		if (!take_option(o, c))
			return false;
	if (o->interfaces && optind < argc) {
		err_msg("-I: '%s': no operand goes with it", argv[optind]);
		return false;
	}
	return o->proc == NULL || use_proc(o);
}

/* The user's own names of ports, where he has such a file. */
static const char *
services_file(const struct options *o, struct buf *path)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (o->services != NULL)
		return o->services;
	if (base != NULL && base[0] == '/') {
		buf_puts(path, base);
	} else if (home != NULL && home[0] == '/') {
		buf_puts(path, home);
		buf_puts(path, "/.config");
	} else {
		return NULL;
	}
	buf_puts(path, "/prt/services");
	buf_putc(path, '\0');
	return access(path->p, F_OK) == 0 ? path->p : NULL;
}

/* A filter by which no connection gets through leaves no dir to judge. */
static bool
wants_connected(const struct filter *f)
{
	int i;

	for (i = STATE_ESTABLISHED; i < STATE_UNCONN; i++)
		if (i != STATE_LISTEN &&
		    filter_wants_state(f, (enum sock_state)i))
			return true;
	return false;
}

/* One scan from its options to its output. */
struct job {
	struct options *o;
	struct cols cols;
	struct scan_request req;
	struct scan scan;
	struct rows rows;
	struct sys sys;
	struct services *services;
	struct snap snap;
	int64_t start;		/* milliseconds since 1970 */
};

static void
set_number(struct job *j, const char *key, uint64_t v)
{
	char digits[NUM_MAX];
	size_t n = (size_t)(num_format(digits, v) - digits);

	snap_set(&j->snap, key,
	    arena_str(&j->scan.arena, (struct str){ digits, n }));
}

static void
describe(struct job *j, uint64_t unowned, struct str scope)
{
	struct arena *a = &j->scan.arena;
	char time[TIMESTAMP_LEN];

	timestamp_format(time, j->start);
	snap_set(&j->snap, "time",
	    arena_str(a, (struct str){ time, sizeof time }));
	snap_set(&j->snap, "host", j->sys.host);
	snap_set(&j->snap, "boot", j->sys.boot);
	set_number(j, "euid", (uint64_t)geteuid());
	set_number(j, "unowned", unowned);
	set_number(j, "unpriv", j->sys.unpriv);
	snap_set(&j->snap, "scope", arena_str(a, scope));
}

/* Nothing is read that no column and no filter needs. */
static unsigned
needs_of(const struct job *j)
{
	const struct filter *f = &j->o->filter;
	unsigned needs = 0;

	if (!j->o->common.quiet)
		needs = rows_needs(&j->cols);
	if (!wants_connected(f))
		needs &= ~(unsigned)NEED_DIR;
	if (f->npids > 0)
		needs |= NEED_OWNERS;
	return needs;
}

static bool
print(struct job *j)
{
	struct users *users = users_open();
	struct rows_source src = { &j->scan, j->services, users,
		j->sys.host };
	struct out *out = out_open(&j->o->common.out);

	out_snapshot(out, &j->snap, &j->cols);
	rows_write(&j->rows, &src, &j->cols, out);
	users_free(users);
	return out_close(out);
}

/* What a person at a terminal wants to know, and --strict's verdict. */
static bool
judge_unowned(const struct job *j, uint64_t unowned)
{
	bool missing = unowned > 0 || j->scan.incomplete;

	if (unowned > 0 && (j->o->strict || isatty(STDERR_FILENO)))
		err_msg("the owners of %llu sockets are hidden: root, or "
		    "sudo prt-scan, sees them", (unsigned long long)unowned);
	return !(j->o->strict && missing);
}

static int
scan(struct job *j)
{
	struct options *o = j->o;
	struct buf scope = { 0 };
	bool owners, ok = true;
	uint64_t unowned = 0;

	j->req.filter = &o->filter;
	j->req.needs = needs_of(j);
	owners = (j->req.needs & NEED_OWNERS) != 0;
	if (!scan_run(&j->req, o->backend, &j->scan))
		return STATUS_TROUBLE;
	rows_make(&j->rows, &j->scan, &o->filter, owners, !o->unsorted);
	if (owners && j->scan.hidden > 0)
		unowned = rows_unowned(&j->rows);
	filter_scope(&o->filter, &scope);
	describe(j, unowned, buf_str(&scope));
	buf_free(&scope);
	if (!o->common.quiet)
		ok = print(j);
	if (!judge_unowned(j, unowned) || !ok)
		return STATUS_TROUBLE;
	return j->rows.n == 0 && (o->common.quiet || o->common.exit_code) ?
	    STATUS_NO : STATUS_DONE;
}

/* Names of ports, where a column or an operand may ask for one. */
static bool
open_services(struct job *j, bool operands)
{
	bool wanted = !j->o->interfaces && (operands || j->o->services != NULL ||
	    (rows_needs(&j->cols) & NEED_SERVICES) != 0);
	struct buf path = { 0 };

	if (wanted)
		j->services = services_open(services_file(j->o, &path));
	buf_free(&path);
	return !wanted || j->services != NULL;
}

static bool
add_operands(struct job *j, char **operands)
{
	for (; *operands != NULL; operands++)
		if (!filter_add_operand(&j->o->filter, *operands,
		    j->services))
			return false;
	return true;
}

static bool
choose_columns(struct job *j)
{
	struct cols_known known = { FIELD_NSCAN, NULL };
	struct cols defaults, also;
	bool ok;
	int i;

	cols_init(&defaults);
	cols_init(&also);
	if (j->o->interfaces) {
		ifaces_columns(&defaults);
		ifaces_columns(&also);
		cols_add_field(&also, F_HOST);
		known = (struct cols_known){ (enum field_id)0, &also };
	} else {
		for (i = 0; i < FIELD_NDEFAULT; i++)
			cols_add_field(&defaults, (enum field_id)i);
	}
	ok = opts_columns(&j->o->common, &j->cols, &defaults, known);
	cols_free(&defaults);
	cols_free(&also);
	return ok;
}

/* -I: a snapshot of the interfaces' counters. */
static int
interfaces(struct job *j)
{
	struct ifaces t = { 0 };
	bool ok = ifaces_read(&t, j->req.proc, j->req.own_proc);

	if (ok && !j->o->common.quiet) {
		struct out *out = out_open(&j->o->common.out);

		describe(j, 0, STR_LIT("interfaces"));
		out_snapshot(out, &j->snap, &j->cols);
		ifaces_write(&t, &j->cols, j->sys.host, out);
		ok = out_close(out);
	}
	ifaces_free(&t);
	return ok ? STATUS_DONE : STATUS_TROUBLE;
}

static int
run(struct options *o, char **operands)
{
	struct job j = { .o = o };
	int status = STATUS_TROUBLE;

	j.req.own_proc = o->proc == NULL;
	j.req.proc = o->proc != NULL ? o->proc : sys_proc;
	cols_init(&j.cols);
	j.start = timestamp_now();
	if (choose_columns(&j) && open_services(&j, *operands != NULL) &&
	    add_operands(&j, operands)) {
		sys_read(&j.sys, j.req.proc, j.req.own_proc,
		    &j.scan.arena);
		status = o->interfaces ? interfaces(&j) : scan(&j);
	}
	rows_free(&j.rows);
	scan_free(&j.scan);
	cols_free(&j.cols);
	services_free(j.services);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { .backend = NULL };
	int status;

	err_setprog("prt-scan");
	out_guard_descriptors();
	if (!read_options(&o, argc, argv))
		status = STATUS_TROUBLE;
	else if (o.common.help || o.common.version)
		status = opts_about(&o.common, usage, F_PROTO,
		    FIELD_NSCAN, NULL);
	else
		status = run(&o, argv + optind);
	filter_free(&o.filter);
	return status;
}
