/*
 * Where the processes that hold published ports pass connections on to.
 *
 * Each kind of holder has a line in a table.  A process is of a kind if it runs
 * that program: the file at a path that only root can write.  The arguments of
 * root's processes and of the caller's own are believed; of other processes
 * only the port of their own container to which pasta leads.  The kernel says
 * which container a namespace belongs to.
 */
#define _GNU_SOURCE
#include "scan/linux/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/trust.h"
#include "scan/linux/owners.h"
#include "scan/machine.h"

enum { ARGS_SIZE = 16 * 1024 };
#define NO_CONTAINER UINT32_MAX

struct kind;

/* A process of a kind. */
struct agent {
	const struct kind *kind;
	uint32_t proc;		/* index in the scan's */
	uint32_t uid;
	struct str args;
	uint64_t netns;		/* inode of its container's, or 0 */
	uint32_t container;	/* index in maps.container, or NO_CONTAINER */
};

struct targets {
	const struct scan_request *req;
	struct scan *sc;
	struct port_maps maps;
	struct agent *agent;
	size_t nagent, agentcap;
	int proc;		/* the proc tree */
};

/* What is known of a socket's target. */
struct told {
	struct sock_target t;
	uint32_t container;	/* the agent's at first */
};

/* Sets the target of a socket of the agent's; false: it is not known. */
typedef bool tell_target(struct targets *ts, const struct agent *g,
    const struct sock *s, struct told *told);

enum {
	OF_ROOT = 1 << 0,	/* other users' processes do not count */
	BY_MAPS = 1 << 1,	/* needs the maps of root's runtimes */
	BY_USERS_MAPS = 1 << 2,	/* and those of its user's Docker */
	BY_PODMAN = 1 << 3,	/* and those of podman(1), for its user */
	BY_TUN = 1 << 4,	/* its tun device is in the container, */
	BY_NETNS = 1 << 5,	/* or it is there itself, but not its socket */
	BY_CONMON = 1 << 6	/* its arguments name the container */
};

/* By the maps of the agent's user; only of its container, if that is known. */
static bool
tell_map(struct targets *ts, const struct agent *g, const struct sock *s,
    struct told *told)
{
	struct port_maps *m = &ts->maps;
	bool known = g->container != NO_CONTAINER;
	const struct port_map *map = port_maps_find(m, s,
	    port_maps_netns(m, s->netns), known ?
	    m->container[g->container].in.id : STR_NONE, g->uid);

	if (map != NULL) {
		told->t.addr = map->target;
		told->t.port = map->target_port;
		if (!known)
			told->container = map->container;
	}
	return map != NULL || (known && sock_is_alone(s));
}

/* The address is in its own arguments, if it is root's or our own; Docker says
 * which container has it. */
static bool
tell_proxy(struct targets *ts, const struct agent *g, const struct sock *s,
    struct told *told)
{
	struct sock_target own = told->t;
	bool ok = tell_map(ts, g, s, told);

	if (g->uid != 0 && g->uid != geteuid())
		return ok;
	if (!args_docker_proxy(g->args, s, &own))
		return false;
	told->t = own;
	return true;
}

static bool
tell_pasta(struct targets *ts, const struct agent *g, const struct sock *s,
    struct told *told)
{
	(void)ts;
	return args_pasta(g->args, s, &told->t) ||
	    (g->container != NO_CONTAINER && sock_is_alone(s));
}

static bool
tell_forkproxy(struct targets *ts, const struct agent *g,
    const struct sock *s, struct told *told)
{
	(void)ts;
	return args_forkproxy(g->args, s, &told->t);
}

/* The names of the program's file and of its process begin with name; a dot and
 * more may follow. */
static const struct kind {
	const char *name;
	unsigned flags;
	tell_target *tell;
} kinds[] = {
	{ "docker-proxy", BY_MAPS | BY_USERS_MAPS, tell_proxy },
	{ "dockerd", OF_ROOT | BY_MAPS, tell_map },
	{ "conmon", OF_ROOT | BY_MAPS | BY_PODMAN | BY_CONMON, tell_map },
	{ "pasta", BY_TUN, tell_pasta },
	{ "passt", BY_TUN, tell_pasta },	/* the same program */
	{ "slirp4netns", BY_TUN | BY_PODMAN, tell_map },
	{ "rootlessport", BY_NETNS | BY_PODMAN, tell_map },
	{ "rootlesskit", BY_USERS_MAPS, tell_map },
	{ "incusd", OF_ROOT | BY_NETNS, tell_forkproxy },
	{ "lxd", OF_ROOT | BY_NETNS, tell_forkproxy },
};

