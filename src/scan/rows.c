#include "scan/rows.h"

#include <stdlib.h>

#include "lib/num.h"
#include "scan/rows-record.h"

static struct str
get_proto(struct record *r)
{
	return from_name(sock_protos[r->sock->proto]);
}

static struct str
get_state(struct record *r)
{
	return from_name(sock_states[r->sock->state]);
}

static struct str
get_dir(struct record *r)
{
	return from_name(sock_dirs[r->sock->dir]);
}

static struct str
get_service(struct record *r)
{
	static const enum services_proto protos[PROTO_NPORTED] = {
		[PROTO_TCP] = SERVICES_TCP, [PROTO_UDP] = SERVICES_UDP,
		[PROTO_SCTP] = SERVICES_SCTP,
	};
	const struct sock *s = r->sock;

	if (!sock_has_ports(s))
		return STR_NONE;
	return services_name(r->src->services, protos[s->proto],
	    s->dir == DIR_OUT ? s->remote_port : s->local_port);
}

static struct str
get_netns(struct record *r)
{
	return r->src->scan->netns[r->sock->netns].label;
}

static const struct sock_target *
find_target(const struct record *r)
{
	const struct scan *sc = r->src->scan;

	return scan_target(sc, (uint32_t)(r->sock - sc->sock),
	    r->proc != NULL ? (uint32_t)(r->proc - sc->proc) : TARGET_NOBODY);
}

/* As in an operand, an IPv6 address is in brackets. */
static char *
format_bracketed(char *p, const struct addr *a)
{
	bool brackets = a->family == ADDR_INET6;

	if (brackets)
		*p++ = '[';
	p = addr_format(p, a);
	if (brackets)
		*p++ = ']';
	return p;
}

static struct str
get_target(struct record *r)
{
	const struct sock_target *t = find_target(r);
	char *start = r->p;

	if (t == NULL || t->port == 0)
		return STR_NONE;
	if (t->addr.family != ADDR_NONE)
		r->p = format_bracketed(r->p, &t->addr);
	*r->p++ = ':';
	r->p = num_format(r->p, t->port);
	return from_text(r, start);
}

static struct str
get_target_container(struct record *r)
{
	const struct sock_target *t = find_target(r);

	return t != NULL ? t->in.name : STR_NONE;
}

static struct str
get_pid(struct record *r)
{
	return r->proc != NULL ? from_number(r, r->proc->pid) : STR_NONE;
}

/* The process's effective uid, or the socket's if the owner is not visible. */
static bool
find_uid(const struct record *r, uint32_t *uid)
{
	if (r->proc != NULL) {
		*uid = r->proc->uid;
		return r->proc->has_uid;
	}
	*uid = r->sock->uid;
	return sock_has_user(r->sock);
}

/* The name of a socket of the kernel's own is its use. */
static struct str
get_process(struct record *r)
{
	return r->proc != NULL ? r->proc->comm : from_name(r->sock->kernel);
}

static struct str
get_user(struct record *r)
{
	uint32_t uid;

	if (r->proc != NULL && r->proc->user.p != NULL)
		return r->proc->user;
	return find_uid(r, &uid) ? users_name(&r->src->users, uid) : STR_NONE;
}

static struct str
get_uid(struct record *r)
{
	uint32_t uid;

	return find_uid(r, &uid) ? from_number(r, uid) : STR_NONE;
}

static struct str
get_fd(struct record *r)
{
	const struct holder *h = r->row->holder;
	char *start = r->p;
	uint32_t i;

	/* unknown descriptors come last */
	for (i = 0; i < r->row->nholders && h[i].fd != HOLDER_NO_FD; i++) {
		if (i > 0)
			*r->p++ = ',';
		r->p = num_format(r->p, h[i].fd);
	}
	return from_text(r, start);
}

static struct str
get_ppid(struct record *r)
{
	return r->proc != NULL && r->proc->has_ppid ?
	    from_number(r, r->proc->ppid) : STR_NONE;
}

static struct str
get_host(struct record *r)
{
	return r->src->host;
}

static struct str
get_family(struct record *r)
{
	enum addr_family family = r->sock->local.family;

	if (family == ADDR_NONE)
		return STR_NONE;
	return family == ADDR_INET ? STR_LIT("inet") : STR_LIT("inet6");
}

