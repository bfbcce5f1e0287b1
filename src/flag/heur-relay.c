#include "flag/heur.h"

#include "flag/path.h"
#include "flag/program.h"
#include "flag/script.h"

/* An item of the field `shells': the shell's standard input and output. */
struct fed_shell {
	struct str in, out;
};

/* Takes PROGRAM/PID/IN/OUT/ERR off the list. */
static struct fed_shell
take_shell(struct str *list)
{
	struct str one = str_cut(list, ','), word[3] = { { NULL, 0 } };
	size_t i = 3, end;

	while (i-- > 0) {
		for (end = one.n; one.n > 0 && one.p[one.n - 1] != '/';)
			one.n--;
		word[i] = (struct str){ one.p + one.n, end - one.n };
		one.n -= one.n > 0;
	}
	return (struct fed_shell){ word[0], word[1] };
}

/* Neither a file nor the terminal that the program itself runs on. */
static bool
is_line(struct str word)
{
	return str_is(word, "pipe") || str_is(word, "pty") ||
	    str_is(word, "socket");
}

/* True if some shell reads what the program passes on; with both, the program
 * must also read what the shell writes. */
static bool
feeds_shell(const struct view *v, bool both)
{
	struct str list = view_get(v, F_SHELLS);
	struct fed_shell s;

	while (list.p != NULL) {
		s = take_shell(&list);
		if (is_line(s.in) && (!both || is_line(s.out)))
			return true;
	}
	return false;
}

bool
heur_feeds_shell(const struct view *v)
{
	return feeds_shell(v, true);
}

static bool
has_pty(const struct view *v)
{
	struct str list = view_get(v, F_SHELLS);

	while (list.p != NULL)
		if (str_is(take_shell(&list).in, "pty"))
			return true;
	return false;
}

/* Installed programs through which people log in, or that run jobs. */
static bool
is_login(struct view *v)
{
	static const char known[] = "telnetd in.telnetd rlogind in.rlogind "
	    "rshd in.rshd login mosh-server tmux screen zellij ttyd gotty "
	    "shellinaboxd xrdp-sesman xrdp-sessvc kitty konsole "
	    "gnome-terminal-server xfce4-terminal alacritty wezterm-gui "
	    "foot terminator cockpit-bridge cockpit-ws tailscaled teleport "
	    "ssm-session-worker amazon-ssm-agent gitlab-runner "
	    "buildkite-agent Runner.Worker code code-tunnel emacs systemd "
	    "gnome-shell plasmashell sudo su containerd-shim conmon";
	struct str exe = view_get(v, F_EXE);

	return view_class(v) & PROG_SSHD || prog_is_known(exe, known);
}

/* curl HOST | sh installs things; curl is a relay only if it gets an answer. */
static bool
is_fetch(const struct view *v)
{
	struct str words = view_get(v, F_STDIO);

	return prog_is_among(prog_file(view_get(v, F_EXE)), "curl wget") &&
	    !is_line(str_cut(&words, ','));
}

/* Servers that run commands but do not keep a shell waiting.  If a login
 * account runs one, somebody is working on it. */
static bool
is_server(const struct view *v)
{
	static const char known[] = "apache2 httpd nginx lighttpd caddy "
	    "php-fpm php-cgi mysqld mariadbd postgres redis-server "
	    "redis-check-rdb valkey-server memcached mongod named unbound "
	    "exim4 master dovecot squid haproxy vsftpd proftpd cupsd smbd";
	struct str whole = prog_file(view_get(v, F_EXE)), name = whole;

	/* php-fpm8.2 */
	while (name.n > 0 && (char_is_digit(name.p[name.n - 1]) ||
	    name.p[name.n - 1] == '.'))
		name.n--;
	return (view_is_daemon(v) || view_is_root(v)) &&
	    (prog_is_among(whole, known) || prog_is_among(name, known));
}

bool
suspect_shell_relay(struct view *v)
{
	unsigned class;

	if (view_get(v, F_SHELLS).p == NULL)
		return false;
	if (v->kind == VIEW_LISTEN)
		return is_server(v) && feeds_shell(v, true);
	if (!view_remote_beyond(v))
		return false;
	class = view_class(v);
	if (is_fetch(v))
		return !view_lists(v, F_STDIO, "tty") && feeds_shell(v, false);
	if (is_login(v) || (class & PROG_SSH && view_lists(v, F_STDIO, "tty")))
		return false;
	return feeds_shell(v, !(class & (PROG_RELAY | PROG_CLIENT)));
}

/* Editors and the like contain a terminal and have connections. */
static bool
has_own_terminal(struct view *v)
{
	unsigned lang = view_class(v) >> PROG_LANG_SHIFT;

	return view_is_login(v) && has_pty(v) &&
	    !(view_class(v) & (PROG_RELAY | PROG_CLIENT)) &&
	    (lang == SCRIPT_NONE || lang == SCRIPT_JAVA ||
	    lang == SCRIPT_VIM || heur_runs_script(v));
}

enum heur_level
level_for_shell_relay(struct view *v)
{
	struct str exe = view_get(v, F_EXE);

	if (path_is_odd(exe) || str_ends(exe, " (deleted)") ||
	    heur_runs_odd_file(v))
		return HEUR_HIGH;
	if (has_own_terminal(v) || is_fetch(v))
		return HEUR_LOW;
	if (v->kind == VIEW_LISTEN)
		return HEUR_HIGH;
	return view_class(v) != 0 || !prog_is_installed(exe) ||
	    str_starts(exe, "/usr/local/") || str_starts(exe, "/opt/") ?
	    HEUR_HIGH : HEUR_MEDIUM;
}

bool
heur_is_renamed(const struct view *v)
{
	return view_get(v, F_EXE_LIKE).p != NULL &&
	    prog_class_of(prog_file(view_get(v, F_EXE))) == 0 &&
	    !str_starts(prog_file(view_get(v, F_EXE)), "busybox") &&
	    !prog_is_loader(view_get(v, F_EXE));
}

/* True if a renamed program hides: in a folder of the system's programs, or by
 * a system name.  Elsewhere people copy tools for their own use. */
bool
heur_poses_as_systems(const struct view *v)
{
	static const char *const names[] = { "systemd", "dbus", "cron", "sshd",
		"udev", "polkit", "rsyslog", "agetty", "init", "kernel" };
	struct str exe = view_get(v, F_EXE), name = prog_file(exe);
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		if (str_starts(name, names[i]))
			return true;
	return prog_is_installed(exe) && !str_starts(exe, "/opt/") &&
	    !str_starts(exe, "/usr/local/");
}

enum heur_level
level_for_renamed_exe(struct view *v)
{
	return heur_poses_as_systems(v) ? HEUR_MEDIUM : HEUR_LOW;
}

bool
suspect_renamed_exe(struct view *v)
{
	struct str like = view_get(v, F_EXE_LIKE);

	if (!heur_is_renamed(v))
		return false;
	if (!(view_class(v) & (PROG_SHELL | PROG_INTERPRETER | PROG_RELAY)) &&
	    !str_is(like, "busybox"))
		return false;
	if (v->portless)
		return str_is(view_get(v, F_PROTO), "raw") ||
		    str_is(view_get(v, F_PROTO), "packet");
	return v->kind & VIEW_OPEN ? view_local_beyond(v) :
	    view_remote_beyond(v);
}