static const struct kind *
find_kind(struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(kinds); i++) {
		struct str rest = name;

		if (str_take_start(&rest, kinds[i].name) &&
		    (rest.n == 0 || *rest.p == '.'))
			return &kinds[i];
	}
	return NULL;
}

/* exe: Go programs that run themselves again have this name. */
static bool
may_be_agent(const struct proc *p)
{
	return p->has_uid && p->comm.p != NULL && !p->ended &&
	    (find_kind(p->comm) != NULL || str_is(p->comm, "exe"));
}

static bool
is_same_file(int dir, const char *path)
{
	struct stat own, its;

	return stat(path, &own) == 0 &&
	    fstatat(dir, "../exe", &its, 0) == 0 &&
	    own.st_dev == its.st_dev && own.st_ino == its.st_ino;
}

/* A file of root's that was replaced meanwhile still counts, if the process has
 * our mounts and so is in no container. */
static bool
is_upgraded(int dir, const struct proc *p, struct str *path)
{
	return p->uid == 0 && str_take_end(path, " (deleted)") &&
	    linux_shares_mounts(dir);
}

/* The kind of the process's program, or NULL; dir is PID/task. */
static const struct kind *
kind_of(int dir, const struct proc *p)
{
	char path[PATH_MAX + sizeof " (deleted)"];
	ssize_t n = readlinkat(dir, "../exe", path, sizeof path - 1);
	const struct kind *kind;
	struct str exe, name;
	bool is_same;

	if (n <= 0 || path[0] != '/')
		return NULL;
	path[n] = '\0';
	is_same = is_same_file(dir, path);
	exe = (struct str){ path, (size_t)n };
	if (!is_same && !is_upgraded(dir, p, &exe))
		return NULL;
	path[exe.n] = '\0';
	name = str_from(strrchr(path, '/') + 1);
	kind = find_kind(name);
	return kind != NULL && (p->uid == 0 || p->uid == geteuid() ||
	    (kind->flags & OF_ROOT) == 0) &&
	    trust_file(path) == TRUST_YES ? kind : NULL;
}

/* The complete arguments, each with a NUL after it. */
static struct str
read_args(int dir, struct arena *a)
{
	char buf[ARGS_SIZE];
	ssize_t n = tree_read(TREE_OWN, dir, "../cmdline", buf, sizeof buf);

	while (n > 0 && buf[n - 1] != '\0')
		n--;
	return n > 0 ? arena_str(a, (struct str){ buf, (size_t)n - 1 }) :
	    STR_NONE;
}

/* True if it is the same process, not a later one with its number. */
static bool
is_still(const struct targets *ts, int dir, const struct proc *p)
{
	struct proc now = { .pid = p->pid };

	linux_process(dir, NEED_STAT | NEED_USER, &now, ts->sc);
	return now.start == p->start && now.has_uid && now.uid == p->uid;
}

static void
look_at(struct targets *ts, uint32_t i)
{
	const struct proc *p = &ts->sc->proc[i];
	struct agent g = { .proc = i, .uid = p->uid,
		.container = NO_CONTAINER };
	int dir = walk_open(TREE_OWN, ts->proc, p->pid, "/task");

	if (dir < 0)
		return;
	g.kind = kind_of(dir, p);
	if (g.kind != NULL) {
		g.args = read_args(dir, &ts->sc->arena);
		if ((g.kind->flags & BY_TUN) != 0)
			g.netns = linux_tun_netns(ts->proc, p->pid);
		if ((g.kind->flags & BY_NETNS) != 0)
			g.netns = walk_inode(dir, "../ns/net",
			    LINUX_NETNS_LINK);
		if (g.netns == ts->maps.own)
			g.netns = 0;
		if (is_still(ts, dir, p))
			*MEM_PUSH(ts->agent, ts->nagent, ts->agentcap) = g;
	}
	close(dir);
}

