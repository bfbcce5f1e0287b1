/*
 * prt-scan: who holds which port.
 */
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/timestamp.h"
#include "lib/trust.h"
#include "options.h"
#include "scan/interfaces.h"
#include "scan/job.h"
#include "scan/machine.h"
#include "scan/rows.h"
#include "scan/sudo.h"

static const char usage[] =
    "Usage: prt-scan [OPTION]... [PORT[-PORT] | SERVICE | "
    "ADDR[/LEN][:PORT]]...\n"
    "       prt-scan --from=FORMAT [OPTION]... [FILE]\n"
    "       prt-scan -I [OPTION]...\n"
    "Print every TCP, UDP and SCTP socket and the processes that hold it, one\n"
    "record a line; with operands, those with such a local or remote end.\n";

struct options {
	struct opts common;
	struct filter filter;
	const struct backend *backend, *from;
	const char *proc, *services;
	enum scan_owners owners;
	enum sudo_mode sudo;
	bool unsorted, strict, verify, interfaces, elevated;
};

static bool
take_pids(void *options, const char *arg)
{
	return filter_add_pids(&((struct options *)options)->filter, arg);
}

static bool
take_states(void *options, const char *arg)
{
	return filter_add_states(&((struct options *)options)->filter, arg);
}

static bool
take_protos(void *options, const char *arg)
{
	return filter_add_protos(&((struct options *)options)->filter, arg);
}

static bool
take_tcp(void *options, const char *arg)
{
	(void)arg;
	return take_protos(options, "tcp");
}

static bool
take_udp(void *options, const char *arg)
{
	(void)arg;
	return take_protos(options, "udp");
}

static const char *
backend_name(unsigned i)
{
	const struct backend *b = scan_backend_at(i);

	return b != NULL ? b->name : NULL;
}

static bool
take_backend(void *options, const char *arg)
{
	struct options *o = options;

	o->backend = scan_backend(arg);
	return opts_choose("--backend", arg, backend_name) >= 0;
}

static const char *
owners_name(unsigned i)
{
	static const char *const names[] = { [OWNERS_AUTO] = "auto",
		[OWNERS_WALK] = "walk", [OWNERS_BPF] = "bpf" };

	return i < NELEMS(names) ? names[i] : NULL;
}

static bool
take_owners(void *options, const char *arg)
{
	struct options *o = options;
	int i = opts_choose("--owners", arg, owners_name);

	o->owners = i >= 0 ? (enum scan_owners)i : OWNERS_AUTO;
	return i >= 0;
}

static const char *
source_name(unsigned i)
{
	const struct backend *b = scan_source_at(i);

	return b != NULL ? b->name : NULL;
}

static bool
take_from(void *options, const char *arg)
{
	struct options *o = options;
	int i = opts_choose("--from", arg, source_name);

	o->from = i >= 0 ? scan_source_at((unsigned)i) : NULL;
	return i >= 0;
}

/* The option itself is not for the program that sudo runs. */
static bool
take_sudo(void *options, const char *arg)
{
	struct options *o = options;

	if (!sudo_mode(arg, &o->sudo)) {
		opts_bad("--sudo", arg, "ask or stdin");
		return false;
	}
	o->common.argv[optind - 1] = NULL;
	return true;
}

static const struct opt table[] = {
	{ '4', "ipv4", NULL, "IPv4 sockets", OPT_FLAG(filter.inet) },
	{ '6', "ipv6", NULL, "IPv6 sockets", OPT_FLAG(filter.inet6) },
	{ 't', "tcp", NULL, "TCP sockets", .take = take_tcp },
	{ 'u', "udp", NULL, "UDP sockets", .take = take_udp },
	{ 'l', "listening", NULL,
	    "listening TCP and SCTP, unconnected UDP sockets",
	    OPT_FLAG(filter.listening) },
	{ 'b', "bound", NULL, "what holds a port: by local ends, in any state",
	    OPT_FLAG(filter.bound) },
	{ 'a', "all", NULL, "accepted, changes nothing", .flag = 0 },
	{ 'n', "numeric", NULL, "accepted, changes nothing", .flag = 0 },
	{ 'p', "processes", NULL, "accepted, changes nothing", .flag = 0 },
	{ 'N', "all-netns", NULL, "all network namespaces; needs root",
	    OPT_FLAG(filter.all_netns) },
	{ 'I', "interfaces", NULL, "counters of the network interfaces",
	    OPT_FLAG(interfaces) },
	{ 'U', "unsorted", NULL, "in the order of the kernel",
	    OPT_FLAG(unsorted) },
	{ 0, "proto", "LIST",
	    "sockets of these: tcp, udp, sctp, raw, packet, icmp, vsock",
	    .take = take_protos },
	{ 0, "pid", "PIDS", "sockets of these processes", .take = take_pids },
	{ 0, "state", "STATES", "sockets in these states",
	    .take = take_states },
	{ 0, "no-ephemeral", NULL,
	    "no UDP socket unconnected on a port the system hands out",
	    OPT_FLAG(filter.no_ephemeral) },
	{ 0, "published", NULL,
	    "ports that container runtimes pass on without a socket, too",
	    OPT_FLAG(filter.published) },
	{ 0, "strict", NULL, "exit 2 if something cannot be read",
	    OPT_FLAG(strict) },
	{ 0, "verify", NULL, "read the tables both ways, and tell what differs",
	    OPT_FLAG(verify) },
	{ 0, "backend", "NAME", "how to read the tables of sockets",
	    .take = take_backend },
	{ 0, "owners", "HOW", "how to find the processes: auto, walk or bpf",
	    .take = take_owners },
	{ 0, "proc", "DIR", "another proc tree, such as /host/proc",
	    OPT_TEXT(proc) },
	{ 0, "from", "FORMAT", "read what another program printed: lsof, ss...",
	    .take = take_from },
	{ 0, "sudo", "[=HOW]",
	    "as root, if sudo asks for nothing; or ask, or stdin",
	    .take = take_sudo },
	/* see scan/sudo.h */
	{ 0, "elevated", NULL, NULL, OPT_FLAG(elevated) },
	{ 0, "services", "FILE", "names of ports, services(5)",
	    OPT_TEXT(services) },
	{ .name = NULL }
};

