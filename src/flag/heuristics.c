#include "flag/heuristics.h"

#include "flag/program.h"

/* In seconds. */
enum { HOUR = 60 * 60, DAY = 24 * HOUR };

static bool
in_list(int port, const uint16_t *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (port == list[i])
			return true;
	return false;
}
#define IN(port, list) in_list(port, list, NELEMS(list))

static bool
suspect_nonroot_privileged(struct view *v)
{
	return v->local_port >= 0 && view_is_login(v) && view_is_own_netns(v);
}

static bool
confirm_nonroot_privileged(struct heur_case *c)
{
	return c->v->local_port < c->snap->unpriv &&
	    !others_root_holds(c->o, c->row, c->v);
}

/* Its port is one of SCTP, which names none of the services that are known by
 * their ports of TCP and UDP.  A record without proto is taken for one of
 * those: so that is no field that a heuristic needs. */
static bool
is_sctp(const struct view *v)
{
	return str_is(view_get(v, F_PROTO), "sctp");
}

/* A user can give a cgroup of his own any container's name, but not a port of
 * a namespace that is not his.  A sandbox of a program's is of his session. */
static bool
is_contained(const struct view *v)
{
	struct str name = view_get(v, F_CONTAINER);

	return name.p != NULL && !str_starts(name, "snap/") &&
	    !str_starts(name, "flatpak/") &&
	    (!view_is_own_netns(v) || !view_is_login(v));
}

static bool
suspect_script_sensitive(struct view *v)
{
	static const uint16_t ports[] = { 22, 80, 443 };

	return IN(v->local_port, ports) && !is_sctp(v) &&
	    view_class(v) & PROG_INTERPRETER && !is_contained(v);
}

static bool
suspect_root_high_port(struct view *v)
{
	return view_is_root(v) && v->remote_port >= 1024 &&
	    view_get(v, F_SERVICE).p == NULL &&
	    str_is(view_get(v, F_DIR), "out") && view_remote_public(v);
}

static bool
suspect_proxy_listener(struct view *v)
{
	static const uint16_t ports[] = { 1080, 1081, 3128, 9050, 9150 };

	return view_class(v) & PROG_SSH ||
	    (IN(v->local_port, ports) && !is_sctp(v) &&
	    view_local_beyond(v));
}

/* fd holds 0 and 1; prt-scan lists descriptors in order. */
static bool
is_stdio(const struct view *v)
{
	struct str fd = view_get(v, F_FD), first = str_cut(&fd, ',');

	return str_is(first, "0") && str_is(str_cut(&fd, ','), "1");
}

static bool
suspect_stdio_socket(struct view *v)
{
	return is_stdio(v) &&
	    view_class(v) & (PROG_SHELL | PROG_INTERPRETER) &&
	    view_remote(v) != NULL;
}

static bool
confirm_stdio_socket(struct heur_case *c)
{
	return !others_accepted(c->o, c->row, c->v);
}

static bool
suspect_shell_net(struct view *v)
{
	return view_class(v) & PROG_SHELL && view_remote_beyond(v);
}

/* A service that is a shell script behind inetd or a socket of systemd's holds
 * its connection alone too. */
static bool
confirm_shell_net(struct heur_case *c)
{
	return others_alone(c->o, c->row, c->v) &&
	    !others_accepted(c->o, c->row, c->v);
}

/* runc runs from a copy of itself, against CVE-2019-5736; it is root's. */
static bool
suspect_memfd_exe(struct view *v)
{
	struct str path = str_undeleted(view_get(v, F_EXE));

	return str_starts(path, "/memfd:") && !(view_is_root(v) &&
	    str_is(path, "/memfd:runc_cloned:/proc/self/exe"));
}

static bool
suspect_deleted_exe(struct view *v)
{
	struct str exe = view_get(v, F_EXE);

	return str_ends(exe, " (deleted)") && !str_starts(exe, "/memfd:");
}

/* The script by its full path; a relative one where the stream has cwd. */
static bool
runs_temporary_script(struct view *v)
{
	struct str script = prog_script(view_get(v, F_CMDLINE));

	if (script.n == 0 || script.p[0] == '/')
		return prog_is_temporary(script);
	return prog_is_temporary_folder(view_get(v, F_CWD));
}

/* What only its own mounts have in the place of a program that is installed;
 * root has services that do (RootDirectory of systemd.exec(5)), and so has
 * whoever runs containers of his own. */
static bool
poses_as_installed(const struct view *v)
{
	return prog_poses_as_installed(view_get(v, F_EXE)) &&
	    !view_is_root(v) && view_get(v, F_CONTAINER).p == NULL;
}

