#include "flag/others.h"

#include <stdlib.h>

#include "flag/program.h"

struct listener {
	uint32_t netns, next;		/* next: of the same key, 0: none */
	bool any;
	struct addr addr;
};

struct socket_held {
	bool by_root;
	uint32_t roots;		/* holders whose parent is none */
};

struct holder {
	uint32_t socket, pid, ppid;
};

/* More steps than processes have ancestors; a stream may hold a ring. */
enum { ANCESTORS_MAX = 64 };

void
others_start(struct others *o, unsigned needs, struct stream *s)
{
	memset(o, 0, sizeof *o);
	o->needs = needs;
	o->stream = s;
}

void
others_free(struct others *o)
{
	map_free(&o->owner_of);
	map_free(&o->listener_of);
	map_free(&o->shell_of);
	map_free(&o->wanted);
	map_free(&o->holder_of);
	names_free(&o->netns);
	names_free(&o->binds);
	names_free(&o->sockets);
	buf_free(&o->key);
	free(o->rows);
	free(o->owners);
	free(o->listeners);
	free(o->widest);
	free(o->held);
	free(o->holders);
}

/* The machine that the row is of, as far as records say. */
static uint32_t
group_of(const struct others *o, uint32_t row)
{
	return stream_part(o->stream, row)->host;
}

static uint64_t
pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* A pid or ppid; 0 where it is none. */
static uint32_t
pid_of(const struct view *v, enum field_id id)
{
	int64_t pid = view_number(v, id, UINT32_MAX);

	return pid > 0 ? (uint32_t)pid : 0;
}

/* A process by number, from 1; pid 0 stands for all that are not known. */
static uint32_t
add_owner(struct others *o, uint32_t group, uint32_t pid)
{
	uint32_t *id = map_at(&o->owner_of, pair(group, pid));

	if (*id == 0) {
		*MEM_PUSH(o->owners, o->nowners, o->owner_cap) = 0;
		*id = (uint32_t)o->nowners;
	}
	return *id;
}

/* Listeners of a process on a port have one key. */
static uint64_t
listener_key(uint32_t owner, const struct view *v, bool udp)
{
	return (uint64_t)owner << 17 | (uint64_t)v->local_port << 1 | udp;
}

static bool
is_udp(const struct view *v)
{
	return str_is(view_get(v, F_PROTO), "udp");
}

/* A shell or interpreter that listens is no server that may hand a connection
 * over: that is what a bind shell looks like. */
static void
add_listener(struct others *o, uint32_t group, struct view *v)
{
	const struct view_addr *a = view_local(v);
	uint32_t owner, *first;

	if (a == NULL || v->local_port < 0 ||
	    view_class(v) & (PROG_SHELL | PROG_INTERPRETER))
		return;
	owner = add_owner(o, group, pid_of(v, F_PID));
	first = map_at(&o->listener_of, listener_key(owner, v, is_udp(v)));
	*MEM_PUSH(o->listeners, o->nlisteners, o->listener_cap) =
	    (struct listener){ names_id(&o->netns, view_get(v, F_NETNS)),
	    *first, addr_is_any(&a->plain), a->plain };
	*first = (uint32_t)o->nlisteners;
}

/* The fields by which a socket is known that has no inode number. */
static const enum field_id ends[] = {
	F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR, F_REMOTE_PORT,
	F_NETNS,
};
enum { NENDS = NELEMS(ends) };

static uint32_t
socket_hash(struct others *o, const struct view *v)
{
	struct str inode = view_get(v, F_INODE);
	uint64_t h = 0;
	int i;

	if (inode.p != NULL)
		return (uint32_t)map_hash(&o->wanted, 1, inode) | 1;
	for (i = 0; i < NENDS; i++)
		h = map_hash(&o->wanted, h, view_get(v, ends[i]));
	return (uint32_t)h | 1;
}