static struct str
get_v6only(struct record *r)
{
	if (r->sock->v6only == V6ONLY_UNKNOWN)
		return STR_NONE;
	return r->sock->v6only == V6ONLY_YES ? STR_LIT("yes") : STR_LIT("no");
}

static struct str
get_inode(struct record *r)
{
	return r->sock->inode != 0 ? from_number(r, r->sock->inode) :
	    STR_NONE;
}

static struct str
get_sock_uid(struct record *r)
{
	return sock_has_user(r->sock) ? from_number(r, r->sock->uid) :
	    STR_NONE;
}

static struct str
get_iface(struct record *r)
{
	return from_name(r->sock->ifname);
}

static struct str
get_rx_queue(struct record *r)
{
	return r->sock->timewait || r->sock->queueless ? STR_NONE :
	    from_number(r, r->sock->rx_queue);
}

/* For a BOUND socket the number belongs to an earlier connection. */
static struct str
get_tx_queue(struct record *r)
{
	return r->sock->timewait || r->sock->queueless ||
	    r->sock->proto == PROTO_PACKET ||
	    r->sock->state == STATE_LISTEN || r->sock->state == STATE_BOUND ?
	    STR_NONE : from_number(r, r->sock->tx_queue);
}

static struct str
get_backlog(struct record *r)
{
	return r->sock->has_backlog ? from_number(r, r->sock->tx_queue) :
	    STR_NONE;
}

static struct str
get_rx_bytes(struct record *r)
{
	return r->sock->info != NULL ?
	    from_number(r, r->sock->info->rx_bytes) : STR_NONE;
}

static struct str
get_tx_bytes(struct record *r)
{
	return r->sock->info != NULL ?
	    from_number(r, r->sock->info->tx_bytes) : STR_NONE;
}

static struct str
get_rtt(struct record *r)
{
	return r->sock->info != NULL ? from_number(r, r->sock->info->rtt) :
	    STR_NONE;
}

static struct str
get_retrans(struct record *r)
{
	return r->sock->info != NULL ?
	    from_number(r, r->sock->info->retrans) : STR_NONE;
}

static struct str
get_netns_id(struct record *r)
{
	uint64_t inode = r->src->scan->netns[r->sock->netns].inode;

	return inode != 0 ? from_number(r, inode) : STR_NONE;
}

static struct str
get_rss(struct record *r)
{
	return r->proc != NULL && r->proc->has_usage ?
	    from_number(r, r->proc->rss) : STR_NONE;
}

/* Seconds with two decimals. */
static struct str
get_cpu(struct record *r)
{
	struct str s;

	if (r->proc == NULL || !r->proc->has_usage)
		return STR_NONE;
	s = from_number(r, r->proc->cpu / 100);
	*r->p++ = '.';
	*r->p++ = (char)('0' + r->proc->cpu / 10 % 10);
	*r->p++ = (char)('0' + r->proc->cpu % 10);
	s.n += 3;
	return s;
}

static struct str
get_start(struct record *r)
{
	return r->proc != NULL && r->proc->start != 0 ?
	    from_number(r, r->proc->start) : STR_NONE;
}

/* The process's unit.  If no holder is seen, or init holds the socket, the unit
 * that the socket was made for. */
static struct str
get_unit(struct record *r)
{
	const struct sock_cgroup *made_in = scan_cgroup(r->src->scan, r->sock);
	struct str own = made_in != NULL ? made_in->unit : STR_NONE;

	if (r->proc == NULL)
		return own;
	return own.p != NULL && proc_is_init(r->proc) ? own : r->proc->unit;
}

/* The process's container.  If no holder is seen, the one that the socket was
 * made in; for a published port without a socket, the one that answers. */
static struct container
find_container(const struct record *r)
{
	const struct sock_cgroup *made_in = scan_cgroup(r->src->scan, r->sock);
	const struct sock_target *t;

	if (r->proc != NULL)
		return r->proc->in;
	t = r->sock->state == STATE_NAT ? find_target(r) : NULL;
	if (t != NULL)
		return t->in;
	return made_in != NULL ? made_in->in :
	    (struct container){ .id = STR_NONE };
}

static struct str
get_container(struct record *r)
{
	return find_container(r).name;
}

static struct str
get_container_id(struct record *r)
{
	return find_container(r).id;
}

static struct str
get_pod(struct record *r)
{
	return find_container(r).pod;
}

