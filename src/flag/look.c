#include "flag/look.h"

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

bool
look_nonroot_privileged(struct fact *f)
{
	return f->local_port >= 0 && fact_is_login(f) && fact_is_own_netns(f);
}

bool
look_around_nonroot_privileged(struct heur_case *c)
{
	return c->f->local_port < c->snap->unpriv &&
	    !index_root_holds(c->ix, c->row, c->f);
}

/* A user can give a cgroup of his own any container's name, but not a port of
 * a namespace that is not his. */
static bool
is_contained(const struct fact *f)
{
	return fact_get(f, F_CONTAINER).p != NULL &&
	    (!fact_is_own_netns(f) || !fact_is_login(f));
}

bool
look_script_sensitive(struct fact *f)
{
	static const uint16_t ports[] = { 22, 80, 443 };

	return IN(f->local_port, ports) &&
	    fact_class(f) & PROG_INTERPRETER && !is_contained(f);
}

bool
look_root_high_port(struct fact *f)
{
	return fact_is_root(f) && f->remote_port >= 1024 &&
	    fact_get(f, F_SERVICE).p == NULL &&
	    str_is(fact_get(f, F_DIR), "out") && fact_remote_public(f);
}

bool
look_proxy_listener(struct fact *f)
{
	static const uint16_t ports[] = { 1080, 1081, 3128, 9050, 9150 };

	return fact_class(f) & PROG_SSH ||
	    (IN(f->local_port, ports) && fact_local_beyond(f));
}

/* fd holds 0 and 1; prt-scan lists descriptors in order. */
static bool
is_stdio(const struct fact *f)
{
	struct str fd = fact_get(f, F_FD), first = str_cut(&fd, ',');

	return str_is(first, "0") && str_is(str_cut(&fd, ','), "1");
}

bool
look_stdio_socket(struct fact *f)
{
	return is_stdio(f) &&
	    fact_class(f) & (PROG_SHELL | PROG_INTERPRETER) &&
	    fact_remote(f) != NULL;
}

bool
look_around_stdio_socket(struct heur_case *c)
{
	return !index_accepted(c->ix, c->row, c->f);
}

bool
look_shell_net(struct fact *f)
{
	return fact_class(f) & PROG_SHELL && fact_remote_beyond(f);
}

/* A service that is a shell script behind inetd or a socket of systemd's holds
 * its connection alone too. */
bool
look_around_shell_net(struct heur_case *c)
{
	return index_alone(c->ix, c->row, c->f) &&
	    !index_accepted(c->ix, c->row, c->f);
}

/* runc runs from a copy of itself, against CVE-2019-5736; it is root's. */
bool
look_memfd_exe(struct fact *f)
{
	struct str path = prog_path(fact_get(f, F_EXE));

	return str_starts(path, "/memfd:") && !(fact_is_root(f) &&
	    str_is(path, "/memfd:runc_cloned:/proc/self/exe"));
}

bool
look_deleted_exe(struct fact *f)
{
	struct str exe = fact_get(f, F_EXE);

	return str_ends(exe, " (deleted)") && !str_starts(exe, "/memfd:");
}

/* The script by its full path; a relative one where the stream has cwd. */
static bool
runs_temporary_script(struct fact *f)
{
	struct str script = prog_script(fact_get(f, F_CMDLINE));

	if (script.n == 0 || script.p[0] == '/')
		return prog_is_temporary(script);
	return prog_is_temporary_folder(fact_get(f, F_CWD));
}

bool
look_tmp_exe(struct fact *f)
{
	if (!prog_is_temporary(fact_get(f, F_EXE)) &&
	    !(fact_class(f) & PROG_INTERPRETER && runs_temporary_script(f)))
		return false;
	return f->kind == FACT_LISTEN ? fact_local_beyond(f) :
	    fact_remote_public(f);
}

enum heur_level
look_level_tmp_exe(struct fact *f)
{
	return fact_is_login(f) ? HEUR_MEDIUM : HEUR_HIGH;
}

