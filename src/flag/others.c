#include "flag/others.h"

#include <stdlib.h>

#include "flag/program.h"

struct others_row {
	uint32_t sock;		/* hash of its socket, 0: not kept */
	uint32_t owner;		/* its process, 0: none */
	uint32_t port;		/* in port_names, 0: not kept */
};

struct socket_held {
	bool by_root;
	/* Among holders whose parent does not hold it: the lowest pid, and how
	 * many are shells or not orphans. */
	uint32_t first, roots;
};

struct co_holder {
	uint32_t socket, pid, ppid;
	bool shell;
};

/* The users of the services on one port, or of one socket. */
struct port_user {
	uint32_t uid;		/* the first */
	bool several;
};

/* More than a process has ancestors; a stream may contain a loop of parents. */
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
	map_free(&o->shell_of);
	map_free(&o->wanted);
	map_free(&o->wanted_ports);
	names_free(&o->port_names);
	map_free(&o->holder_of);
	names_free(&o->listeners);
	names_free(&o->binds);
	names_free(&o->kept_binds);
	names_free(&o->ports);
	names_free(&o->port_pids);
	names_free(&o->port_socks);
	map_free(&o->port_count);
	names_free(&o->sockets);
	buf_free(&o->key);
	free(o->rows);
	free(o->owners);
	free(o->widest);
	free(o->port_users);
	free(o->held);
	free(o->holders);
}

/* The machine of the row, as far as records say. */
static uint32_t
host_of(const struct others *o, size_t row)
{
	return stream_part(o->stream, row)->host;
}

static uint64_t
pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* A pid or ppid; 0 if it is missing or not a number. */
static uint32_t
id_of(const struct view *v, enum field_id id)
{
	int64_t pid = view_number(v, id, UINT32_MAX);

	return pid > 0 ? (uint32_t)pid : 0;
}

static void
start_key(struct others *o, uint32_t host)
{
	o->key.n = 0;
	buf_add(&o->key, (const char *)&host, sizeof host);
}

static void
add_key_value(struct others *o, const struct view *v, enum field_id id)
{
	struct str s = view_get(v, id);

	buf_putc(&o->key, '\t');
	buf_add(&o->key, s.p, s.n);
}

/* The key of a listener of the process on the record's local port, at that
 * address or at any (NULL). */
static struct str
listener_key(struct others *o, uint32_t host, uint32_t pid,
    const struct view *v, const struct addr *addr)
{
	struct str netns = view_get(v, F_NETNS);
	struct str proto = view_get(v, F_PROTO);
	unsigned bits = addr != NULL ? addr_bits(addr) : 0;
	uint32_t head[] = { pid, (uint32_t)v->local_port,
	    bits << 3 | (unsigned)(netns.p != NULL) << 2 |
	    (unsigned)str_is(proto, "sctp") << 1 | str_is(proto, "udp") };

	start_key(o, host);
	buf_add(&o->key, (const char *)head, sizeof head);
	if (addr != NULL)
		buf_add(&o->key, (const char *)addr->b, bits / 8);
	buf_add(&o->key, netns.p, netns.n);
	return buf_str(&o->key);
}

/* A listening shell, interpreter or relay does not count as a server that hands
 * connections over: a bind shell looks like that. */
static void
add_listener(struct others *o, uint32_t host, struct view *v)
{
	const struct view_addr *a = view_local(v);

	if (a == NULL || v->local_port < 0 ||
	    view_class(v) &
	    (PROG_SHELL | PROG_INTERPRETER | PROG_RELAY))
		return;
	names_id(&o->listeners, listener_key(o, host, id_of(v, F_PID), v,
	    addr_is_any(&a->plain) ? NULL : &a->plain));
}

/* The hash covers only part of a socket: others_settle compares the rest. */
static uint32_t
socket_hash(struct others *o, const struct view *v)
{
	struct str inode = view_get(v, F_INODE);
	uint64_t ports = pair((uint32_t)v->local_port,
	    (uint32_t)v->remote_port);

	return 1 | (uint32_t)(inode.p != NULL ?
	    map_hash(&o->wanted, UINT64_MAX, inode) :
	    map_hash(&o->wanted, ports, view_get(v, F_REMOTE_ADDR)));
}

