/* The values of records, a function for each field. */
#include "rows.h"

#include <stdlib.h>

#include "num.h"

/* A record that is being written. */
struct record {
	const struct rows_source *src;
	const struct row *row;
	const struct sock *sock;
	const struct proc *proc;	/* NULL: nobody holds it */
	char *p;			/* room for what is not kept anywhere */
};

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
get_container(struct record *r)
{
	return r->proc != NULL ? r->proc->container : STR_NONE;
}

static struct str
get_pid(struct record *r)
{
	return r->proc != NULL ? from_number(r, r->proc->pid) : STR_NONE;
}

static struct str
get_process(struct record *r)
{
	return r->proc != NULL ? r->proc->comm : STR_NONE;
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
	const struct holder *h = &r->src->scan->holder[r->row->holder];
	char *start = r->p;
	uint32_t i;

	for (i = 0; i < r->row->nholders; i++) {
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
get_parent(struct record *r)
{
	return r->proc != NULL ? r->proc->parent : STR_NONE;
}

static struct str
get_exe(struct record *r)
{
	return r->proc != NULL ? r->proc->exe : STR_NONE;
}

static struct str
get_cmdline(struct record *r)
{
	return r->proc != NULL ? r->proc->cmdline : STR_NONE;
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
get_start(struct record *r)
{
	return r->proc != NULL && r->proc->start != 0 ?
	    from_number(r, r->proc->start) : STR_NONE;
}

static const struct getter {
	struct str (*get)(struct record *r);
	unsigned needs;
} getters[FIELD_NSCAN] = {
	[F_PROTO] = { get_proto, 0 },
	[F_STATE] = { get_state, 0 },
	[F_LOCAL_ADDR] = { get_local_addr, 0 },
	[F_LOCAL_PORT] = { get_local_port, 0 },
	[F_REMOTE_ADDR] = { get_remote_addr, 0 },
	[F_REMOTE_PORT] = { get_remote_port, 0 },
	[F_DIR] = { get_dir, NEED_DIR },
	[F_SERVICE] = { get_service, NEED_DIR | NEED_SERVICES },
	[F_NETNS] = { get_netns, 0 },
	[F_CONTAINER] = { get_container, NEED_OWNERS | NEED_CONTAINER },
	[F_PID] = { get_pid, NEED_OWNERS },
	[F_PROCESS] = { get_process, NEED_OWNERS | NEED_STAT },
	[F_USER] = { get_user, NEED_OWNERS | NEED_USER },
	[F_UID] = { get_uid, NEED_OWNERS | NEED_USER },
	[F_FD] = { get_fd, NEED_OWNERS },
	[F_PPID] = { get_ppid, NEED_OWNERS | NEED_STAT },
	[F_PARENT] = { get_parent, NEED_OWNERS | NEED_PARENT },
	[F_EXE] = { get_exe, NEED_OWNERS | NEED_EXE },
	[F_CMDLINE] = { get_cmdline, NEED_OWNERS | NEED_CMDLINE },
	[F_HOST] = { get_host, 0 },
	[F_FAMILY] = { get_family, 0 },
	[F_V6ONLY] = { get_v6only, 0 },
	[F_INODE] = { get_inode, 0 },
	[F_SOCK_UID] = { get_sock_uid, 0 },
	[F_START] = { get_start, NEED_OWNERS | NEED_STAT },
};

/* Room for every value that is formatted for one record, but for fd. */
enum { SCRATCH = FIELD_NSCAN * (ADDR_TEXT_MAX + 1 + SOCK_IFNAME_MAX) };

unsigned
rows_needs(const struct cols *cols)
{
	unsigned needs = 0;
	size_t i;

	for (i = 0; i < cols->n; i++)
		needs |= getters[cols->v[i].id].needs;
	return needs;
}

void
rows_write(const struct rows *r, const struct rows_source *src,
    const struct cols *cols, struct out *out)
{
	struct record rec = { .src = src };
	struct str *v = mem_alloc(cols->n * sizeof *v);
	struct buf scratch = { 0 };
	size_t i, c;

	for (i = 0; i < r->n; i++) {
		const struct row *row = &r->v[i];

		rec.row = row;
		rec.sock = &src->scan->sock[row->sock];
		rec.proc = row->proc == ROWS_NOBODY ? NULL :
		    &src->scan->proc[row->proc];
		rec.p = buf_room(&scratch,
		    SCRATCH + (size_t)row->nholders * (NUM_MAX + 1));
		for (c = 0; c < cols->n; c++)
			v[c] = getters[cols->v[c].id].get(&rec);
		out_row(out, v, OUT_PLAIN);
	}
	buf_free(&scratch);
	free(v);
}
