#include "scan/linux/kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

/* Asked in this order, while there are sockets without a name that they could
 * name. */
static const struct source {
	const char *name;	/* in messages */
	unsigned uses;		/* of enum kernel_use */
	int (*read)(struct kernel *k);
} sources[] = {
	{ "network interfaces", KERNEL_UDP, kernel_links },
	{ "generic netlink", KERNEL_UDP | KERNEL_SERVER, kernel_genl },
	{ "files", KERNEL_UDP | KERNEL_SERVER, kernel_files },
	{ "portmapper", KERNEL_UDP | KERNEL_SERVER, kernel_rpc },
};

/* The sockets of one namespace that have neither a holder nor a name. */
struct unnamed {
	struct scan *sc;
	uint32_t *sock;
	size_t n, cap;
	const struct scan_request *req;
};

/* The use for which a source could name the socket; 0: none. */
static unsigned
use_of(const struct sock *s)
{
	if (s->proto == PROTO_UDP)
		return KERNEL_UDP;
	if (s->proto != PROTO_TCP)
		return 0;
	if (s->state == STATE_LISTEN)
		return KERNEL_LISTEN;
	return s->remote.family != ADDR_NONE ? KERNEL_CONN : 0;
}

static bool
has_addr(const struct kernel_port *p, const struct sock *s, unsigned use)
{
	struct addr plain;

	if (p->local.family == ADDR_NONE)
		return true;
	if (use != KERNEL_CONN || !addr_is_any(&p->local))
		return addr_cmp(&p->local, &s->local) == 0;
	plain = addr_unmap(&s->local);
	return p->local.family == ADDR_INET6 || plain.family == ADDR_INET;
}

static bool
fits(const struct kernel_port *p, const struct sock *s, const struct scan *sc)
{
	unsigned use = use_of(s);

	return (p->uses & use) != 0 && !(p->is_guess && sc->hidden > 0) &&
	    (p->remote_port == 0 || (p->remote_port == s->remote_port &&
	    addr_cmp(&p->remote, &s->remote) == 0)) && has_addr(p, s, use);
}

static int
cmp_port(const void *a, const void *b)
{
	const struct kernel_port *x = a, *y = b;
	int c = num_cmp(x->local_port, y->local_port);

	if (c == 0)
		c = x->uses - y->uses;
	if (c == 0)
		c = addr_cmp(&x->local, &y->local);
	if (c == 0)
		c = num_cmp(x->remote_port, y->remote_port);
	if (c == 0)
		c = addr_cmp(&x->remote, &y->remote);
	if (c == 0)
		c = x->is_guess - y->is_guess;
	if (c == 0)
		c = num_cmp(x->rank, y->rank);
	return c != 0 ? c : strcmp(x->label, y->label);
}

/* True if they differ at most in rank, label and is_guess. */
static bool
is_same_port(const struct kernel_port *a, const struct kernel_port *b)
{
	struct kernel_port x = *b;

	x.rank = a->rank;
	x.label = a->label;
	x.is_guess = a->is_guess;
	return cmp_port(a, &x) == 0;
}

/* Sorts them, and drops repetitions: ten thousand devices may share a port. */
static void
sort_ports(struct kernel *k)
{
	size_t i, n = 0;

	if (k->nport > 0)
		qsort(k->port, k->nport, sizeof *k->port, cmp_port);
	for (i = 0; i < k->nport; i++)
		if (n == 0 || !is_same_port(&k->port[n - 1], &k->port[i]))
			k->port[n++] = k->port[i];
	k->nport = n;
}

static int
cmp_to_port(const void *key, const void *element)
{
	const uint16_t *port = key;
	const struct kernel_port *p = element;

	return num_cmp(*port, p->local_port);
}

/* The label of the first match among those with that local port. */
static const char *
label_of(const struct kernel *k, uint16_t port, const struct sock *s,
    const struct scan *sc)
{
	size_t i = num_before(&port, k->port, k->nport, sizeof *k->port,
	    cmp_to_port);

	for (; i < k->nport && k->port[i].local_port == port; i++)
		if (fits(&k->port[i], s, sc))
			return k->port[i].label;
	return NULL;
}

/* Gives names from k, and keeps the sockets that are still without one. */
static void
give_names(struct unnamed *u, struct kernel *k)
{
	size_t i, n = 0;

	sort_ports(k);
	for (i = 0; i < u->n; i++) {
		struct sock *s = &u->sc->sock[u->sock[i]];

		s->kernel = label_of(k, s->local_port, s, u->sc);
		if (s->kernel == NULL)
			s->kernel = label_of(k, 0, s, u->sc);
		if (s->kernel == NULL)
			u->sock[n++] = u->sock[i];
	}
	u->n = n;
	k->nport = 0;
}

static unsigned
uses_of(const struct unnamed *u)
{
	unsigned uses = 0;
	size_t i;

	for (i = 0; i < u->n; i++)
		uses |= use_of(&u->sc->sock[u->sock[i]]);
	return uses;
}

/* Asks the sources, in the namespace of those sockets. */
static void
ask_sources(void *arg)
{
	struct unnamed *u = arg;
	struct kernel k = { .req = u->req, .arena = &u->sc->arena };
	size_t i;

	k.is_own = u->sc->sock[u->sock[0]].netns == 0;
	k.sees_all = u->sc->hidden == 0;
	k.uses = uses_of(u);
	for (i = 0; i < NELEMS(sources); i++) {
		int error;

		if ((k.uses & sources[i].uses) == 0)
			continue;
		error = sources[i].read(&k);
		if (error != 0) {
			errno = error;
			err_msg("the kernel's sockets: %s:", sources[i].name);
			u->sc->incomplete = true;
		}
		give_names(u, &k);
		k.uses = uses_of(u);
	}
	kernel_free(&k);
}

/* True if it may be the kernel's own.  If owners are hidden, it must be
 * root's. */
static bool
may_be_kernels(const struct scan *sc, const struct sock *s)
{
	return s->inode != 0 && use_of(s) != 0 &&
	    (sc->hidden == 0 || (sock_has_user(s) && s->uid == 0));
}

void
linux_kernel(const struct scan_request *req, struct scan *sc)
{
	struct unnamed u = { .sc = sc, .req = req };
	unsigned char *owned;
	uint32_t ns;
	size_t i;

	/* it only changes a name, and the count of hidden owners */
	if (!req->own_proc || req->filter->npids > 0 ||
	    ((req->needs & NEED_STAT) == 0 && sc->hidden == 0))
		return;
	owned = mem_alloc(sc->nsock);
	for (i = 0; i < sc->nholder; i++)
		owned[sc->holder[i].sock] = 1;
	for (i = 0; i < sc->nsock;) {
		ns = sc->sock[i].netns;
		for (u.n = 0; i < sc->nsock && sc->sock[i].netns == ns; i++)
			if (!owned[i] && may_be_kernels(sc, &sc->sock[i]))
				*MEM_PUSH(u.sock, u.n, u.cap) = (uint32_t)i;
		if (u.n > 0)
			linux_netns_in(req, sc, ns, ask_sources, &u);
	}
	free(u.sock);
	free(owned);
}
