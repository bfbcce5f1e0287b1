#include "diff/sight.h"

#include <stdlib.h>

#include "record/proto.h"

/* Bytes of a list of protocols, which is searched for each row. */
enum { PROTOS_MAX = 256 };

/* An unknown word counts as the first one. */
enum bound { BOUND_NO, BOUND_OWN, BOUND_ALL, NBOUND };
static const char *const bounds[NBOUND] = { "no", "own", "all" };

/* What is compared of a snapshot. */
struct sight {
	struct str protos;
	enum bound bound;
	bool published;
	struct str euid;
};

/* What the two sides of a host could see. */
struct views {
	bool differ;
	struct sight own, other;
};

/* A list that is too long counts as missing. */
static struct str
protos_of(const struct snap *s)
{
	struct str list = snap_get(s, "protos");

	return list.n > 0 && list.n <= PROTOS_MAX ? list : STR_LIT("tcp,udp");
}

static enum bound
bound_of(const struct snap *s)
{
	struct str word = snap_get(s, "bound");
	int i;

	for (i = BOUND_ALL; i > BOUND_NO; i--)
		if (str_is(word, bounds[i]))
			break;
	return (enum bound)i;
}

/* The scan read all published ports without a socket. */
static bool
has_published(const struct snap *s)
{
	return str_is(snap_get(s, "published"), "all");
}

static bool
has_proto(struct str list, struct str name)
{
	while (list.p != NULL)
		if (str_eq(str_cut(&list, ','), name))
			return true;
	return false;
}

static struct sight
read_sight(const struct snap *s)
{
	return (struct sight){ protos_of(s), bound_of(s), has_published(s),
	    snap_get(s, "euid") };
}

/* Each side could read all records of the other, whatever they are. */
static bool
are_alike(const struct snap *a, const struct snap *b)
{
	return str_eq(protos_of(a), protos_of(b)) &&
	    bound_of(a) == bound_of(b) && bound_of(a) != BOUND_OWN &&
	    has_published(a) == has_published(b);
}

/* Some owners were hidden from the scan, and the snapshot has not got them from
 * an earlier one, as a state may. */
static bool
hides_owners(const struct snap *s)
{
	struct str unowned = snap_get(s, "unowned");

	return unowned.n > 0 && !str_is(unowned, "0") &&
	    !str_is(snap_get(s, "owners"), "all");
}

/* If a snapshot has records that it claims not to have, the records count. */
static bool
is_unseen(const struct views *v, struct str proto, struct str state,
    struct str uid)
{
	if (proto.n > 0 && has_proto(v->own.protos, proto) &&
	    !has_proto(v->other.protos, proto))
		return true;
	/* a scan for such a port may find it without reading all */
	if (str_is(state, "NAT"))
		return !v->other.published;
	/* BOUND sockets without ports are in the normal tables */
	if (!str_is(state, "BOUND") || proto_is_portless(proto) ||
	    v->own.bound == BOUND_NO ||
	    v->other.bound == BOUND_ALL)
		return false;
	return v->other.bound == BOUND_NO || uid.n == 0 ||
	    !str_eq(uid, v->other.euid);
}

/* The snapshot that a host's snapshot is compared with, or NULL. */
static const struct snap *
other_snap(const struct diff *d, const struct diff_side *s, uint32_t host)
{
	uint32_t i = 0;

	if (s == &d->new)
		return diff_old_snap(d, s->stream.snap_of[host]);
	if (d->by_host) {
		if (s->hosts[host].twin == DIFF_NONE)
			return NULL;
		i = d->new.stream.snap_of[s->hosts[host].twin];
	}
	return diff_old_snap(d, i) == diff_side_snap(s, host) ?
	    diff_new_snap(d, i) : NULL;
}

/* One snapshot can describe both: equal scopes, and a short enough list. */
static bool
can_join(const struct snap *old, const struct snap *new)
{
	return diff_same_scope(old, new) &&
	    protos_of(old).n + protos_of(new).n < PROTOS_MAX;
}

/* False if both sides could read all records.  A snapshot without these keys
 * counts as showing everything. */
static bool
read_views(const struct diff *d, struct diff_side *s, struct views *views)
{
	bool any = false;
	uint32_t i;

	for (i = 0; i < s->stream.nhosts; i++) {
		const struct snap *own = diff_side_snap(s, i);
		const struct snap *other = other_snap(d, s, i);
		struct diff_host *host = &s->hosts[i];

		if (own == NULL || other == NULL)
			continue;
		host->forgets = !can_join(own, other);
		host->blind = hides_owners(other);
		host->euid = snap_get(other, "euid");
		s->blind |= host->blind;
		if (are_alike(own, other))
			continue;
		any = views[i].differ = true;
		views[i].own = read_sight(own);
		views[i].other = read_sight(other);
	}
	return any;
}

static void
compare_side(const struct diff *d, struct diff_side *s)
{
	struct views *views = mem_alloc(s->stream.nhosts * sizeof *views);
	bool any = read_views(d, s, views);
	uint32_t i;

	for (i = 0; i < s->stream.nrows && any; i++) {
		const struct views *v = &views[diff_host_of(s, i)];

		if (v->differ)
			s->rows[i].unseen = is_unseen(v,
			    diff_value_of(s, i, F_PROTO),
			    diff_value_of(s, i, F_STATE),
			    diff_value_of(s, i, F_UID));
	}
	free(views);
}

void
sight_compare(struct diff *d)
{
	compare_side(d, &d->old);
	compare_side(d, &d->new);
}

void
sight_join(struct snap_room *s, const struct snap *old, struct buf *b)
{
	struct snap new = snap_of(s);
	struct str list, name;
	size_t n;

	if (old == NULL || !can_join(old, &new))
		return;
	if (bound_of(old) > bound_of(&new))
		snap_set(s, "bound", str_from(bounds[bound_of(old)]));
	if (has_published(old))
		snap_set(s, "published", STR_LIT("all"));
	if (hides_owners(&new) && !hides_owners(old))
		snap_set(s, "owners", STR_LIT("all"));
	list = protos_of(&new);
	buf_add(b, list.p, list.n);
	n = b->n;
	list = protos_of(old);
	while (list.p != NULL) {
		name = str_cut(&list, ',');
		if (has_proto(buf_str(b), name))
			continue;
		buf_putc(b, ',');
		buf_add(b, name.p, name.n);
	}
	if (b->n > n)
		snap_set(s, "protos", buf_str(b));
}
