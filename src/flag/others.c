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
index_start(struct index *ix, unsigned needs, struct stream *s)
{
	memset(ix, 0, sizeof *ix);
	ix->needs = needs;
	ix->stream = s;
}

void
index_free(struct index *ix)
{
	map_free(&ix->owner_of);
	map_free(&ix->listener_of);
	map_free(&ix->shell_of);
	map_free(&ix->wanted);
	map_free(&ix->holder_of);
	names_free(&ix->netns);
	names_free(&ix->binds);
	names_free(&ix->sockets);
	buf_free(&ix->key);
	free(ix->rows);
	free(ix->owners);
	free(ix->listeners);
	free(ix->widest);
	free(ix->held);
	free(ix->holders);
}

/* The machine that the row is of, as far as records say. */
static uint32_t
group_of(const struct index *ix, uint32_t row)
{
	return stream_part(ix->stream, row)->host;
}

static uint64_t
pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* A pid or ppid; 0 where it is none. */
static uint32_t
pid_of(const struct fact *f, enum field_id id)
{
	int64_t pid = fact_number(f, id, UINT32_MAX);

	return pid > 0 ? (uint32_t)pid : 0;
}

/* A process by number, from 1; pid 0 stands for all that are not known. */
static uint32_t
add_owner(struct index *ix, uint32_t group, uint32_t pid)
{
	uint32_t *id = map_at(&ix->owner_of, pair(group, pid));

	if (*id == 0) {
		*MEM_PUSH(ix->owners, ix->nowners, ix->owner_cap) = 0;
		*id = (uint32_t)ix->nowners;
	}
	return *id;
}

/* Listeners of a process on a port have one key. */
static uint64_t
listener_key(uint32_t owner, const struct fact *f, bool udp)
{
	return (uint64_t)owner << 17 | (uint64_t)f->local_port << 1 | udp;
}

static bool
is_udp(const struct fact *f)
{
	return str_is(fact_get(f, F_PROTO), "udp");
}

/* A shell or interpreter that listens is no server that may hand a connection
 * over: that is what a bind shell looks like. */
static void
add_listener(struct index *ix, uint32_t group, struct fact *f)
{
	const struct fact_addr *a = fact_local(f);
	uint32_t owner, *first;

	if (a == NULL || f->local_port < 0 ||
	    fact_class(f) & (PROG_SHELL | PROG_INTERPRETER))
		return;
	owner = add_owner(ix, group, pid_of(f, F_PID));
	first = map_at(&ix->listener_of, listener_key(owner, f, is_udp(f)));
	*MEM_PUSH(ix->listeners, ix->nlisteners, ix->listener_cap) =
	    (struct listener){ names_id(&ix->netns, fact_get(f, F_NETNS)),
	    *first, addr_is_any(&a->plain), a->plain };
	*first = (uint32_t)ix->nlisteners;
}

/* The fields by which a socket is known that has no inode number. */
static const enum field_id ends[] = {
	F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR, F_REMOTE_PORT,
	F_NETNS,
};
enum { NENDS = NELEMS(ends) };

static uint32_t
socket_hash(struct index *ix, const struct fact *f)
{
	struct str inode = fact_get(f, F_INODE);
	uint64_t h = 0;
	int i;

	if (inode.p != NULL)
		return (uint32_t)map_hash(&ix->wanted, 1, inode) | 1;
	for (i = 0; i < NENDS; i++)
		h = map_hash(&ix->wanted, h, fact_get(f, ends[i]));
	return (uint32_t)h | 1;
}

/* What is known of a row so far; nothing at first. */
static struct index_row *
row_at(struct index *ix, uint32_t row)
{
	size_t cap = ix->rows_cap;

	if (row >= cap) {
		ix->rows = mem_grow(ix->rows, &ix->rows_cap, row + 1,
		    sizeof *ix->rows);
		memset(ix->rows + cap, 0,
		    (ix->rows_cap - cap) * sizeof *ix->rows);
	}
	return &ix->rows[row];
}