static struct str
get_sock_cgroup(struct record *r)
{
	const struct sock_cgroup *made_in = scan_cgroup(r->src->scan, r->sock);

	return made_in != NULL ? made_in->path : STR_NONE;
}

static struct str
get_cookie(struct record *r)
{
	return r->sock->cookie != 0 ? from_number(r, r->sock->cookie) :
	    STR_NONE;
}

static struct str
get_drops(struct record *r)
{
	return r->sock->has_drops ? from_number(r, r->sock->drops) : STR_NONE;
}

static struct str
get_filter(struct record *r)
{
	const struct sock_portless *p = r->sock->portless;

	return p != NULL && p->has_filter ? from_number(r, p->filter) :
	    STR_NONE;
}

static struct str
from_scope(const struct addr *a)
{
	return a->family == ADDR_NONE ? STR_NONE :
	    from_name(addr_reach_name(addr_reach(a)));
}

static struct str
get_local_scope(struct record *r)
{
	return from_scope(&r->sock->local);
}

static struct str
get_remote_scope(struct record *r)
{
	return from_scope(&r->sock->remote);
}

static struct str
get_pidfd(struct record *r)
{
	return r->proc != NULL && r->proc->pidfd != 0 ?
	    from_number(r, r->proc->pidfd) : STR_NONE;
}

static struct str
get_time(struct record *r)
{
	return r->src->time;
}

#define OF_PROCESS(needs, member) \
	{ NULL, NEED_OWNERS | (needs), offsetof(struct proc, member) }

const struct rows_getter rows_getters[FIELD_NSCAN] = {
	[F_PROTO] = { get_proto, 0, 0 },
	[F_STATE] = { get_state, 0, 0 },
	[F_LOCAL_ADDR] = { rows_local_addr, 0, 0 },
	[F_LOCAL_PORT] = { rows_local_port, 0, 0 },
	[F_REMOTE_ADDR] = { rows_remote_addr, 0, 0 },
	[F_REMOTE_PORT] = { rows_remote_port, 0, 0 },
	[F_DIR] = { get_dir, NEED_DIR, 0 },
	[F_SERVICE] = { get_service, NEED_DIR | NEED_SERVICES, 0 },
	[F_NETNS] = { get_netns, NEED_NETNS_NAMES, 0 },
	/* NEED_USER: some users have files that name containers */
	[F_CONTAINER] = { get_container, NEED_OWNERS | NEED_CONTAINER |
	    NEED_SOCK_CONTAINER | NEED_NAMES | NEED_USER, 0 },
	[F_PID] = { get_pid, NEED_OWNERS, 0 },
	[F_PROCESS] = { get_process, NEED_OWNERS | NEED_STAT, 0 },
	[F_USER] = { get_user, NEED_OWNERS | NEED_USER, 0 },
	[F_UID] = { get_uid, NEED_OWNERS | NEED_USER, 0 },
	[F_FD] = { get_fd, NEED_OWNERS, 0 },
	[F_PPID] = { get_ppid, NEED_OWNERS | NEED_STAT, 0 },
	[F_PARENT] = OF_PROCESS(NEED_PARENT, parent),
	[F_EXE] = OF_PROCESS(NEED_EXE, exe),
	[F_CMDLINE] = OF_PROCESS(NEED_CMDLINE, cmdline),
	[F_HOST] = { get_host, 0, 0 },
	[F_FAMILY] = { get_family, 0, 0 },
	[F_V6ONLY] = { get_v6only, NEED_DIAG, 0 },
	[F_INODE] = { get_inode, 0, 0 },
	[F_SOCK_UID] = { get_sock_uid, 0, 0 },
	[F_IFACE] = { get_iface, NEED_DIAG, 0 },
	[F_RX_QUEUE] = { get_rx_queue, 0, 0 },
	[F_TX_QUEUE] = { get_tx_queue, 0, 0 },
	[F_BACKLOG] = { get_backlog, NEED_DIAG, 0 },
	[F_RX_BYTES] = { get_rx_bytes, NEED_INFO, 0 },
	[F_TX_BYTES] = { get_tx_bytes, NEED_INFO, 0 },
	[F_RTT] = { get_rtt, NEED_INFO, 0 },
	[F_RETRANS] = { get_retrans, NEED_INFO, 0 },
	[F_UNIT] = { get_unit, NEED_OWNERS | NEED_CGROUP | NEED_SOCK_UNIT, 0 },
	[F_CGROUP] = OF_PROCESS(NEED_CGROUP, cgroup),
	[F_CONTAINER_ID] = { get_container_id, NEED_OWNERS | NEED_CONTAINER |
	    NEED_SOCK_CONTAINER, 0 },
	[F_NETNS_ID] = { get_netns_id, NEED_NETNS, 0 },
	[F_CWD] = OF_PROCESS(NEED_CWD, cwd),
	[F_RSS] = { get_rss, NEED_OWNERS | NEED_STAT, 0 },
	[F_CPU] = { get_cpu, NEED_OWNERS | NEED_STAT, 0 },
	[F_START] = { get_start, NEED_OWNERS | NEED_STAT, 0 },
	[F_SOCK_CGROUP] = { get_sock_cgroup, NEED_SOCK_CGROUP, 0 },
	[F_COOKIE] = { get_cookie, NEED_DIAG, 0 },
	[F_DROPS] = { get_drops, NEED_DROPS, 0 },
	[F_LOCAL_SCOPE] = { get_local_scope, 0, 0 },
	[F_REMOTE_SCOPE] = { get_remote_scope, 0, 0 },
	[F_TIME] = { get_time, 0, 0 },
	[F_POD] = { get_pod, NEED_OWNERS | NEED_CONTAINER |
	    NEED_SOCK_CONTAINER | NEED_NAMES | NEED_USER, 0 },
	[F_TARGET] = { get_target, NEEDS_OF_TARGET, 0 },
	[F_TARGET_CONTAINER] = { get_target_container, NEEDS_OF_TARGET, 0 },
	[F_FILTER] = { get_filter, NEED_OWNERS | NEED_FILTER, 0 },
	[F_ANCESTORS] = OF_PROCESS(NEED_STAT | NEED_ANCESTORS, ancestors),
	[F_CHILDREN] = OF_PROCESS(NEED_STAT | NEED_CHILDREN, children),
	[F_STDIO] = OF_PROCESS(NEED_STDIO, stdio),
	[F_SHELLS] = OF_PROCESS(NEED_STAT | NEED_CGROUP | NEED_STDIO |
	    NEED_SHELLS, shells),
	[F_EXE_LIKE] = OF_PROCESS(NEED_STAT | NEED_EXE_LIKE, exe_like),
	[F_SCRIPT] = OF_PROCESS(NEED_STAT | NEED_SCRIPT, script),
	[F_CAPS] = OF_PROCESS(NEED_CAPS, caps),
	[F_PIDFD] = { get_pidfd, NEED_OWNERS | NEED_STAT | NEED_PIDFD, 0 },
};

