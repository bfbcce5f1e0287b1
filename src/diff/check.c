/* What makes two snapshots comparable. */
#include <stdio.h>

#include "diff/diff.h"
#include "diff/host.h"
#include "diff/key.h"
#include "lib/err.h"

/* `key=value' of a snapshot, for messages. */
static const char *
say(char out[100], const struct snap *s, const char *key)
{
	struct str v = snap_get(s, key);

	snprintf(out, 100, "%s=%.*s", key, (int)(v.n < 60 ? v.n : 60),
	    v.n > 0 ? v.p : "");
	return out;
}

static bool
any_snap_says(const struct diff_side *s, const char *key)
{
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (str_is(snap_get(&s->snaps[i], key), "1"))
			return true;
	return false;
}

bool
diff_is_selection(const struct diff_side *s)
{
	return rec_extent(&s->rec) == REC_SELECTION ||
	    any_snap_says(s, "partial");
}

/* Neither side may be a part where the other is the whole. */
static bool
check_extent(const struct diff *d)
{
	const struct diff_side *old = &d->old, *new = &d->new;
	bool part = diff_is_selection(new);

	if (!diff_side_headed(new) && new->nsnaps == 0) {
		err_msg("%s: nothing at all: the scan failed", new->name);
		return false;
	}
	if (any_snap_says(old, "partial") && !any_snap_says(old, "state")) {
		err_msg("%s: partial=1: not a snapshot, but what was selected "
		    "from one", old->name);
		return false;
	}
	if (old->nsnaps == 0 || new->nsnaps == 0 ||
	    diff_is_selection(old) == part)
		return true;
	err_msg("%s is a selection (fewer records than ##end says, or "
	    "partial=1), %s is a whole snapshot: not comparable",
	    part ? new->name : old->name, part ? old->name : new->name);
	return false;
}

static bool
says_host(const struct diff_side *s)
{
	return diff_side_has(s, STR_LIT("host"));
}

static bool
has_hosts(const struct diff_side *s)
{
	return (s->nsnaps > 1 || s->nhosts > 1) && says_host(s);
}

static bool
lacks_hosts(const struct diff_side *many, const struct diff_side *one)
{
	if (!has_hosts(many) || says_host(one))
		return false;
	err_msg("%s has records of several hosts, %s has no field host "
	    "(prt-scan -o +host)", many->name, one->name);
	return true;
}

static void
warn_unscanned(const struct diff *d)
{
	struct str name = STR_NONE;
	size_t i, n = 0;

	for (i = 0; i < d->old.nhosts; i++)
		if (d->old.hosts[i].unscanned && n++ == 0)
			name = diff_host_name(&d->old, (uint32_t)i);
	if (n > 0)
		err_msg("warning: %s: not scanned: host %.*s%s: its records "
		    "are not gone", d->new.name,
		    (int)(name.n < 80 ? name.n : 80), name.p,
		    n > 1 ? " and others" : "");
}

static bool
check_hosts(struct diff *d)
{
	const struct snap *old = diff_side_snap(&d->old, DIFF_NONE);
	const struct snap *new = diff_side_snap(&d->new, DIFF_NONE);
	char a[100], b[100];

	if (lacks_hosts(&d->old, &d->new) || lacks_hosts(&d->new, &d->old))
		return false;
	d->by_host = says_host(&d->old) && says_host(&d->new);
	if (d->by_host) {
		diff_host_pair(&d->old, &d->new);
		warn_unscanned(d);
	} else if (old != NULL && new != NULL &&
	    snap_get(old, "host").n > 0 && snap_get(new, "host").n > 0 &&
	    !str_eq(snap_get(old, "host"), snap_get(new, "host"))) {
		err_msg("warning: %s has %s, %s has %s", d->old.name,
		    say(a, old, "host"), d->new.name, say(b, new, "host"));
	}
	return true;
}

