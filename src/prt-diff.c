/*
 * prt-diff: what changed between two snapshots.
 */
#include <stdint.h>
#include <unistd.h>

#include "diff/columns.h"
#include "diff/match.h"
#include "diff/print.h"
#include "diff/privileges.h"
#include "diff/rate.h"
#include "diff/rename.h"
#include "diff/sight.h"
#include "diff/state.h"
#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/priv.h"
#include "options.h"

enum { WAIT_DEFAULT = 10, WAIT_MAX = 86400 };

static const char usage[] =
    "Usage: prt-diff [OPTION]... OLD [NEW]\n"
    "       prt-diff [OPTION]... -S FILE [NEW]\n"
    "Print what is new, gone or changed in NEW, a snapshot of prt-scan,\n"
    "since OLD, or since the last run with this FILE.  Where NEW is - or\n"
    "missing it is standard input.\n"
    "\n"
    "Examples:\n"
    "  prt-scan -l | prt-diff -S state          what changed since last time\n"
    "  prt-scan -l | prt-diff -S state -F table | mail -E -s ports root\n"
    "  prt-diff --compare-hosts web1 web2       files of two hosts\n"
    "  prt-scan | prt-diff -a --only=unchanged -S state -o +first_seen\n"
    "  prt-scan -o +cookie,rx_bytes,tx_bytes >before   and a while later\n"
    "  prt-scan -o +cookie,rx_bytes,tx_bytes |\n"
    "      prt-diff -a -H -o rx_rate,tx_rate,process before |\n"
    "      awk '{ print $1 + $2, $3 }' | sort -n\n"
    "\n"
    "Who picks records keeps their # lines: grep -e '^#' -e nginx.\n"
    "Another program on the same port is `changed', not `new'.  So that\n"
    "no change is lost, whatever fails: prt-scan -l >new &&\n"
    "prt-diff old new >news && SEND <news && mv new old; with prt-flag in\n"
    "between prt-diff --header=always, as without news it writes nothing.\n";

static const char more[] =
    "\n"
    "Exit status: 0 done; 1 there are changes (-q, --exit-code); 2 trouble.\n"
    "Manuals: prt-diff(1); prt(5), the fields; prt-recipes(7), jobs.\n";

struct options {
	struct opts common;
	struct diff diff;
	struct diff_print print;
	const char *state;
	const char *old, *new;		/* the operands, or NULL */
	unsigned only;
	uint64_t wait;
	bool force, init;
	bool have_state;		/* the file of -S exists */
};

static bool
take_compared(void *options, const char *arg)
{
	struct options *o = options;
	struct cols *set = &o->diff.plan.set;

	o->diff.compare_given = true;
	if (strcmp(arg, "none") != 0)
		return opts_fields(set, "--compare", arg, DIFF_SET_MAX);
	cols_free(set);
	return true;
}

static bool
take_key(void *options, const char *arg)
{
	struct options *o = options;

	return opts_fields(&o->diff.plan.key, "--key", arg, SIZE_MAX);
}

static bool
take_fields(void *options, const char *arg)
{
	struct options *o = options;

	return opts_fields(&o->diff.plan.fields, "--fields", arg, SIZE_MAX);
}

static bool
take_only(void *options, const char *arg)
{
	struct options *o = options;

	o->only = diff_changes(arg);
	if (o->only == 0)
		opts_bad("--only", arg, "new, gone, changed, unchanged, or "
		    "several");
	return o->only != 0;
}

static bool
take_wait(void *options, const char *arg)
{
	struct options *o = options;
	bool ok = num_parse(str_from(arg), WAIT_MAX, &o->wait);

	if (!ok)
		opts_bad("--wait", arg, "a number of seconds, up to 86400");
	return ok;
}

static bool
take_forget(void *options, const char *arg)
{
	struct options *o = options;
	struct str rest = str_from(arg);

	while (rest.p != NULL) {
		if (str_cut(&rest, ',').n > 0)
			continue;
		opts_bad("--forget", arg, "names of hosts with commas between "
		    "them");
		return false;
	}
	o->diff.forget = arg;
	return true;
}

