/*
 * The backends that run lsof or sockstat, for systems whose kernel we do not
 * ask.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/priv.h"
#include "scan/from/reading.h"
#include "scan/run.h"
#include "scan/tools/tools.h"

/* A program, and sets of options to try until one gives output. */
struct tool {
	const char *name, *hint;
	const struct from_format *format;
	const char *const *const *tries;	/* NULL after the last */
};

/* EMPTY: the output is understood, and has no socket. */
enum outcome { FAILED, NOTHING, EMPTY, FOUND };

/* lsof also exits with 1 if some of what it looked for does not exist. */
static enum outcome
judge_run(const struct tool *t, const struct from_reading *r, int status,
    bool said)
{
	bool ended = status != -1 && WIFEXITED(status);

	if (ended && WEXITSTATUS(status) <= 1 && from_count(r->in) > 0)
		return FOUND;
	if (ended && (WEXITSTATUS(status) == 0 ||
	    (WEXITSTATUS(status) == 1 && !said)))
		return NOTHING;
	if (ended)
		err_msg("%s: exit status %d", t->name, WEXITSTATUS(status));
	else if (status != -1)
		err_msg("%s: ended by signal %d", t->name, WTERMSIG(status));
	return FAILED;
}

static enum outcome
run_once(const struct tool *t, const char *path, const char *const *argv,
    const struct scan_request *req, struct scan *sc)
{
	struct from_reading reading;
	struct run r = { .name = t->name, .path = path, .argv = argv,
		.out = from_reading_take, .arg = &reading };
	enum outcome outcome;
	bool read;
	int status;

	from_reading_begin(&reading, t->name, t->format, req->services);
	status = run_program(&r);
	read = reading.bytes == 0 || from_reading_end(&reading);
	outcome = read ? judge_run(t, &reading, status, r.said) : FAILED;
	if (outcome == FOUND)
		from_reading_give(&reading, req, sc);
	else if (outcome == NOTHING && reading.bytes > 0)
		outcome = EMPTY;
	from_close(reading.in);
	return outcome;
}

static bool
run_tool(const struct tool *t, const struct scan_request *req, struct scan *sc)
{
	enum outcome outcome = FAILED;
	struct buf path = { 0 };
	size_t i;

	if (req->filter->all_netns) {
		err_msg("%s: sees one network namespace only: -N needs "
		    "another backend", t->name);
		return false;
	}
	priv_keep(PRIV_READ | PRIV_TRACE);	/* for the programs to use */
	sc->protos = filter_protos(req->filter) & FROM_PROTOS;
	if (run_find(t->name, t->hint, &path))
		for (i = 0; outcome < EMPTY && t->tries[i] != NULL; i++)
			outcome = run_once(t, path.p, t->tries[i], req, sc);
	buf_free(&path);
	return outcome != FAILED;
}

/* The field output, or if that is empty, the table.  d, the device, tells apart
 * sockets of a process that share an address (SO_REUSEPORT). */
static bool
lsof_tables(const struct scan_request *req, struct scan *sc)
{
	static const char *const fields[] = { "lsof", "-iTCP", "-iUDP", "-nP",
		"+c0", "-FfnPpTtcd", NULL };
	static const char *const table[] = { "lsof", "-iTCP", "-iUDP", "-nP",
		NULL };
	static const char *const *const tries[] = { fields, table, NULL };
	static const struct tool t = { "lsof", "apt-get install lsof, "
		"dnf install lsof, pkg install lsof, brew install lsof",
		&from_lsof, tries };

	return run_tool(&t, req, sc);
}

/* FreeBSD's sockstat has options for states (-s) and full addresses (-w);
 * NetBSD's does not, and prints numbers only with -n. */
static bool
sockstat_tables(const struct scan_request *req, struct scan *sc)
{
	static const char *const free_bsd[] = { "sockstat", "-46sw", NULL };
	static const char *const net_bsd[] = { "sockstat", "-46n", NULL };
	static const char *const *const tries[] = { free_bsd, net_bsd, NULL };
	static const struct tool t = { "sockstat", NULL, &from_sockstat,
		tries };

	return run_tool(&t, req, sc);
}

/* sockstat is in the base systems of FreeBSD and NetBSD only. */
static bool
sockstat_is_here(void)
{
	struct buf path = { 0 };
	bool here = run_look("sockstat", &path);

	buf_free(&path);
	return here;
}

static bool
fill_processes(const struct scan_request *req, struct search *search,
    struct scan *sc)
{
	(void)search;
	ps_fill(sc, req->needs);
	return true;
}

const struct backend lsof_backend = {
	.name = "lsof", .help = "runs lsof and ps",
	.tables = lsof_tables, .owners = fill_processes,
};

const struct backend sockstat_backend = {
	.name = "sockstat",
	.help = "runs sockstat and ps, on FreeBSD and NetBSD",
	.is_here = sockstat_is_here,
	.tables = sockstat_tables, .owners = fill_processes,
};