static bool
check_scope(const struct diff *d, const struct snap *old,
    const struct snap *new)
{
	char a[100], b[100];

	if (snap_get(old, "scope").n == 0 || snap_get(new, "scope").n == 0 ||
	    str_eq(snap_get(old, "scope"), snap_get(new, "scope")))
		return true;
	err_msg("%s has %s, %s has %s: not comparable (--force)", d->old.name,
	    say(a, old, "scope"), d->new.name, say(b, new, "scope"));
	return false;
}

/* Of two scans a saw less than b. */
static bool
saw_less(const struct snap *a, const struct snap *b)
{
	struct str ua = snap_get(a, "unowned"), ub = snap_get(b, "unowned");
	struct str ea = snap_get(a, "euid"), eb = snap_get(b, "euid");

	return (ua.n > 0 && !str_is(ua, "0") && str_is(ub, "0")) ||
	    (ea.n > 0 && !str_is(ea, "0") && str_is(eb, "0"));
}

static void
warn_privileges(const struct diff_side *s, const struct snap *snap)
{
	char a[100], b[100];

	err_msg("warning: %s was scanned with fewer privileges (%s %s): "
	    "unknown owners are no change", s->name, say(a, snap, "euid"),
	    say(b, snap, "unowned"));
}

static bool
check_snaps(const struct diff *d, bool force)
{
	bool told_old = false, told_new = false;
	const struct snap *old, *new;
	size_t i;

	for (i = 0; i < d->new.nsnaps; i++) {
		new = diff_new_snap(d, i);
		old = diff_old_snap(d, i);
		if (old == NULL)
			continue;
		if (!force && !check_scope(d, old, new))
			return false;
		if (!told_old && saw_less(old, new))
			warn_privileges(&d->old, old);
		told_old |= saw_less(old, new);
		if (!told_new && saw_less(new, old))
			warn_privileges(&d->new, new);
		told_new |= saw_less(new, old);
	}
	return true;
}

/* Fields that the user named must be there. */
static bool
check_fields(const struct diff_side *s, const struct cols *list,
    const char *option)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct str name = list->v[i].name;

		if (diff_side_has(s, name))
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
	static const struct str needed[] = {
		{ "proto", 5 }, { "local_port", 10 },
	};
	struct diff_side *sides[] = { &d->old, &d->new };
	size_t i, j;

	if (d->plan.key.n > 0) {
		cols_copy(key, &d->plan.key);
		return check_fields(&d->old, key, "--key") &&
		    check_fields(&d->new, key, "--key");
	}
	diff_key_default(key, &d->old, &d->new);
	if (key->at[F_IFACE] >= 0)
		return true;
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			if (diff_side_has(sides[i], needed[j]))
				continue;
			err_msg("%s: no field %s, and no --key",
			    sides[i]->name, needed[j].p);
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
	bool ok;
	size_t i;

	cols_init(&key);
	ok = settle_key(d, &key);
	for (i = 0; i < 2 && ok; i++)
		if (!cols_equal(&sides[i]->key, &key))
			diff_key_change(sides[i], &key);
	cols_free(&key);
	return ok;
}

bool
diff_check(struct diff *d, bool force)
{
	return check_extent(d) && check_hosts(d) && check_snaps(d, force) &&
	    check_key(d) && (!d->compare_given ||
	    (check_fields(&d->old, &d->plan.set, "--compare") &&
	    check_fields(&d->new, &d->plan.set, "--compare")));
}

bool
diff_is_stale(const struct diff *d, const char *begin)
{
	const struct snap *old, *new;
	int64_t then, now;
	char a[100], b[100];
	size_t i;

	for (i = 0; i < d->new.nsnaps; i++) {
		new = diff_new_snap(d, i);
		old = diff_old_snap(d, i);
		if (!diff_time(new, &now) || !diff_time(old, &then) ||
		    now >= then)
			continue;
		err_msg("%s%s has %s, older than %s with %s", begin,
		    d->new.name, say(a, new, "time"), d->old.name,
		    say(b, old, "time"));
		return true;
	}
	return false;
}