static const struct opt table[] = {
	{ 'S', "state-file", "FILE", "compare with FILE, then replace it",
	    OPT_TEXT(state), .group = "What to compare" },
	{ 'a', "all", NULL, "every record: unchanged ones and gone ones, too",
	    OPT_FLAG(print.every) },
	{ 0, "only", "LIST", "of new, gone, changed, unchanged only these",
	    .take = take_only },
	{ 'k', "key", "LIST", "fields that say what is the same thing",
	    .take = take_key },
	{ 'c', "compare", "LIST", "fields that are compared, or `none'",
	    .take = take_compared },
	{ 0, "fields", "LIST", "fields of records without a header",
	    .take = take_fields },
	{ 0, "force", NULL,
	    "compare what is of different scope, or older than FILE",
	    OPT_FLAG(force) },
	{ 0, "init", NULL, "with -S: save NEW, print nothing", OPT_FLAG(init) },
	{ 0, "forget", "HOSTS", "keep nothing of HOSTS, if NEW has none of it",
	    .take = take_forget },
	{ 0, "compare-hosts", NULL, "two hosts side by side",
	    OPT_FLAG(diff.plan.across) },
	{ 0, "wait", "SECONDS", "with -S: how long for another run to end: 10",
	    .take = take_wait },
	{ .name = NULL }
};

static bool
take_operands(struct options *o, int argc, char **argv)
{
	const char *wrong = NULL;

	if (o->state == NULL && optind < argc)
		o->old = argv[optind++];
	if (optind < argc)
		o->new = argv[optind++];
	if (optind < argc)
		wrong = "too many operands";
	else if (o->state == NULL && o->old == NULL)
		wrong = "OLD is missing, as in prt-scan | prt-diff OLD";
	else if (o->state == NULL && input_is_stdin(o->old) &&
	    input_is_stdin(o->new))
		wrong = "OLD and NEW cannot both be standard input";
	else if (o->state == NULL && o->init)
		wrong = "--init needs -S";
	else if (o->state != NULL && o->diff.plan.across)
		wrong = "--compare-hosts is not for -S";
	if (wrong != NULL)
		err_msg("%s (see prt-diff --help)", wrong);
	return wrong == NULL;
}

static void
set_defaults(struct options *o)
{
	static const enum field_id compared[] = { F_STATE, F_PROCESS, F_USER,
		F_EXE };
	size_t i;

	memset(o, 0, sizeof *o);
	cols_init(&o->diff.plan.key);
	cols_init(&o->diff.plan.set);
	cols_init(&o->diff.plan.fields);
	for (i = 0; i < NELEMS(compared); i++)
		cols_add_field(&o->diff.plan.set, compared[i]);
	o->wait = WAIT_DEFAULT;
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	set_defaults(o);
	if (!opts_read(&o->common, table, argc, argv))
		return false;
	o->print.d = &o->diff;
	o->print.changes = o->only != 0 ? o->only : DIFF_CHANGES;
	if (o->print.every && o->only == 0)
		o->print.changes |= DIFF_BIT(DIFF_UNCHANGED);
	return opts_ask(&o->common) ||
	    take_operands(o, argc, argv);
}

/* Prints; false, after a message, if standard output did not take it all. */
static bool
print_changes(struct options *o)
{
	struct cols_known known = { FIELD_COUNT, NULL };
	struct cols all, cols;
	bool ok;

	cols_init(&all);
	cols_init(&cols);
	diff_all_cols(&all, &o->diff);
	rates_cols(&all, &o->diff);
	known.also = &all;
	/* `all' means the fields of this input, not all possible ones. */
	if (o->common.columns != NULL && strcmp(o->common.columns, "all") == 0)
		known.limit = F_PROTO;
	o->common.out.quiet = true;
	ok = opts_columns(&o->common, &cols, &all, known) &&
	    diff_print(&o->print, &cols, &o->common.out);
	cols_free(&all);
	cols_free(&cols);
	return ok;
}

