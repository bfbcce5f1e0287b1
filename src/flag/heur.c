#include "flag/heur.h"

#include "flag/look.h"
#include "lib/num.h"
#include "lib/timestamp.h"

#define PROG F_EXE, F_PROCESS
const struct heur heur_table[HEUR_COUNT] = {
	{ "nonroot-privileged", HEUR_MEDIUM, true, FACT_LISTEN, HEUR_HOLDERS,
	    INDEX_SOCKETS, "T1548",
	    "a login account listens on a privileged port, and no root process "
	    "has that socket", look_nonroot_privileged,
	    look_around_nonroot_privileged, NULL, { F_PROTO, F_STATE,
	    F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS, F_PID, F_UID, FIELD_NONE } },
	{ "script-sensitive", HEUR_MEDIUM, true, FACT_LISTEN, HEUR_RECORD, 0,
	    "T1036",
	    "an interpreter outside a container listens on port 22, 80 or 443",
	    look_script_sensitive, NULL, NULL, { F_STATE, F_LOCAL_PORT,
	    F_NETNS, F_CONTAINER, F_UID, PROG, FIELD_NONE } },
	{ "root-high-port", HEUR_LOW, true, FACT_ESTABLISHED, HEUR_RECORD, 0,
	    "T1571",
	    "root has connected to a public address, to a port from 1024 on "
	    "that is no known service's", look_root_high_port, NULL, NULL,
	    { F_STATE, F_REMOTE_ADDR, F_REMOTE_PORT, F_DIR, F_SERVICE, F_UID,
	    FIELD_NONE } },
	{ "proxy-listener", HEUR_LOW, true, FACT_LISTEN, HEUR_RECORD, 0,
	    "T1090",
	    "a proxy's port is open beyond loopback, or an ssh client listens",
	    look_proxy_listener, NULL, NULL, { F_STATE, F_LOCAL_ADDR,
	    F_LOCAL_PORT, PROG, FIELD_NONE } },
	{ "stdio-socket", HEUR_HIGH, true, FACT_CONNECTED, HEUR_LISTENERS,
	    INDEX_SOCKETS | INDEX_LISTENERS, "T1059",
	    "a shell or interpreter has a connection as its standard input and "
	    "output, and it was not handed to it by a server",
	    look_stdio_socket, look_around_stdio_socket, NULL, { F_PROTO,
	    F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR, F_NETNS,
	    F_PID, F_FD, F_PPID, PROG } },
	{ "shell-net", HEUR_MEDIUM, true, FACT_CONNECTED, HEUR_LISTENERS,
	    INDEX_SOCKETS | INDEX_LISTENERS, "T1059.004",
	    "a shell has a connection beyond loopback that no other process "
	    "has", look_shell_net, look_around_shell_net, NULL, { F_PROTO,
	    F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR, F_NETNS,
	    F_PID, F_PPID, PROG, FIELD_NONE } },
	{ "memfd-exe", HEUR_HIGH, true, FACT_ANY, HEUR_RECORD, 0, "T1620",
	    "the executable is in memory alone", look_memfd_exe, NULL, NULL,
	    { F_EXE, F_UID, FIELD_NONE } },
	{ "deleted-exe", HEUR_MEDIUM, true, FACT_ANY, HEUR_RECORD, 0,
	    "T1070.004", "the executable was deleted", look_deleted_exe, NULL,
	    NULL, { F_EXE, FIELD_NONE } },
	{ "tmp-exe", HEUR_HIGH, true, FACT_LISTEN | FACT_CONNECTED,
	    HEUR_RECORD, 0, "T1105",
	    "a program in a folder for temporary files listens beyond loopback "
	    "or is connected to a public address", look_tmp_exe, NULL,
	    look_level_tmp_exe, { F_STATE, F_LOCAL_ADDR, F_REMOTE_ADDR, F_UID,
	    PROG, F_CMDLINE, FIELD_NONE } },
	{ "fake-kthread", HEUR_HIGH, true, FACT_ANY, HEUR_RECORD, 0,
	    "T1036.011", "a process is named like a kernel thread and is none",
	    look_fake_kthread, NULL, NULL, { PROG, F_CMDLINE, F_PPID,
	    F_PARENT, FIELD_NONE } },
	{ "nc-listener", HEUR_MEDIUM, true, FACT_LISTEN, HEUR_RECORD, 0,
	    "T1095", "nc, ncat, netcat or socat listens beyond loopback",
	    look_nc_listener, NULL, NULL, { F_STATE, F_LOCAL_ADDR, PROG,
	    FIELD_NONE } },
	{ "exposed-store", HEUR_MEDIUM, true, FACT_BOUND, HEUR_RECORD, 0,
	    "T1190",
	    "the port of a store without authentication is open beyond "
	    "loopback", look_exposed_store, NULL, look_level_exposed_store,
	    { F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS, FIELD_NONE } },
	{ "bind-widened", HEUR_MEDIUM, true, FACT_BOUND, HEUR_BINDS,
	    INDEX_BINDS, "T1133",
	    "a port is open to more than it was in the snapshot before",
	    look_bind_widened, look_around_bind_widened, NULL, { F_PROTO,
	    F_STATE, F_LOCAL_ADDR, F_LOCAL_PORT, F_NETNS, F_CHANGE,
	    FIELD_NONE } },
	{ "nonroot-privileged-any", HEUR_LOW, false, FACT_LISTEN, HEUR_RECORD,
	    0, "T1548", "any user but root listens on a port below 1024",
	    look_nonroot_privileged_any, NULL, NULL, { F_STATE, F_LOCAL_PORT,
	    F_UID, FIELD_NONE } },
	{ "root-high-port-any", HEUR_LOW, false, FACT_ESTABLISHED,
	    HEUR_RECORD, 0, "T1571",
	    "root has a connection to a port from 1024 on that did not come in",
	    look_root_high_port_any, NULL, NULL, { F_STATE, F_REMOTE_PORT,
	    F_DIR, F_UID, FIELD_NONE } },
	{ "relay-shell", HEUR_MEDIUM, false, FACT_CONNECTED, HEUR_RECORD,
	    INDEX_SHELLS, "T1059.004",
	    "nc, ncat, netcat, socat, openssl or telnet is connected beyond "
	    "loopback, and its "
	    "parent, a child or a sibling is a shell", look_relay_shell,
	    look_around_relay_shell, NULL, { F_STATE, F_REMOTE_ADDR, PROG,
	    F_PID, F_PPID, F_PARENT, FIELD_NONE } },
	{ "no-owner", HEUR_MEDIUM, false, FACT_LISTEN, HEUR_OWNERS, 0, "T1014",
	    "no process has a listening socket, and it is no kernel service's",
	    look_no_owner, look_around_no_owner, NULL, { F_STATE, F_LOCAL_PORT,
	    F_SERVICE, F_PID, FIELD_NONE } },
	{ "close-wait", HEUR_LOW, false, FACT_HALF, HEUR_TIME, 0, NULL,
	    "the peer closed a connection over an hour ago, the process did "
	    "not", look_close_wait, look_around_close_wait, NULL, { F_STATE,
	    F_FIRST_SEEN, FIELD_NONE } },
	{ "long-lived", HEUR_LOW, false, FACT_ESTABLISHED, HEUR_TIME, 0, NULL,
	    "a connection is older than 24 hours", look_has_first_seen,
	    look_around_long_lived, NULL, { F_STATE, F_FIRST_SEEN,
	    FIELD_NONE } },
};
#undef PROG

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