/* What is known of a row so far; nothing at first. */
static struct others_row *
row_at(struct others *o, uint32_t row)
{
	size_t cap = o->rows_cap;

	if (row >= cap) {
		o->rows = mem_grow(o->rows, &o->rows_cap, row + 1,
		    sizeof *o->rows);
		memset(o->rows + cap, 0,
		    (o->rows_cap - cap) * sizeof *o->rows);
	}
	return &o->rows[row];
}

void
others_add(struct others *o, uint32_t row, struct view *v)
{
	uint32_t group = group_of(o, row), pid;
	struct others_row *r = row_at(o, row);

	if (o->needs & OTHERS_SOCKETS &&
	    v->kind & (VIEW_LISTEN | VIEW_CONNECTED))
		r->sock = socket_hash(o, v);
	if (o->needs & OTHERS_LISTENERS && v->kind & VIEW_BOUND)
		add_listener(o, group, v);
	if (o->needs & OTHERS_SHELLS && view_class(v) & PROG_SHELL) {
		pid = pid_of(v, F_PPID);
		if (pid > 0)
			*map_at(&o->shell_of, pair(group, pid)) = 1;
	}
	if (o->needs & OTHERS_OWNERS && (pid = pid_of(v, F_PID)) > 0) {
		r->owner = add_owner(o, group, pid);
		o->owners[r->owner - 1]++;
	}
}

int64_t
others_connections(const struct others *o, uint32_t row)
{
	uint32_t owner = o->rows[row].owner;

	return owner > 0 ? (int64_t)o->owners[owner - 1] : -1;
}

bool
others_shell_near(struct others *o, uint32_t row,
    const struct view *v)
{
	uint32_t group = group_of(o, row);
	uint32_t pid = pid_of(v, F_PID), ppid = pid_of(v, F_PPID);

	/* Children of init are no family. */
	return (pid > 0 && map_get(&o->shell_of, pair(group, pid)) != 0) ||
	    (ppid > 1 && map_get(&o->shell_of, pair(group, ppid)) != 0);
}

/* Starts o->key on the group's number. */
static void
start_key(struct others *o, uint32_t group)
{
	o->key.n = 0;
	buf_add(&o->key, (const char *)&group, sizeof group);
}

static void
add_key(struct others *o, const struct view *v, enum field_id id)
{
	struct str s = view_get(v, id);

	buf_putc(&o->key, '\t');
	buf_add(&o->key, s.p, s.n);
}

/* How far an address reaches, from 1; 0 where that cannot be said. */
static unsigned char
width_of(struct view *v)
{
	static const unsigned char widths[] = {
		[ADDR_LOOPBACK] = 1, [ADDR_PRIVATE] = 2, [ADDR_PUBLIC] = 3,
		[ADDR_UNSPECIFIED] = 4, [ADDR_MULTICAST] = 0,
	};
	const struct view_addr *a = view_local(v);

	return a != NULL ? widths[view_reach(a)] : 0;
}

static uint32_t
bind_of(struct others *o, uint32_t row, const struct view *v)
{
	size_t cap = o->widest_cap;
	uint32_t id;

	start_key(o, group_of(o, row));
	add_key(o, v, F_NETNS);
	add_key(o, v, F_PROTO);
	add_key(o, v, F_LOCAL_PORT);
	id = names_id(&o->binds, buf_str(&o->key));
	o->widest = mem_grow(o->widest, &o->widest_cap, id + 1, 1);
	memset(o->widest + cap, 0, o->widest_cap - cap);
	return id;
}

void
others_add_old(struct others *o, uint32_t row, struct view *v)
{
	unsigned char width;
	uint32_t id;

	row_at(o, row);
	if (!(o->needs & OTHERS_BINDS) || !(v->kind & VIEW_BOUND))
		return;
	id = bind_of(o, row, v);
	width = width_of(v);
	if (width > o->widest[id])
		o->widest[id] = width;
}

bool
others_widened(struct others *o, uint32_t row, struct view *v)
{
	uint32_t id = bind_of(o, row, v);

	return o->widest[id] > 0 && width_of(v) > o->widest[id];
}

void
others_want(struct others *o, uint32_t row)
{
	if (o->rows[row].sock != 0)
		*map_at(&o->wanted, o->rows[row].sock) = 1;
}