/* Finds the containers of the agents' namespaces. */
static void
find_containers(struct targets *ts)
{
	size_t i, n = ts->nagent;
	uint64_t *inodes = mem_alloc(n * sizeof *inodes);
	struct proc *found = mem_alloc(n * sizeof *found);
	struct port_maps *m = &ts->maps;

	for (i = 0; i < n; i++)
		inodes[i] = ts->agent[i].netns;
	linux_netns_containers(ts->req, ts->sc, inodes, found, n);
	for (i = 0; i < n; i++) {
		if (found[i].in.id.p == NULL)
			continue;
		/* its user's runtime may have the name */
		if (found[i].in.uid == 0)
			found[i].in.uid = found[i].uid;
		ts->agent[i].container = (uint32_t)m->ncontainer;
		*MEM_PUSH(m->container, m->ncontainer, m->containercap) =
		    (struct map_container){ .in = found[i].in,
			.uid = found[i].uid };
	}
	free(inodes);
	free(found);
}

/* conmon keeps a container of root's Podman; its arguments have the id and the
 * name. */
static void
read_conmon(struct targets *ts, struct agent *g)
{
	struct str id, name;

	if (!args_conmon(g->args, &id, &name))
		return;
	g->container = port_maps_container(&ts->maps, "podman", id, g->uid);
	port_maps_name(&ts->maps, g->container, name);
}

/* True if a process of root's needs them.  A user may run any program of
 * root's, but root's runtimes do not publish his ports: they are not asked. */
static bool
needs_roots_maps(const struct targets *ts)
{
	size_t i = 0;

	while (i < ts->nagent && (ts->agent[i].uid != 0 ||
	    (ts->agent[i].kind->flags & BY_MAPS) == 0))
		i++;
	return i < ts->nagent;
}

/* podman(1) knows the calling user's containers; root's may be in files. */
static bool
needs_podman(const struct targets *ts)
{
	size_t i;

	for (i = 0; i < ts->nagent; i++) {
		const struct agent *g = &ts->agent[i];
		struct str id, name;

		if ((g->kind->flags & BY_PODMAN) == 0 || g->uid != geteuid())
			continue;
		if ((g->kind->flags & BY_CONMON) == 0 ||
		    (args_conmon(g->args, &id, &name) &&
		    !port_maps_have(&ts->maps, id)))
			return true;
	}
	return false;
}

/* Reads the maps of runtimes that are needed. */
static void
read_maps(struct targets *ts, bool wanted)
{
	uint32_t *uid = NULL;
	size_t i, n = 0, cap = 0;

	if (wanted || needs_roots_maps(ts))
		linux_published(&ts->maps);
	if (needs_podman(ts))
		linux_published_podman(&ts->maps);
	for (i = 0; i < ts->nagent; i++)
		if ((ts->agent[i].kind->flags & BY_USERS_MAPS) != 0 &&
		    ts->agent[i].uid != 0)
			*MEM_PUSH(uid, n, cap) = ts->agent[i].uid;
	n = num_sort(uid, n);
	for (i = 0; i < n && uid != NULL; i++)
		linux_published_user(&ts->maps, uid[i]);
	free(uid);
	port_maps_sort(&ts->maps);
}

static void
find_agents(struct targets *ts)
{
	uint32_t i;

	for (i = 0; i < ts->sc->nproc && ts->proc >= 0; i++)
		if (may_be_agent(&ts->sc->proc[i]))
			look_at(ts, i);
	if (ts->nagent > 0)
		find_containers(ts);
}

static void
add_target(struct targets *ts, const struct agent *g, uint32_t sock)
{
	struct told told = { .t = { .sock = sock, .proc = g->proc },
		.container = g->container };

	if (!g->kind->tell(ts, g, &ts->sc->sock[sock], &told))
		return;
	if (told.container != NO_CONTAINER)
		told.t.in = ts->maps.container[told.container].in;
	*scan_add_target(ts->sc) = told.t;
}