static struct str
get_value(struct record *r, const struct rows_getter *g)
{
	if (g->get != NULL)
		return g->get(r);
	if (r->proc == NULL)
		return STR_NONE;
	return *(const struct str *)(const void *)
	    ((const char *)r->proc + g->text);
}

_Static_assert((int)GETTER_MAX <= (int)ROWS_ROOM, "a value fits");

struct str
rows_value(struct rows_source *src, const struct row *row, enum field_id id,
    char room[static ROWS_ROOM])
{
	struct record r = { .src = src, .sock = row->sock, .proc = row->proc,
		.row = row };

	r.p = room;
	return get_value(&r, &rows_getters[id]);
}

void
rows_write(const struct rows *r, struct rows_source *src,
    const struct cols *cols, struct out *out)
{
	struct record rec = { .src = src };
	struct str *v = mem_alloc(cols->n * sizeof *v);
	struct buf scratch = { 0 };
	size_t i, c;

	for (i = 0; i < r->n; i++) {
		const struct row *row = &r->v[i];

		rec.row = row;
		rec.sock = row->sock;
		rec.proc = row->proc;
		rec.p = buf_room(&scratch,
		    (size_t)FIELD_NSCAN * GETTER_MAX +
		    (size_t)row->nholders * (NUM_MAX + 1));
		for (c = 0; c < cols->n; c++)
			v[c] = get_value(&rec, &rows_getters[cols->v[c].id]);
		out_row(out, v, src->people &&
		    scan_is_open(src->scan, rec.sock) ? OUT_OPEN : OUT_PLAIN);
	}
	buf_free(&scratch);
	free(v);
}
