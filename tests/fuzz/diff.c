/*
 * Fuzz entry: two snapshots, which prt-diff reads, compares, prints and keeps.
 * The input is OLD, a line %%, and NEW.
 */
#include "diff/columns.h"
#include "diff/match.h"
#include "diff/sight.h"
#include "diff/print.h"
#include "diff/rate.h"
#include "diff/state.h"
#include "fuzz.h"

static void
start(struct diff *d, struct str old, struct str new)
{
	static const enum field_id compared[] = { F_STATE, F_PROCESS, F_USER,
		F_EXE };
	size_t i;

	memset(d, 0, sizeof *d);
	cols_init(&d->plan.key);
	cols_init(&d->plan.set);
	cols_init(&d->plan.fields);
	for (i = 0; i < sizeof compared / sizeof compared[0]; i++)
		cols_add_field(&d->plan.set, compared[i]);
	diff_side_init(&d->old, &d->plan, "OLD", fuzz_file(old));
	diff_side_init(&d->new, &d->plan, "NEW", fuzz_file(new));
	/* Without diff_load's thread: all runs are alike. */
	diff_side_load(&d->old);
	diff_side_load(&d->new);
}

static void
stop(struct diff *d)
{
	diff_side_free(&d->old);
	diff_side_free(&d->new);
	cols_free(&d->plan.key);
	cols_free(&d->plan.set);
	cols_free(&d->plan.fields);
}

/* Peers are rows of the other side with the same key. */
static void
check_rows(const struct diff_side *s, const struct diff_side *other)
{
	size_t i;

	for (i = 0; i < s->stream.nrows; i++) {
		const struct diff_row *row = &s->rows[i];

		check(row->head < s->stream.nrows, "a row without a head");
		check(row->change <= DIFF_GONE || (row->change == DIFF_KEPT &&
		    (row->unseen || s->blind)), "no change");
		check(row->change != DIFF_CHANGED ||
		    row->peer < other->stream.nrows, "changed, from nothing");
	}
}

static int
print(struct diff *d, const char *format, bool every)
{
	struct diff_print print = { .d = d, .every = every,
		.changes = DIFF_CHANGES | DIFF_BIT(DIFF_UNCHANGED) };
	struct out_opts opts = { .format = out_format(format), .quiet = true,
		.wide = every };
	struct cols cols;
	int fd = fuzz_catch();

	cols_init(&cols);
	diff_all_cols(&cols, d);
	rates_cols(&cols, d);
	if (cols.at[F_LAST_SEEN] < 0)
		cols_add_field(&cols, F_LAST_SEEN);
	check(diff_print(&print, &cols, &opts), "not printed");
	cols_free(&cols);
	return fd;
}

/* Returns the state for the next run. */
static struct buf
save(struct diff *d)
{
	struct state state = { .path = "state", .folder = -1, .lock = -1,
		.fd = fuzz_file(STR_NONE) };

	check(diff_state_save(d, &state), "not saved");
	return fuzz_caught(state.fd);
}

/* The text is a state, and NEW is no change to it. */
static void
check_state(struct str text, struct str new)
{
	struct diff d;
	struct diff_print print = { .d = &d, .changes = DIFF_CHANGES };

	start(&d, text, new);
	check(stream_check(&d.old.stream), "a state that cannot be read");
	check(diff_state_check(&d.old.stream), "a state that is none");
	if (diff_check(&d, 0)) {
		sight_compare(&d);
		diff_match(&d.old, &d.new);
		check_rows(&d.new, &d.old);
		check(!diff_print_any(&print), "a change of what was saved");
	}
	stop(&d);
}

static void
compare(struct str old, struct str new)
{
	struct buf state = { 0 };
	struct diff d;
	bool ok;

	start(&d, old, new);
	ok = stream_check(&d.old.stream) && stream_check(&d.new.stream) &&
	    diff_check(&d, DIFF_ANY_SCOPE | DIFF_ANY_TIME);
	if (ok) {
		sight_compare(&d);
		diff_match(&d.old, &d.new);
		check_rows(&d.old, &d.new);
		check_rows(&d.new, &d.old);
		fuzz_caught_stream(print(&d, "tsv", true));
		close(print(&d, "json", false));
	}
	ok = ok && diff_state_check_hosts(&d);
	if (ok)
		state = save(&d);
	stop(&d);
	if (ok)
		check_state(buf_str(&state), new);
	buf_free(&state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str new = { (const char *)data, size };
	struct str old = fuzz_part(&new);

	compare(old, new);
	return 0;
}
