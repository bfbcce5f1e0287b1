#include "field.h"

/*
 * Ranks: a terminal of 80 columns is to show who has what (local, process,
 * pid, remote, state, proto, user), and first of all what the program that
 * wrote the column is run for (change, flags).
 */
const struct field field_table[FIELD_COUNT] = {
	[F_PROTO] = { "proto", FIELD_TEXT, 4, 5, "tcp or udp" },
	[F_STATE] = { "state", FIELD_TEXT, 3, 7,
	    "LISTEN, ESTABLISHED, UNCONN ..." },
	[F_LOCAL_ADDR] = { "local_addr", FIELD_TEXT, 0, 21, "local address" },
	[F_LOCAL_PORT] = { "local_port", FIELD_NUMBER, 0, 20, "local port" },
	[F_REMOTE_ADDR] = { "remote_addr", FIELD_TEXT, 2, 21,
	    "remote address" },
	[F_REMOTE_PORT] = { "remote_port", FIELD_NUMBER, 2, 20, "remote port" },
	[F_DIR] = { "dir", FIELD_TEXT, 9, 3, "in or out, of a connection" },
	[F_SERVICE] = { "service", FIELD_TEXT, 8, 10, "name of the port" },
	[F_NETNS] = { "netns", FIELD_TEXT, 6, 16, "network namespace" },
	[F_CONTAINER] = { "container", FIELD_TEXT, 7, 20,
	    "runtime/name or id" },
	[F_PID] = { "pid", FIELD_NUMBER, 1, 20,
	    "process that holds the socket" },
	[F_PROCESS] = { "process", FIELD_TEXT, 0, 10, "its name (comm)" },
	[F_USER] = { "user", FIELD_TEXT, 5, 8, "its effective user" },
	[F_UID] = { "uid", FIELD_NUMBER, 14, 20, "number of that user" },
	[F_FD] = { "fd", FIELD_NUMBERS, 15, 6,
	    "its descriptors for the socket" },
	[F_PPID] = { "ppid", FIELD_NUMBER, 13, 20, "parent process" },
	[F_PARENT] = { "parent", FIELD_TEXT, 12, 12, "the parent's name" },
	[F_EXE] = { "exe", FIELD_TEXT, 11, 30, "path of the executable" },
	[F_CMDLINE] = { "cmdline", FIELD_TEXT, 10, 30, "arguments" },
	[F_HOST] = { "host", FIELD_TEXT, 1, 12, "host that was scanned" },
	[F_FAMILY] = { "family", FIELD_TEXT, 9, 6, "inet or inet6" },
	[F_V6ONLY] = { "v6only", FIELD_TEXT, 9, 6,
	    "yes or no, of IPv6 sockets" },
	[F_INODE] = { "inode", FIELD_NUMBER, 9, 20,
	    "inode number of the socket" },
	[F_SOCK_UID] = { "sock_uid", FIELD_NUMBER, 9, 20,
	    "user of the socket" },
	[F_IFACE] = { "iface", FIELD_TEXT, 0, 15, "network interface" },
	[F_RX_QUEUE] = { "rx_queue", FIELD_NUMBER, 9, 20,
	    "bytes not yet read; of a listener, connections" },
	[F_TX_QUEUE] = { "tx_queue", FIELD_NUMBER, 9, 20,
	    "bytes not yet acknowledged" },
	[F_BACKLOG] = { "backlog", FIELD_NUMBER, 9, 20,
	    "connections that a listener lets wait" },
	[F_RX_BYTES] = { "rx_bytes", FIELD_NUMBER, 6, 20, "bytes received" },
	[F_TX_BYTES] = { "tx_bytes", FIELD_NUMBER, 6, 20,
	    "bytes sent; of TCP, acknowledged" },
	[F_RTT] = { "rtt", FIELD_NUMBER, 9, 20,
	    "round trip time, microseconds" },
	[F_RETRANS] = { "retrans", FIELD_NUMBER, 9, 20,
	    "segments sent once more" },
	[F_START] = { "start", FIELD_NUMBER, 9, 20,
	    "start of the process, clock ticks since boot" },
	[F_UNIT] = { "unit", FIELD_TEXT, 9, 20, "systemd unit" },
	[F_CGROUP] = { "cgroup", FIELD_TEXT, 9, 20, "control group" },
	[F_CONTAINER_ID] = { "container_id", FIELD_TEXT, 9, 12,
	    "the container's whole id" },
	[F_NETNS_ID] = { "netns_id", FIELD_NUMBER, 9, 20,
	    "inode number of the network namespace" },
	[F_CWD] = { "cwd", FIELD_TEXT, 9, 20, "working folder" },
	[F_RSS] = { "rss", FIELD_NUMBER, 9, 20, "resident memory, bytes" },
	[F_CPU] = { "cpu", FIELD_NUMBER, 9, 20, "CPU time, seconds" },
	[F_CHANGE] = { "change", FIELD_TEXT, 0, 9,
	    "new, gone, changed or unchanged" },
	[F_FIRST_SEEN] = { "first_seen", FIELD_TEXT, 9, 24,
	    "time of the first snapshot with this key" },
	[F_WAS] = { "was", FIELD_PAIRS, 2, 20, "what the changed fields were" },
	[F_RX_RATE] = { "rx_rate", FIELD_NUMBER, 5, 20,
	    "bytes a second received" },
	[F_TX_RATE] = { "tx_rate", FIELD_NUMBER, 5, 20, "bytes a second sent" },
	[F_RX_PACKETS] = { "rx_packets", FIELD_NUMBER, 7, 20,
	    "packets received" },
	[F_RX_ERRORS] = { "rx_errors", FIELD_NUMBER, 7, 20,
	    "errors in receiving" },
	[F_TX_PACKETS] = { "tx_packets", FIELD_NUMBER, 7, 20, "packets sent" },
	[F_TX_ERRORS] = { "tx_errors", FIELD_NUMBER, 7, 20,
	    "errors in sending" },
	[F_FLAGS] = { "flags", FIELD_NAMES, 0, 18, "what prt-flag found" },
	[F_WHY] = { "why", FIELD_TEXT, 0, 20, "a sentence for each flag" },
};

enum field_id
field_find(struct str name)
{
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (str_is(name, field_table[i].name))
			return (enum field_id)i;
	return FIELD_NONE;
}
