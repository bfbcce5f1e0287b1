/* prt-scan: who holds which port. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/timestamp.h"
#include "lib/trust.h"
#include "options.h"
#include "scan/interfaces.h"
#include "scan/job.h"
#include "scan/machine.h"
#include "scan/rows.h"
#include "scan/sudo.h"

static const char usage[] =
    "Usage: prt-scan [OPTION]... [PORTS | ADDR[/LEN][:PORTS]]...\n"
    "       prt-scan --from=FORMAT [OPTION]... [FILE]\n"
    "       prt-scan -I [OPTION]...\n"
    "Print every TCP, UDP and SCTP socket and the processes that hold it, one\n"
    "record a line; with operands, those with such a local or remote end.\n"
    "\n"
    "Examples:\n"
    "  prt-scan 8080                         who has port 8080\n"
    "  prt-scan -l -F table | less           what listens, to be read\n"
    "  prt-scan -o +target_container 8088    which container answers there\n"
    "  prt-scan -F json 10.0.0.0/8 | jq .    an object a line\n"
    "  prt-scan -l | prt-diff -S state       what changed since the last run\n"
    "  prt-scan | prt-flag -s --why          what looks wrong, and why\n"
    "\n"
    "PORTS: 80 8000-8010 https 53/udp 80,443   ADDR: 10.1.2.3 ::1 localhost\n"
    "ADDR:PORTS, an IPv6 one in brackets: [::1]:22\n";

static const char after[] =
    "\n"
    "Exit status: 0 done; 1 no record (-q, --exit-code); 2 trouble.\n"
    "Manuals: prt-scan(1); prt(5), the fields; prt-recipes(7), jobs.\n";

struct options {
	struct opts common;
	struct filter filter;
	const struct backend *backend, *from;
	const char *proc, *services;
	const char *after_p;	/* the word after -p, or NULL */
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
take_process(void *options, const char *arg)
{
	struct options *o = options;

	return filter_add_names(&o->filter, BY_PROCESS, arg);
}

static bool
take_user(void *options, const char *arg)
{
	struct options *o = options;

	return filter_add_names(&o->filter, BY_USER, arg);
}

static bool
take_container(void *options, const char *arg)
{
	struct options *o = options;

	return filter_add_names(&o->filter, BY_CONTAINER, arg);
}

