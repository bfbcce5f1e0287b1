/*
 * sock: sockets, the processes that hold them, and what a scan found.
 *
 * These binary forms exist only inside prt-scan; its output is records.
 */
#ifndef SCAN_SOCK_H
#define SCAN_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/map.h"
#include "lib/mem.h"

/* Protocols with ports come first, and are in every scan.  The others have
 * something else in place of ports, and are read only on request. */
enum sock_proto {
	PROTO_TCP, PROTO_UDP, PROTO_SCTP, PROTO_NPORTED,
	PROTO_RAW = PROTO_NPORTED, PROTO_PACKET, PROTO_ICMP, PROTO_VSOCK,
	PROTO_COUNT
};
enum { PROTOS_PORTED = (1 << PROTO_NPORTED) - 1 };

/* Up to STATE_NEW_SYN_RECV the numbers are the kernel's,
 * include/net/tcp_states.h.  The last three are ours: a UDP socket without a
 * peer; a socket with a port that neither listens nor is connected; a port that
 * a container runtime has published, without a socket. */
enum sock_state {
	STATE_NONE, STATE_ESTABLISHED, STATE_SYN_SENT, STATE_SYN_RECV,
	STATE_FIN_WAIT1, STATE_FIN_WAIT2, STATE_TIME_WAIT, STATE_CLOSED,
	STATE_CLOSE_WAIT, STATE_LAST_ACK, STATE_LISTEN, STATE_CLOSING,
	STATE_NEW_SYN_RECV, STATE_UNCONN, STATE_BOUND, STATE_NAT, STATE_COUNT
};

enum sock_dir { DIR_NONE, DIR_IN, DIR_OUT, DIR_COUNT };

enum sock_v6only { V6ONLY_UNKNOWN, V6ONLY_NO, V6ONLY_YES };

/* Counters of a TCP connection, tcp_info of tcp(7). */
struct sock_info {
	uint64_t rx_bytes, tx_bytes;	/* received; acknowledged */
	uint32_t rtt;			/* microseconds */
	uint32_t retrans;		/* retransmitted segments, in all */
};

/* Values of a socket of a protocol without ports. */
struct sock_portless {
	uint32_t local;		/* in place of local_port in a record */
	uint32_t remote;	/* for vsock with a peer: remote_port */
	bool is_vsock;		/* for vsock, the addresses: */
	uint32_t local_cid, remote_cid;
	bool has_filter;	/* a BPF filter is attached, with */
	uint32_t filter;	/* that many instructions; 0: unknown */
};

#define SOCK_CID_ANY UINT32_MAX		/* VMADDR_CID_ANY, vsock(7) */

struct sock {
	struct addr local, remote;	/* remote.family ADDR_NONE: no peer */
	uint16_t local_port, remote_port;
	unsigned char proto, state, dir, v6only;
	bool timewait;			/* a table entry, not a socket */
	bool userless, queueless;	/* uid; the queues: unknown */
	bool has_backlog;		/* a listener's tx_queue is known */
	bool has_drops;
	uint32_t rx_queue, tx_queue;	/* in bytes; for a listener the waiting
					 * connections, and their maximum */
	uint32_t netns;			/* index into the scan's namespaces */
	uint32_t uid;			/* the socket's own, from the kernel */
	uint32_t drops;
	uint32_t cgroup;		/* number in the scan; 0: unknown */
	uint64_t inode;			/* 0: no process holds it */
	/* For a kernel socket without a holder its use, `[KIND]' or
	 * `[KIND/NAME]', in the scan's arena; or NULL. */
	const char *kernel;
	uint64_t cookie;		/* sock_gen_cookie; 0: unknown */
	const char *ifname;		/* bound to that interface, or NULL */
	const struct sock_info *info;	/* in the scan's arena, or NULL */
	/* In the scan's arena; NULL for a protocol with ports.  Otherwise the
	 * ports above are 0. */
	struct sock_portless *portless;
};

enum { PROC_CMDLINE_MAX = 4096 };	/* longer ones end in ... */

/* A container. */
struct container {
	struct str name;	/* `RUNTIME/NAME', or `RUNTIME/ID', cut */
	struct str id;		/* in full; missing: not in a container */
	struct str pod;		/* NAMESPACE/POD, for Kubernetes */
	uint32_t uid;		/* its user, if known */
	bool is_named;		/* its runtime has confirmed it */
	bool is_guess;		/* no container unless confirmed */
	bool is_app;		/* a sandbox, named after its program */
	bool is_users;		/* in a user's part of the cgroup tree */
};

/* Identifies the file at the end of a path by kernel numbers. */
struct file_id {
	bool known;
	bool gone;		/* it has been unlinked */
	uint64_t dev, ino;
	uint64_t mount;		/* 0: unknown */
};