/* How far an address reaches, from 1; 0 if that is unknown. */
static unsigned char
width_of(struct view *v)
{
	static const unsigned char widths[] = {
		[ADDR_LOOPBACK] = 1, [ADDR_PRIVATE] = 2, [ADDR_PUBLIC] = 3,
		[ADDR_UNSPECIFIED] = 4, [ADDR_MULTICAST] = 0,
	};
	const struct view_addr *a = view_local(v);

	if (a == NULL)
		return 0;
	return widths[view_on_loopback(v) ? ADDR_LOOPBACK : view_reach(a)];
}

static struct str
bind_key(struct others *o, uint32_t host, const struct view *v)
{
	start_key(o, host);
	add_key_value(o, v, F_NETNS);
	add_key_value(o, v, F_PROTO);
	add_key_value(o, v, F_LOCAL_PORT);
	return buf_str(&o->key);
}

/* The same for a process. */
static struct str
bind_pid_key(struct others *o, uint32_t host, const struct view *v,
    enum field_id pid)
{
	bind_key(o, host, v);
	add_key_value(o, v, pid);
	return buf_str(&o->key);
}

/* Adds a bind of the previous snapshot, whether it is gone or not. */
static void
add_bind(struct others *o, uint32_t host, struct view *v)
{
	uint32_t id = names_id(&o->binds, bind_key(o, host, v));
	unsigned char width = width_of(v);

	if (id > o->nwidest)
		*MEM_PUSH(o->widest, o->nwidest, o->widest_cap) = 0;
	if (width > o->widest[id - 1])
		o->widest[id - 1] = width;
	if (!v->gone)
		names_id(&o->kept_binds, bind_pid_key(o, host, v, F_PID));
}

bool
others_widened(struct others *o, uint32_t row, struct view *v)
{
	uint32_t id = names_find(&o->binds, bind_key(o, host_of(o, row), v));

	return id > 0 && o->widest[id - 1] > 0 &&
	    width_of(v) > o->widest[id - 1] && names_find(&o->kept_binds,
	    bind_pid_key(o, host_of(o, row), v, F_PID)) == 0;
}

static struct str
socket_key(struct others *o, uint32_t row, const struct view *v)
{
	/* What identifies a socket without an inode number. */
	static const enum field_id ends[] = {
		F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR,
		F_REMOTE_PORT, F_NETNS, F_IFACE,
	};
	size_t i;

	start_key(o, host_of(o, row));
	if (view_get(v, F_INODE).p != NULL)
		add_key_value(o, v, F_INODE);
	else
		for (i = 0; i < NELEMS(ends); i++)
			add_key_value(o, v, ends[i]);
	return buf_str(&o->key);
}

/* Adds the user of a service; key names a port or a socket. */
static void
add_user(struct others *o, struct str key, uint32_t uid)
{
	uint32_t id = names_id(&o->ports, key);
	struct port_user *user;

	if (id > o->nport_users)
		*MEM_PUSH(o->port_users, o->nport_users, o->port_user_cap) =
		    (struct port_user){ uid, false };
	user = &o->port_users[id - 1];
	user->several = user->several || user->uid != uid;
}

/* A service of a user other than uid has the port or socket. */
static bool
has_other_user(const struct others *o, struct str key, uint32_t uid)
{
	uint32_t id = names_find(&o->ports, key);

	return id > 0 && (o->port_users[id - 1].several ||
	    o->port_users[id - 1].uid != uid);
}

/* Hashes the program's path, which a replaced (deleted) file keeps; never 0. */
static uint32_t
program_hash(struct others *o, const struct view *v)
{
	return 1 | (uint32_t)map_hash(&o->wanted, 0,
	    str_undeleted(view_get(v, F_EXE)));
}

/* Counts each socket of a port once, and once for each program. */
static void
add_port_sock(struct others *o, uint32_t row, const struct view *v,
    uint32_t program)
{
	size_t n = o->port_socks.n;

	socket_key(o, row, v);
	buf_add(&o->key, (const char *)&program, sizeof program);
	if (names_id(&o->port_socks, buf_str(&o->key)) > n)
		++*map_at(&o->port_count,
		    pair(o->rows[row].port, program));
}

