#include "diff/diff.h"

#include <pthread.h>
#include <stdio.h>

#include "diff/key.h"
#include "lib/err.h"
#include "lib/num.h"
#include "lib/timestamp.h"

/* For a message: two names, which are paths, and a text about them. */
enum { WHAT_MAX = 2 * 4096 + 400 };

static void *
load_side(void *side)
{
	diff_side_load(side);
	return NULL;
}

bool
diff_load(struct diff *d)
{
	pthread_t thread;
	bool threaded = pthread_create(&thread, NULL, load_side, &d->new) == 0;
	bool ok;

	diff_side_load(&d->old);
	if (threaded)
		pthread_join(thread, NULL);
	else
		diff_side_load(&d->new);
	ok = stream_check(&d->old.stream);
	return stream_check(&d->new.stream) && ok;
}

const struct snap *
diff_new_snap(const struct diff *d, size_t i)
{
	return i < d->new.stream.nsnaps ? &d->new.stream.snaps[i].snap : NULL;
}

const struct snap *
diff_old_snap(const struct diff *d, size_t i)
{
	const struct snap *new = diff_new_snap(d, i);
	uint32_t host;

	if (!d->by_host || new == NULL)
		return diff_side_snap(&d->old, DIFF_NONE);
	host = stream_host(&d->old.stream, snap_get(new, "host"));
	return host == DIFF_NONE ? NULL : diff_side_snap(&d->old, host);
}

bool
diff_time(const struct snap *s, int64_t *ms)
{
	return s != NULL && timestamp_parse(snap_get(s, "time"), ms);
}

bool
diff_uptime(const struct snap *old, const struct snap *new, int64_t *ms)
{
	uint64_t then, now;

	if (old == NULL || new == NULL || snap_get(old, "boot").n == 0 ||
	    !str_eq(snap_get(old, "boot"), snap_get(new, "boot")) ||
	    !num_parse(snap_get(old, "up"), INT64_MAX, &then) ||
	    !num_parse(snap_get(new, "up"), INT64_MAX, &now))
		return false;
	*ms = (int64_t)now - (int64_t)then;
	return true;
}

bool
diff_row_time(struct diff_side *s, uint32_t row, int64_t *ms)
{
	return timestamp_parse(diff_value_of(s, row, F_TIME), ms) ||
	    diff_time(diff_side_snap(s, diff_host_of(s, row)), ms);
}

const char *
diff_say(char out[100], const struct snap *s, const char *key)
{
	struct str v = snap_get(s, key);

	snprintf(out, 100, "%s=%.*s", key, (int)(v.n < 60 ? v.n : 60),
	    v.n > 0 ? v.p : "");
	return out;
}

/* Says what cannot be compared, and how to end that, for users who run the same
 * command each night. */
static void
refuse(const struct diff *d, unsigned allow, const char *what,
    const char *hint)
{
	if ((allow & DIFF_STATE) != 0)
		err_msg("%s: not comparable%s; `prt-diff --init -S %s' once, "
		    "with this scan, begins anew", what, hint,
		    d->old.stream.name);
	else
		err_msg("%s: not comparable%s", what, hint);
}

/* A selection must not be compared with a whole. */
static bool
check_extent(const struct diff *d, unsigned allow)
{
	char what[WHAT_MAX];

	const struct stream *old = &d->old.stream, *new = &d->new.stream;
	bool part = stream_is_selection(new);

	if (!stream_check_any(new))
		return false;
	if (old->partial && !old->state) {
		err_msg("%s: partial=1: not a snapshot, but what was selected "
		    "from one", old->name);
		return false;
	}
	if (old->nsnaps == 0 || new->nsnaps == 0 ||
	    stream_is_selection(old) == part || (allow & DIFF_ANY_EXTENT) != 0)
		return true;
	snprintf(what, sizeof what, "%s is a selection (fewer records than "
	    "##end says, or partial=1), %s is a whole snapshot",
	    part ? new->name : old->name, part ? old->name : new->name);
	refuse(d, allow, what, " (select from both alike)");
	return false;
}

/* Some ##prt has a time, as prt-scan writes it. */
static bool
is_scan(const struct stream *s)
{
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (snap_get(&s->snaps[i].snap, "time").n > 0)
			return true;
	return false;
}

/* Records without a ##prt are a selection from something unknown: a record that
 * they lack may not be gone, and they must not replace a scan in a state. */