/* What is in the kernel is not of another proc tree. */
static bool
check_owners(const struct options *o)
{
	const struct backend *backend = o->backend != NULL ? o->backend :
	    scan_backend_at(0);

	if (o->owners == OWNERS_AUTO)
		return true;
	if (o->from != NULL || o->interfaces)
		err_msg("--owners: neither --from nor -I goes with it");
	else if (backend->begin == NULL)
		err_msg("--owners: the backend %s has but one way",
		    backend->name);
	else if (o->proc != NULL && o->owners == OWNERS_BPF)
		err_msg("--proc: --owners=bpf does not go with it");
	else
		return true;
	return false;
}

/* There are two ways to read this machine's tables. */
static bool
check_verify(const struct options *o)
{
	const struct backend *backend = o->backend != NULL ? o->backend :
	    scan_backend_at(0);

	if (!o->verify)
		return true;
	if (o->from != NULL || o->interfaces || o->proc != NULL)
		err_msg("--verify: neither --from, --proc nor -I goes with it");
	else if (backend->begin == NULL)
		err_msg("--verify: the backend %s has but one way",
		    backend->name);
	else
		return true;
	return false;
}

/* Another proc tree is read as files; netlink knows this machine alone. */
static bool
use_proc(struct options *o)
{
	const struct backend *proc = scan_backend("proc");

	if (proc == NULL || (o->backend != NULL && o->backend != proc)) {
		err_msg("--proc: %s", proc == NULL ?
		    "there is no such backend here" :
		    "goes with --backend=proc alone");
		return false;
	}
	o->backend = proc;
	return true;
}

static bool
check_operands(const struct options *o, int n, char **operands)
{
	if (o->interfaces && n > 0)
		err_msg("-I: '%s': no operand goes with it", operands[0]);
	else if (o->interfaces && (o->filter.bound || o->filter.published ||
	    !filter_is_empty(&o->filter)))
		err_msg("-I: no option that chooses sockets goes with it");
	else if (o->from != NULL && (o->interfaces || o->backend != NULL ||
	    o->sudo != SUDO_NONE || o->filter.all_netns ||
	    o->filter.published))
		err_msg("--from: neither --backend, --proc, --sudo, "
		    "--published, -N nor -I goes with it");
	else if (o->from != NULL && n > 1)
		err_msg("--from: '%s': one file only", operands[1]);
	else
		return true;
	return false;
}

/* What is published is of this machine, and not for every backend. */
static bool
check_published(const struct options *o)
{
	const struct backend *backend = o->backend != NULL ? o->backend :
	    scan_backend_at(0);

	if (!o->filter.published || o->from != NULL || o->interfaces)
		return true;
	if (o->proc != NULL)
		err_msg("--proc: --published does not go with it");
	else if (backend->targets == NULL)
		err_msg("--published: the backend %s cannot tell that",
		    backend->name);
	else
		return true;
	return false;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	return opts_read(&o->common, table, argc, argv) &&
	    (o->proc == NULL || use_proc(o)) && check_owners(o) &&
	    check_verify(o) &&
	    check_published(o) &&
	    check_operands(o, argc - optind, argv + optind);
}

/* The user's own names of ports, where he has such a file. */
static const char *
services_file(const struct options *o, struct buf *path)
{
	if (o->services != NULL)
		return o->services;
	return input_config(path, "services") && access(path->p, F_OK) == 0 &&
	    trust_told(path->p, "not read") == TRUST_YES ? path->p : NULL;
}

/* So many names are found in no time without an index. */
enum { FEW_NAMES = 8 };