/* Some socket of the port does not belong to its program. */
static bool
has_other_program(struct others *o, uint32_t row, const struct view *v)
{
	uint32_t port = o->rows[row].port;

	return !view_is_login(v) && view_get(v, F_EXE).p != NULL &&
	    map_get(&o->port_count, pair(port, 0)) >
	    map_get(&o->port_count, pair(port, program_hash(o, v)));
}

static void
add_port(struct others *o, uint32_t row, struct view *v)
{
	uint32_t host = host_of(o, row);

	if (!(view_role(v) & VIEW_OPEN) || !v->has_uid || view_is_login(v))
		return;
	add_user(o, bind_key(o, host, v), v->uid);
	add_user(o, socket_key(o, row, v), v->uid);
	names_id(&o->port_pids, bind_pid_key(o, host, v, F_PID));
	if (view_get(v, F_EXE).p == NULL)
		return;
	add_port_sock(o, row, v, 0);
	add_port_sock(o, row, v, program_hash(o, v));
}

bool
others_shadows(struct others *o, uint32_t row, struct view *v)
{
	uint32_t host = host_of(o, row);

	return ((has_other_user(o, bind_key(o, host, v), v->uid) &&
	    !has_other_user(o, socket_key(o, row, v), v->uid)) ||
	    has_other_program(o, row, v)) &&
	    names_find(&o->port_pids, bind_pid_key(o, host, v, F_PPID)) == 0;
}

/* Counts a record of the process, and returns its number, from 1. */
static uint32_t
add_owner(struct others *o, uint32_t host, uint32_t pid)
{
	uint32_t *id = map_at(&o->owner_of, pair(host, pid));

	if (*id == 0) {
		*MEM_PUSH(o->owners, o->nowners, o->owner_cap) = 0;
		*id = (uint32_t)o->nowners;
	}
	o->owners[*id - 1]++;
	return *id;
}

void
others_add(struct others *o, struct view *v)
{
	uint32_t host = host_of(o, o->nrows), pid;
	struct others_row *r = MEM_PUSH(o->rows, o->nrows, o->rows_cap);
	enum view_kind role = view_role(v);

	*r = (struct others_row){ 0 };
	if (o->needs & OTHERS_BINDS && !v->portless && view_was_open(v))
		add_bind(o, host, v);
	if (v->gone)
		return;
	if (o->needs & OTHERS_SOCKETS &&
	    role & (VIEW_LISTEN | VIEW_CONNECTED))
		r->sock = socket_hash(o, v);
	if (o->needs & OTHERS_LISTENERS && role & VIEW_OPEN)
		add_listener(o, host, v);
	if (o->needs & OTHERS_PORTS && v->local_port >= 0 &&
	    v->local_port < VIEW_RANDOM &&
	    (role & VIEW_OPEN || view_is_bound(v)))
		r->port = names_id(&o->port_names, bind_key(o, host, v));
	if (o->needs & OTHERS_SHELLS && view_class(v) & PROG_SHELL &&
	    (pid = id_of(v, F_PPID)) > 0)
		*map_at(&o->shell_of, pair(host, pid)) = 1;
	if (o->needs & OTHERS_OWNERS && (pid = id_of(v, F_PID)) > 0)
		r->owner = add_owner(o, host, pid);
}

int64_t
others_connections(const struct others *o, uint32_t row)
{
	uint32_t owner = o->rows[row].owner;

	return owner > 0 ? (int64_t)o->owners[owner - 1] : -1;
}

bool
others_shell_near(struct others *o, uint32_t row, const struct view *v)
{
	uint32_t host = host_of(o, row);
	uint32_t pid = id_of(v, F_PID), ppid = id_of(v, F_PPID);

	/* Children of init are not a family. */
	return (pid > 0 && map_get(&o->shell_of, pair(host, pid)) != 0) ||
	    (ppid > 1 && map_get(&o->shell_of, pair(host, ppid)) != 0);
}

