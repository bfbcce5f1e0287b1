#include "flag/heur.h"

/* In seconds. */
enum { HOUR = 60 * 60, DAY = 24 * HOUR };

static bool
suspect_long_lived(struct view *v)
{
	return view_get(v, F_FIRST_SEEN).p != NULL;
}

static bool
confirm_long_lived(struct heur_case *c)
{
	return view_age(c->v, c->snap) > DAY;
}

/* first_seen is the connection's.  If its state has changed since the last
 * snapshot, that was less than an hour ago. */
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

const struct heur heur_table[HEUR_COUNT] = {
	{ .name = "nonroot-privileged", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .scope = HEUR_HOLDERS,
	    .needs = OTHERS_SOCKETS, .unpriv = true, .attack = "T1548",
	    .sentence = "a login account listens on a privileged port, and no "
		"root process has that socket",
	    .excuse = "low in a unit of the system",
	    .suspect = suspect_nonroot_privileged,
	    .confirm = confirm_nonroot_privileged,
	    .level_for = level_for_nonroot_privileged,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_PID, F_UID, FIELD_NONE },
	    .facts = { F_UID, F_LOCAL_PORT, FIELD_NONE } },
	{ .name = "script-sensitive", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1036",
	    .sentence = "an interpreter outside a container listens on port "
		"22, 80 or 443",
	    .excuse = "a container; low with a script outside folders of "
		"temporary files, or in a unit of the system",
	    .suspect = suspect_script_sensitive,
	    .level_for = level_for_script_sensitive,
	    .fields = { F_STATE, F_LOCAL_PORT, F_NETNS, F_CONTAINER, F_UID,
	    F_EXE, F_PROCESS, FIELD_NONE },
	    .facts = { F_CMDLINE, FIELD_NONE } },
	{ .name = "root-high-port", .level = HEUR_LOW, .on = true,
	    .kinds = VIEW_ESTABLISHED, .attack = "T1571",
	    .sentence = "root has connected to a public address, to a port "
		"from 1024 on that is no known service's",
	    .excuse = "the port's name in --services; an installed ssh, curl, "
		"git or the like",
	    .suspect = suspect_root_high_port,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_REMOTE_PORT, F_DIR, F_SERVICE,
	    F_UID, FIELD_NONE },
	    .facts = { F_EXE, F_REMOTE_ADDR, F_REMOTE_PORT, FIELD_NONE } },
	{ .name = "proxy-listener", .level = HEUR_LOW, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1090",
	    .sentence = "a proxy's port, or one that ssh or a session of sshd "
		"forwards, is open beyond loopback",
	    .excuse = "loopback",
	    .suspect = suspect_proxy_listener,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_EXE, F_PROCESS,
	    FIELD_NONE },
	    .facts = { F_CMDLINE, FIELD_NONE } },
	{ .name = "tunnel", .level = HEUR_LOW, .on = true,
	    .kinds = VIEW_CONNECTED, .attack = "T1572",
	    .sentence = "ssh, or a client of a tunnel, opens a way in from a "
		"public address",
	    .excuse = "an address that is not public",
	    .suspect = suspect_tunnel,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_DIR, F_EXE, F_PROCESS,
	    F_CMDLINE, FIELD_NONE },
	    .facts = { F_REMOTE_ADDR, F_CMDLINE, FIELD_NONE } },
	{ .name = "own-sshd", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1021.004",
	    .sentence = "an sshd listens that is not root's, or whose "
		"configuration is in a folder of temporary files",
	    .excuse = "a container",
	    .suspect = suspect_own_sshd,
	    .fields = { F_STATE, F_UID, F_EXE, F_PROCESS, F_CMDLINE,
	    FIELD_NONE },
	    .facts = { F_UID, F_CMDLINE, FIELD_NONE } },
	{ .name = "stdio-socket", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_CONNECTED, .scope = HEUR_LISTENERS,
	    .needs = OTHERS_SOCKETS | OTHERS_LISTENERS, .attack = "T1059",
	    .sentence = "a connection is the standard input or output of a "
		"shell or interpreter that no server handed it to, of a shell "
		"without a script, or of the program that opened it",
	    .excuse = "of what is no shell without a script: a script of a "
		"service's, or an ancestor that listens on the port",
	    .suspect = suspect_stdio_socket, .confirm = confirm_stdio_socket,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT,
	    F_REMOTE_ADDR, F_NETNS, F_PID, F_FD, F_PPID, F_EXE, F_PROCESS,
	    F_CMDLINE, F_DIR, FIELD_NONE },
	    .facts = { F_FD, F_CMDLINE, FIELD_NONE } },
	{ .name = "shell-net", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_CONNECTED, .scope = HEUR_LISTENERS,
	    .needs = OTHERS_SOCKETS | OTHERS_LISTENERS, .attack = "T1059.004",
	    .sentence = "a shell or awk has a connection beyond loopback that "
		"no other process has",
	    .excuse = "who else holds it; a script of a service's; low to a "
		"private address's known service that it does not read from",
	    .suspect = suspect_shell_net, .confirm = confirm_shell_net,
	    .level_for = level_for_shell_net,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT,
	    F_REMOTE_ADDR, F_NETNS, F_PID, F_FD, F_PPID, F_EXE, F_PROCESS,
	    F_CMDLINE, F_DIR, FIELD_NONE },
	    .facts = { F_FD, F_REMOTE_ADDR, F_CMDLINE, FIELD_NONE } },
	{ .name = "shell-listener", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .scope = HEUR_HOLDERS,
	    .needs = OTHERS_SOCKETS, .attack = "T1059.004",
	    .sentence = "a shell listens, and no other process has that "
		"socket",
	    .excuse = "who else holds it, as systemd does for a unit",
	    .suspect = suspect_shell_listener,
	    .confirm = confirm_shell_listener,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_PID, F_FD, F_PPID, F_EXE, F_PROCESS, F_CMDLINE, FIELD_NONE },
	    .facts = { F_FD, F_CMDLINE, FIELD_NONE } },
	{ .name = "shell-relay", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_CONNECTED | VIEW_LISTEN, .attack = "T1059.004",
	    .sentence = "a program with a connection beyond loopback, or a "
		"server of the web or a database, has a shell do what it "
		"passes on, by pipes or a terminal",
	    .excuse = "servers of logins, terminals and jobs, ssh or curl on "
		"a terminal; low for curl to sh elsewhere and a login "
		"account's terminal within a program, medium of an installed "
		"one that is neither relay nor interpreter",
	    .suspect = suspect_shell_relay,
	    .level_for = level_for_shell_relay,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_UID, F_EXE, F_PROCESS,
	    F_CMDLINE, F_STDIO, F_SHELLS, FIELD_NONE },
	    .facts = { F_SHELLS, F_STDIO, F_CMDLINE, FIELD_NONE } },
	{ .name = "renamed-exe", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN | VIEW_CONNECTED | VIEW_OTHER,
	    .attack = "T1036.003",
	    .sentence = "a copy of a shell, interpreter, nc or the like has "
		"another name, and listens or is connected beyond "
		"loopback, or has a raw socket",
	    .excuse = "its own name; low outside the system's folders and "
		"names",
	    .suspect = suspect_renamed_exe,
	    .level_for = level_for_renamed_exe,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_REMOTE_ADDR, F_EXE, F_PROCESS,
	    F_EXE_LIKE, FIELD_NONE },
	    .facts = { F_EXE, F_EXE_LIKE, FIELD_NONE } },
	{ .name = "memfd-exe", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1620",
	    .sentence = "the executable is in memory alone",
	    .excuse = "root's copy of runc that neither listens nor calls a "
		"public address",
	    .suspect = suspect_memfd_exe,
	    .fields = { F_STATE, F_EXE, F_UID, FIELD_NONE },
	    .facts = { F_EXE, FIELD_NONE } },
	{ .name = "deleted-exe", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1070.004",
	    .sentence = "the executable was deleted",
	    .excuse = "replaced by an upgrade; low if installed under a "
		"version's name",
	    .suspect = suspect_deleted_exe,
	    .level_for = level_for_deleted_exe,
	    .fields = { F_EXE, FIELD_NONE },
	    .facts = { F_EXE, FIELD_NONE } },
	{ .name = "tmp-exe", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_OPEN | VIEW_CONNECTED, .attack = "T1105",
	    .sentence = "a program or script in a folder for temporary files, "
		"in a hidden one or a web site's uploads, or that only its "
		"own mounts have in the place of an installed one, listens "
		"beyond loopback or is connected to a public address",
	    .excuse = "medium for a script or a login account, low of a known "
		"tool's folder",
	    .suspect = suspect_tmp_exe, .level_for = level_for_tmp_exe,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_REMOTE_ADDR, F_UID, F_EXE,
	    F_PROCESS, F_CMDLINE, FIELD_NONE },
	    .facts = { F_EXE, F_CMDLINE, F_SCRIPT, FIELD_NONE } },
	{ .name = "fake-kthread", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1036.011",
	    .sentence = "a process is named like a kernel thread and is none",
	    .excuse = "a title, with a colon, blank or @ in its brackets",
	    .suspect = suspect_fake_kthread,
	    .fields = { F_EXE, F_PROCESS, F_CMDLINE, F_PPID, F_PARENT,
	    FIELD_NONE },
	    .facts = { F_PROCESS, F_CMDLINE, F_EXE, FIELD_NONE } },
	{ .name = "fake-daemon", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_ANY, .attack = "T1036.011",
	    .sentence = "a process calls itself a known daemon, and its "
		"executable is another program",
	    .excuse = "an emulator, or a program of many names",
	    .suspect = suspect_fake_daemon,
	    .level_for = level_for_fake_daemon,
	    .fields = { F_EXE, F_PROCESS, F_CMDLINE, FIELD_NONE },
	    .facts = { F_CMDLINE, F_EXE, FIELD_NONE } },
	{ .name = "miner", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_CONNECTED, .attack = "T1496",
	    .sentence = "a miner of coins, by its name or its pool, is "
		"connected beyond loopback",
	    .excuse = "medium of a login account",
	    .suspect = suspect_miner, .level_for = level_for_miner,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_DIR, F_UID, F_EXE,
	    F_PROCESS, F_CMDLINE, FIELD_NONE },
	    .facts = { F_EXE, F_REMOTE_ADDR, F_REMOTE_PORT, F_CMDLINE,
	    FIELD_NONE } },
	{ .name = "nc-listener", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN, .attack = "T1095",
	    .sentence = "nc, ncat, netcat or socat listens beyond loopback",
	    .excuse = "high if it runs a shell; low as a unit's main program, "
		"or a copy by another name that is not as the system's",
	    .suspect = suspect_nc_listener,
	    .level_for = level_for_nc_listener,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_EXE, F_PROCESS,
	    FIELD_NONE },
	    .facts = { F_CMDLINE, FIELD_NONE } },
	{ .name = "exposed-store", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN, .attack = "T1190",
	    .sentence = "a store is open beyond loopback, to everybody if "
		"without a password",
	    .excuse = "low on a private address",
	    .suspect = suspect_exposed_store,
	    .level_for = level_for_exposed,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS, F_EXE,
	    FIELD_NONE },
	    .facts = { F_LOCAL_ADDR, F_LOCAL_PORT, F_EXE, F_TARGET,
	    FIELD_NONE } },
	{ .name = "exposed-debug", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_LISTEN, .attack = "T1190",
	    .sentence = "a debugger, console, display or file server is open "
		"beyond loopback, to everybody if without a password",
	    .excuse = "low on a private address",
	    .suspect = suspect_exposed_debug,
	    .level_for = level_for_exposed,
	    .fields = { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS, F_EXE,
	    F_CMDLINE, FIELD_NONE },
	    .facts = { F_LOCAL_ADDR, F_LOCAL_PORT, F_CMDLINE, FIELD_NONE } },
	{ .name = "port-shadow", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN | VIEW_OTHER, .scope = HEUR_BINDS,
	    .needs = OTHERS_PORTS, .attack = "T1557",
	    .sentence = "a user's program has the port of another user's "
		"service, or of a service that is another program",
	    .excuse = "a parent that has it too",
	    .suspect = suspect_port_shadow, .confirm = confirm_port_shadow,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_PID, F_UID, F_PPID, F_EXE, FIELD_NONE },
	    .facts = { F_LOCAL_ADDR, F_LOCAL_PORT, F_UID, FIELD_NONE } },
	{ .name = "packet-socket", .level = HEUR_HIGH, .on = true,
	    .kinds = VIEW_OTHER, .attack = "T1040",
	    .sentence = "a program that is not known to capture or to manage "
		"networks hears packets",
	    .excuse = "medium without a filter, low if it is a package's",
	    .suspect = suspect_packet_socket,
	    .level_for = level_for_packet_socket,
	    .fields = { F_PROTO, F_EXE, F_PROCESS, FIELD_NONE },
	    .facts = { F_EXE, F_FILTER, F_CMDLINE, FIELD_NONE } },
	{ .name = "raw-icmp", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OTHER, .attack = "T1095",
	    .sentence = "a program that neither pings nor routes has a raw "
		"socket of ICMP",
	    .excuse = "high in a folder of temporary files, deleted, or with a "
		"shell that waits",
	    .suspect = suspect_raw_icmp,
	    .level_for = level_for_raw_icmp,
	    .fields = { F_PROTO, F_LOCAL_PORT, F_EXE, F_PROCESS, FIELD_NONE },
	    .facts = { F_EXE, F_CMDLINE, FIELD_NONE } },
	{ .name = "vsock-listener", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OTHER, .attack = "T1095",
	    .sentence = "a program that is no agent of a guest listens to "
		"its host, or to guests",
	    .excuse = "low of a program that is none of a shell, an "
		"interpreter or a relay, installed anywhere",
	    .suspect = suspect_vsock_listener,
	    .level_for = level_for_vsock_listener,
	    .fields = { F_PROTO, F_STATE, F_EXE, F_PROCESS, FIELD_NONE },
	    .facts = { F_LOCAL_PORT, F_EXE, F_CMDLINE, FIELD_NONE } },
	{ .name = "bind-widened", .level = HEUR_MEDIUM, .on = true,
	    .kinds = VIEW_OPEN, .scope = HEUR_BINDS, .needs = OTHERS_BINDS,
	    .attack = "T1133",
	    .sentence = "a port is open to more than it was in the snapshot "
		"before",
	    .excuse = "the same process keeps the socket that it had",
	    .suspect = suspect_bind_widened, .confirm = confirm_bind_widened,
	    .fields = { F_PROTO, F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS,
	    F_PID, F_CHANGE, FIELD_NONE },
	    .facts = { F_LOCAL_ADDR, F_LOCAL_PORT, FIELD_NONE } },
	{ .name = "nonroot-privileged-any", .level = HEUR_LOW,
	    .kinds = VIEW_LISTEN, .attack = "T1548",
	    .sentence = "any user but root listens on a port below 1024",
	    .suspect = suspect_nonroot_privileged_any,
	    .fields = { F_STATE, F_LOCAL_PORT, F_UID, FIELD_NONE },
	    .facts = { F_UID, F_LOCAL_PORT, FIELD_NONE } },
	{ .name = "root-high-port-any", .level = HEUR_LOW,
	    .kinds = VIEW_ESTABLISHED, .attack = "T1571",
	    .sentence = "root has a connection to a port from 1024 on that did "
		"not come in",
	    .suspect = suspect_root_high_port_any,
	    .fields = { F_STATE, F_REMOTE_PORT, F_DIR, F_UID, FIELD_NONE },
	    .facts = { F_REMOTE_PORT, FIELD_NONE } },
	{ .name = "relay-shell", .level = HEUR_MEDIUM, .kinds = VIEW_CONNECTED,
	    .needs = OTHERS_SHELLS, .attack = "T1059.004",
	    .sentence = "nc, ncat, netcat, socat, openssl or telnet is "
		"connected beyond loopback, and its parent, a child or a "
		"sibling is a shell",
	    .suspect = suspect_relay_shell, .confirm = confirm_relay_shell,
	    .fields = { F_STATE, F_REMOTE_ADDR, F_EXE, F_PROCESS, F_PID, F_PPID,
	    F_PARENT, FIELD_NONE },
	    .facts = { F_PARENT, F_CMDLINE, FIELD_NONE } },
	{ .name = "no-owner", .level = HEUR_MEDIUM, .kinds = VIEW_LISTEN,
	    .scope = HEUR_OWNERS, .attack = "T1014",
	    .sentence = "no process has a listening socket, and it is no "
		"kernel service's",
	    .excuse = "a name of the kernel's",
	    .suspect = suspect_no_owner, .confirm = confirm_no_owner,
	    .fields = { F_STATE, F_LOCAL_PORT, F_SERVICE, F_PID, F_PROCESS,
	    FIELD_NONE },
	    .facts = { F_LOCAL_PORT, FIELD_NONE } },
	{ .name = "close-wait", .level = HEUR_LOW, .kinds = VIEW_HALF,
	    .scope = HEUR_TIME,
	    .sentence = "the peer closed a connection over an hour old, the "
		"process did not",
	    .suspect = suspect_close_wait, .confirm = confirm_close_wait,
	    .fields = { F_STATE, F_FIRST_SEEN, FIELD_NONE },
	    .facts = { F_FIRST_SEEN, FIELD_NONE } },
	{ .name = "long-lived", .level = HEUR_LOW, .kinds = VIEW_ESTABLISHED,
	    .scope = HEUR_TIME,
	    .sentence = "a connection is older than 24 hours",
	    .suspect = suspect_long_lived, .confirm = confirm_long_lived,
	    .fields = { F_STATE, F_FIRST_SEEN, FIELD_NONE },
	    .facts = { F_FIRST_SEEN, FIELD_NONE } },
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

int
heur_level_find(struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(levels); i++)
		if (str_is(name, levels[i]))
			return (int)i;
	return -1;
}
