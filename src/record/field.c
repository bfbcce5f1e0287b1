#include "record/field.h"

static const char *const protos[] = { "tcp", "udp", "sctp", "raw", "packet",
	"icmp", "vsock", NULL };
static const char *const states[] = { "LISTEN", "ESTABLISHED", "UNCONN",
	"BOUND", "NAT", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE_WAIT", "LAST_ACK", "CLOSING", "CLOSED", NULL };
/* As in ss(8); the other states are short enough. */
static const char *const brief_states[] = { "ESTABLISHED", "ESTAB", NULL };
static const char *const dirs[] = { "in", "out", NULL };
static const char *const families[] = { "inet", "inet6", NULL };
static const char *const yes_no[] = { "yes", "no", NULL };
static const char *const levels[] = { "low", "medium", "high", NULL };
static const char *const changes[] = { "new", "gone", "changed", "unchanged",
	NULL };
static const char *const change_marks[] = { "new", "+", "gone", "-",
	"changed", "~", "unchanged", " ", NULL };

/*
 * If no type is given, it is FIELD_TEXT.
 *
 * Ranks: a terminal of 80 columns must show who has what (local, process, pid,
 * remote, state, proto, user), but first what prt-diff and prt-flag are run for
 * (change, flags).  The place of a record, netns and container, distinguishes
 * it from others that look the same.
 */
const struct field field_table[FIELD_COUNT] = {
	[F_PROTO] = { .name = "proto", .words = protos, .rank = 4,
	    .least = 5, .help = "tcp, udp, sctp; raw, packet, icmp or vsock" },
	[F_STATE] = { .name = "state", .words = states, .brief = brief_states,
	    .rank = 3, .least = 7, .help = "LISTEN, ESTABLISHED, UNCONN ..." },
	[F_LOCAL_ADDR] = { .name = "local_addr", .least = 21,
	    .help = "local address" },
	[F_LOCAL_PORT] = { .name = "local_port", .alias = "port",
	    .type = FIELD_NUMBER, .least = 20, .help = "local port" },
	[F_REMOTE_ADDR] = { .name = "remote_addr", .rank = 2, .least = 21,
	    .help = "remote address" },
	[F_REMOTE_PORT] = { .name = "remote_port", .type = FIELD_NUMBER,
	    .rank = 2, .least = 20, .help = "remote port" },
	[F_DIR] = { .name = "dir", .words = dirs, .rank = 8, .least = 3,
	    .help = "in or out, of a connection" },
	[F_SERVICE] = { .name = "service", .rank = 9, .least = 10,
	    .help = "name of the port" },
	[F_NETNS] = { .name = "netns", .rank = 6, .least = 10,
	    .help = "network namespace" },
	[F_CONTAINER] = { .name = "container", .owner = true, .rank = 7,
	    .least = 10, .help = "runtime/name or id" },
	[F_PID] = { .name = "pid", .type = FIELD_NUMBER, .alike = ALIKE_COUNTED,
	    .owner = true, .rank = 1, .least = 20,
	    .help = "process that holds the socket" },
	[F_PROCESS] = { .name = "process", .owner = true, .least = 10,
	    .help = "its name (comm)" },
	[F_USER] = { .name = "user", .alike = ALIKE_COUNTED, .owner = true,
	    .rank = 5, .least = 8, .help = "its effective user" },
	[F_UID] = { .name = "uid", .type = FIELD_NUMBER, .alike = ALIKE_COUNTED,
	    .owner = true, .rank = 14, .least = 20,
	    .help = "number of that user" },
	[F_FD] = { .name = "fd", .type = FIELD_NUMBERS, .alike = ALIKE_FIRST,
	    .owner = true, .rank = 15, .least = 6,
	    .help = "its descriptors for the socket" },
	[F_PPID] = { .name = "ppid", .type = FIELD_NUMBER,
	    .alike = ALIKE_COUNTED, .owner = true, .rank = 13, .least = 20,
	    .help = "parent process" },
	[F_PARENT] = { .name = "parent", .alike = ALIKE_COUNTED, .owner = true,
	    .rank = 12, .least = 12, .help = "the parent's name" },
	[F_EXE] = { .name = "exe", .owner = true, .rank = 11, .least = 30,
	    .help = "path of the executable" },
	[F_CMDLINE] = { .name = "cmdline", .alike = ALIKE_FIRST, .owner = true,
	    .rank = 10, .least = 30, .help = "arguments" },
	[F_HOST] = { .name = "host", .rank = 1, .least = 12,
	    .help = "host that was scanned" },
	[F_FAMILY] = { .name = "family", .words = families, .rank = 9,
	    .least = 6, .help = "inet or inet6" },
	[F_V6ONLY] = { .name = "v6only", .words = yes_no, .rank = 9,
	    .least = 6, .help = "yes or no, of IPv6 sockets" },
	[F_INODE] = { .name = "inode", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "inode number of the socket" },
	[F_SOCK_UID] = { .name = "sock_uid", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "user of the socket" },
	[F_IFACE] = { .name = "iface", .least = 15,
	    .help = "network interface" },
	[F_RX_QUEUE] = { .name = "rx_queue", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20,
	    .help = "bytes not yet read; of a listener, connections" },
	[F_TX_QUEUE] = { .name = "tx_queue", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "bytes not yet acknowledged" },
	[F_BACKLOG] = { .name = "backlog", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "connections that a listener lets wait" },
	[F_RX_BYTES] = { .name = "rx_bytes", .type = FIELD_NUMBER,
	    .show = SHOW_BYTES, .rank = 6, .least = 20,
	    .help = "bytes received" },
	[F_TX_BYTES] = { .name = "tx_bytes", .type = FIELD_NUMBER,
	    .show = SHOW_BYTES, .rank = 6, .least = 20,
	    .help = "bytes sent; of TCP, acknowledged" },
	[F_RTT] = { .name = "rtt", .type = FIELD_NUMBER,
	    .show = SHOW_MICROSECONDS, .rank = 9, .least = 20,
	    .help = "round trip time, microseconds" },
	[F_RETRANS] = { .name = "retrans", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "segments sent once more" },
	[F_START] = { .name = "start", .type = FIELD_NUMBER, .show = SHOW_TICKS,
	    .owner = true, .rank = 9, .least = 20,
	    .help = "start of the process, clock ticks since boot" },
	[F_UNIT] = { .name = "unit", .owner = true, .rank = 9, .least = 20,
	    .help = "systemd unit" },
	[F_CGROUP] = { .name = "cgroup", .owner = true, .rank = 9, .least = 20,
	    .help = "control group" },
	[F_CONTAINER_ID] = { .name = "container_id", .owner = true, .rank = 9,
	    .least = 12, .help = "the container's whole id" },
	[F_NETNS_ID] = { .name = "netns_id", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "inode number of the network namespace" },
	[F_CWD] = { .name = "cwd", .owner = true, .rank = 9, .least = 20,
	    .help = "working folder" },
	[F_RSS] = { .name = "rss", .type = FIELD_NUMBER, .show = SHOW_BYTES,
	    .owner = true, .rank = 9, .least = 20,
	    .help = "resident memory, bytes" },
	[F_CPU] = { .name = "cpu", .type = FIELD_NUMBER, .owner = true,
	    .rank = 9, .least = 20, .help = "CPU time, seconds" },
	[F_SOCK_CGROUP] = { .name = "sock_cgroup", .rank = 9, .least = 20,
	    .help = "control group that the socket was made in" },
	[F_COOKIE] = { .name = "cookie", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "the kernel's number of the socket" },
	[F_DROPS] = { .name = "drops", .type = FIELD_NUMBER, .rank = 9,
	    .least = 20, .help = "packets dropped at the socket" },
	[F_LOCAL_SCOPE] = { .name = "local_scope", .rank = 9, .least = 8,
	    .help = "loopback, link, private, public or any" },
	[F_REMOTE_SCOPE] = { .name = "remote_scope", .rank = 9, .least = 8,
	    .help = "likewise, of the remote address" },
	[F_TIME] = { .name = "time", .show = SHOW_TIME, .rank = 9, .least = 19,
	    .help = "when the scan began" },
	[F_POD] = { .name = "pod", .owner = true, .rank = 9, .least = 20,
	    .help = "namespace/pod of Kubernetes" },
	[F_TARGET] = { .name = "target", .owner = true, .rank = 9,
	    .least = 20, .help = "where the holder passes connections on to" },
	[F_TARGET_CONTAINER] = { .name = "target_container", .owner = true,
	    .rank = 9, .least = 20,
	    .help = "the container that answers there" },
	[F_FILTER] = { .name = "filter", .type = FIELD_NUMBER, .owner = true,
	    .rank = 9, .least = 20,
	    .help = "instructions of a raw or packet socket's filter" },
	[F_ANCESTORS] = { .name = "ancestors", .type = FIELD_NAMES,
	    .owner = true, .rank = 9, .least = 20,
	    .help = "processes above it, NAME/PID, nearest last" },
	[F_CHILDREN] = { .name = "children", .type = FIELD_NAMES,
	    .owner = true, .rank = 9, .least = 20,
	    .help = "names of processes below it, nearest first" },
	[F_STDIO] = { .name = "stdio", .type = FIELD_NAMES, .owner = true,
	    .rank = 9, .least = 20,
	    .help = "what its descriptors 0, 1 and 2 are" },
	[F_SHELLS] = { .name = "shells", .type = FIELD_NAMES, .owner = true,
	    .rank = 9, .least = 20,
	    .help = "shells below it that wait for commands" },
	[F_EXE_LIKE] = { .name = "exe_like", .owner = true, .rank = 9,
	    .least = 10, .help = "known program that exe is a copy of" },
	[F_SCRIPT] = { .name = "script", .type = FIELD_NAMES, .owner = true,
	    .rank = 9, .least = 20,
	    .help = "files that an interpreter was given to run" },
	[F_CAPS] = { .name = "caps", .type = FIELD_NAMES, .owner = true,
	    .rank = 9, .least = 20, .help = "effective capabilities" },
	[F_PIDFD] = { .name = "pidfd", .type = FIELD_NUMBER, .owner = true,
	    .rank = 9, .least = 20,
	    .help = "inode number of the process, for kill PID:INODE" },
	[F_CHANGE] = { .name = "change", .words = changes,
	    .brief = change_marks, .mark = true, .least = 9,
	    .help = "new, gone, changed or unchanged" },
	[F_FIRST_SEEN] = { .name = "first_seen", .show = SHOW_AGE, .rank = 9,
	    .least = 10, .help = "time of the first snapshot with this key" },
	[F_WAS] = { .name = "was", .type = FIELD_PAIRS, .rank = 2, .least = 20,
	    .help = "what the changed fields were" },
	[F_RX_RATE] = { .name = "rx_rate", .type = FIELD_NUMBER,
	    .show = SHOW_RATE, .rank = 5, .least = 20,
	    .help = "bytes a second received" },
	[F_TX_RATE] = { .name = "tx_rate", .type = FIELD_NUMBER,
	    .show = SHOW_RATE, .rank = 5, .least = 20,
	    .help = "bytes a second sent" },
	[F_DROPS_RATE] = { .name = "drops_rate", .type = FIELD_NUMBER,
	    .rank = 6, .least = 20, .help = "packets a second dropped" },
	[F_RETRANS_RATE] = { .name = "retrans_rate", .type = FIELD_NUMBER,
	    .rank = 6, .least = 20,
	    .help = "segments a second sent once more" },
	[F_LAST_SEEN] = { .name = "last_seen", .show = SHOW_AGE, .rank = 9,
	    .least = 10, .help = "time of the last scan that had it" },
	[F_RX_PACKETS] = { .name = "rx_packets", .type = FIELD_NUMBER,
	    .rank = 7, .least = 20, .help = "packets received" },
	[F_RX_ERRORS] = { .name = "rx_errors", .type = FIELD_NUMBER, .rank = 7,
	    .least = 20, .help = "errors in receiving" },
	[F_TX_PACKETS] = { .name = "tx_packets", .type = FIELD_NUMBER,
	    .rank = 7, .least = 20, .help = "packets sent" },
	[F_TX_ERRORS] = { .name = "tx_errors", .type = FIELD_NUMBER, .rank = 7,
	    .least = 20, .help = "errors in sending" },
	[F_FLAGS] = { .name = "flags", .type = FIELD_NAMES, .least = 18,
	    .help = "what prt-flag found" },
	[F_WHY] = { .name = "why", .least = 20,
	    .help = "a sentence for each flag" },
	[F_LEVEL] = { .name = "level", .words = levels, .least = 6,
	    .help = "the highest of the flags" },
};

const struct field_group field_groups[] = {
	{ "@audit", { F_ANCESTORS, F_CHILDREN, F_STDIO, F_SHELLS, F_EXE_LIKE,
	    F_SCRIPT, F_CAPS, F_SOCK_CGROUP, F_LOCAL_SCOPE, F_REMOTE_SCOPE,
	    FIELD_NONE } },
	{ .name = NULL }
};

const struct field_group *
field_group(struct str name)
{
	const struct field_group *g = field_groups;

	while (g->name != NULL && !str_is(name, g->name))
		g++;
	return g->name != NULL ? g : NULL;
}

bool
field_group_has(const struct field_group *g, enum field_id id)
{
	size_t n = 0;

	while (g->fields[n] != FIELD_NONE)
		n++;
	return field_is_among(id, g->fields, n);
}

enum field_id
field_find(struct str name)
{
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (str_is(name, field_table[i].name))
			return (enum field_id)i;
	return FIELD_NONE;
}

bool
field_is_among(enum field_id id, const enum field_id *list, size_t n)
{
	size_t i = 0;

	while (i < n && list[i] != id)
		i++;
	return i < n;
}

enum field_id
field_find_alias(struct str alias)
{
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (field_table[i].alias != NULL &&
		    str_is(alias, field_table[i].alias))
			return (enum field_id)i;
	return FIELD_NONE;
}
