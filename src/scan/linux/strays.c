/*
 * Sockets of processes that are in no table that was read.  Before Linux 6.8,
 * and in /proc/net, these are the TCP sockets that only have a port; all of
 * vsock if the kernel has no vsock_diag; and all sockets of a network namespace
 * without a process.
 *
 * The kernel names the protocol of any descriptor that we may look at
 * (sockfs_xattr_get in net/socket.c).  If the protocol counts, a copy is taken,
 * pidfd_getfd(2), asked, and closed at once: an open copy holds the port.  The
 * socket is not changed.  No table of unix(7) or other sockets is read to leave
 * those out: the name costs no more than a line of that table, and a file such
 * as /proc/net/unix has what its users write.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/machine.h"

/* No more are looked at: with a copy of each this takes a quarter of a
 * second. */
enum { STRAYS_MAX = 65536 };

enum { PROTOCOL_MAX = 32,
	PATH_SIZE = NUM_MAX + NUM_MAX + sizeof "/proc//fd/" };

/* Older headers lack this. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* Names of struct proto whose sockets are copied; every socket that may hold a
 * port without being in a table has a proto. */
static const struct kind {
	const char *name;
	bool may_be_bound;
	enum sock_proto proto;
} kinds[] = {
	{ "TCP", true, PROTO_TCP }, { "TCPv6", true, PROTO_TCP },
	{ "MPTCP", true, PROTO_TCP }, { "MPTCPv6", true, PROTO_TCP },
	{ "UDP", false, PROTO_UDP }, { "UDPv6", false, PROTO_UDP },
	{ "SCTP", false, PROTO_TCP }, { "SCTPv6", false, PROTO_TCP },
	{ "AF_VSOCK", false, PROTO_VSOCK },
	{ "RAW", false, PROTO_RAW }, { "RAWv6", false, PROTO_RAW },
	{ "PACKET", false, PROTO_PACKET },
	{ "PING", false, PROTO_ICMP }, { "PINGv6", false, PROTO_ICMP },
};

enum { LOOKED_AT = 1, IN_TABLE };

/* A look at all strays. */
struct look {
	const struct scan_request *req;
	const struct strays *strays;
	const struct scan *sc;
	struct scan late;	/* the results, and all namespaces */
	struct linux_visit visit;
	struct map veiled;	/* cookies of namespaces that were not read */
	struct map seen;	/* by inode: sockets that need no look */
	struct map netns;	/* inode to late's number + 1, NETNS_SHUT */
	uint64_t cookie;	/* of our own namespace; 0: not known */
	int proc, pidfd;	/* pidfd of task, or -1 with error */
	int error;
	uint32_t task;
	uint64_t task_netns;	/* 0: not looked at */
	size_t taken, refused;
	int fault;		/* errno of a copy, or 0 */
	bool is_cut;
};

/* In place of the number of a namespace that could not be entered. */
#define NETNS_SHUT UINT32_MAX