static bool
suspect_tmp_exe(struct view *v)
{
	if (!prog_is_temporary(view_get(v, F_EXE)) && !poses_as_installed(v) &&
	    !(view_class(v) & PROG_INTERPRETER && runs_temporary_script(v)))
		return false;
	return v->kind == VIEW_LISTEN ? view_local_beyond(v) :
	    view_remote_public(v);
}

static enum heur_level
level_for_tmp_exe(struct view *v)
{
	return view_is_login(v) ? HEUR_MEDIUM : HEUR_HIGH;
}

/* The kernel's own threads have no exe, and kthreadd (2) as parent; in a
 * container any process may have that number. */
static bool
suspect_fake_kthread(struct view *v)
{
	return view_get(v, F_EXE).p != NULL &&
	    prog_poses_as_kernel(view_get(v, F_PROCESS),
	    view_get(v, F_CMDLINE)) && !(str_is(view_get(v, F_PPID), "2") &&
	    str_is(view_get(v, F_PARENT), "kthreadd"));
}

static bool
suspect_nc_listener(struct view *v)
{
	return view_class(v) & PROG_RELAY && view_local_beyond(v);
}

/* Stores that let in whoever can reach them, as they come. */
static bool
is_store(const struct view *v)
{
	static const uint16_t tcp[] = {
		2181,			/* ZooKeeper */
		2375,			/* Docker */
		2379, 2380,		/* etcd */
		5984,			/* CouchDB */
		6379,			/* Redis */
		8086,			/* InfluxDB 1 */
		8983,			/* Solr */
		9042, 9160,		/* Cassandra */
		9200, 9300,		/* Elasticsearch */
		11211,			/* memcached */
		27017, 27018, 27019,	/* MongoDB */
		28015,			/* RethinkDB */
	};
	static const uint16_t udp[] = { 11211 };

	return v->kind == VIEW_LISTEN ? IN(v->local_port, tcp) :
	    IN(v->local_port, udp);
}

static bool
suspect_exposed_store(struct view *v)
{
	return is_store(v) && !is_sctp(v) && view_is_own_netns(v) &&
	    view_local_beyond(v);
}

static enum heur_level
level_for_exposed_store(struct view *v)
{
	const struct view_addr *a = view_local(v);

	return a != NULL && view_reach(a) == ADDR_PRIVATE ? HEUR_LOW :
	    HEUR_MEDIUM;
}

static bool
suspect_bind_widened(struct view *v)
{
	return view_get(v, F_CHANGE).p != NULL && !view_was_open(v);
}

static bool
confirm_bind_widened(struct heur_case *c)
{
	return others_widened(c->o, c->row, c->v);
}

static bool
suspect_nonroot_privileged_any(struct view *v)
{
	return v->has_uid && v->uid != 0 && v->local_port >= 0 &&
	    v->local_port < 1024;
}

static bool
suspect_root_high_port_any(struct view *v)
{
	return view_is_root(v) && v->remote_port >= 1024 &&
	    !str_is(view_get(v, F_DIR), "in");
}

static bool
suspect_relay_shell(struct view *v)
{
	return view_class(v) & (PROG_RELAY | PROG_CLIENT) &&
	    view_remote_beyond(v);
}

static bool
confirm_relay_shell(struct heur_case *c)
{
	return prog_class(STR_NONE, view_get(c->v, F_PARENT), STR_NONE) &
	    PROG_SHELL || others_shell_near(c->o, c->row, c->v);
}

/* What the kernel does not tell of, whatever the scan. */
static bool
suspect_no_owner(struct view *v)
{
	static const uint16_t kernel[] = {
		7777,		/* o2cb */
		7788, 7789, 	/* DRBD */
		20049,		/* nfsd, by RDMA */
		21064,		/* DLM */
	};

	return view_get(v, F_PID).p == NULL && !view_is_kernel(v) &&
	    !IN(v->local_port, kernel) &&
	    !str_is(view_get(v, F_SERVICE), "drbd");
}

/* By its number, or because of lockd and the NFS callback, which take any port,
 * by its name. */
static bool
is_kernel_port(const struct view *v)
{
	static const uint16_t kernel[] = {
		445,		/* ksmbd */
		2049,		/* nfsd */
		3260,		/* LIO iSCSI target */
		4045,		/* lockd, where it was given one */
		4420,		/* NVMe over TCP */
	};
	static const char *const names[] = {
		"nfs", "lockd", "nlockmgr", "sunrpc", "iscsi-target", "nvme",
	};
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		if (str_is(view_get(v, F_SERVICE), names[i]))
			return true;
	return IN(v->local_port, kernel);
}