static void
tell_agents(struct targets *ts)
{
	struct map of = { 0 };		/* agent + 1 by proc */
	struct map told = { 0 };	/* sockets of a proc */
	size_t i;

	for (i = 0; i < ts->nagent; i++)
		*map_at(&of, ts->agent[i].proc) = (uint32_t)i + 1;
	for (i = 0; i < ts->sc->nholder && ts->nagent > 0; i++) {
		const struct holder *h = &ts->sc->holder[i];
		uint32_t g = map_get(&of, h->proc);
		uint32_t *done;

		if (g == 0)
			continue;
		done = map_at(&told, (uint64_t)h->sock << 32 | h->proc);
		if (*done == 0)
			add_target(ts, &ts->agent[g - 1], h->sock);
		*done = 1;
	}
	map_free(&of);
	map_free(&told);
}

/* Marks the sockets with a known holder. */
static void
mark_held(const struct scan *sc, bool *held)
{
	size_t i;

	for (i = 0; i < sc->nholder; i++)
		held[sc->holder[i].sock] = true;
}

/* Adds targets of root's sockets whose holders are hidden, on ports that root's
 * runtimes have published. */
static void
tell_hidden(struct targets *ts)
{
	static const struct kind hidden = { "", 0, tell_map };
	struct agent g = { .kind = &hidden, .proc = TARGET_NOBODY,
		.container = NO_CONTAINER };
	bool *held = mem_alloc(ts->sc->nsock);
	uint32_t i;

	mark_held(ts->sc, held);
	for (i = 0; i < ts->sc->nsock; i++)
		if (!held[i] && sock_is_alone(&ts->sc->sock[i]) &&
		    sock_has_user(&ts->sc->sock[i]) &&
		    ts->sc->sock[i].uid == 0 && ts->sc->sock[i].kernel == NULL)
			add_target(ts, &g, i);
	free(held);
}

/* Counts any socket as the holder of its port's map: nobody has looked at the
 * holders, and only ports without a socket are needed. */
static void
hold_all(struct targets *ts)
{
	struct port_maps *m = &ts->maps;
	size_t i;

	for (i = 0; i < ts->sc->nsock; i++)
		if (sock_is_alone(&ts->sc->sock[i]))
			port_maps_find(m, &ts->sc->sock[i], port_maps_netns(m,
			    ts->sc->sock[i].netns), STR_NONE, 0);
}

/* The records that get targets. */
enum whose { TARGET_NONE, TARGET_SEEN, TARGET_ALL };

static void
find_all(struct targets *ts, enum whose whose, bool published, bool lacks)
{
	struct scan *sc = ts->sc;
	bool hidden = whose == TARGET_ALL && geteuid() != 0 && sc->hidden > 0;
	size_t i;

	if (whose != TARGET_NONE || published)
		find_agents(ts);
	read_maps(ts, published || lacks || hidden);
	for (i = 0; i < ts->nagent; i++)
		if ((ts->agent[i].kind->flags & BY_CONMON) != 0)
			read_conmon(ts, &ts->agent[i]);
	tell_agents(ts);
	if (hidden)
		tell_hidden(ts);
	if (!published)
		hold_all(ts);
	if (published || lacks) {
		linux_nat(ts->req->filter, &ts->maps);
		sc->published = ts->maps.some ? PUBLISHED_SOME : PUBLISHED_ALL;
	}
	if (published && ts->maps.some) {
		err_msg("published ports: not all could be read");
		sc->incomplete = true;
	}
	scan_sort_targets(sc);
}

static bool
has_agent(const struct scan *sc)
{
	size_t i = 0;

	while (i < sc->nproc && !may_be_agent(&sc->proc[i]))
		i++;
	return i < sc->nproc;
}

void
linux_targets(const struct scan_request *req, struct scan *sc)
{
	bool fields = (req->needs & NEED_TARGET) != 0;
	bool seen = (req->needs & NEED_TARGET_SEEN) != 0 && has_agent(sc);
	bool published = filter_wants_published(req->filter);
	bool lacks = filter_lacks(req->filter, sc);
	struct targets ts = { .req = req, .sc = sc, .maps = { .sc = sc } };

	if (!req->own_proc || (!fields && !seen && !published && !lacks))
		return;
	ts.maps.own = sys_netns(req->proc, true);
	ts.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	find_all(&ts, fields ? TARGET_ALL : seen ? TARGET_SEEN : TARGET_NONE,
	    published, lacks);
	input_close(ts.proc);
	free(ts.agent);
	port_maps_free(&ts.maps);
}