static const char *const scopes[] = {
	[HEUR_RECORD] = "record", [HEUR_TIME] = "time",
	[HEUR_OWNERS] = "owners",
	[HEUR_HOLDERS] = "holders", [HEUR_LISTENERS] = "listeners",
	[HEUR_BINDS] = "binds",
};

const char *
heur_scope_name(enum heur_scope scope)
{
	return scopes[scope];
}

/* The words of a scope, and the most that is still shown whole.  An unknown
 * word may hide anything. */
static const struct {
	const char *word;
	bool holders, listeners, binds;
} words[] = {
	{ "all", true, true, true },
	{ "netns", true, true, true },
	/* A port of one protocol has nothing to do with the other's. */
	{ "tcp", true, true, true },
	{ "udp", true, true, true },
	{ "no-ephemeral", true, true, true },
	{ "listening", true, true, true },
	/* A listener on :: takes IPv4 connections too. */
	{ "inet", true, false, false },
	{ "inet6", true, false, false },
	{ "state", true, false, false },
	{ "end", true, false, false },
};

static bool
word_shows(enum heur_scope needed, struct str word)
{
	struct str name = str_cut(&word, '=');
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (str_is(name, words[i].word))
			return needed == HEUR_HOLDERS ? words[i].holders :
			    needed == HEUR_LISTENERS ? words[i].listeners :
			    words[i].binds;
	return false;
}

bool
heur_scope_shows(enum heur_scope needed, struct str scope)
{
	if (needed < HEUR_HOLDERS)
		return true;
	while (scope.p != NULL)
		if (!word_shows(needed, str_cut(&scope, ';')))
			return false;
	return true;
}

void
heur_snap_read(struct heur_snap *hs, const struct stream *s, size_t i)
{
	enum { UNPRIV = 1024 };		/* Linux's default, and all others' */
	const struct snap *snap = &s->snaps[i].snap;
	uint64_t v;

	/* Records of several hosts below one ##prt: nobody knows which it is
	 * of. */
	hs->whole = s->nsnaps > 0 && s->extent == REC_WHOLE &&
	    s->snaps[i].hosts <= 1 && snap_get(snap, "partial").p == NULL;
	hs->scope = snap_get(snap, "scope");
	hs->unpriv = UNPRIV;
	if (num_parse(snap_get(snap, "unpriv"), UINT16_MAX + 1, &v))
		hs->unpriv = (int)v;
	hs->sees_all = str_is(snap_get(snap, "unowned"), "0");
	hs->timed = timestamp_parse(snap_get(snap, "time"), &hs->time);
}

int64_t
heur_age(const struct fact *f, const struct heur_snap *snap)
{
	int64_t first;

	if (!snap->timed ||
	    !timestamp_parse(fact_get(f, F_FIRST_SEEN), &first) ||
	    first > snap->time)
		return -1;
	return (snap->time - first) / 1000;
}