void
index_add(struct index *ix, uint32_t row, struct fact *f)
{
	uint32_t group = group_of(ix, row), pid;
	struct index_row *r = row_at(ix, row);

	if (ix->needs & INDEX_SOCKETS &&
	    f->kind & (FACT_LISTEN | FACT_CONNECTED))
		r->sock = socket_hash(ix, f);
	if (ix->needs & INDEX_LISTENERS && f->kind & FACT_BOUND)
		add_listener(ix, group, f);
	if (ix->needs & INDEX_SHELLS && fact_class(f) & PROG_SHELL) {
		pid = pid_of(f, F_PPID);
		if (pid > 0)
			*map_at(&ix->shell_of, pair(group, pid)) = 1;
	}
	if (ix->needs & INDEX_OWNERS && (pid = pid_of(f, F_PID)) > 0) {
		r->owner = add_owner(ix, group, pid);
		ix->owners[r->owner - 1]++;
	}
}

int64_t
index_connections(const struct index *ix, uint32_t row)
{
	uint32_t owner = ix->rows[row].owner;

	return owner > 0 ? (int64_t)ix->owners[owner - 1] : -1;
}

bool
index_shell_near(struct index *ix, uint32_t row,
    const struct fact *f)
{
	uint32_t group = group_of(ix, row);
	uint32_t pid = pid_of(f, F_PID), ppid = pid_of(f, F_PPID);

	/* Children of init are no family. */
	return (pid > 0 && map_get(&ix->shell_of, pair(group, pid)) != 0) ||
	    (ppid > 1 && map_get(&ix->shell_of, pair(group, ppid)) != 0);
}

/* Starts ix->key on the group's number. */
static void
start_key(struct index *ix, uint32_t group)
{
	ix->key.n = 0;
	buf_add(&ix->key, (const char *)&group, sizeof group);
}

static void
add_key(struct index *ix, const struct fact *f, enum field_id id)
{
	struct str s = fact_get(f, id);

	buf_putc(&ix->key, '\t');
	buf_add(&ix->key, s.p, s.n);
}

/* How far an address reaches, from 1; 0 where that cannot be said. */
static unsigned char
width_of(struct fact *f)
{
	static const unsigned char widths[] = {
		[ADDR_LOOPBACK] = 1, [ADDR_PRIVATE] = 2, [ADDR_PUBLIC] = 3,
		[ADDR_UNSPECIFIED] = 4, [ADDR_MULTICAST] = 0,
	};
	const struct fact_addr *a = fact_local(f);

	return a != NULL ? widths[fact_reach(a)] : 0;
}

static uint32_t
bind_of(struct index *ix, uint32_t row, const struct fact *f)
{
	size_t cap = ix->widest_cap;
	uint32_t id;

	start_key(ix, group_of(ix, row));
	add_key(ix, f, F_NETNS);
	add_key(ix, f, F_PROTO);
	add_key(ix, f, F_LOCAL_PORT);
	id = names_id(&ix->binds, buf_str(&ix->key));
	ix->widest = mem_grow(ix->widest, &ix->widest_cap, id + 1, 1);
	memset(ix->widest + cap, 0, ix->widest_cap - cap);
	return id;
}

void
index_add_old(struct index *ix, uint32_t row, struct fact *f)
{
	unsigned char width;
	uint32_t id;

	row_at(ix, row);
	if (!(ix->needs & INDEX_BINDS) || !(f->kind & FACT_BOUND))
		return;
	id = bind_of(ix, row, f);
	width = width_of(f);
	if (width > ix->widest[id])
		ix->widest[id] = width;
}

bool
index_widened(struct index *ix, uint32_t row, struct fact *f)
{
	uint32_t id = bind_of(ix, row, f);

	return ix->widest[id] > 0 && width_of(f) > ix->widest[id];
}

void
index_want(struct index *ix, uint32_t row)
{
	if (ix->rows[row].sock != 0)
		*map_at(&ix->wanted, ix->rows[row].sock) = 1;
}

