#include "scan/job.h"

#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "lib/priv.h"
#include "lib/timestamp.h"
#include "scan/interfaces.h"
#include "scan/machine.h"
#include "scan/rows.h"
#include "scan/run.h"

/* The snapshot's description of itself; its strings are in the arena. */
struct about {
	struct snap_room room;
	struct snap snap;
	struct sys sys;
	struct arena *arena;
};

static void
set_number(struct about *a, const char *key, uint64_t v)
{
	char digits[NUM_MAX];

	snap_set(&a->room, key, arena_str(a->arena, num_str(digits, v)));
}

/* Sets the protocols that were read, in the order of enum sock_proto, and whose
 * BOUND sockets were. */
static void
set_sight(struct about *a, const struct scan *sc, const struct filter *f)
{
	struct buf list = { 0 };
	size_t i;

	for (i = 0; i < PROTO_COUNT; i++) {
		if ((sc->protos >> i & 1) == 0)
			continue;
		if (list.n > 0)
			buf_putc(&list, ',');
		buf_puts(&list, sock_protos[i]);
	}
	if (list.n == 0)
		buf_puts(&list, "none");
	snap_set(&a->room, "protos", arena_str(a->arena, buf_str(&list)));
	buf_free(&list);
	snap_set(&a->room, "bound", str_from(scan_bounds[
	    filter_wants_bound(f) && filter_shows_state(f, STATE_BOUND) ?
	    sc->bound : BOUND_NO]));
	if (sc->published == PUBLISHED_ALL)
		snap_set(&a->room, "published", STR_LIT("all"));
}

/* The known number of namespaces that were not read. */
static uint64_t
count_unentered(const struct scan *sc)
{
	return sc->hidden_netns + sc->sock_netns + sc->nshut;
}

/* For a text neither the machine nor the user that scanned it is known.  sc is
 * NULL for interfaces. */
static void
describe(struct about *a, const struct scan_job *j, const struct scan *sc,
    uint64_t unowned, struct str scope)
{
	char time[TIMESTAMP_LEN];

	timestamp_format(time, j->start);
	snap_set(&a->room, "time",
	    arena_str(a->arena, (struct str){ time, sizeof time }));
	if (!j->req.is_text) {
		sys_read(&a->sys, j->req.proc, j->req.own_proc, a->arena);
		snap_set(&a->room, "host", a->sys.host);
		snap_set(&a->room, "boot", a->sys.boot);
		/* up is of no use without the id of the boot */
		if (a->sys.boot.n > 0 && j->req.own_proc && j->uptime >= 0)
			set_number(a, "up", (uint64_t)j->uptime);
		set_number(a, "euid", (uint64_t)geteuid());
		set_number(a, "unowned", unowned);
		if (sc != NULL && count_unentered(sc) > 0)
			set_number(a, "unentered", count_unentered(sc));
		if (sc != NULL && sc->ncut > 0)
			set_number(a, "unread", sc->ncut);
		snap_set(&a->room, "unpriv", STR_NONE);
		if (a->sys.unpriv >= 0)
			set_number(a, "unpriv", (uint64_t)a->sys.unpriv);
	}
	if (sc != NULL)
		set_sight(a, sc, j->req.filter);
	snap_set(&a->room, "scope", arena_str(a->arena, scope));
	a->snap = snap_of(&a->room);
}

/* What the records need; only what some column or filter needs is read. */
static unsigned
record_needs(const struct scan_job *j)
{
	unsigned needs = rows_needs(&j->cols);

	if (j->proxies && (needs & NEED_TARGET) != 0)
		needs = (needs & ~(unsigned)NEED_TARGET) | NEED_TARGET_SEEN;
	/* even what would be printed may be hidden */
	if (j->quiet)
		needs &= j->strict ? NEED_OWNERS : 0;
	if (!filter_wants_connected(j->req.filter) ||
	    (filter_protos(j->req.filter) & PROTOS_PORTED) == 0)
		needs &= ~(unsigned)NEED_DIR;
	if (filter_needs_owners(j->req.filter))
		needs |= NEED_OWNERS | rows_filter_needs(j->req.filter);
	/* unowned counts a user's own process whose socket may be root's */
	if ((needs & NEED_OWNERS) != 0 && geteuid() != 0)
		needs |= NEED_USER;
	return needs;
}

