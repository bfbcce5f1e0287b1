/* The values of records, a function for each field. */
#include "scan/values.h"

#include <stddef.h>

#include "lib/num.h"

static struct str
from_name(const char *s)
{
	return s != NULL ? str_from(s) : STR_NONE;
}

static struct str
from_number(struct record *r, uint64_t v)
{
	char *start = r->p;

	r->p = num_format(start, v);
	return (struct str){ start, (size_t)(r->p - start) };
}

static struct str
from_addr(struct record *r, const struct addr *a)
{
	char *start = r->p;

	if (a->family == ADDR_NONE)
		return STR_NONE;
	r->p = addr_format(r->p, a);
	if (r->sock->ifname != NULL && addr_is_linklocal(a)) {
		size_t n = strlen(r->sock->ifname);

		*r->p++ = '%';
		memcpy(r->p, r->sock->ifname, n);
		r->p += n;
	}
	return (struct str){ start, (size_t)(r->p - start) };
}

static struct str
get_proto(struct record *r)
{
	return from_name(sock_proto_name(r->sock->proto));
}

static struct str
get_state(struct record *r)
{
	return from_name(sock_state_name(r->sock->state));
}

static struct str
get_local_addr(struct record *r)
{
	return from_addr(r, &r->sock->local);
}

static struct str
get_local_port(struct record *r)
{
	return from_number(r, r->sock->local_port);
}

static struct str
get_remote_addr(struct record *r)
{
	return from_addr(r, &r->sock->remote);
}

static struct str
get_remote_port(struct record *r)
{
	return r->sock->remote.family == ADDR_NONE ? STR_NONE :
	    from_number(r, r->sock->remote_port);
}

static struct str
get_dir(struct record *r)
{
	return from_name(sock_dir_name(r->sock->dir));
}

static struct str
get_service(struct record *r)
{
	const struct sock *s = r->sock;

	return services_name(r->src->services,
	    s->proto == PROTO_TCP ? SERVICES_TCP : SERVICES_UDP,
	    s->dir == DIR_OUT ? s->remote_port : s->local_port);
}

static struct str
get_netns(struct record *r)
{
	return r->src->scan->netns[r->sock->netns].label;
}

static struct str
get_pid(struct record *r)
{
	return r->proc != NULL ? from_number(r, r->proc->pid) : STR_NONE;
}

/* The process's effective user; without a visible owner, the socket's. */
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

static struct str
get_user(struct record *r)
{
	uint32_t uid;

	if (r->proc != NULL && r->proc->user.p != NULL)
		return r->proc->user;
	return find_uid(r, &uid) ? users_name(r->src->users, uid) : STR_NONE;
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

	/* those that are not known come last */
	for (i = 0; i < r->row->nholders && h[i].fd != HOLDER_NO_FD; i++) {
		if (i > 0)
			*r->p++ = ',';
		r->p = num_format(r->p, h[i].fd);
	}
	return (struct str){ start, (size_t)(r->p - start) };
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
	return r->sock->local.family == ADDR_INET ? STR_LIT("inet") :
	    STR_LIT("inet6");
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

static struct str
get_tx_queue(struct record *r)
{
	return r->sock->timewait || r->sock->queueless ||
	    r->sock->state == STATE_LISTEN ? STR_NONE :
	    from_number(r, r->sock->tx_queue);
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

#define TEXT(member) offsetof(struct proc, member)

const struct getter rows_getters[FIELD_NSCAN] = {
	[F_PROTO] = { get_proto, 0, 0 },
	[F_STATE] = { get_state, 0, 0 },
	[F_LOCAL_ADDR] = { get_local_addr, 0, 0 },
	[F_LOCAL_PORT] = { get_local_port, 0, 0 },
	[F_REMOTE_ADDR] = { get_remote_addr, 0, 0 },
	[F_REMOTE_PORT] = { get_remote_port, 0, 0 },
	[F_DIR] = { get_dir, NEED_DIR, 0 },
	[F_SERVICE] = { get_service, NEED_DIR | NEED_SERVICES, 0 },
	[F_NETNS] = { get_netns, 0, 0 },
	/* the user: some have files of their own that name containers */
	[F_CONTAINER] = { NULL, NEED_OWNERS | NEED_CONTAINER | NEED_NAMES |
	    NEED_USER, TEXT(container) },
	[F_PID] = { get_pid, NEED_OWNERS, 0 },
	[F_PROCESS] = { NULL, NEED_OWNERS | NEED_STAT, TEXT(comm) },
	[F_USER] = { get_user, NEED_OWNERS | NEED_USER, 0 },
	[F_UID] = { get_uid, NEED_OWNERS | NEED_USER, 0 },
	[F_FD] = { get_fd, NEED_OWNERS, 0 },
	[F_PPID] = { get_ppid, NEED_OWNERS | NEED_STAT, 0 },
	[F_PARENT] = { NULL, NEED_OWNERS | NEED_PARENT, TEXT(parent) },
	[F_EXE] = { NULL, NEED_OWNERS | NEED_EXE, TEXT(exe) },
	[F_CMDLINE] = { NULL, NEED_OWNERS | NEED_CMDLINE, TEXT(cmdline) },
	[F_HOST] = { get_host, 0, 0 },
	[F_FAMILY] = { get_family, 0, 0 },
	[F_V6ONLY] = { get_v6only, 0, 0 },
	[F_INODE] = { get_inode, 0, 0 },
	[F_SOCK_UID] = { get_sock_uid, 0, 0 },
	[F_IFACE] = { get_iface, 0, 0 },
	[F_RX_QUEUE] = { get_rx_queue, 0, 0 },
	[F_TX_QUEUE] = { get_tx_queue, 0, 0 },
	[F_BACKLOG] = { get_backlog, 0, 0 },
	[F_RX_BYTES] = { get_rx_bytes, NEED_INFO, 0 },
	[F_TX_BYTES] = { get_tx_bytes, NEED_INFO, 0 },
	[F_RTT] = { get_rtt, NEED_INFO, 0 },
	[F_RETRANS] = { get_retrans, NEED_INFO, 0 },
	[F_UNIT] = { NULL, NEED_OWNERS | NEED_CGROUP, TEXT(unit) },
	[F_CGROUP] = { NULL, NEED_OWNERS | NEED_CGROUP, TEXT(cgroup) },
	[F_CONTAINER_ID] = { NULL, NEED_OWNERS | NEED_CONTAINER,
	    TEXT(container_id) },
	[F_NETNS_ID] = { get_netns_id, NEED_NETNS, 0 },
	[F_CWD] = { NULL, NEED_OWNERS | NEED_CWD, TEXT(cwd) },
	[F_RSS] = { get_rss, NEED_OWNERS | NEED_STAT, 0 },
	[F_CPU] = { get_cpu, NEED_OWNERS | NEED_STAT, 0 },
	[F_START] = { get_start, NEED_OWNERS | NEED_STAT, 0 },
};