/* What is known of a process; strings live in the scan's arena. */
struct proc {
	uint32_t pid, ppid, uid;
	bool has_ppid, has_uid, has_usage;
	bool ended;		/* its first thread has ended, others run */
	uint64_t start;			/* clock ticks since boot, 0: unknown */
	uint64_t rss;			/* bytes */
	uint64_t cpu;			/* hundredths of a second */
	struct str comm, parent, exe, cmdline, cgroup, unit, cwd;
	struct container in;
	struct str user;	/* its name, if the source has names */
	/* As in records. */
	struct str ancestors, children, stdio, shells, exe_like, script, caps;
	uint32_t tty;		/* terminal, a device number, or 0 */
	struct pipe_id {	/* of its standard input and output, */
		uint64_t dev, inode;	/* or 0 */
	} pipe[2];
	bool has_caps;
	uint64_t caps_set;	/* effective capabilities as bits, in */
	uint64_t userns;	/* the user namespace of that inode, or 0 */
	uint64_t pidfd;		/* inode in pidfs, or 0 */
	bool has_groups;	/* in, cgroup and unit were read, if wanted */
	bool boxed;		/* in a container that is not a user's own */
	struct file_id exe_id, cwd_id;	/* for comparison, if known */
};

#define HOLDER_NO_FD UINT32_MAX

/* Process proc (an index) has socket sock (an index) as descriptor fd, which
 * may be unknown. */
struct holder {
	uint32_t sock, proc, fd;
};

/* Where process proc (an index; TARGET_NOBODY: no visible one) passes on the
 * connections to socket sock (an index). */
#define TARGET_NOBODY UINT32_MAX
struct sock_target {
	uint32_t sock, proc;
	struct addr addr;		/* ADDR_NONE: unknown */
	uint16_t port;			/* 0: unknown */
	struct container in;		/* that answers there, if known */
};

/* A network namespace.  The first one of a scan is the scanner's own. */
struct netns {
	uint64_t inode;			/* 0: unknown, as for the own one */
	uint64_t id;			/* opens it if path is NULL; or 0 */
	const char *path;		/* below the proc tree; or NULL */
	struct str label;		/* missing for the own one */
	struct str plain;		/* without the container; missing if the
					 * label is a person's */
	struct container in;		/* of its process with the lowest pid */
	uint32_t pid, uid;		/* of that process */
	uint16_t first, last;		/* its ip_local_port_range */
};

/* A control group of version 2 in which a socket was made. */
struct sock_cgroup {
	uint64_t id;			/* its inode number */
	struct str path, unit;		/* missing: unknown */
	struct container in;
};

enum { SOCK_IFNAME_MAX = 64 };

/* The name of a namespace's interface, at most SOCK_IFNAME_MAX bytes. */
struct ifname {
	uint32_t netns;
	uint32_t index;
	const char *name;
};

/* An address, perhaps on an interface, that an operand asks for. */
struct scan_place {
	struct addr addr;	/* IPv4-mapped ones as IPv4 */
	uint32_t netns;
	const char *ifname;	/* "": any interface */
};

/* Whose BOUND sockets could be read, if the filter wants any: nobody's, those
 * of processes that we may look into, or all. */
enum scan_bound { BOUND_NO, BOUND_OWN, BOUND_ALL, BOUND_COUNT };

/* Which published ports could be read: none (not asked for), some, or all. */
enum scan_published { PUBLISHED_NO, PUBLISHED_SOME, PUBLISHED_ALL };

/* What to look for among sockets of processes that are in no table. */
enum scan_seek {
	SEEK_BOUND = 1 << 0,	/* BOUND sockets */
	SEEK_NETNS = 1 << 1,	/* network namespaces that were not read */
	SEEK_VSOCK = 1 << 2	/* vsock sockets */
};

struct linux_asked;