static uint32_t
socket_of(struct others *o, uint32_t row, const struct view *v)
{
	int i;

	start_key(o, group_of(o, row));
	if (view_get(v, F_INODE).p != NULL)
		add_key(o, v, F_INODE);
	else
		for (i = 0; i < NENDS; i++)
			add_key(o, v, ends[i]);
	return names_id(&o->sockets, buf_str(&o->key));
}

static void
add_holder(struct others *o, uint32_t row,
    const struct view *v)
{
	uint32_t pid = pid_of(v, F_PID), id, *holder;

	if (pid == 0)
		return;
	id = socket_of(o, row, v);
	holder = map_at(&o->holder_of, pair(id, pid));
	if (*holder != 0)
		return;
	*MEM_PUSH(o->holders, o->nholders, o->holder_cap) =
	    (struct holder){ id, pid, pid_of(v, F_PPID) };
	*holder = (uint32_t)o->nholders;
	if (o->held_cap <= id) {
		size_t cap = o->held_cap;

		o->held = mem_grow(o->held, &o->held_cap, id + 1,
		    sizeof *o->held);
		memset(o->held + cap, 0,
		    (o->held_cap - cap) * sizeof *o->held);
	}
	if (view_is_root(v))
		o->held[id].by_root = true;
}

static bool
is_gone(const struct view *v)
{
	return str_is(view_get(v, F_CHANGE), "gone");
}

void
others_settle(struct others *o)
{
	struct stream *s = o->stream;
	struct view v = { 0 };
	uint32_t i;

	for (i = 0; i < s->nrows && o->wanted.n > 0; i++) {
		if (map_get(&o->wanted, o->rows[i].sock) == 0)
			continue;
		view_set(&v, stream_cols(s, i), stream_values(s, i));
		if (!is_gone(&v))
			add_holder(o, i, &v);
	}
	for (i = 0; i < o->nholders; i++)
		if (map_get(&o->holder_of, pair(o->holders[i].socket,
		    o->holders[i].ppid)) == 0)
			o->held[o->holders[i].socket].roots++;
}

bool
others_root_holds(struct others *o, uint32_t row,
    const struct view *v)
{
	uint32_t id = socket_of(o, row, v);

	return id < o->held_cap && o->held[id].by_root;
}

bool
others_alone(struct others *o, uint32_t row,
    const struct view *v)
{
	uint32_t id = socket_of(o, row, v);
	uint32_t ppid = pid_of(v, F_PPID);

	/* What it handed down to its children does not make it less alone. */
	return id < o->held_cap && o->held[id].roots == 1 &&
	    map_get(&o->holder_of, pair(id, ppid)) == 0;
}

/* The process has a listener that the record's local end may have come from. */
static bool
listens(const struct others *o, uint32_t group, uint32_t pid, struct view *v)
{
	const struct view_addr *a = view_local(v);
	uint32_t owner = map_get(&o->owner_of, pair(group, pid)), i, netns;
	const struct listener *l;

	if (owner == 0 || a == NULL || v->local_port < 0)
		return false;
	netns = names_find(&o->netns, view_get(v, F_NETNS));
	if (netns == 0 && !view_is_own_netns(v))
		return false;
	i = map_get(&o->listener_of, listener_key(owner, v, is_udp(v)));
	for (; i != 0; i = l->next) {
		l = &o->listeners[i - 1];
		if (l->netns == netns &&
		    (l->any || addr_cmp(&l->addr, &a->plain) == 0))
			return true;
	}
	return false;
}

bool
others_accepted(struct others *o, uint32_t row,
    struct view *v)
{
	uint32_t group = group_of(o, row), id = socket_of(o, row, v);
	uint32_t pid = pid_of(v, F_PPID), holder;
	int i;

	if (listens(o, group, 0, v))
		return true;
	for (i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		if (listens(o, group, pid, v))
			return true;
		holder = map_get(&o->holder_of, pair(id, pid));
		if (holder == 0)
			return false;
		pid = o->holders[holder - 1].ppid;
	}
	return false;
}