static uint32_t
socket_of(struct index *ix, uint32_t row, const struct fact *f)
{
	int i;

	start_key(ix, group_of(ix, row));
	if (fact_get(f, F_INODE).p != NULL)
		add_key(ix, f, F_INODE);
	else
		for (i = 0; i < NENDS; i++)
			add_key(ix, f, ends[i]);
	return names_id(&ix->sockets, buf_str(&ix->key));
}

static void
add_holder(struct index *ix, uint32_t row,
    const struct fact *f)
{
	uint32_t pid = pid_of(f, F_PID), id, *holder;

	if (pid == 0)
		return;
	id = socket_of(ix, row, f);
	holder = map_at(&ix->holder_of, pair(id, pid));
	if (*holder != 0)
		return;
	*MEM_PUSH(ix->holders, ix->nholders, ix->holder_cap) =
	    (struct holder){ id, pid, pid_of(f, F_PPID) };
	*holder = (uint32_t)ix->nholders;
	if (ix->held_cap <= id) {
		size_t cap = ix->held_cap;

		ix->held = mem_grow(ix->held, &ix->held_cap, id + 1,
		    sizeof *ix->held);
		memset(ix->held + cap, 0,
		    (ix->held_cap - cap) * sizeof *ix->held);
	}
	if (fact_is_root(f))
		ix->held[id].by_root = true;
}

static bool
is_gone(const struct fact *f)
{
	return str_is(fact_get(f, F_CHANGE), "gone");
}

void
index_settle(struct index *ix)
{
	struct stream *s = ix->stream;
	struct fact f = { 0 };
	uint32_t i;

	for (i = 0; i < s->nrows && ix->wanted.n > 0; i++) {
		if (map_get(&ix->wanted, ix->rows[i].sock) == 0)
			continue;
		fact_set(&f, stream_cols(s, i), stream_values(s, i));
		if (!is_gone(&f))
			add_holder(ix, i, &f);
	}
	for (i = 0; i < ix->nholders; i++)
		if (map_get(&ix->holder_of, pair(ix->holders[i].socket,
		    ix->holders[i].ppid)) == 0)
			ix->held[ix->holders[i].socket].roots++;
}

bool
index_root_holds(struct index *ix, uint32_t row,
    const struct fact *f)
{
	uint32_t id = socket_of(ix, row, f);

	return id < ix->held_cap && ix->held[id].by_root;
}

bool
index_alone(struct index *ix, uint32_t row,
    const struct fact *f)
{
	uint32_t id = socket_of(ix, row, f);
	uint32_t ppid = pid_of(f, F_PPID);

	/* What it handed down to its children does not make it less alone. */
	return id < ix->held_cap && ix->held[id].roots == 1 &&
	    map_get(&ix->holder_of, pair(id, ppid)) == 0;
}

/* The process has a listener that the record's local end may have come from. */
static bool
listens(const struct index *ix, uint32_t group, uint32_t pid, struct fact *f)
{
	const struct fact_addr *a = fact_local(f);
	uint32_t owner = map_get(&ix->owner_of, pair(group, pid)), i, netns;
	const struct listener *l;

	if (owner == 0 || a == NULL || f->local_port < 0)
		return false;
	netns = names_find(&ix->netns, fact_get(f, F_NETNS));
	if (netns == 0 && !fact_is_own_netns(f))
		return false;
	i = map_get(&ix->listener_of, listener_key(owner, f, is_udp(f)));
	for (; i != 0; i = l->next) {
		l = &ix->listeners[i - 1];
		if (l->netns == netns &&
		    (l->any || addr_cmp(&l->addr, &a->plain) == 0))
			return true;
	}
	return false;
}

bool
index_accepted(struct index *ix, uint32_t row,
    struct fact *f)
{
	uint32_t group = group_of(ix, row), id = socket_of(ix, row, f);
	uint32_t pid = pid_of(f, F_PPID), holder;
	int i;

	if (listens(ix, group, 0, f))
		return true;
	for (i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		if (listens(ix, group, pid, f))
			return true;
		holder = map_get(&ix->holder_of, pair(id, pid));
		if (holder == 0)
			return false;
		pid = ix->holders[holder - 1].ppid;
	}
	return false;
}