struct scan {
	unsigned needs;		/* from the request */
	bool other_tree;	/* the process files are another machine's */
	uint64_t since;		/* clock ticks since boot, before any process
				 * was read; UINT64_MAX: all are older */
	struct netns *netns;
	size_t nnetns, netnscap;
	struct ifname *ifname;
	size_t nifname, ifnamecap;
	struct sock_cgroup *cgroup;	/* by number, from 1 */
	size_t ncgroup, cgroupcap;
	struct map cgroup_of;		/* number by id */
	struct scan_place *place;	/* sorted after reading the tables */
	size_t nplace, placecap;
	struct sock *sock;
	size_t nsock, sockcap;
	struct proc *proc;
	size_t nproc, proccap;
	struct holder *holder;
	size_t nholder, holdercap;
	struct sock_target *target;	/* sorted when all are known */
	size_t ntarget, targetcap;
	uint64_t hidden;	/* processes with descriptors hidden from us */
	uint64_t hidden_netns;	/* or namespaces, if all are wanted */
	uint64_t sock_netns;	/* unknown namespaces of sockets, */
	struct netns *shut;	/* and those that could not be entered */
	size_t nshut, shutcap;
	uint32_t cut;		/* a process whose threads have more descriptors
				 * than we read, or 0; and the number of such */
	uint64_t ncut;
	bool incomplete;	/* something else could not be read */
	bool held_only;		/* only what processes hold was readable */
	enum scan_bound bound;
	enum scan_published published;
	unsigned seeks;		/* what tables may lack: enum scan_seek */
	uint64_t *dropped;	/* then: inodes that the filter dropped */
	size_t ndropped, droppedcap;
	unsigned protos;	/* that were read: bits 1 << enum sock_proto */
	unsigned unread;	/* or failed, after a message; */
	unsigned untold;	/* and those in no table */
	unsigned by_files;	/* read from /proc/net, with fewer values:
				 * netlink has no module for them */
	struct arena arena;
	struct linux_asked *asked;	/* in the arena, or NULL */
};

/* Names as in records; NULL if there is none. */
extern const char *const sock_protos[PROTO_COUNT];
extern const char *const sock_states[STATE_COUNT];
extern const char *const sock_dirs[DIR_COUNT];
/* Names as in the ##prt line. */
extern const char *const scan_bounds[BOUND_COUNT];

/* Maps Linux's number of a state: a protocol without connections has only two
 * states, and a closed TCP socket is in a table only because of its port. */
enum sock_state sock_state_of(unsigned number, enum sock_proto proto);

/* Ignores case; STATE_NONE if there is no such name. */
enum sock_state sock_state_find(struct str name);

/* Moves the ports of a socket whose protocol has none to s->portless. */
void sock_make_portless(struct sock *s, struct arena *a);

static inline bool
sock_has_ports(const struct sock *s)
{
	return s->portless == NULL;
}

/* It has a peer with a known address. */
static inline bool
sock_has_peer(const struct sock *s)
{
	return s->remote.family != ADDR_NONE || (s->portless != NULL &&
	    s->portless->is_vsock && s->portless->remote_cid != SOCK_CID_ANY);
}

/* Compares protocol and ends, the order of records. */
int sock_cmp(const struct sock *a, const struct sock *b);

/* Listening, or an unconnected UDP socket: peers can talk to it. */
bool sock_is_listener(const struct sock *s);

/* A caller may get an answer: the socket listens, or the port is published
 * without a socket. */
bool sock_answers(const struct sock *s);

/* It answers callers from the network: in this namespace, beyond loopback. */
bool scan_is_open(const struct scan *sc, const struct sock *s);

/* It has no peer: any peer that the kernel still shows belongs to an earlier
 * connection, or to a refused one. */
bool sock_is_alone(const struct sock *s);

/* False if the uid is not the socket's.  The kernel gives root, or the
 * listener's user, for mere table entries: timewait (TIME_WAIT, some of
 * FIN_WAIT2) and requests (net/ipv4/inet_diag.c).  lsof has only the users of
 * processes. */
bool sock_has_user(const struct sock *s);

/* Init or a user's manager, by its pid or control group: what it holds for
 * other units was made in theirs. */
bool proc_is_init(const struct proc *p);

/* Its files are its own, and root set it up. */
bool container_is_boxed(const struct container *in);

/* The control group in which s was made, or NULL. */
const struct sock_cgroup *scan_cgroup(const struct scan *sc,
    const struct sock *s);

/* Where that process (TARGET_NOBODY: none) passes on the connections to that
 * socket, or NULL. */
const struct sock_target *scan_target(const struct scan *sc, uint32_t sock,
    uint32_t proc);
void scan_sort_targets(struct scan *sc);

/* Append a zeroed element.  A socket gets the namespace added last. */
struct netns *scan_add_netns(struct scan *sc);
struct sock *scan_add_sock(struct scan *sc);
struct proc *scan_add_proc(struct scan *sc);
struct holder *scan_add_holder(struct scan *sc);
struct sock_target *scan_add_target(struct scan *sc);

void scan_sort_places(struct scan *sc);

/* Packets to that address (IPv4-mapped ones as IPv4) reach the interface that
 * the socket is bound to, if any.  The address is one of the socket's
 * namespace; the places are sorted. */
bool scan_has_place(const struct scan *sc, const struct sock *s,
    const struct addr *a);

/* The socket's port is in the range that its namespace hands out. */
bool scan_is_ephemeral(const struct scan *sc, const struct sock *s,
    uint16_t port);

void scan_free(struct scan *sc);

#endif
