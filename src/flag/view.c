#include "flag/view.h"

#include "flag/program.h"
#include "lib/num.h"
#include "lib/timestamp.h"
#include "record/proto.h"

int64_t
view_number(const struct view *v, enum field_id id, uint32_t max)
{
	struct str s = view_get(v, id);
	uint64_t n;

	return s.p != NULL && num_parse(s, max, &n) ? (int64_t)n : -1;
}

/* States, besides ESTABLISHED, of a socket with an owner and a peer. */
static const struct str halves[] = {
	{ "CLOSE_WAIT", 10 }, { "SYN_SENT", 8 }, { "SYN_RECV", 8 },
	{ "FIN_WAIT1", 9 }, { "FIN_WAIT2", 9 }, { "LAST_ACK", 8 },
	{ "CLOSING", 7 },
};

enum view_kind
view_kind(struct str state)
{
	size_t i;

	if (state.p == NULL)
		return VIEW_OTHER;
	if (str_eq(state, STR_LIT("ESTABLISHED")))
		return VIEW_ESTABLISHED;
	if (str_eq(state, STR_LIT("LISTEN")))
		return VIEW_LISTEN;
	if (str_eq(state, STR_LIT("UNCONN")))
		return VIEW_UNCONN;
	for (i = 0; i < NELEMS(halves); i++)
		if (str_eq(state, halves[i]))
			return VIEW_HALF;
	return VIEW_OTHER;
}

void
view_set(struct view *v, const struct cols *cols, const struct str *values)
{
	int64_t uid;

	v->cols = cols;
	v->values = values;
	v->kind = view_kind(view_get(v, F_STATE));
	v->portless = proto_is_portless(view_get(v, F_PROTO));
	v->gone = str_is(view_get(v, F_CHANGE), "gone");
	v->local_port = (int)view_number(v, F_LOCAL_PORT, UINT16_MAX);
	v->remote_port = (int)view_number(v, F_REMOTE_PORT, UINT16_MAX);
	uid = view_number(v, F_UID, UINT32_MAX);
	v->has_uid = uid >= 0;
	v->uid = (uint32_t)uid;
	v->class = -1;
	v->local.known = v->remote.known = false;
}

static const struct view_addr *
addr_of(struct view *v, struct view_addr *a, enum field_id id)
{
	struct str text, scope;

	if (!a->known) {
		a->known = true;
		text = view_get(v, id);
		a->ok = text.p != NULL && addr_parse_shown(text, &a->addr,
		    &scope);
		if (a->ok)
			a->plain = addr_unmap(&a->addr);
	}
	return a->ok ? a : NULL;
}

const struct view_addr *
view_local(struct view *v)
{
	return addr_of(v, &v->local, F_LOCAL_ADDR);
}

const struct view_addr *
view_remote(struct view *v)
{
	return addr_of(v, &v->remote, F_REMOTE_ADDR);
}

bool
view_local_beyond(struct view *v)
{
	const struct view_addr *a = view_local(v);

	return a != NULL && view_reach(a) != ADDR_LOOPBACK &&
	    !view_on_loopback(v);
}

bool
view_remote_beyond(struct view *v)
{
	const struct view_addr *a = view_remote(v);

	return a != NULL && view_reach(a) != ADDR_LOOPBACK &&
	    !addr_is_any(&a->plain);
}

bool
view_remote_public(struct view *v)
{
	const struct view_addr *a = view_remote(v);

	return a != NULL && view_reach(a) == ADDR_PUBLIC;
}

unsigned
view_class(struct view *v)
{
	struct str like;

	if (v->class < 0) {
		like = view_get(v, F_EXE_LIKE);
		v->class = (int)prog_class(like.p != NULL ? like :
		    view_get(v, F_EXE), view_get(v, F_PROCESS),
		    view_get(v, F_CMDLINE));
	}
	return (unsigned)v->class;
}

bool
view_lists(const struct view *v, enum field_id id, const char *part)
{
	struct str list = view_get(v, id);

	while (list.p != NULL)
		if (str_is(str_cut(&list, ','), part))
			return true;
	return false;
}

bool
view_has_fd(const struct view *v, const char *fd)
{
	return view_lists(v, F_FD, fd);
}

/* Uses that prt-scan lists descriptors in order. */
bool
view_on_stdio(const struct view *v)
{
	struct str list = view_get(v, F_FD), first = str_cut(&list, ',');

	return first.n == 1 && first.p[0] >= '0' && first.p[0] <= '2';
}