/* The kernel's own threads have no exe, and kthreadd (2) as parent; in a
 * container any process may have that number. */
bool
look_fake_kthread(struct fact *f)
{
	return fact_get(f, F_EXE).p != NULL &&
	    prog_poses_as_kernel(fact_get(f, F_PROCESS),
	    fact_get(f, F_CMDLINE)) && !(str_is(fact_get(f, F_PPID), "2") &&
	    str_is(fact_get(f, F_PARENT), "kthreadd"));
}

bool
look_nc_listener(struct fact *f)
{
	return fact_class(f) & PROG_RELAY && fact_local_beyond(f);
}

/* Stores that let in whoever can reach them, as they come. */
static bool
is_store(const struct fact *f)
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

	return f->kind == FACT_LISTEN ? IN(f->local_port, tcp) :
	    IN(f->local_port, udp);
}

bool
look_exposed_store(struct fact *f)
{
	return is_store(f) && fact_is_own_netns(f) && fact_local_beyond(f);
}

enum heur_level
look_level_exposed_store(struct fact *f)
{
	const struct fact_addr *a = fact_local(f);

	return a != NULL && fact_reach(a) == ADDR_PRIVATE ? HEUR_LOW :
	    HEUR_MEDIUM;
}

bool
look_bind_widened(struct fact *f)
{
	return str_is(fact_get(f, F_CHANGE), "new");
}

bool
look_around_bind_widened(struct heur_case *c)
{
	return index_widened(c->ix, c->row, c->f);
}

bool
look_nonroot_privileged_any(struct fact *f)
{
	return f->has_uid && f->uid != 0 && f->local_port >= 0 &&
	    f->local_port < 1024;
}

bool
look_root_high_port_any(struct fact *f)
{
	return fact_is_root(f) && f->remote_port >= 1024 &&
	    !str_is(fact_get(f, F_DIR), "in");
}

bool
look_relay_shell(struct fact *f)
{
	return fact_class(f) & (PROG_RELAY | PROG_CLIENT) &&
	    fact_remote_beyond(f);
}

bool
look_around_relay_shell(struct heur_case *c)
{
	return prog_class(STR_NONE, fact_get(c->f, F_PARENT), STR_NONE) &
	    PROG_SHELL || index_shell_near(c->ix, c->row, c->f);
}

/* lockd and the NFS callback take any port: those are known by name alone. */
bool
look_no_owner(struct fact *f)
{
	static const uint16_t kernel[] = {
		445,		/* ksmbd */
		2049, 20049,	/* nfsd */
		3260,		/* LIO iSCSI target */
		4045,		/* lockd, where it was given one */
		4420,		/* NVMe over TCP */
		7777,		/* o2cb */
		7788, 7789, 	/* DRBD */
		21064,		/* DLM */
	};
	static const char *const names[] = {
		"nfs", "lockd", "nlockmgr", "sunrpc", "iscsi-target", "nvme",
		"drbd",
	};
	size_t i;

	if (fact_get(f, F_PID).p != NULL || IN(f->local_port, kernel))
		return false;
	for (i = 0; i < NELEMS(names); i++)
		if (str_is(fact_get(f, F_SERVICE), names[i]))
			return false;
	return true;
}

bool
look_around_no_owner(struct heur_case *c)
{
	return c->snap->sees_all;
}

bool
look_has_first_seen(struct fact *f)
{
	return fact_get(f, F_FIRST_SEEN).p != NULL;
}

/* What was seen first is the connection: where its state has changed since
 * the last snapshot, that was not an hour ago. */
bool
look_close_wait(struct fact *f)
{
	return str_is(fact_get(f, F_STATE), "CLOSE_WAIT") &&
	    look_has_first_seen(f) && !str_starts(fact_get(f, F_WAS), "state=");
}

bool
look_around_close_wait(struct heur_case *c)
{
	return heur_age(c->f, c->snap) > HOUR;
}

bool
look_around_long_lived(struct heur_case *c)
{
	return heur_age(c->f, c->snap) > DAY;
}