static int
cmp_stray(const void *a, const void *b)
{
	const struct stray *x = a, *y = b;
	int c = num_cmp(x->task, y->task);

	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

/* NULL if it is none of them.  A socket whose protocol is known is not looked
 * at again. */
static const struct kind *
find_kind(struct look *l, const struct stray *s)
{
	char path[PATH_SIZE], name[PROTOCOL_MAX], *p = path;
	struct str protocol;
	ssize_t n;
	size_t i;

	memcpy(p, "/proc/", 6);
	p = num_format(p + 6, s->task);
	memcpy(p, "/fd/", 4);
	*num_format(p + 4, s->fd) = '\0';
	n = getxattr(path, "system.sockprotoname", name, sizeof name);
	if (n >= 0)
		*map_at(&l->seen, s->inode) = LOOKED_AT;
	/* n counts the NUL */
	protocol = (struct str){ name, n > 0 ? (size_t)n - 1 : 0 };
	for (i = 0; i < NELEMS(kinds); i++)
		if (str_is(protocol, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* From Linux 6.9 on a thread that is not the first may have a pidfd, too. */
static void
open_task(struct look *l, uint32_t task)
{
	input_close(l->pidfd);
	l->task = task;
	l->task_netns = 0;
	l->pidfd = (int)syscall(SYS_pidfd_open, task, PIDFD_THREAD);
	if (l->pidfd < 0 && errno == EINVAL)
		l->pidfd = (int)syscall(SYS_pidfd_open, task, 0);
	l->error = errno;
}

/* False if it is gone, for lack of privileges, or in an old kernel. */
static bool
is_fault(int error)
{
	return error != ESRCH && error != EBADF && error != EPERM &&
	    error != EACCES && error != ENOSYS && error != EINVAL;
}

/* A copy of the stray; -1 if it is gone, or we may not have one. */
static int
take_copy(struct look *l, const struct stray *s, struct stat *st)
{
	int fd = -1;

	if (l->task != s->task)
		open_task(l, s->task);
	errno = l->error;
	if (l->pidfd >= 0)
		fd = (int)syscall(SYS_pidfd_getfd, l->pidfd, s->fd, 0);
	if (fd < 0) {
		l->refused += errno != ESRCH && errno != EBADF;
		if (l->fault == 0 && is_fault(errno))
			l->fault = errno;
		return -1;
	}
	l->taken++;
	if (fstat(fd, st) == 0 && st->st_ino == s->inode)
		return fd;
	close(fd);
	return -1;
}

/* The inode of the socket's namespace, with cap_net_admin; else 0. */
static uint64_t
ask_netns(int fd)
{
	int ns = ioctl(fd, SIOCGSKNS);
	struct stat st;
	uint64_t inode = ns >= 0 && fstat(ns, &st) == 0 ? st.st_ino : 0;

	input_close(ns);
	return inode;
}

/* Without rights the kernel says only, from Linux 5.14 on, whether it is our
 * own namespace.  If it does not say, the socket is taken to be in the
 * namespace of its process. */
static uint32_t
guess_netns(struct look *l, int fd, const struct stray *s)
{
	uint64_t cookie = copy_netns_cookie(fd), inode;
	char path[NUM_MAX + sizeof "/ns/net"];

	if (cookie != 0 && l->cookie != 0)
		return cookie == l->cookie;
	inode = ask_netns(fd);
	if (inode != 0)
		return map_get(&l->netns, inode);
	if (l->task_netns == 0) {
		memcpy(num_format(path, s->task), "/ns/net",
		    sizeof "/ns/net");
		l->task_netns = walk_inode(l->proc, path, LINUX_NETNS_LINK);
	}
	return map_get(&l->netns, l->task_netns);
}

/* With the list's values, if the list had it but it could not be entered. */
static struct linux_netns
unread_netns(struct look *l, uint64_t inode)
{
	struct str plain;
	size_t i;

	for (i = 0; i < l->sc->nshut; i++) {
		const struct netns *shut = &l->sc->shut[i];

		if (shut->inode == inode)
			return (struct linux_netns){ .inode = inode,
				.label = shut->label, .plain = shut->plain,
				.in = shut->in, .pid = shut->pid,
				.uid = shut->uid };
	}
	plain = linux_netns_label(&l->late.arena, inode);
	return (struct linux_netns){ .inode = inode, .label = plain,
		.plain = plain };
}

/* Reads a namespace that was not in the list; returns its number + 1. */
static uint32_t
visit_late(struct look *l, int fd, uint64_t inode)
{
	struct linux_netns ns = unread_netns(l, inode);
	size_t i = l->late.nsock;
	bool ok = linux_netns_visit(&l->visit, &ns, fd);
	uint32_t netns = ok ? (uint32_t)l->late.nnetns : NETNS_SHUT;

	for (; i < l->late.nsock; i++)
		if (l->late.sock[i].inode != 0)
			*map_at(&l->seen, l->late.sock[i].inode) = IN_TABLE;
	*map_at(&l->netns, inode) = netns;
	return netns;
}

/* Counts a socket that should be in a table and is not: its namespace was not
 * read.  Each namespace is counted once, if the kernel can tell them apart. */
static void
count_veiled(struct look *l, int fd, const struct kind *kind)
{
	struct sock s = { .netns = 0 };
	uint64_t cookie = copy_netns_cookie(fd);

	if ((cookie != 0 && cookie == l->cookie) ||
	    (kind->proto < PROTO_NPORTED && !copy_name(fd, &s)) ||
	    (kind->may_be_bound && !copy_is_open(fd)))
		return;
	if (cookie == 0 || map_get(&l->veiled, cookie) == 0)
		l->late.sock_netns++;
	if (cookie != 0)
		*map_at(&l->veiled, cookie) = 1;
}

/* The number + 1 of the scan's namespace that it is in; 0: none of them. */
static uint32_t
find_netns(struct look *l, int fd, const struct stray *s,
    const struct kind *kind)
{
	uint32_t netns = 0;
	struct stat st;
	int ns;

	if ((l->sc->seeks & SEEK_NETNS) == 0)
		return guess_netns(l, fd, s);
	ns = ioctl(fd, SIOCGSKNS);
	if (ns < 0) {
		count_veiled(l, fd, kind);
		return guess_netns(l, fd, s);
	}
	if (fstat(ns, &st) == 0) {
		netns = map_get(&l->netns, st.st_ino);
		if (netns == 0)
			netns = visit_late(l, ns, st.st_ino);
	}
	close(ns);
	return netns;
}

/* Looks at a descriptor that is open on a namespace.  With O_PATH it cannot be
 * used to enter the namespace, which is then opened again. */
static void
look_at_netns(struct look *l, const struct stray *s)
{
	char path[PATH_SIZE];
	struct stat st;
	int fd, copy;

	if (map_get(&l->netns, s->inode) != 0)
		return;
	copy = take_copy(l, s, &st);
	if (copy < 0)
		return;
	memcpy(path, "/proc/self/fd/", 14);
	*num_format(path + 14, (uint64_t)copy) = '\0';
	fd = l->visit.dev == st.st_dev ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0)
		visit_late(l, fd, s->inode);
	input_close(fd);
	close(copy);
}

/* Adds its record, if it is BOUND. */
static void
add_bound(struct look *l, int fd, const struct stat *st, enum sock_proto proto,
    uint32_t netns)
{
	struct sock s = { .proto = (unsigned char)proto, .state = STATE_BOUND,
		.netns = netns, .uid = st->st_uid, .inode = st->st_ino };

	if (copy_is_bound(&l->late, fd, &s))
		*scan_add_sock(&l->late) = s;
}

static void
add_vsock(struct look *l, int fd, const struct stat *st, uint32_t netns)
{
	struct sock s = { .proto = PROTO_VSOCK, .netns = netns,
		.uid = st->st_uid, .inode = st->st_ino, .queueless = true };

	if (copy_vsock(&l->late, fd, &s))
		*scan_add_sock(&l->late) = s;
}

static bool
is_sought(const struct look *l, const struct kind *kind)
{
	unsigned what = SEEK_NETNS;

	/* in other namespaces these are read only if requested */
	if (kind->proto >= PROTO_NPORTED &&
	    !filter_wants_proto(l->req->filter, kind->proto))
		return false;
	if (kind->may_be_bound)
		what |= SEEK_BOUND;
	else if (kind->proto == PROTO_VSOCK)
		what |= SEEK_VSOCK;
	return (l->sc->seeks & what) != 0;
}

static void
add_found(struct look *l, int fd, const struct stat *st,
    const struct kind *kind, uint32_t netns)
{
	unsigned seeks = l->sc->seeks;

	if (kind->may_be_bound && (seeks & SEEK_BOUND) != 0 &&
	    map_get(&l->seen, st->st_ino) != IN_TABLE)
		add_bound(l, fd, st, kind->proto, netns);
	if (kind->proto == PROTO_VSOCK && (seeks & SEEK_VSOCK) != 0)
		add_vsock(l, fd, st, netns);
}

static void
look_at(struct look *l, const struct stray *s)
{
	const struct kind *kind = find_kind(l, s);
	struct stat st;
	uint32_t netns;
	int fd;

	if (kind == NULL || !is_sought(l, kind))
		return;
	fd = take_copy(l, s, &st);
	if (fd < 0) {
		/* another process may have it */
		*map_at(&l->seen, s->inode) = 0;
		return;
	}
	netns = find_netns(l, fd, s, kind);
	if (netns != 0 && netns != NETNS_SHUT)
		add_found(l, fd, &st, kind, netns - 1);
	close(fd);
}

static void *
look_at_all(void *arg)
{
	struct look *l = arg;
	const struct strays *all = l->strays;
	size_t i, n = 0;

	for (i = 0; l->visit.ok && i < all->n && n < STRAYS_MAX; i++) {
		const struct stray *s = &all->v[i];

		if (s->is_netns) {
			look_at_netns(l, s);
		} else if (map_get(&l->seen, s->inode) == 0) {
			look_at(l, s);
			n++;
		}
	}
	l->is_cut = n == STRAYS_MAX && i < all->n;
	input_close(l->pidfd);
	return NULL;
}

/* If the filter narrowed the tables, they lack sockets that are not sought
 * either: reads these now, to leave them out. */
static void
leave_out_rest(struct look *l)
{
	struct scan rest = { .nsock = 0 };
	size_t i;

	if (!filter_narrows(l->req->filter) ||
	    (l->sc->seeks & SEEK_NETNS) != 0)
		return;
	scan_add_netns(&rest);
	l->visit.tables(l->visit.req, &rest);
	for (i = 0; i < rest.nsock; i++)
		if (rest.sock[i].inode != 0)
			*map_at(&l->seen, rest.sock[i].inode) = IN_TABLE;
	scan_free(&rest);
}

static void
begin(struct look *l, struct strays *s)
{
	const struct scan *sc = l->sc;
	struct stat st;
	size_t i;
	int fd;

	if (s->n > 0)
		qsort(s->v, s->n, sizeof *s->v, cmp_stray);
	for (i = 0; i < sc->nnetns; i++) {
		*scan_add_netns(&l->late) = sc->netns[i];
		*map_at(&l->netns, i > 0 ? sc->netns[i].inode :
		    sys_netns(l->req->proc, true)) = (uint32_t)i + 1;
	}
	if (fstatat(l->proc, "thread-self/ns/net", &st, 0) == 0)
		l->visit.dev = st.st_dev;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		l->cookie = copy_netns_cookie(fd);
	input_close(fd);
}

/* Moves the wanted results to the scan; their holders are among the processes
 * with strays. */
static void
keep_late(struct look *l, struct scan *sc)
{
	const struct strays *all = l->strays;
	struct scan *late = &l->late;
	struct map kept = { 0 };	/* their inodes */
	uint32_t *pid = NULL;
	size_t i, n = 0, cap = 0, from = sc->nsock;

	for (i = 0; i < late->nsock; i++) {
		if (!filter_keeps(l->req->filter, late, &late->sock[i]))
			continue;
		if (late->sock[i].inode != 0)
			*map_at(&kept, late->sock[i].inode) = 1;
		*scan_add_sock(sc) = late->sock[i];
	}
	for (i = 0; i < all->n; i++)
		if (map_get(&kept, all->v[i].inode) != 0)
			*MEM_PUSH(pid, n, cap) = all->v[i].pid;
	n = num_sort(pid, n);
	if (n > 0 && (l->req->needs & NEED_OWNERS) != 0)
		walk_owners_of(l->req, from, pid, n, sc);
	free(pid);
	map_free(&kept);
}

/* Keeps those that could not be entered, except if a socket led into them. */
static void
keep_shut(struct look *l, struct scan *sc)
{
	size_t i, n = 0;
	uint32_t netns;

	for (i = 0; i < l->late.nshut; i++)
		*MEM_PUSH(sc->shut, sc->nshut, sc->shutcap) = l->late.shut[i];
	for (i = 0; i < sc->nshut; i++) {
		netns = map_get(&l->netns, sc->shut[i].inode);
		if (netns == 0 || netns == NETNS_SHUT)
			sc->shut[n++] = sc->shut[i];
	}
	sc->nshut = n;
}

/* Keeps the namespaces, and what there is to say of them. */
static void
keep_netns(struct look *l, struct scan *sc)
{
	size_t i, n = sc->nnetns;

	for (i = n; i < l->late.nnetns; i++)
		*scan_add_netns(sc) = l->late.netns[i];
	if (l->late.nnetns > n)
		linux_netns_sort(sc);
	sc->sock_netns += l->late.sock_netns;
	keep_shut(l, sc);
	sc->incomplete |= l->late.incomplete;
}

static bool
has_seen_all(const struct look *l)
{
	return l->refused == 0 && !l->is_cut && l->sc->hidden == 0;
}

static enum scan_bound
whose_bound(const struct look *l)
{
	if (l->refused > 0 && l->taken == 0)
		return BOUND_NO;
	return has_seen_all(l) ? BOUND_ALL : BOUND_OWN;
}

/* For a kernel in which only descriptors show vsock. */
static void
judge_vsock(const struct look *l, struct scan *sc)
{
	if (has_seen_all(l)) {
		sc->protos |= 1U << PROTO_VSOCK;
		return;
	}
	err_msg("--proto=vsock: the kernel has no vsock_diag, and some "
	    "processes are hidden");
	sc->incomplete = true;
}

bool
linux_strays(const struct scan_request *req, struct strays *s,
    linux_tables *tables, struct scan *sc)
{
	const struct filter all = { .all_netns = req->filter->all_netns,
		.protos = PROTOS_PORTED | (req->filter->all_netns ?
		filter_protos(req->filter) : 0),
		.ends = req->filter->ends, .nends = req->filter->nends };
	struct scan_request wide = *req;
	struct look l = { .req = req, .strays = s, .sc = sc, .pidfd = -1,
		.visit = { .req = &wide, .tables = tables, .ok = true } };

	wide.filter = &all;
	l.visit.sc = &l.late;
	l.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	begin(&l, s);
	leave_out_rest(&l);
	if ((sc->seeks & SEEK_NETNS) == 0)
		look_at_all(&l);
	else if (!linux_in_thread(look_at_all, &l))
		l.visit.ok = false;
	if (l.is_cut)
		err_msg("sockets in no table: only %d were looked at",
		    STRAYS_MAX);
	errno = l.fault;
	if (l.fault != 0)
		err_msg("descriptors of processes:");
	sc->incomplete |= l.fault != 0;
	if ((sc->seeks & SEEK_BOUND) != 0)
		sc->bound = whose_bound(&l);
	if ((sc->seeks & SEEK_VSOCK) != 0)
		judge_vsock(&l, sc);
	if ((req->needs & NEED_DIR) != 0)
		dir_judge(&l.late);
	keep_late(&l, sc);
	keep_netns(&l, sc);
	arena_adopt(&sc->arena, &l.late.arena);
	scan_free(&l.late);
	map_free(&l.seen);
	map_free(&l.netns);
	map_free(&l.veiled);
	input_close(l.proc);
	return l.visit.ok;
}