static bool
take_unit(void *options, const char *arg)
{
	struct options *o = options;

	return filter_add_names(&o->filter, BY_UNIT, arg);
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

/* Removes --sudo itself: sudo is to run prt-scan without it. */
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

/* As in ss(8), the last of -a and -l counts. */
static bool
take_all(void *options, const char *arg)
{
	(void)arg;
	((struct options *)options)->filter.listening = false;
	return true;
}

/* In lsof(8) a process id follows -p. */
static bool
take_p(void *options, const char *arg)
{
	struct options *o = options;
	const char *word = o->common.argv[optind - 1];

	(void)arg;
	if (word[0] == '-' && word[1] != '-' && word[strlen(word) - 1] == 'p')
		o->after_p = o->common.argv[optind];
	return true;
}

static const struct opt table[] = {
	{ '4', "ipv4", NULL, "IPv4 sockets", OPT_FLAG(filter.inet),
	    .group = "Which sockets (all that is said must hold)" },
	{ '6', "ipv6", NULL, "IPv6 sockets", OPT_FLAG(filter.inet6) },
	{ 't', "tcp", NULL, "TCP sockets", .take = take_tcp },
	{ 'u', "udp", NULL, "UDP sockets", .take = take_udp },
	{ 0, "proto", "LIST",
	    "of these: tcp, udp, sctp, raw, packet, icmp, vsock",
	    .take = take_protos },
	{ 'l', "listening", NULL, "what listens: no connections",
	    OPT_FLAG(filter.listening) },
	{ 0, "state", "LIST", "in these states; connected; ^LISTEN: all others",
	    .take = take_states },
	{ 'b', "bound", NULL, "what holds a port; -qb 80: 1 if it is free",
	    OPT_FLAG(filter.bound) },
	{ 0, "no-ephemeral", NULL,
	    "no UDP socket on a port chosen by the system",
	    OPT_FLAG(filter.no_ephemeral) },
	{ 0, "no-random", NULL, "nor a TCP listener on such a port of loopback",
	    OPT_FLAG(filter.no_random) },
	{ 0, "published", NULL, "also ports of containers that have no socket",
	    OPT_FLAG(filter.published) },
	{ 'N', "all-netns", NULL,
	    "in all network namespaces, also of containers",
	    OPT_FLAG(filter.all_netns) },
	{ 0, "process", "NAMES", "of processes with these names, as ssh*,nginx",
	    .take = take_process,
	    .group = "Whose (lists with commas, * and ? as in a shell)" },
	{ 0, "pid", "PIDS", "of processes with these numbers",
	    .take = take_pids },
	{ 0, "user", "NAMES", "of these users, names or numbers",
	    .take = take_user },
	{ 0, "container", "NAMES", "of containers: web, docker/web or an id",
	    .take = take_container },
	{ 0, "unit", "NAMES", "of systemd units: nginx.service",
	    .take = take_unit },
	{ 0, "backend", "NAME", "how to read the tables of sockets",
	    .take = take_backend, .group = "From where" },
	{ 0, "owners", "HOW", "how to find the processes: auto, walk or bpf",
	    .take = take_owners },
	{ 0, "proc", "DIR", "another proc tree, such as /host/proc",
	    OPT_TEXT(proc) },
	{ 0, "from", "FORMAT", "what another program printed: lsof, ss...",
	    .take = take_from },
	{ 0, "sudo", "[=HOW]",
	    "by sudo, if it asks for no password; or ask, or stdin",
	    .take = take_sudo },
	/* see scan/sudo.h */
	{ 0, "elevated", NULL, NULL, OPT_FLAG(elevated) },
	{ 0, "services", "FILE", "names of ports, as /etc/services has them",
	    OPT_TEXT(services) },
	{ 'I', "interfaces", NULL,
	    "not sockets: counters of network interfaces",
	    OPT_FLAG(interfaces) },
	{ 0, "strict", NULL, "fail (exit 2) if something cannot be read",
	    OPT_FLAG(strict) },
	{ 0, "verify", NULL, "read the tables in two ways: who hides what?",
	    OPT_FLAG(verify) },
	{ 'U', "unsorted", NULL, "in the kernel's order", OPT_FLAG(unsorted) },
	{ 'a', "all", NULL, "undoes -l before it", .take = take_all,
	    .group = "As fingers know them from ss, netstat and lsof" },
	{ 'e', "extended", NULL, "changes nothing", .flag = 0 },
	{ 'n', "numeric", NULL, "changes nothing", .flag = 0 },
	{ 'p', "processes", NULL, "changes nothing", .take = take_p },
	{ .name = NULL }
};

/* The kernel's own owners are not those of another proc tree. */
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

/* Only this machine's tables can be read in two ways. */
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

/* Another proc tree is read as files; netlink knows only this machine. */
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

/* Published ports are this machine's, and not every backend knows them. */
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

/* lsof knows nothing of control groups. */
static bool
check_names(const struct options *o)
{
	const struct backend *backend = o->from != NULL ? o->from :
	    o->backend != NULL ? o->backend : scan_backend_at(0);
	enum filter_by by = o->filter.names[BY_UNIT].n > 0 ? BY_UNIT :
	    BY_CONTAINER;

	if (backend->finish != NULL || o->filter.names[by].n == 0)
		return true;
	err_msg("--%s: %s cannot tell that", filter_by_name(by),
	    backend->name);
	return false;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	return opts_read(&o->common, table, argc, argv) &&
	    (o->proc == NULL || use_proc(o)) && check_owners(o) &&
	    check_verify(o) &&
	    check_published(o) && check_names(o) &&
	    check_operands(o, argc - optind, argv + optind);
}

/* The user's own file of port names, or NULL if there is none. */
static const char *
services_file(const struct options *o, struct buf *path)
{
	if (o->services != NULL)
		return o->services;
	return input_config(path, "services") && access(path->p, F_OK) == 0 &&
	    trust_told(path->p, "not read") == TRUST_YES ? path->p : NULL;
}

/* So few names are found quickly without an index. */
enum { FEW_NAMES = 8 };

/* Opens the names of ports if a column, an operand or a file may need them. */
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

/* Adds the fields of a proxy's target: a table shows them in the column of the
 * container.  True if any were added. */
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

/* Hints at --pid if -p N, which lsof(8) takes for a process, found no port. */
static void
suggest_pid(const struct options *o, char **operands)
{
	uint64_t pid;

	if (o->after_p == NULL)
		return;
	while (*operands != NULL && strcmp(*operands, o->after_p) != 0)
		operands++;
	if (*operands != NULL &&
	    num_parse(str_from(*operands), INT32_MAX, &pid) && pid > 0 &&
	    (kill((pid_t)pid, 0) == 0 || errno == EPERM))
		err_msg("-p %s: nothing found of a port %s: of the process it "
		    "is --pid=%s", *operands, *operands, *operands);
}

/* Hints at -N: a container has its own namespace or shares the host's. */
static void
suggest_all_netns(const struct options *o)
{
	if (o->filter.names[BY_CONTAINER].n > 0 && !o->filter.all_netns)
		err_msg("--container: none found in this network namespace: "
		    "-N looks in all");
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
		if (result == SCAN_NOTHING && o->from == NULL &&
		    o->proc == NULL && !o->common.quiet) {
			suggest_pid(o, operands);
			suggest_all_netns(o);
		}
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
	buf_puts(&more, after);
	buf_putc(&more, '\0');
	status = opts_about(&o->common, usage, FIELD_NSCAN, more.p);
	buf_free(&more);
	return status;
}

/* Runs the job, through sudo if --sudo was given and is needed. */
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
	else if (opts_ask(&o.common))
		status = help(&o);
	else
		status = start(&o, argc, argv);
	filter_free(&o.filter);
	return status;
}