/* Also what shows which published ports a socket stands for. */
static unsigned
job_needs(const struct scan_job *j)
{
	return record_needs(j) | (filter_wants_published(j->req.filter) ?
	    (unsigned)NEEDS_OF_TARGET : 0);
}

static bool
print_records(const struct scan_job *j, struct scan *sc,
    const struct rows *rows, struct rows_source *src, uint64_t unowned)
{
	struct about about = { .arena = &sc->arena };
	struct buf scope = { 0 };
	struct out *out = out_open(j->out);

	filter_scope(j->req.filter, &scope);
	describe(&about, j, sc, unowned, buf_str(&scope));
	buf_free(&scope);
	src->host = about.sys.host;
	src->time = snap_get(&about.snap, "time");
	src->people = out_is_table(out);
	out_snapshot(out, &about.snap, &j->cols);
	rows_write(rows, src, &j->cols, out);
	return out_close(out);
}

/* Prints a message about hidden things: what (`the owner of'), n, of (`socket
 * is'), and what that means. */
static void
say_hidden(const char *what, uint64_t n, const char *of, const char *means,
    const char *lacks)
{
	const char *why = ": root, or sudo prt-scan, sees more", *right = "";

	if (lacks == NULL) {
		why = ", even from root";
	} else if (geteuid() == 0) {
		why = ": root lacks ";
		right = lacks;
	}
	err_msg("%s %llu %s hidden%s%s%s", what, (unsigned long long)n, of,
	    means, why, right);
}

/* The right whose lack hides something, or NULL. */
struct lacks {
	const char *process;	/* for what a process has */
	const char *netns;	/* for the namespace of a socket */
};

static struct lacks
find_lacks(const struct scan *sc)
{
	struct lacks lacks = { NULL, NULL };

	if (sc->hidden > 0 || sc->hidden_netns > 0)
		lacks.process = priv_lacks(PRIV_READ | PRIV_TRACE);
	if (sc->sock_netns > 0)
		lacks.netns = priv_lacks(PRIV_NET);
	return lacks;
}

/* Messages for people: at a terminal; with a table, which does not show this;
 * or for root, who expects to see everything. */
static void
say_what_is_hidden(const struct scan_job *j, const struct scan *sc,
    uint64_t unowned, struct lacks lacks, bool people)
{
	bool say = j->strict || people || isatty(STDERR_FILENO) ||
	    (geteuid() == 0 && lacks.process != NULL);

	/* the output does not show that their sockets are missing */
	if (sc->hidden_netns > 0)
		say_hidden("the network namespace of", sc->hidden_netns,
		    sc->hidden_netns == 1 ? "process is" : "processes is", "",
		    lacks.process);
	if (sc->sock_netns > 0)
		say_hidden("the network namespace of", sc->sock_netns,
		    sc->sock_netns == 1 ? "socket is" : "sockets is", "",
		    lacks.netns);
	if (sc->cut != 0 && say)
		err_msg("process %lu: its threads have too many descriptors "
		    "to look at", (unsigned long)sc->cut);
	/* names may ask for a socket that is not in the output */
	if (unowned > 0 && (say || filter_has_names(j->req.filter)))
		say_hidden(unowned == 1 ? "the owner of" : "the owners of",
		    unowned, unowned == 1 ? "socket is" : "sockets are",
		    filter_has_names(j->req.filter) ?
		    ", and may be what was asked for" : "",
		    lacks.process);
}

/* If nothing that holds the port was found and nothing was hidden, the port is
 * free.  If a protocol could not be read (there was a message), that is
 * unknown. */
static enum scan_result
judge_free(const struct filter *f, const struct scan *sc, uint64_t unowned)
{
	unsigned asked = filter_protos(f) & ~(unsigned)PROTOS_PORTED;

	if ((asked & ~sc->protos) != 0)
		return SCAN_FAILED;
	if (!f->bound)
		return SCAN_NOTHING;
	if (unowned > 0 && filter_has_names(f))
		return SCAN_FAILED;
	if (sc->held_only)
		err_msg("--bound: none found, but only sockets that some "
		    "process was seen to hold could be read");
	else if (sc->bound != BOUND_ALL && filter_wants_bound(f))
		err_msg("--bound: none found, but not all BOUND sockets could "
		    "be read");
	else if (!sc->incomplete && count_unentered(sc) == 0)
		return SCAN_NOTHING;
	return SCAN_FAILED;
}

