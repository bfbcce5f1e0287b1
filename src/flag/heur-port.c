#include "flag/heur.h"

#include "flag/path.h"
#include "flag/program.h"

bool
suspect_nonroot_privileged(struct view *v)
{
	return v->local_port >= 0 && view_is_login(v) && view_is_own_netns(v);
}

bool
confirm_nonroot_privileged(struct heur_case *c)
{
	return c->v->local_port < c->snap->unpriv &&
	    !others_root_holds(c->o, c->row, c->v);
}

/* An administrator who set up a unit for a user meant it to have its port; so
 * did one who gave a file or service only this capability. */
enum heur_level
level_for_nonroot_privileged(struct view *v)
{
	return view_is_unit(v) || str_is(view_get(v, F_CAPS),
	    "net_bind_service") ? HEUR_LOW : HEUR_MEDIUM;
}

/* A user can name his own cgroup like any container, but cannot have a port in
 * a namespace that is not his.  The sandbox of a program belongs to his
 * session. */
static bool
is_contained(const struct view *v)
{
	struct str name = view_get(v, F_CONTAINER);

	return name.p != NULL && !str_starts(name, "snap/") &&
	    !str_starts(name, "flatpak/") &&
	    (!view_is_own_netns(v) || !view_is_login(v));
}

bool
suspect_script_sensitive(struct view *v)
{
	static const uint16_t ports[] = { 22, 80, 443 };

	return HEUR_IN(v->local_port, ports) && !heur_is_sctp(v) &&
	    view_class(v) & PROG_INTERPRETER && !is_contained(v);
}

/* A web server that is a script, such as gunicorn, names its script. */
enum heur_level
level_for_script_sensitive(struct view *v)
{
	return heur_runs_script(v) || view_is_unit(v) ? HEUR_LOW : HEUR_MEDIUM;
}

/* The process called a port without a name.  IRC's port has a name, but root
 * has no reason to call it. */
static bool
is_unnamed_call(const struct view *v)
{
	struct str service = view_get(v, F_SERVICE);

	return str_is(view_get(v, F_DIR), "out") &&
	    (service.p == NULL || str_starts(service, "irc"));
}

/* Installed programs that connect to wherever users send them. */
static bool
is_known_client(struct view *v)
{
	static const char clients[] = "curl wget aria2c ftp lftp tnftp ncftp "
	    "git git-remote-http git-remote-https http https rsync sftp scp "
	    "mosh-client tailscaled openvpn zerotier-one vsftpd proftpd "
	    "pure-ftpd";
	struct str exe = view_get(v, F_EXE);

	return prog_is_known(exe, clients) || (view_class(v) & PROG_SSH &&
	    prog_is_installed(exe) && !prog_is_elsewhere(exe));
}

/* Connections from a port that root bound to get through firewalls.  If the
 * remote port is random, as callers' are, it is an answer of a server that is
 * gone. */
static bool
is_disguised(struct view *v)
{
	return view_get(v, F_DIR).p == NULL && v->local_port >= 0 &&
	    v->local_port < 1024 && !(view_class(v) & PROG_SSHD) &&
	    v->remote_port < VIEW_RANDOM;
}

bool
suspect_root_high_port(struct view *v)
{
	return view_is_root(v) && v->remote_port >= 1024 &&
	    (is_unnamed_call(v) || is_disguised(v)) &&
	    view_remote_public(v) && !is_known_client(v);
}

/* sshd for a user who has logged in, not the listening one. */
static bool
is_session(const struct view *v)
{
	struct str cmdline = view_get(v, F_CMDLINE);

	return (str_starts(cmdline, "sshd: ") ||
	    str_starts(cmdline, "sshd-session: ")) &&
	    !str_starts(cmdline, "sshd: /") &&
	    !str_has(cmdline, "[listener]");
}

bool
suspect_proxy_listener(struct view *v)
{
	static const uint16_t ports[] = { 1080, 1081, 3128, 9050, 9150 };
	unsigned class;

	if (!view_local_beyond(v))
		return false;
	class = view_class(v);
	return class & PROG_SSH || (class & PROG_SSHD && is_session(v)) ||
	    (HEUR_IN(v->local_port, ports) && !heur_is_sctp(v));
}

/* The argument of -f, -h or another option for a file is in an odd folder. */
static bool
has_odd_config(const struct view *v)
{
	char path[PATH_SIZE];
	struct str rest = view_get(v, F_CMDLINE), word;

	while (rest.p != NULL) {
		word = str_cut(&rest, ' ');
		if (str_is(word, "-f") || str_is(word, "-h"))
			word = str_cut(&rest, ' ');
		else if (!str_take_start(&word, "-f") &&
		    !str_take_start(&word, "-h"))
			continue;
		if (path_is_odd(path_resolve(path, word,
		    view_get(v, F_CWD))))
			return true;
	}
	return false;
}

bool
suspect_own_sshd(struct view *v)
{
	return view_class(v) & PROG_SSHD && !is_session(v) &&
	    view_get(v, F_CONTAINER).p == NULL &&
	    ((v->has_uid && v->uid != 0) || has_odd_config(v));
}

bool
suspect_nc_listener(struct view *v)
{
	return view_class(v) & PROG_RELAY && view_local_beyond(v) &&
	    (v->kind == VIEW_LISTEN || v->local_port < VIEW_RANDOM);
}

