/*
 * What a process's arguments give away: what it is for, or that it claims to
 * be another program.
 */
#include "flag/heur.h"

#include "flag/path.h"
#include "flag/program.h"

/* Not known to be an incoming connection. */
static bool
is_call(const struct view *v)
{
	return !str_is(view_get(v, F_DIR), "in");
}

/* ssh's -R or -w, alone or last in a group of letters without arguments. */
static bool
opens_way_in(const struct view *v)
{
	/* ssh(1)'s options without an argument, and those with one */
	static const char flags[] = "46AaCfGgKkMNnqsTtVvXxYy";
	static const char takes[] = "BbcDEeFIiJLlmOoPpQSW";
	struct str rest = view_get(v, F_CMDLINE), word;
	size_t i;

	prog_take_word(&rest);
	while ((word = prog_take_word(&rest)).n > 1 && word.p[0] == '-') {
		for (i = 1; i < word.n && strchr(flags, word.p[i]) != NULL; )
			i++;
		if (i == word.n)
			continue;
		if (word.p[i] == 'R' || word.p[i] == 'w')
			return true;
		if (strchr(takes, word.p[i]) == NULL)
			return false;
		if (i + 1 == word.n)
			prog_take_word(&rest);
	}
	return false;
}

bool
suspect_tunnel(struct view *v)
{
	unsigned class = view_class(v);

	return (class & PROG_TUNNEL || (class & PROG_SSH && opens_way_in(v))) &&
	    is_call(v) && view_remote_public(v);
}

/* By the program's name, or a pool's address in the protocol of miners. */
bool
suspect_miner(struct view *v)
{
	struct str cmdline = view_get(v, F_CMDLINE);

	return (view_class(v) & PROG_MINER || (str_has(cmdline, "stratum") &&
	    (str_has(cmdline, "stratum+") || str_has(cmdline, "stratum1+") ||
	    str_has(cmdline, "stratum2+")))) && is_call(v) &&
	    view_remote_beyond(v);
}

/* A person may mine for himself; a service has no reason to. */
enum heur_level
level_for_miner(struct view *v)
{
	return view_is_login(v) ? HEUR_MEDIUM : HEUR_HIGH;
}

/* Daemons whose names a program takes to stay unnoticed. */
static const char daemons[] =
    "sshd cron crond atd rsyslogd syslogd syslog-ng udevd dbus-daemon agetty "
    "getty apache2 httpd nginx lighttpd mysqld mariadbd systemd-journald "
    "systemd-logind systemd-udevd systemd-resolved systemd-networkd "
    "systemd-timesyncd NetworkManager wpa_supplicant dhclient acpid auditd "
    "irqbalance polkitd rpcbind ntpd chronyd cupsd udisksd snapd hald "
    "console-kit-daemon hald-runner hald-addon-acpi";

/* The name in the first word of the arguments, which is a path or a title. */
static struct str
claimed_name(const struct view *v)
{
	struct str rest = view_get(v, F_CMDLINE);
	struct str word = prog_take_word(&rest);

	str_take(&word, '-');
	str_take_end(&word, ":");
	return str_basename(word);
}

/* Programs that run the code of others: emulators of other machines, memory
 * debuggers, multi-call programs. */
static bool
runs_others(struct str name)
{
	static const char *const starts[] = { "qemu-", "busybox", "toybox",
		"rosetta", "FEX", "box64", "box86", "memcheck-", "callgrind-" };
	size_t i;

	for (i = 0; i < NELEMS(starts); i++)
		if (str_starts(name, starts[i]))
			return true;
	return false;
}

/* nginx-debug counts as nginx, and so do .nginx-wrapped and cronie-crond. */
static bool
is_like(struct str name, struct str claimed)
{
	const char *end;

	str_take(&name, '.');
	if (name.n < claimed.n)
		return false;
	end = name.p + name.n - claimed.n;
	return (memcmp(name.p, claimed.p, claimed.n) == 0 &&
	    (name.n == claimed.n || name.p[claimed.n] == '-' ||
	    name.p[claimed.n] == '.')) || (end > name.p && end[-1] == '-' &&
	    memcmp(end, claimed.p, claimed.n) == 0);
}

/* mariadbd is another name of mysqld. */
static bool
is_same_daemon(struct str name, struct str claimed)
{
	static const char *const groups[] = { "mysqld mariadbd",
		"httpd apache2", "cron crond", "syslogd rsyslogd syslog-ng",
		"udevd systemd-udevd udevadm", "dbus-daemon dbus-broker",
		"getty agetty", "ntpd ntpsec chronyd openntpd" };
	size_t i;

	for (i = 0; i < NELEMS(groups); i++)
		if (prog_is_among(name, groups[i]) &&
		    prog_is_among(claimed, groups[i]))
			return true;
	return false;
}

bool
suspect_fake_daemon(struct view *v)
{
	struct str exe = view_get(v, F_EXE), name = prog_file(exe), claimed;

	if (exe.p == NULL || view_get(v, F_CMDLINE).p == NULL)
		return false;
	/* most programs carry their own name */
	claimed = claimed_name(v);
	return claimed.n > 0 && !is_like(name, claimed) &&
	    prog_is_among(claimed, daemons) && !prog_is_loader(exe) &&
	    !runs_others(name) && !is_same_daemon(name, claimed);
}

enum heur_level
level_for_fake_daemon(struct view *v)
{
	return view_class(v) & (PROG_SHELL | PROG_INTERPRETER | PROG_RELAY) ||
	    path_is_odd(view_get(v, F_EXE)) ? HEUR_HIGH : HEUR_MEDIUM;
}