/* Names of ports, where a column, an operand or a file may have one. */
static bool
open_services(const struct options *o, const struct cols *cols,
    size_t operands, struct services **services)
{
	struct buf path = { 0 };

	*services = NULL;
	if (o->interfaces || (operands == 0 && o->from == NULL &&
	    o->services == NULL && (rows_needs(cols) & NEED_SERVICES) == 0))
		return true;
	*services = services_open(services_file(o, &path));
	buf_free(&path);
	if (*services != NULL && (operands > FEW_NAMES || o->from != NULL))
		services_index(*services);
	return *services != NULL;
}

static bool
add_operands(struct options *o, char **operands,
    const struct services *services)
{
	for (; *operands != NULL; operands++)
		if (!filter_add_operand(&o->filter, *operands, services))
			return false;
	return true;
}

static bool
choose_columns(struct options *o, struct cols *cols)
{
	struct cols_known known = { FIELD_NSCAN, NULL };
	struct cols defaults, also;
	bool ok;

	cols_init(&defaults);
	cols_init(&also);
	if (o->interfaces) {
		ifaces_columns(&defaults);
		ifaces_columns(&also);
		cols_add_field(&also, F_HOST);
		cols_add_field(&also, F_TIME);
		known = (struct cols_known){ (enum field_id)0, &also };
	} else {
		cols_add_defaults(&defaults);
	}
	ok = opts_columns(&o->common, cols, &defaults, known);
	cols_free(&defaults);
	cols_free(&also);
	return ok;
}

/* A table tells of a proxy which container answers at its port: the column of
 * that has it, so that these are none.  True if any were added. */
static bool
add_targets(struct options *o, struct cols *cols)
{
	struct out_opts *out = &o->common.out;

	if (o->interfaces || !out_makes_table(out) || out->wide ||
	    (out->chosen && out->added == NULL))
		return false;
	return cols_add(cols, str_from(field_table[F_TARGET].name)) &&
	    cols_add(cols, str_from(field_table[F_TARGET_CONTAINER].name));
}

static int
status_of(const struct options *o, enum scan_result result)
{
	if (result == SCAN_FAILED)
		return STATUS_TROUBLE;
	if (result == SCAN_DONE || (!o->common.quiet && !o->common.exit_code))
		return STATUS_DONE;
	return o->elevated ? SUDO_STATUS_NO : STATUS_NO;
}

static int
run_job(struct options *o, char **operands)
{
	struct scan_job j = {
		.req = { .filter = &o->filter, .own_proc = o->proc == NULL,
			.proc = o->proc != NULL ? o->proc : sys_proc,
			.owners = o->owners, .verify = o->verify,
			.is_text = o->from != NULL, .file = *operands },
		.backend = o->from != NULL ? o->from : o->backend,
		.out = &o->common.out, .quiet = o->common.quiet,
		.strict = o->strict, .unsorted = o->unsorted,
		.start = timestamp_now(), .uptime = timestamp_uptime(),
		.interfaces = o->interfaces,
	};
	struct services *services = NULL;
	enum scan_result result = SCAN_FAILED;
	size_t n = 0;
	bool ok;

	while (operands[n] != NULL)
		n++;
	cols_init(&j.cols);
	ok = choose_columns(o, &j.cols);
	if (ok)
		j.proxies = add_targets(o, &j.cols);
	if (ok)
		scan_job_begin(&j);
	if (ok && open_services(o, &j.cols, n, &services) &&
	    (o->from != NULL || add_operands(o, operands, services))) {
		filter_ready(&o->filter);
		j.req.services = services;
		result = o->interfaces ? scan_job_ifaces(&j) :
		    scan_job_sockets(&j);
	}
	cols_free(&j.cols);
	services_free(services);
	return status_of(o, result);
}

static int
help(const struct options *o)
{
	const struct backend *b;
	struct buf more = { 0 };
	unsigned i;
	int status;

	buf_puts(&more, "\nBackends, in the order in which they are tried:\n");
	for (i = 0; (b = scan_backend_at(i)) != NULL; i++)
		opts_about_line(&more, b->name, b->help);
	buf_puts(&more, "\nFormats of --from:\n");
	for (i = 0; (b = scan_source_at(i)) != NULL; i++)
		opts_about_line(&more, b->name, b->help);
	buf_putc(&more, '\0');
	status = opts_about(&o->common, usage, FIELD_NSCAN, more.p);
	buf_free(&more);
	return status;
}

/* By sudo, where that is asked for and needed. */
static int
start(struct options *o, int argc, char **argv)
{
	int status = -1;

	if (o->sudo != SUDO_NONE && geteuid() != 0)
		status = sudo_run(o->sudo, argc, argv,
		    o->common.quiet || o->common.exit_code);
	return status != -1 ? status : run_job(o, argv + optind);
}

int
main(int argc, char **argv)
{
	struct options o = { .backend = NULL };
	int status;

	if (!opts_begin("prt-scan") || !read_options(&o, argc, argv))
		status = STATUS_TROUBLE;
	else if (o.common.help || o.common.version)
		status = help(&o);
	else
		status = start(&o, argc, argv);
	filter_free(&o.filter);
	return status;
}