/* A shell that takes its commands from the caller: the next word of the
 * arguments is neither a script nor the text of -c. */
static bool
is_bare_shell(struct str word, struct str rest)
{
	struct str options;

	if (!(prog_class_of(str_basename(str_cut(&word, ','))) & PROG_SHELL))
		return false;
	/* a comma precedes options of socat's own */
	if (word.p != NULL)
		return true;
	rest = prog_take_word(&rest);
	options = str_cut(&rest, ',');
	return options.n == 0 || (options.p[0] == '-' &&
	    memchr(options.p, 'c', options.n) == NULL);
}

/* The arguments give callers a bare shell: nc -e, which takes only a path, ncat
 * -c, or socat's EXEC and SYSTEM. */
static bool
runs_shell(const struct view *v)
{
	static const char *const starts[] = { "EXEC:", "exec:", "SYSTEM:",
		"system:", "--exec=", "--sh-exec=", "-c=", "-e=" };
	struct str rest = view_get(v, F_CMDLINE), word, before = STR_NONE;
	size_t i;

	prog_take_word(&rest);
	for (; (word = prog_take_word(&rest)).p != NULL; before = word) {
		if (str_is(before, "-e") || str_is(before, "--exec"))
			return prog_class_of(str_basename(word)) & PROG_SHELL;
		if (str_is(before, "-c") || str_is(before, "--sh-exec"))
			return is_bare_shell(word, rest);
		for (i = 0; i < NELEMS(starts); i++)
			if (str_take_start(&word, starts[i]))
				return is_bare_shell(word, rest);
	}
	return false;
}

/* The main program of a unit is a child of the service manager. */
enum heur_level
level_for_nc_listener(struct view *v)
{
	if (heur_is_renamed(v) && !heur_poses_as_systems(v))
		return HEUR_LOW;
	if (str_is(view_get(v, F_PPID), "1") && view_is_unit(v))
		return HEUR_LOW;
	return runs_shell(v) ? HEUR_HIGH : HEUR_MEDIUM;
}

/* A UDP client binds a random port for each address in turn. */
bool
suspect_bind_widened(struct view *v)
{
	return view_get(v, F_CHANGE).p != NULL && !view_was_open(v) &&
	    !(v->kind == VIEW_UNCONN && v->local_port >= VIEW_RANDOM);
}

bool
confirm_bind_widened(struct heur_case *c)
{
	return others_widened(c->o, c->row, c->v);
}

/* Ports that programs of several users are meant to share. */
static bool
is_shared_port(const struct view *v)
{
	static const uint16_t udp[] = {
		1900,			/* SSDP */
		3702,			/* WS-Discovery */
		5353,			/* mDNS */
		5355,			/* LLMNR */
	};

	return str_is(view_get(v, F_PROTO), "udp") &&
	    HEUR_IN(v->local_port, udp);
}

bool
suspect_port_shadow(struct view *v)
{
	if (v->portless || v->local_port < 0 ||
	    v->local_port >= VIEW_RANDOM ||
	    !(v->kind & VIEW_OPEN || view_is_bound(v)) || is_shared_port(v))
		return false;
	/* people forward ports of other machines to loopback */
	if (view_is_login(v))
		return !(view_class(v) & PROG_SSH);
	return view_is_daemon(v) && view_class(v) &
	    (PROG_SHELL | PROG_INTERPRETER | PROG_RELAY);
}

bool
confirm_port_shadow(struct heur_case *c)
{
	return others_shadows(c->o, c->row, c->v);
}

bool
suspect_nonroot_privileged_any(struct view *v)
{
	return v->has_uid && v->uid != 0 && v->local_port >= 0 &&
	    v->local_port < 1024;
}

bool
suspect_root_high_port_any(struct view *v)
{
	return view_is_root(v) && v->remote_port >= 1024 &&
	    !str_is(view_get(v, F_DIR), "in");
}

/* Ports of kernel sockets that no scan can see. */
bool
suspect_no_owner(struct view *v)
{
	static const uint16_t kernel[] = {
		7777,		/* o2cb */
		7788, 7789, 	/* DRBD */
		20049,		/* nfsd, by RDMA */
		21064,		/* DLM */
	};

	return view_get(v, F_PID).p == NULL && !view_is_kernel(v) &&
	    !HEUR_IN(v->local_port, kernel) &&
	    !str_is(view_get(v, F_SERVICE), "drbd");
}

/* True for the number of a kernel port, or the name of the service: lockd and
 * the NFS callback may take any port. */
static bool
is_kernel_port(const struct view *v)
{
	static const uint16_t kernel[] = {
		445,		/* ksmbd */
		2049,		/* nfsd */
		3260,		/* LIO iSCSI target */
		4045,		/* lockd, if it was given a port */
		4420,		/* NVMe over TCP */
	};
	static const char *const names[] = {
		"nfs", "lockd", "nlockmgr", "sunrpc", "iscsi-target", "nvme",
	};
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		if (str_is(view_get(v, F_SERVICE), names[i]))
			return true;
	return HEUR_IN(v->local_port, kernel);
}

/* A scan by 1.0 does not name the kernel's sockets: use their ports. */
bool
confirm_no_owner(struct heur_case *c)
{
	return c->snap->sees_all &&
	    (c->snap->names_kernel || !is_kernel_port(c->v));
}
