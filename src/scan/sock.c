#include "scan/sock.h"

#include <stdlib.h>

#include "lib/num.h"

const char *const sock_protos[PROTO_COUNT] = {
	[PROTO_TCP] = "tcp", [PROTO_UDP] = "udp", [PROTO_SCTP] = "sctp",
	[PROTO_RAW] = "raw", [PROTO_PACKET] = "packet",
	[PROTO_ICMP] = "icmp", [PROTO_VSOCK] = "vsock",
};

const char *const sock_states[STATE_COUNT] = {
	[STATE_ESTABLISHED] = "ESTABLISHED", [STATE_SYN_SENT] = "SYN_SENT",
	[STATE_SYN_RECV] = "SYN_RECV", [STATE_FIN_WAIT1] = "FIN_WAIT1",
	[STATE_FIN_WAIT2] = "FIN_WAIT2", [STATE_TIME_WAIT] = "TIME_WAIT",
	[STATE_CLOSED] = "CLOSED", [STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[STATE_LAST_ACK] = "LAST_ACK", [STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING", [STATE_UNCONN] = "UNCONN",
	[STATE_BOUND] = "BOUND", [STATE_NAT] = "NAT",
};

const char *const sock_dirs[DIR_COUNT] = {
	[DIR_IN] = "in", [DIR_OUT] = "out",
};

const char *const scan_bounds[BOUND_COUNT] = {
	[BOUND_NO] = "no", [BOUND_OWN] = "own", [BOUND_ALL] = "all",
};

enum sock_state
sock_state_of(unsigned number, enum sock_proto proto)
{
	if (proto != PROTO_TCP && proto != PROTO_SCTP && proto != PROTO_VSOCK)
		return number == STATE_ESTABLISHED ? STATE_ESTABLISHED :
		    STATE_UNCONN;
	if (number == STATE_NEW_SYN_RECV)
		return STATE_SYN_RECV;
	if (number == STATE_CLOSED)
		return STATE_BOUND;
	return number < STATE_NEW_SYN_RECV ? (enum sock_state)number :
	    STATE_NONE;
}

enum sock_state
sock_state_find(struct str name)
{
	int i;

	for (i = 0; i < STATE_COUNT; i++)
		if (sock_states[i] != NULL && str_is_like(name, sock_states[i]))
			return (enum sock_state)i;
	return STATE_NONE;
}

void
sock_make_portless(struct sock *s, struct arena *a)
{
	s->portless = arena_alloc(a, sizeof *s->portless);
	*s->portless = (struct sock_portless){ .local = s->local_port };
	s->local_port = s->remote_port = 0;
}

static int
cmp_portless(const struct sock *x, const struct sock *y)
{
	const struct sock_portless *a = x->portless, *b = y->portless;
	int c = num_cmp(a->local, b->local);

	if (c == 0)
		c = addr_cmp(&x->local, &y->local);
	if (c == 0)
		c = num_cmp(a->local_cid, b->local_cid);
	if (c == 0)
		c = addr_cmp(&x->remote, &y->remote);
	if (c == 0)
		c = num_cmp(a->remote_cid, b->remote_cid);
	return c != 0 ? c : num_cmp(a->remote, b->remote);
}

int
sock_cmp(const struct sock *a, const struct sock *b)
{
	int c = a->proto - b->proto;

	if (c == 0 && a->portless != NULL)
		return cmp_portless(a, b);
	if (c == 0)
		c = a->local_port - b->local_port;
	if (c == 0)
		c = addr_cmp(&a->local, &b->local);
	if (c == 0)
		c = addr_cmp(&a->remote, &b->remote);
	return c != 0 ? c : a->remote_port - b->remote_port;
}

bool
sock_is_listener(const struct sock *s)
{
	return s->state == STATE_LISTEN || s->state == STATE_UNCONN;
}

bool
sock_answers(const struct sock *s)
{
	return sock_is_listener(s) || s->state == STATE_NAT;
}

bool
scan_is_open(const struct scan *sc, const struct sock *s)
{
	return sock_has_ports(s) && sock_answers(s) &&
	    sc->netns[s->netns].label.p == NULL &&
	    addr_reach(&s->local) != ADDR_LOOPBACK &&
	    (s->ifname == NULL || strcmp(s->ifname, "lo") != 0);
}

bool
sock_is_alone(const struct sock *s)
{
	return sock_answers(s) || s->state == STATE_BOUND;
}

bool
sock_has_user(const struct sock *s)
{
	return !s->userless && !s->timewait && s->state != STATE_TIME_WAIT &&
	    s->state != STATE_SYN_RECV;
}

bool
proc_is_init(const struct proc *p)
{
	/* systemd.special(7) */
	return p->pid == 1 || str_ends(p->cgroup, "/init.scope");
}

bool
container_is_boxed(const struct container *in)
{
	return in->id.p != NULL && !in->is_app && !in->is_users &&
	    (!in->is_guess || in->is_named);
}

const struct sock_cgroup *
scan_cgroup(const struct scan *sc, const struct sock *s)
{
	return s->cgroup != 0 ? &sc->cgroup[s->cgroup - 1] : NULL;
}

struct netns *
scan_add_netns(struct scan *sc)
{
	return MEM_PUSH_ZERO(sc->netns, sc->nnetns, sc->netnscap);
}

struct sock *
scan_add_sock(struct scan *sc)
{
	struct sock *s = MEM_PUSH_ZERO(sc->sock, sc->nsock, sc->sockcap);

	s->netns = (uint32_t)(sc->nnetns - 1);
	return s;
}

struct proc *
scan_add_proc(struct scan *sc)
{
	return MEM_PUSH_ZERO(sc->proc, sc->nproc, sc->proccap);
}

struct holder *
scan_add_holder(struct scan *sc)
{
	return MEM_PUSH_ZERO(sc->holder, sc->nholder, sc->holdercap);
}

struct sock_target *
scan_add_target(struct scan *sc)
{
	return MEM_PUSH_ZERO(sc->target, sc->ntarget, sc->targetcap);
}

static int
cmp_target(const void *a, const void *b)
{
	const struct sock_target *x = a, *y = b;
	int c = num_cmp(x->sock, y->sock);

	return c != 0 ? c : num_cmp(x->proc, y->proc);
}

void
scan_sort_targets(struct scan *sc)
{
	if (sc->ntarget > 0)
		qsort(sc->target, sc->ntarget, sizeof *sc->target, cmp_target);
}

const struct sock_target *
scan_target(const struct scan *sc, uint32_t sock, uint32_t proc)
{
	struct sock_target key = { .sock = sock, .proc = proc };

	return sc->ntarget == 0 ? NULL : bsearch(&key, sc->target,
	    sc->ntarget, sizeof key, cmp_target);
}

static int
cmp_place(const void *a, const void *b)
{
	const struct scan_place *x = a, *y = b;
	int c = num_cmp(x->netns, y->netns);

	if (c == 0)
		c = addr_cmp(&x->addr, &y->addr);
	return c != 0 ? c : strcmp(x->ifname, y->ifname);
}

void
scan_sort_places(struct scan *sc)
{
	if (sc->nplace > 0)
		qsort(sc->place, sc->nplace, sizeof *sc->place, cmp_place);
}

/* From outside, a host answers at all its addresses through any interface; from
 * inside, only through the one with the address. */
bool
scan_has_place(const struct scan *sc, const struct sock *s,
    const struct addr *a)
{
	struct scan_place p = { *a, s->netns, "" };
	bool lo = s->ifname != NULL && strcmp(s->ifname, "lo") == 0;

	if (addr_reach(a) == ADDR_LOOPBACK)
		return s->ifname == NULL || lo;
	if (s->ifname != NULL && (lo || addr_is_linklocal(a)))
		p.ifname = s->ifname;
	return sc->nplace > 0 && bsearch(&p, sc->place, sc->nplace, sizeof p,
	    cmp_place) != NULL;
}

bool
scan_is_ephemeral(const struct scan *sc, const struct sock *s, uint16_t port)
{
	const struct netns *ns = &sc->netns[s->netns];

	return port >= ns->first && port <= ns->last;
}

void
scan_free(struct scan *sc)
{
	free(sc->netns);
	free(sc->shut);
	free(sc->ifname);
	free(sc->cgroup);
	map_free(&sc->cgroup_of);
	free(sc->place);
	free(sc->sock);
	free(sc->proc);
	free(sc->holder);
	free(sc->target);
	free(sc->dropped);
	arena_free(&sc->arena);
	memset(sc, 0, sizeof *sc);
}
