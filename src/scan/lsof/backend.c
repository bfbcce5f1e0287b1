/*
 * The backend that runs lsof, for systems whose kernel is not asked here, and
 * the source that reads what another one printed.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/priv.h"
#include "scan/lsof/lsof.h"
#include "scan/run.h"

enum { MAX_WARNINGS = 10, PIECE = 64 * 1024,
	LSOF_PROTOS = 1U << PROTO_TCP | 1U << PROTO_UDP };

static const char hint[] = "apt-get install lsof, dnf install lsof, "
    "pkg install lsof, brew install lsof";

/* What is read, and the lines of it that were not understood. */
struct reading {
	const char *name;	/* in messages */
	struct lsof *lsof;
	size_t bytes, bad;
};

static void
note(void *arg, size_t line, const char *wrong)
{
	struct reading *r = arg;

	if (++r->bad <= MAX_WARNINGS)
		err_msg("%s:%zu: %s", r->name, line, wrong);
}

static void
begin_reading(struct reading *r, const char *name,
    const struct services *services)
{
	*r = (struct reading){ .name = name };
	r->lsof = lsof_open(services, note, r);
}

static void
take_piece(void *arg, const char *p, size_t n)
{
	struct reading *r = arg;

	r->bytes += n;
	lsof_feed(r->lsof, p, n);
}

/* What prints nothing is taken for an lsof that failed, and so is what cannot
 * be read: else all sockets would be gone, for who compares. */
static bool
end_reading(struct reading *r)
{
	enum lsof_end end = lsof_end(r->lsof);
	size_t line = lsof_cr_line(r->lsof);
	const char *why;

	if (line > 0)
		err_msg("%s:%zu: lines end in CR LF: read without the CR",
		    r->name, line);
	if (r->bad > MAX_WARNINGS)
		err_msg("%s: %zu such lines in all", r->name, r->bad);
	why = lsof_refusal(r->lsof, &line);
	if (r->bytes == 0)
		err_msg("%s: empty: did lsof fail?", r->name);
	else if (end == LSOF_UNKNOWN)
		err_msg("%s: not the output of lsof", r->name);
	else if (end == LSOF_UNREAD)
		err_msg("%s: no line of it could be read", r->name);
	else if (end == LSOF_REFUSED)
		err_msg("%s:%zu: %s", r->name, line, why);
	return end == LSOF_READ;
}

static void
give(const struct reading *r, const struct scan_request *req, struct scan *sc)
{
	lsof_give(r->lsof, req->filter, sc);
	sc->held_only = true;
	if (r->bad > 0)
		sc->incomplete = true;
}

enum outcome { FAILED, NOTHING, FOUND };

/* lsof exits with 1 also where some of what it looked for is not there. */
static enum outcome
judge_run(const struct reading *r, int status, bool said)
{
	bool ended = status != -1 && WIFEXITED(status);

	if (ended && WEXITSTATUS(status) <= 1 && lsof_count(r->lsof) > 0)
		return FOUND;
	if (ended && (WEXITSTATUS(status) == 0 ||
	    (WEXITSTATUS(status) == 1 && !said)))
		return NOTHING;
	if (ended)
		err_msg("lsof: exit status %d", WEXITSTATUS(status));
	else if (status != -1)
		err_msg("lsof: ended by signal %d", WTERMSIG(status));
	return FAILED;
}

static enum outcome
run_lsof(const char *path, const char *const *argv,
    const struct scan_request *req, struct scan *sc)
{
	struct reading reading;
	struct run r = { .name = "lsof", .path = path, .argv = argv,
		.out = take_piece, .arg = &reading };
	enum outcome outcome;
	bool read;
	int status;

	begin_reading(&reading, "lsof", req->services);
	status = run_program(&r);
	read = reading.bytes == 0 || end_reading(&reading);
	outcome = read ? judge_run(&reading, status, r.said) : FAILED;
	if (outcome == FOUND)
		give(&reading, req, sc);
	lsof_close(reading.lsof);
	return outcome;
}

/* The field output; where that gives nothing, the table.  d, the device, tells
 * apart sockets of a process that share an address (SO_REUSEPORT). */
static bool
run_either(const char *path, const struct scan_request *req, struct scan *sc)
{
	static const char *const fields[] = { "lsof", "-iTCP", "-iUDP", "-nP",
		"+c0", "-FfnPpTtcd", NULL };
	static const char *const table[] = { "lsof", "-iTCP", "-iUDP", "-nP",
		NULL };
	enum outcome outcome = run_lsof(path, fields, req, sc);

	if (outcome != FOUND)
		outcome = run_lsof(path, table, req, sc);
	return outcome != FAILED;
}

static bool
lsof_tables(const struct scan_request *req, struct scan *sc)
{
	struct buf path = { 0 };
	bool ok;

	if (req->filter->all_netns) {
		err_msg("lsof: sees one network namespace only: -N needs "
		    "another backend");
		return false;
	}
	priv_keep(PRIV_READ | PRIV_TRACE);	/* what lsof is for */
	sc->protos = filter_protos(req->filter) & LSOF_PROTOS;
	ok = run_find("lsof", hint, &path) && run_either(path.p, req, sc);
	buf_free(&path);
	return ok;
}

static bool
lsof_owners(const struct scan_request *req, struct search *search,
    struct scan *sc)
{
	(void)search;
	ps_fill(sc, req->needs);
	return true;
}

/* The machine may be another: its users' names are what the text says, and
 * numbers stay numbers. */
static void
name_users(struct scan *sc)
{
	char digits[NUM_MAX];
	size_t i;

	for (i = 0; i < sc->nproc; i++) {
		struct proc *p = &sc->proc[i];

		if (p->user.p != NULL || !p->has_uid)
			continue;
		p->user = arena_str(&sc->arena, num_str(digits, p->uid));
	}
}

static bool
read_all(int fd, struct reading *r)
{
	char *piece = mem_alloc(PIECE);
	ssize_t n;

	do {
		n = read(fd, piece, PIECE);
		if (n > 0)
			take_piece(r, piece, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	free(piece);
	if (n < 0)
		err_msg("%s:", r->name);
	return n == 0;
}

static bool
source_tables(const struct scan_request *req, struct scan *sc)
{
	int fd = input_open(req->file, "lsof -nP -i -F | prt-scan --from=lsof");
	struct reading r;
	bool ok;

	if (fd < 0)
		return false;
	sc->protos = filter_protos(req->filter) & LSOF_PROTOS;
	begin_reading(&r, input_name(req->file), req->services);
	ok = read_all(fd, &r);
	input_close(fd);
	ok = ok && end_reading(&r);
	if (ok)
		give(&r, req, sc);
	lsof_close(r.lsof);
	name_users(sc);
	return ok;
}

const struct backend lsof_backend = {
	.name = "lsof", .help = "runs lsof and ps",
	.tables = lsof_tables, .owners = lsof_owners,
};

const struct backend lsof_source = {
	.name = "lsof", .help = "what lsof printed", .tables = source_tables,
};
