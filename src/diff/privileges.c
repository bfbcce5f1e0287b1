/*
 * diff/privileges: whether one scan saw fewer owners than the other.
 *
 * Another user's scan did.  A scan by the same user did if it has lost a
 * capability, but not because another user's socket came or went: then the
 * privileges are the same, and a cron job without root would warn each time.
 * So an owner must be missing that the other scan saw.
 */
#include "diff/privileges.h"

#include "diff/party.h"
#include "lib/err.h"

/* The rows of a key include one with a process (held), or one without. */
static bool
has_row(struct diff_side *s, uint32_t head, bool held)
{
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = s->rows[i].next)
		if (party_is_held(s, i) == held)
			return true;
	return false;
}

static bool
sees_all(const struct snap *s)
{
	return s != NULL && str_is(snap_get(s, "unowned"), "0");
}

static bool
is_hiding(const struct snap *s)
{
	struct str unowned = snap_get(s, "unowned");

	return unowned.n > 0 && !str_is(unowned, "0");
}

/* The snapshot of `less' that lacks an owner of a socket that `more' has, or
 * NULL.  A connection may have no process until it is accepted. */
static const struct snap *
find_lost(struct diff_side *less, struct diff_side *more)
{
	uint32_t i, host;

	for (i = 0; i < more->stream.nrows && more->blind; i++) {
		const struct diff_row *row = &more->rows[i];

		host = diff_host_of(more, i);
		if (row->head == i && row->other != DIFF_NONE &&
		    more->hosts[host].blind &&
		    sees_all(diff_side_snap(more, host)) &&
		    diff_value_of(more, i, F_REMOTE_PORT).n == 0 &&
		    has_row(more, i, true) && has_row(less, row->other, false))
			return diff_side_snap(less,
			    diff_host_of(less, row->other));
	}
	return NULL;
}

/* b is root's scan, and a another user's. */
static bool
is_lesser_user(const struct snap *a, const struct snap *b)
{
	struct str ea = snap_get(a, "euid"), eb = snap_get(b, "euid");

	return ea.n > 0 && !str_is(ea, "0") && str_is(eb, "0");
}

/* Judges by the keys of the snapshots.  counts: if records have no owners, only
 * the number of hidden ones shows it. */
static const struct snap *
find_lesser(const struct diff *d, bool is_old, bool counts)
{
	size_t i;

	for (i = 0; i < d->new.stream.nsnaps; i++) {
		const struct snap *new = diff_new_snap(d, i);
		const struct snap *old = diff_old_snap(d, i);
		const struct snap *a = is_old ? old : new;
		const struct snap *b = is_old ? new : old;

		if (old != NULL && (is_lesser_user(a, b) ||
		    (counts && is_hiding(a) && sees_all(b))))
			return a;
	}
	return NULL;
}

static void
warn_less(struct diff *d, bool is_old)
{
	struct diff_side *less = is_old ? &d->old : &d->new;
	struct diff_side *more = is_old ? &d->new : &d->old;
	bool named = diff_both_have(less, more, F_PID) ||
	    diff_both_have(less, more, F_PROCESS);
	const struct snap *s = find_lesser(d, is_old, !named);
	char a[100], b[100];

	if (s == NULL && named)
		s = find_lost(less, more);
	if (s != NULL)
		err_msg("warning: %s was scanned with fewer privileges (%s "
		    "%s): unknown owners are no change", less->stream.name,
		    diff_say(a, s, "euid"), diff_say(b, s, "unowned"));
}

void
privileges_compare(struct diff *d)
{
	warn_less(d, true);
	warn_less(d, false);
}
