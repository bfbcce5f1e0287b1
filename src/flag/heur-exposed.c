#include "flag/heur.h"

#include "flag/program.h"
#include "lib/num.h"

static bool
is_named(struct str name, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_is(name, list[i]))
			return true;
	return false;
}
#define IS_NAMED(name, list) is_named((name), (list), NELEMS(list))

/* Stores that by default let in everyone who can reach them. */
static const uint16_t store_ports[] = {
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

/* Store programs, on any port.  Debian's redis-server links to
 * redis-check-rdb. */
static bool
is_store_program(const struct view *v)
{
	static const char *const programs[] = {
		"redis-server", "redis-check-rdb", "redis-check-aof",
		"redis-sentinel", "valkey-server", "valkey-check-rdb",
		"keydb-server", "dragonfly", "memcached", "mongod", "mongos",
		"etcd", "rethinkdb", "influxd",
	};
	/* TLS, and the traffic between a swarm's machines */
	static const uint16_t other[] = { 2376, 2377, 4789, 7946 };
	struct str exe = view_get(v, F_EXE), name;

	if (exe.p == NULL)
		return false;
	name = prog_file(exe);
	return IS_NAMED(name, programs) || (str_is(name, "dockerd") &&
	    !HEUR_IN(v->local_port, other));
}

/* A proxy leads to a store, whatever its own port is. */
static bool
leads_to_store(const struct view *v)
{
	struct str target = view_get(v, F_TARGET);
	uint64_t port;
	size_t i = target.n;

	while (i > 0 && target.p[i - 1] != ':')
		i--;
	return i > 0 && num_parse(str_skip(target, i), UINT16_MAX, &port) &&
	    HEUR_IN((int)port, store_ports);
}

static bool
is_open_beyond(struct view *v)
{
	return !heur_is_sctp(v) && view_is_own_netns(v) &&
	    view_local_beyond(v);
}

/* A super-server starts a program for each caller: it is not a store. */
static bool
is_super_server(const struct view *v)
{
	return prog_is_known(view_get(v, F_EXE), "inetd xinetd openbsd-inetd "
	    "inetutils-inetd tcpsvd tcpserver");
}

bool
suspect_exposed_store(struct view *v)
{
	if (v->kind == VIEW_UNCONN)
		return v->local_port == 11211 && is_open_beyond(v);
	return ((HEUR_IN(v->local_port, store_ports) && !is_super_server(v)) ||
	    is_store_program(v) || leads_to_store(v)) && is_open_beyond(v);
}

enum heur_level
level_for_exposed(struct view *v)
{
	const struct view_addr *a = view_local(v);

	return a != NULL && view_reach(a) == ADDR_PRIVATE ? HEUR_LOW :
	    HEUR_MEDIUM;
}

/* Programs that give callers their user's screen, console or files. */
static bool
is_debug_program(struct str name)
{
	static const char *const programs[] = {
		"gdbserver", "lldb-server", "dlv", "frida-server", "ttyd",
		"gotty", "wetty", "shellinaboxd", "Xvnc", "Xtigervnc",
		"Xtightvnc", "Xvnc4", "x0vncserver", "X0tigervnc", "x11vnc",
		"vino-server", "wayvnc", "krfb", "Xorg", "Xvfb", "Xephyr",
		"Xnest", "Xwayland", "adb", "adbd",
	};

	return IS_NAMED(name, programs);
}

static bool
is_debug_port(int port)
{
	static const uint16_t ports[] = {
		873,			/* rsyncd */
		5005,			/* JDWP */
		9222,			/* Chrome's DevTools */
		9229,			/* node --inspect */
		10255,			/* kubelet, read-only */
		27042,			/* Frida */
	};

	return HEUR_IN(port, ports) || (port >= 5900 && port < 5910) ||
	    (port >= 6000 && port < 6010);
}

/* python -m http.server on all addresses of the machine. */
static bool
serves_root(const struct view *v, struct str cmdline)
{
	return (str_has(cmdline, "http.server") ||
	    str_has(cmdline, "SimpleHTTPServer")) &&
	    (str_has(cmdline, "-d / ") || str_ends(cmdline, "-d /") ||
	    str_has(cmdline, "--directory / ") ||
	    str_ends(cmdline, "--directory /") ||
	    str_has(cmdline, "--directory=/ ") ||
	    str_ends(cmdline, "--directory=/") ||
	    (!str_has(cmdline, " -d") && !str_has(cmdline, " --directory") &&
	    str_is(view_get(v, F_CWD), "/")));
}

/* The arguments of an interpreter start such a server. */
static bool
asks_for_debugger(const struct view *v)
{
	static const char *const words[] = {
		"jdwp=", "-Xrunjdwp", " --inspect", "--remote-debugging-port",
		"debugpy", "pydevd", "jupyter-notebook", "jupyter-lab",
		"jupyter notebook", "jupyter lab", "-m notebook",
		"-m jupyter ", "-m jupyterlab", "-m jupyter_server",
		"ipykernel_launcher",
	};
	struct str cmdline = view_get(v, F_CMDLINE);
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (str_has(cmdline, words[i]))
			return true;
	/* the console of Werkzeug's debugger */
	return ((str_has(cmdline, "flask") || str_has(cmdline, "werkzeug")) &&
	    str_has(cmdline, "--debug")) ||
	    str_has(cmdline, "runserver_plus") || serves_root(v, cmdline);
}

bool
suspect_exposed_debug(struct view *v)
{
	if (!is_open_beyond(v))
		return false;
	return is_debug_port(v->local_port) || is_debug_program(
	    prog_file(view_get(v, F_EXE))) || asks_for_debugger(v);
}