/* A scan of 1.0 has no names of the kernel's sockets: ports must do. */
static bool
confirm_no_owner(struct heur_case *c)
{
	return c->snap->sees_all &&
	    (c->snap->names_kernel || !is_kernel_port(c->v));
}

static bool
suspect_long_lived(struct view *v)
{
	return view_get(v, F_FIRST_SEEN).p != NULL;
}

/* first_seen is the connection's: if its state has changed since the last
 * snapshot, that was not an hour ago. */
static bool
suspect_close_wait(struct view *v)
{
	return str_is(view_get(v, F_STATE), "CLOSE_WAIT") &&
	    view_get(v, F_FIRST_SEEN).p != NULL &&
	    !str_starts(view_get(v, F_WAS), "state=");
}

static bool
confirm_close_wait(struct heur_case *c)
{
	return view_age(c->v, c->snap) > HOUR;
}

static bool
confirm_long_lived(struct heur_case *c)
{
	return view_age(c->v, c->snap) > DAY;
}

const struct heur heur_table[HEUR_COUNT] = {
	{ .name = "nonroot-privileged", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .scope = HEUR_HOLDERS,
	    .needs = OTHERS_SOCKETS, .unpriv = true, .attack = "T1548",
	    .sentence = "a login account listens on a privileged port, and no "
		"root process has that socket",
	    .suspect = suspect_nonroot_privileged,
	    .confirm = confirm_nonroot_privileged,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_PID, F_UID, FIELD_NONE } },
	{ .name = "script-sensitive", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1036",
	    .sentence = "an interpreter outside a container listens on port "
		"22, 80 or 443",
	    .suspect = suspect_script_sensitive,
	    .fields = { F_STATE, F_LOCAL_PORT, F_NETNS, F_CONTAINER, F_UID,
	    F_EXE, F_PROCESS, FIELD_NONE } },
	{ .name = "root-high-port", .level = HEUR_LOW, .on = true,
	    .kinds = VIEW_ESTABLISHED, .attack = "T1571",
	    .sentence = "root has connected to a public address, to a port "
		"from 1024 on that is no known service's",
	    .suspect = suspect_root_high_port,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_REMOTE_PORT, F_DIR, F_SERVICE,
	    F_UID, FIELD_NONE } },
	{ .name = "proxy-listener", .level = HEUR_LOW, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1090",
	    .sentence = "a proxy's port is open beyond loopback, or an ssh "
		"client listens",
	    .suspect = suspect_proxy_listener,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_EXE, F_PROCESS,
	    FIELD_NONE } },
	{ .name = "stdio-socket", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_CONNECTED, .scope = HEUR_LISTENERS,
	    .needs = OTHERS_SOCKETS | OTHERS_LISTENERS, .attack = "T1059",
	    .sentence = "a shell or interpreter has a connection as its "
		"standard input and output, and it was not handed to it by a "
		"server",
	    .suspect = suspect_stdio_socket, .confirm = confirm_stdio_socket,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT,
	    F_REMOTE_ADDR, F_NETNS, F_PID, F_FD, F_PPID, F_EXE, F_PROCESS } },
	{ .name = "shell-net", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_CONNECTED, .scope = HEUR_LISTENERS,
	    .needs = OTHERS_SOCKETS | OTHERS_LISTENERS, .attack = "T1059.004",
	    .sentence = "a shell has a connection beyond loopback that no "
		"other process has",
	    .suspect = suspect_shell_net, .confirm = confirm_shell_net,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT,
	    F_REMOTE_ADDR, F_NETNS, F_PID, F_PPID, F_EXE, F_PROCESS,
	    FIELD_NONE } },
	{ .name = "memfd-exe", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1620",
	    .sentence = "the executable is in memory alone",
	    .suspect = suspect_memfd_exe,
	    .fields = { F_EXE, F_UID, FIELD_NONE } },
	{ .name = "deleted-exe", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1070.004",
	    .sentence = "the executable was deleted",
	    .suspect = suspect_deleted_exe,
	    .fields = { F_EXE, FIELD_NONE } },
	{ .name = "tmp-exe", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_LISTEN | VIEW_CONNECTED, .attack = "T1105",
	    .sentence = "a program in a folder for temporary files, or that "
		"only its own mounts have in the place of an installed one, "
		"listens beyond loopback or is connected to a public address",
	    .suspect = suspect_tmp_exe, .level_for = level_for_tmp_exe,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_REMOTE_ADDR, F_UID, F_EXE,
	    F_PROCESS, F_CMDLINE, FIELD_NONE } },
	{ .name = "fake-kthread", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1036.011",
	    .sentence = "a process is named like a kernel thread and is none",
	    .suspect = suspect_fake_kthread,
	    .fields = { F_EXE, F_PROCESS, F_CMDLINE, F_PPID, F_PARENT,
	    FIELD_NONE } },
	{ .name = "nc-listener", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1095",
	    .sentence = "nc, ncat, netcat or socat listens beyond loopback",
	    .suspect = suspect_nc_listener,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_EXE, F_PROCESS, FIELD_NONE } },
	{ .name = "exposed-store", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN, .attack = "T1190",
	    .sentence = "the port of a store without authentication is open "
		"beyond loopback",
	    .suspect = suspect_exposed_store,
	    .level_for = level_for_exposed_store,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    FIELD_NONE } },
	{ .name = "bind-widened", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN, .scope = HEUR_BINDS, .needs = OTHERS_BINDS,
	    .attack = "T1133",
	    .sentence = "a port is open to more than it was in the snapshot "
		"before",
	    .suspect = suspect_bind_widened, .confirm = confirm_bind_widened,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_CHANGE, FIELD_NONE } },
	{ .name = "nonroot-privileged-any", .level = HEUR_LOW,
	    .kinds = VIEW_LISTEN, .attack = "T1548",
	    .sentence = "any user but root listens on a port below 1024",
	    .suspect = suspect_nonroot_privileged_any,
	    .fields = { F_STATE, F_LOCAL_PORT, F_UID, FIELD_NONE } },
	{ .name = "root-high-port-any", .level = HEUR_LOW,
	    .kinds = VIEW_ESTABLISHED, .attack = "T1571",
	    .sentence = "root has a connection to a port from 1024 on that did "
		"not come in",
	    .suspect = suspect_root_high_port_any,
	    .fields = { F_STATE, F_REMOTE_PORT, F_DIR, F_UID, FIELD_NONE } },
	{ .name = "relay-shell", .level = HEUR_MEDIUM, .kinds = VIEW_CONNECTED,
	    .needs = OTHERS_SHELLS, .attack = "T1059.004",
	    .sentence = "nc, ncat, netcat, socat, openssl or telnet is "
		"connected beyond loopback, and its parent, a child or a "
		"sibling is a shell",
	    .suspect = suspect_relay_shell, .confirm = confirm_relay_shell,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_EXE, F_PROCESS, F_PID, F_PPID,
	    F_PARENT, FIELD_NONE } },
	{ .name = "no-owner", .level = HEUR_MEDIUM, .kinds = VIEW_LISTEN,
	    .scope = HEUR_OWNERS, .attack = "T1014",
	    .sentence = "no process has a listening socket, and it is no "
		"kernel service's",
	    .suspect = suspect_no_owner, .confirm = confirm_no_owner,
	    .fields = { F_STATE, F_LOCAL_PORT, F_SERVICE, F_PID, F_PROCESS,
	    FIELD_NONE } },
	{ .name = "close-wait", .level = HEUR_LOW, .kinds = VIEW_HALF,
	    .scope = HEUR_TIME,
	    .sentence = "the peer closed a connection over an hour ago, the "
		"process did not",
	    .suspect = suspect_close_wait, .confirm = confirm_close_wait,
	    .fields = { F_STATE, F_FIRST_SEEN, FIELD_NONE } },
	{ .name = "long-lived", .level = HEUR_LOW, .kinds = VIEW_ESTABLISHED,
	    .scope = HEUR_TIME,
	    .sentence = "a connection is older than 24 hours",
	    .suspect = suspect_long_lived, .confirm = confirm_long_lived,
	    .fields = { F_STATE, F_FIRST_SEEN, FIELD_NONE } },
};

int
heur_find(struct str name)
{
	int i;

	for (i = 0; i < HEUR_COUNT; i++)
		if (str_is(name, heur_table[i].name))
			return i;
	return -1;
}

bool
heur_has_fields(const struct heur *h, const struct cols *cols)
{
	int i;

	for (i = 0; i < HEUR_FIELDS && h->fields[i] != FIELD_NONE; i++)
		if (cols->at[h->fields[i]] < 0)
			return false;
	return true;
}

static const char *const levels[] = {
	[HEUR_LOW] = "low", [HEUR_MEDIUM] = "medium", [HEUR_HIGH] = "high",
};

const char *
heur_level_name(enum heur_level level)
{
	return levels[level];
}