/* Makes the records that the filter keeps.  Returns how many sockets may have a
 * hidden owner who matches. */
static uint64_t
make_rows(const struct scan_job *j, struct scan *sc, bool owners,
    struct rows *rows, struct rows_source *src)
{
	const struct filter *f = j->req.filter;
	uint64_t unowned = 0;

	rows_make(rows, sc, f, (owners ? ROWS_OWNERS : 0) |
	    (j->unsorted ? ROWS_UNSORTED : 0));
	/* with pids given, other processes do not matter */
	if (owners && sc->hidden > 0 && f->npids == 0)
		unowned = rows_unowned(rows, sc);
	rows_keep(rows, src, f);
	/* the records do not show which holder matched */
	if (filter_needs_owners(f) &&
	    (rows_needs(&j->cols) & NEED_OWNERS) == 0)
		rows_unite(rows, sc);
	return unowned;
}

static enum scan_result
tell(const struct scan_job *j, struct scan *sc, unsigned needs)
{
	struct rows_source src = { .scan = sc, .services = j->req.services };
	struct lacks lacks = find_lacks(sc);
	enum scan_result result = SCAN_DONE;
	struct rows rows;
	uint64_t unowned;

	/* users of another machine are known only by number */
	src.users.loaded = j->req.is_text;
	priv_keep(0);		/* only formatting and printing follow */
	unowned = make_rows(j, sc, (needs & NEED_OWNERS) != 0, &rows, &src);
	if (rows.n == 0)
		result = judge_free(j->req.filter, sc, unowned);
	if (!j->quiet && !print_records(j, sc, &rows, &src, unowned))
		result = SCAN_FAILED;
	sc->incomplete |= src.users.cut;
	users_free(&src.users);
	say_what_is_hidden(j, sc, unowned, lacks, src.people);
	if (j->strict && (unowned > 0 || count_unentered(sc) > 0 ||
	    sc->incomplete))
		result = SCAN_FAILED;
	rows_free(&rows);
	return result;
}

/* Podman may have to be asked for the names of containers.  Without a right to
 * give up for that, the answer does not matter. */
static bool
may_ask_podman(const struct scan_job *j)
{
	struct buf path = { 0 };
	bool found = j->req.own_proc &&
	    (job_needs(j) & (NEED_NAMES | NEED_TARGET)) != 0 &&
	    priv_lacks(PRIV_PODMAN) == NULL && run_look("podman", &path);

	buf_free(&path);
	return found;
}

void
scan_job_begin(const struct scan_job *j)
{
	const struct scan_request *req = &j->req;
	unsigned uses = PRIV_READ;

	/* everyone may read interfaces */
	if (!req->is_text && !j->interfaces) {
		uses |= PRIV_TRACE;
		if (req->own_proc)
			uses |= PRIV_NET;
		if (req->filter->all_netns)
			uses |= PRIV_NETNS | PRIV_NET;
		if (req->owners != OWNERS_WALK && req->own_proc)
			uses |= PRIV_BPF;
		if (may_ask_podman(j))
			uses |= PRIV_PODMAN;
	}
	priv_keep(uses);
}

enum scan_result
scan_job_sockets(const struct scan_job *j)
{
	struct scan_request req = j->req;
	struct scan sc = { .nsock = 0 };
	enum scan_result result = SCAN_FAILED;

	req.needs = job_needs(j);
	if (scan_run(&req, j->backend, &sc))
		result = tell(j, &sc, record_needs(j));
	scan_free(&sc);
	return result;
}

enum scan_result
scan_job_ifaces(const struct scan_job *j)
{
	struct arena arena = { NULL, 0, 0 };
	struct about about = { .arena = &arena };
	struct ifaces t = { 0 };
	bool ok = ifaces_read(&t, j->req.proc, j->req.own_proc);

	priv_keep(0);
	if (ok && !j->quiet) {
		struct out *out = out_open(j->out);

		describe(&about, j, NULL, 0, STR_LIT("interfaces"));
		out_snapshot(out, &about.snap, &j->cols);
		ifaces_write(&t, &j->cols, &about.snap, out);
		ok = out_close(out);
	}
	ifaces_free(&t);
	arena_free(&arena);
	return ok ? SCAN_DONE : SCAN_FAILED;
}