void
others_want(struct others *o, uint32_t row)
{
	if (o->rows[row].sock != 0)
		*map_at(&o->wanted, o->rows[row].sock) = 1;
}

void
others_want_port(struct others *o, uint32_t row)
{
	if (o->rows[row].port != 0)
		*map_at(&o->wanted_ports, o->rows[row].port) = 1;
}

/* 0 if no holder of the row's socket was found. */
static uint32_t
socket_of(struct others *o, uint32_t row, const struct view *v)
{
	return names_find(&o->sockets, socket_key(o, row, v));
}

static void
add_holder(struct others *o, uint32_t row, struct view *v)
{
	uint32_t pid = id_of(v, F_PID), id, *holder;

	if (pid == 0)
		return;
	id = names_id(&o->sockets, socket_key(o, row, v));
	if (id > o->nheld)
		*MEM_PUSH(o->held, o->nheld, o->held_cap) =
		    (struct socket_held){ 0 };
	holder = map_at(&o->holder_of, pair(id, pid));
	if (*holder != 0)
		return;
	*MEM_PUSH(o->holders, o->nholders, o->holder_cap) =
	    (struct co_holder){ id, pid, id_of(v, F_PPID),
	    (view_class(v) & PROG_SHELL) != 0 };
	*holder = (uint32_t)o->nholders;
	if (view_is_root(v))
		o->held[id - 1].by_root = true;
}

/* A holder whose parent does not hold the socket got it from another process,
 * which may be gone.  An orphan that is not a shell counts only if it may have
 * been there first: a later one is what a shell left in the background. */
static void
add_root(struct others *o, const struct co_holder *h)
{
	struct socket_held *held = &o->held[h->socket - 1];

	if (map_get(&o->holder_of, pair(h->socket, h->ppid)) != 0)
		return;
	if (held->first == 0 || h->pid < held->first)
		held->first = h->pid;
	held->roots += h->shell || h->ppid > 1;
}

void
others_settle(struct others *o)
{
	struct stream *s = o->stream;
	struct view v = { 0 };
	uint32_t i;

	for (i = 0; i < s->nrows && o->wanted.n + o->wanted_ports.n > 0; i++) {
		bool sock = map_get(&o->wanted, o->rows[i].sock) != 0;
		bool port = map_get(&o->wanted_ports, o->rows[i].port) != 0;

		if (!sock && !port)
			continue;
		view_set(&v, stream_cols(s, i), stream_values(s, i));
		if (sock)
			add_holder(o, i, &v);
		if (port)
			add_port(o, i, &v);
	}
	for (i = 0; i < o->nholders; i++)
		add_root(o, &o->holders[i]);
}

bool
others_root_holds(struct others *o, uint32_t row, const struct view *v)
{
	uint32_t id = socket_of(o, row, v);

	return id > 0 && o->held[id - 1].by_root;
}

bool
others_alone(struct others *o, uint32_t row, const struct view *v)
{
	uint32_t id = socket_of(o, row, v);

	return id > 0 && o->held[id - 1].first == id_of(v, F_PID) &&
	    o->held[id - 1].roots <= 1;
}

/* The process has a listener that may have accepted the record's connection. */
static bool
listens(struct others *o, uint32_t host, uint32_t pid, struct view *v)
{
	const struct view_addr *a = view_local(v);

	return a != NULL && v->local_port >= 0 &&
	    (names_find(&o->listeners,
	    listener_key(o, host, pid, v, &a->plain)) > 0 ||
	    names_find(&o->listeners,
	    listener_key(o, host, pid, v, NULL)) > 0);
}

bool
others_accepted(struct others *o, uint32_t row, struct view *v)
{
	uint32_t host = host_of(o, row), id = socket_of(o, row, v);
	uint32_t pid = id_of(v, F_PPID), holder;
	int i;

	/* Process 0 stands for listeners without a visible owner. */
	if (listens(o, host, 0, v))
		return true;
	for (i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		if (listens(o, host, pid, v))
			return true;
		holder = map_get(&o->holder_of, pair(id, pid));
		if (holder == 0)
			return false;
		pid = o->holders[holder - 1].ppid;
	}
	return false;
}