static bool
start_side(const struct options *o, struct diff_side *side, const char *path)
{
	int fd = input_open(path, o->state == NULL ?
	    "prt-scan | prt-diff OLD" : "prt-scan | prt-diff -S FILE");

	diff_side_init(side, &o->diff.plan, input_name(path), fd);
	return fd >= 0;
}

/* What diff_check is to accept. */
static unsigned
allowed(const struct options *o)
{
	unsigned allow = DIFF_STATE;

	if (!o->have_state)
		return DIFF_ANY_TIME | (o->force ? DIFF_ANY_SCOPE : 0);
	if (o->force || o->init)
		allow |= DIFF_ANY_SCOPE | DIFF_ANY_TIME;
	if (o->init)
		allow |= DIFF_ANY_EXTENT;
	return allow;
}

/* Compares the two sides, which the caller has started. */
static bool
compare_sides(struct options *o)
{
	struct diff *d = &o->diff;

	if (!diff_load(d) ||
	    (o->have_state && !diff_state_check(&d->old.stream)) ||
	    !diff_check(d, allowed(o)) ||
	    (o->state != NULL && (!diff_state_check_fields(d) ||
	    !diff_state_check_hosts(d))))
		return false;
	rename_netns(d);
	sight_compare(d);
	if (!diff_match(&d->old, &d->new))
		err_msg("warning: the records of a key lack fields in too many "
		    "different ways: some that may be the same are told as "
		    "changes");
	privileges_compare(d);
	return o->common.quiet || o->init || print_changes(o);
}

/* Under the lock: compares with the state, then replaces it. */
static bool
update(struct options *o, struct state *state)
{
	struct diff *d = &o->diff;
	int fd;

	if (!state_open(state, &fd))
		return false;
	diff_side_init(&d->old, &d->plan, o->state, fd);
	o->have_state = fd >= 0;
	if (!compare_sides(o))
		return false;
	if (fd < 0 && !o->init)
		err_msg("%s: no state yet: every record is new", o->state);
	return state_begin(state) && diff_state_save(d, state) &&
	    state_commit(state);
}

static bool
compare_files(struct options *o)
{
	struct diff *d = &o->diff;
	struct state state;
	bool ok;

	if (!siphash_newkey(&d->plan.secret)) {
		err_msg("random key:");
		return false;
	}
	priv_keep(o->state == NULL ? PRIV_READ : PRIV_WRITE);
	if (o->state == NULL) {
		if (!start_side(o, &d->old, o->old) ||
		    !start_side(o, &d->new, o->new))
			return false;
		priv_keep(0);		/* all files are open */
		return compare_sides(o);
	}
	if (!start_side(o, &d->new, o->new))
		return false;
	/* Read before locking: no lock is held while a scan is still
	 * running. */
	stream_read(&d->new.stream);
	if (!stream_check(&d->new.stream))
		return false;
	ok = state_lock(&state, o->state, (unsigned)o->wait) &&
	    update(o, &state);
	state_close(&state);
	return ok;
}

static int
diff(struct options *o)
{
	bool asked = o->common.quiet || o->common.exit_code;

	if (!compare_files(o))
		return STATUS_TROUBLE;
	return asked && !o->init && diff_print_any(&o->print) ? STATUS_NO :
	    STATUS_DONE;
}

static void
free_options(struct options *o)
{
	diff_side_free(&o->diff.old);
	diff_side_free(&o->diff.new);
	cols_free(&o->diff.plan.key);
	cols_free(&o->diff.plan.set);
	cols_free(&o->diff.plan.fields);
}

int
main(int argc, char **argv)
{
	struct options o;
	int status = STATUS_TROUBLE;

	if (!opts_begin("prt-diff"))
		return STATUS_TROUBLE;
	if (read_options(&o, argc, argv))
		status = opts_ask(&o.common) ?
		    opts_about(&o.common, usage, FIELD_COUNT, more) :
		    diff(&o);
	free_options(&o);
	return status;
}