static bool
check_marks(const struct diff *d, unsigned allow)
{
	const struct stream *old = &d->old.stream, *new = &d->new.stream;
	const struct stream *bare = is_scan(old) ? new : old;
	bool bad = old->state && bare == new && (allow & DIFF_ANY_SCOPE) == 0;

	if (old->ncols == 0 || is_scan(old) == is_scan(new))
		return true;
	err_msg("%s%s: no ##prt line of a scan, which %s has: is it a "
	    "selection (grep -e '^#' -e PATTERN keeps the line)?%s",
	    bad ? "" : "warning: ", bare->name,
	    bare == old ? new->name : old->name, bad ? " (--force)" : "");
	return !bad;
}

static bool
has_hosts(const struct stream *s)
{
	return (s->nsnaps > 1 || s->nhosts > 1) &&
	    stream_has_field(s, F_HOST);
}

static bool
lacks_hosts(const struct stream *many, const struct stream *one)
{
	if (!has_hosts(many) || stream_has_field(one, F_HOST))
		return false;
	err_msg("%s has records of several hosts, %s has no field host "
	    "(prt-scan -o +host)", many->name, one->name);
	return true;
}

static bool
is_forgotten(const struct diff *d, struct str host)
{
	struct str rest = d->forget != NULL ? str_from(d->forget) : STR_NONE;

	while (rest.p != NULL)
		if (str_eq(str_cut(&rest, ','), host))
			return true;
	return false;
}

/* Finds the twins of the hosts.  OLD's hosts without a twin are unscanned,
 * except one without a name. */
static void
pair_hosts(struct diff *d)
{
	const struct stream *old = &d->old.stream;
	struct str name;
	uint32_t i;

	for (i = 0; i < old->nhosts; i++) {
		struct diff_host *host = &d->old.hosts[i];

		name = stream_host_name(old, i);
		host->twin = stream_host(&d->new.stream, name);
		host->unscanned = d->by_host && name.n > 0 &&
		    host->twin == DIFF_NONE;
		host->forgotten = host->unscanned && is_forgotten(d, name);
	}
}

/* Warns about all of them, renamed ones included, up to a readable number. */
static void
warn_unscanned(const struct diff *d)
{
	enum { NAMED = 16, NAME = 80 };
	char list[NAMED * (NAME + 2) + 1] = "", more[40] = "";
	const struct stream *old = &d->old.stream;
	size_t at = 0, n = 0;
	struct str name;
	uint32_t i;

	for (i = 0; i < old->nhosts; i++) {
		const struct diff_host *host = &d->old.hosts[i];

		if (!host->unscanned || host->forgotten || n++ >= NAMED)
			continue;
		name = stream_host_name(old, i);
		at += (size_t)snprintf(list + at, sizeof list - at, "%s%.*s",
		    at > 0 ? ", " : "", (int)(name.n < NAME ? name.n : NAME),
		    name.p);
	}
	if (n > NAMED)
		snprintf(more, sizeof more, " and %zu more", n - NAMED);
	if (n > 0)
		err_msg("warning: %s: not scanned: host%s %s%s: %s records are "
		    "not gone", d->new.stream.name, n > 1 ? "s" : "", list,
		    more, n > 1 ? "their" : "its");
}

/* To compare two hosts, each side must be of a single host. */
static bool
check_across(const struct diff *d)
{
	const struct stream *sides[] = { &d->old.stream, &d->new.stream };
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!has_hosts(sides[i]))
			continue;
		err_msg("%s has records of several hosts: --compare-hosts is "
		    "for two", sides[i]->name);
		return false;
	}
	return true;
}

static bool
check_hosts(struct diff *d)
{
	const struct stream *s = &d->old.stream, *t = &d->new.stream;
	const struct snap *old = diff_side_snap(&d->old, DIFF_NONE);
	const struct snap *new = diff_side_snap(&d->new, DIFF_NONE);
	char a[100], b[100];

	if (d->plan.across)
		return check_across(d);
	if (lacks_hosts(s, t) || lacks_hosts(t, s))
		return false;
	d->by_host = stream_has_field(s, F_HOST) && stream_has_field(t, F_HOST);
	pair_hosts(d);
	if (d->by_host) {
		warn_unscanned(d);
	} else if (old != NULL && new != NULL &&
	    snap_get(old, "host").n > 0 && snap_get(new, "host").n > 0 &&
	    !str_eq(snap_get(old, "host"), snap_get(new, "host"))) {
		err_msg("warning: %s has %s, %s has %s", s->name,
		    diff_say(a, old, "host"), t->name,
		    diff_say(b, new, "host"));
	}
	return true;
}

/* The two values are equal, or one is missing. */
static bool
is_agreed(const struct snap *old, const struct snap *new, const char *key)
{
	struct str a, b;

	if (old == NULL || new == NULL)
		return true;
	a = snap_get(old, key);
	b = snap_get(new, key);
	return a.n == 0 || b.n == 0 || str_eq(a, b);
}