bool
view_is_metadata(struct view *v)
{
	static const struct addr services[] = {
		{ ADDR_INET, { 169, 254, 169, 254 } },
		{ ADDR_INET, { 169, 254, 170, 2 } },	/* of ECS */
		{ ADDR_INET, { 100, 100, 100, 200 } },	/* of Alibaba */
		{ ADDR_INET6, { 0xfd, 0, 0x0e, 0xc2,
		    [14] = 0x02, [15] = 0x54 } },
	};
	const struct view_addr *a = view_remote(v);
	size_t i;

	for (i = 0; a != NULL && i < NELEMS(services); i++)
		if (addr_cmp(&a->plain, &services[i]) == 0)
			return true;
	return false;
}

/* Units that start sessions without PAM, or jobs. */
static bool
is_door(struct str unit)
{
	static const char *const doors[] = { "ssh", "sshd", "ssh@", "sshd@",
		"dropbear", "cron", "crond", "cronie", "atd", "anacron",
		"user@", "getty@", "serial-getty@" };
	size_t i;

	for (i = 0; i < NELEMS(doors); i++)
		if (str_starts(unit, doors[i]) &&
		    (str_ends(str_from(doors[i]), "@") ||
		    unit.p[strlen(doors[i])] == '.'))
			return true;
	return false;
}

bool
view_is_unit(const struct view *v)
{
	struct str path = view_get(v, F_SOCK_CGROUP), unit;

	if (path.p == NULL)
		path = view_get(v, F_CGROUP);
	if (!str_take_start(&path, "/system.slice/"))
		return false;
	unit = str_cut(&path, '/');
	while (str_ends(unit, ".slice") && path.p != NULL)
		unit = str_cut(&path, '/');
	return str_ends(unit, ".service") && !is_door(unit);
}

/* systemd hands 61184 to 65519 to services (DynamicUser=), and 65534 is
 * nobody; user namespaces begin at 65536. */
bool
view_is_login(const struct view *v)
{
	enum { FIRST = 1000, NOBODY = 65534, DYN_FIRST = 61184,
		DYN_LAST = 65519 };

	return v->has_uid && v->uid >= FIRST && v->uid != NOBODY &&
	    (v->uid < DYN_FIRST || v->uid > DYN_LAST);
}

bool
view_is_kernel(const struct view *v)
{
	struct str name = view_get(v, F_PROCESS);

	return v->cols->at[F_PID] >= 0 && view_get(v, F_PID).p == NULL &&
	    str_starts(name, "[") && str_ends(name, "]");
}

/* The state before, from the field `was' of prt(5); missing if it has none. */
static struct str
old_state(const struct view *v)
{
	struct str was = view_get(v, F_WAS);
	size_t i, start = 0;

	for (i = 0; was.p != NULL && i <= was.n; i++) {
		struct str pair = { was.p + start, i - start };

		if (i < was.n && was.p[i] != ',') {
			i += was.p[i] == '\\';
			continue;
		}
		if (str_starts(pair, "state="))
			return (struct str){ pair.p + 6, pair.n - 6 };
		start = i + 1;
	}
	return STR_NONE;
}

bool
view_was_open(const struct view *v)
{
	struct str change = view_get(v, F_CHANGE);
	struct str state = STR_NONE;

	if (change.p == NULL || str_is(change, "new"))
		return false;
	if (str_is(change, "changed"))
		state = old_state(v);
	return ((state.p != NULL ? view_kind(state) : v->kind) &
	    VIEW_OPEN) != 0;
}

void
view_snap_read(struct view_snap *vs, const struct stream *s, size_t i)
{
	enum { UNPRIV = 1024 };		/* the default of every system */
	const struct snap *snap = &s->snaps[i].snap;
	uint64_t port;

	/* With records of several hosts, its host is unknown. */
	vs->whole = s->nsnaps > 0 && s->extent == REC_WHOLE &&
	    s->snaps[i].hosts <= 1 && snap_get(snap, "partial").p == NULL;
	vs->scope = snap_get(snap, "scope");
	vs->unpriv = snap_has(snap, "unpriv") ? -1 : UNPRIV;
	if (num_parse(snap_get(snap, "unpriv"), UINT16_MAX + 1, &port))
		vs->unpriv = (int)port;
	/* prt 2.0 introduced both keys */
	vs->names_kernel = snap_get(snap, "protos").p != NULL;
	vs->sees_all = str_is(snap_get(snap, "unowned"), "0");
	vs->hides = !vs->sees_all && snap_get(snap, "unowned").p != NULL;
	vs->timed = timestamp_parse(snap_get(snap, "time"), &vs->time);
}

int64_t
view_age(const struct view *v, const struct view_snap *snap)
{
	int64_t first;

	if (!snap->timed ||
	    !timestamp_parse(view_get(v, F_FIRST_SEEN), &first) ||
	    first > snap->time)
		return -1;
	return (snap->time - first) / 1000;
}