bool
diff_same_scope(const struct snap *old, const struct snap *new)
{
	return is_agreed(old, new, "scope");
}

bool
diff_same_boot(const struct snap *old, const struct snap *new)
{
	return is_agreed(old, new, "boot");
}

static bool
check_scope(const struct diff *d, unsigned allow, const struct snap *old,
    const struct snap *new)
{
	char a[100], b[100], what[WHAT_MAX];

	if ((allow & DIFF_ANY_SCOPE) != 0 || diff_same_scope(old, new))
		return true;
	snprintf(what, sizeof what, "%s has %s, %s has %s", d->old.stream.name,
	    diff_say(a, old, "scope"), d->new.stream.name,
	    diff_say(b, new, "scope"));
	refuse(d, allow, what, " (--force)");
	return false;
}

static bool
check_snaps(const struct diff *d, unsigned allow)
{
	const struct snap *old, *new;
	size_t i;

	for (i = 0; i < d->new.stream.nsnaps; i++) {
		new = diff_new_snap(d, i);
		old = diff_old_snap(d, i);
		if (old != NULL && !check_scope(d, allow, old, new))
			return false;
	}
	return true;
}

/* The fields that the user named must exist. */
static bool
check_fields(const struct stream *s, const struct cols *list,
    const char *option)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct str name = list->v[i].name;

		if (stream_has(s, name))
			continue;
		err_msg("%s: no field %.*s (%s)", s->name,
		    (int)(name.n < 80 ? name.n : 80), name.p, option);
		return false;
	}
	return true;
}

static bool
settle_key(struct diff *d, struct cols *key)
{
	static const enum field_id needed[] = { F_PROTO, F_LOCAL_PORT };
	const struct stream *sides[] = { &d->old.stream, &d->new.stream };
	size_t i, j;

	if (d->plan.key.n > 0) {
		cols_copy(key, &d->plan.key);
		return check_fields(&d->old.stream, key, "--key") &&
		    check_fields(&d->new.stream, key, "--key");
	}
	diff_key_default(key, &d->old, &d->new);
	/* records of interfaces */
	if (key->at[F_IFACE] >= 0 && key->at[F_PROTO] < 0)
		return true;
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			if (stream_has_field(sides[i], needed[j]))
				continue;
			err_msg("%s: no field %s, and no --key",
			    sides[i]->name, field_table[needed[j]].name);
			return false;
		}
	}
	return true;
}

static bool
check_key(struct diff *d)
{
	struct diff_side *sides[] = { &d->old, &d->new };
	struct cols key;
	bool ok, by_cookie;
	size_t i;

	cols_init(&key);
	ok = settle_key(d, &key);
	by_cookie = diff_key_has_cookies(&d->old) &&
	    diff_key_has_cookies(&d->new);
	for (i = 0; i < 2 && ok; i++)
		if (!cols_equal(&sides[i]->key, &key) ||
		    sides[i]->by_cookie != by_cookie)
			diff_key_change(sides[i], &key, by_cookie);
	cols_free(&key);
	return ok;
}

static bool
check_compared(const struct diff *d)
{
	return !d->compare_given ||
	    (check_fields(&d->old.stream, &d->plan.set, "--compare") &&
	    check_fields(&d->new.stream, &d->plan.set, "--compare"));
}

/* Judges by all clocks: the time may have been set back since, or the machine
 * restored to an earlier state. */
static bool
is_older(const struct snap *new, const struct snap *old)
{
	int64_t then, now, ms;

	return diff_time(new, &now) && diff_time(old, &then) && now < then &&
	    (!diff_uptime(old, new, &ms) || ms < 0);
}

/* NEW must not be older than OLD. */
static bool
check_time(const struct diff *d, unsigned allow)
{
	const struct snap *old, *new;
	char a[100], b[100];
	size_t i;

	for (i = 0; i < d->new.stream.nsnaps; i++) {
		new = diff_new_snap(d, i);
		old = diff_old_snap(d, i);
		if (d->plan.across || !is_older(new, old))
			continue;
		err_msg("%s%s has %s, older than %s with %s%s",
		    (allow & DIFF_ANY_TIME) != 0 ? "warning: " : "",
		    d->new.stream.name, diff_say(a, new, "time"),
		    d->old.stream.name, diff_say(b, old, "time"),
		    (allow & DIFF_ANY_TIME) != 0 ? "" :
		    " (--force, if the clock was wrong then)");
		return (allow & DIFF_ANY_TIME) != 0;
	}
	return true;
}

bool
diff_check(struct diff *d, unsigned allow)
{
	return check_extent(d, allow) && check_marks(d, allow) &&
	    check_hosts(d) && check_snaps(d, allow) && check_key(d) &&
	    check_compared(d) && check_time(d, allow);
}
