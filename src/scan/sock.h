/*
 * sock: sockets, the processes that hold them, and what a scan found.
 *
 * These binary forms exist inside prt-scan alone; what leaves it are records.
 */
#ifndef SCAN_SOCK_H
#define SCAN_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/map.h"
#include "lib/mem.h"

/* Those with ports come first, and are in every scan; the others have something
 * else in the place of ports, and are read only if they are asked for. */
enum sock_proto {
	PROTO_TCP, PROTO_UDP, PROTO_SCTP, PROTO_NPORTED,
	PROTO_RAW = PROTO_NPORTED, PROTO_PACKET, PROTO_ICMP, PROTO_VSOCK,
	PROTO_COUNT
};
enum { PROTOS_PORTED = (1 << PROTO_NPORTED) - 1 };

/* The numbers are those of the kernel, include/net/tcp_states.h, up to
 * STATE_NEW_SYN_RECV; the last three are ours: a UDP socket without a peer, one
 * that has a port, and neither listens nor is connected, and no socket, but a
 * port that a container runtime has published. */
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
	uint32_t retrans;		/* segments, in all */
};

/* What a socket of a protocol without ports has. */
struct sock_portless {
	uint32_t local;		/* what a record has as local_port, */
	uint32_t remote;	/* and of vsock, with a peer, as remote_port */
	bool is_vsock;		/* these are its addresses: */
	uint32_t local_cid, remote_cid;
	bool has_filter;	/* a filter of BPF is attached to it, of so */
	uint32_t filter;	/* many instructions; 0: not told */
};

#define SOCK_CID_ANY UINT32_MAX		/* VMADDR_CID_ANY, vsock(7) */

struct sock {
	struct addr local, remote;	/* remote.family ADDR_NONE: no peer */
	uint16_t local_port, remote_port;
	unsigned char proto, state, dir, v6only;
	bool timewait;			/* an entry of tables, not a socket */
	bool userless, queueless;	/* uid, rx_queue, tx_queue: not told */
	bool has_backlog;		/* a listener's tx_queue is known */
	bool has_drops;
	uint32_t rx_queue, tx_queue;	/* bytes; of a listener connections
					 * that wait, and how many may */
	uint32_t netns;			/* index of the scan's namespaces */
	uint32_t uid;			/* what the kernel says of the socket */
	uint32_t drops;
	uint32_t cgroup;		/* number of the scan's, 0: not known */
	uint64_t inode;			/* 0: held by no process */
	/* Without a holder: what of the kernel's own it is, `[KIND]' or
	 * `[KIND/NAME]', in the scan's arena; or NULL. */
	const char *kernel;
	uint64_t cookie;		/* sock_gen_cookie; 0: not told */
	const char *ifname;		/* bound to that interface, or NULL */
	const struct sock_info *info;	/* in the scan's arena, or NULL */
	/* In the scan's arena; NULL of a protocol with ports, of others the
	 * ports above are 0. */
	struct sock_portless *portless;
};

enum { PROC_CMDLINE_MAX = 4096 };	/* longer ones end in ... */

/* The container that something is in. */
struct container {
	struct str name;	/* `RUNTIME/NAME', or `RUNTIME/ID', cut */
	struct str id;		/* whole; missing: it is in none */
	struct str pod;		/* NAMESPACE/POD, of Kubernetes */
	uint32_t uid;		/* whose it is, as far as that is told */
	bool is_named;		/* its runtime has it */
	bool is_guess;		/* it is none unless that has it */
	bool is_app;		/* a sandbox, by its program's name */
	bool is_users;		/* in the part of the groups that is users' */
};

/* What file a path led to, by the kernel's numbers. */
struct file_id {
	bool known;
	bool gone;		/* it has no name any more */
	uint64_t dev, ino;
	uint64_t mount;		/* 0: not known */
};

/* What is known of a process; strings live in the scan's arena. */
struct proc {
	uint32_t pid, ppid, uid;
	bool has_ppid, has_uid, has_usage;
	bool ended;		/* its first thread, others have not */
	uint64_t start;			/* clock ticks since boot, 0: unknown */
	uint64_t rss;			/* bytes */
	uint64_t cpu;			/* hundredths of a second */
	struct str comm, parent, exe, cmdline, cgroup, unit, cwd;
	struct container in;
	struct str user;	/* its name, where it is told as such */
	/* As records have them. */
	struct str ancestors, children, stdio, shells, exe_like, script, caps;
	uint32_t tty;		/* its terminal, a device number, or 0 */
	struct pipe_id {	/* those that its standard input and output */
		uint64_t dev, inode;	/* are, or 0 */
	} pipe[2];
	bool has_caps;
	uint64_t caps_set;	/* effective ones, a bit each, in */
	uint64_t userns;	/* the user namespace with that inode, or 0 */
	uint64_t pidfd;		/* its inode in pidfs, or 0 */
	bool has_groups;	/* in, cgroup and unit were read, if wanted */
	bool boxed;		/* in a container that is no user's own */
	struct file_id exe_id, cwd_id;	/* to be compared, if they are known */
};

#define HOLDER_NO_FD UINT32_MAX

/* Process proc (an index) has socket sock (an index) as descriptor fd, which
 * may be not known. */
struct holder {
	uint32_t sock, proc, fd;
};

/* Where process proc (an index, TARGET_NOBODY: none is seen) passes on what
 * comes to socket sock (an index). */
#define TARGET_NOBODY UINT32_MAX
struct sock_target {
	uint32_t sock, proc;
	struct addr addr;		/* ADDR_NONE: not known */
	uint16_t port;			/* 0: not known */
	struct container in;		/* the one that answers, if known */
};

/* A network namespace.  The scan's first is the scanner's own. */
struct netns {
	uint64_t inode;			/* 0: not known, as of the own one */
	uint64_t id;			/* opens it if path is NULL; or 0 */
	const char *path;		/* opens it, from the proc tree on; or
					 * NULL, as of the own one */
	struct str label;		/* missing: the own one */
	struct str plain;		/* without the container; missing: the
					 * label is a person's */
	struct container in;		/* of its process with the lowest, */
	uint32_t pid, uid;		/* number, and that one's user */
	uint16_t first, last;		/* its ip_local_port_range */
};

/* A control group, of version 2, in which a socket was made. */
struct sock_cgroup {
	uint64_t id;			/* its inode number */
	struct str path, unit;		/* missing: not known */
	struct container in;
};

enum { SOCK_IFNAME_MAX = 64 };

/* The name of an interface of a namespace, at most SOCK_IFNAME_MAX bytes. */
struct ifname {
	uint32_t netns;
	uint32_t index;
	const char *name;
};

/* An address of a namespace that an operand asks for; with an interface: one
 * that has it. */
struct scan_place {
	struct addr addr;	/* IPv4-mapped ones as IPv4 */
	uint32_t netns;
	const char *ifname;	/* "": none in particular */
};

/* Whose BOUND sockets could be read, if the filter wants such: nobody's, those
 * of processes that we may look into, or all. */
enum scan_bound { BOUND_NO, BOUND_OWN, BOUND_ALL, BOUND_COUNT };

/* Which published ports could be read: none were asked for, not all, or all. */
enum scan_published { PUBLISHED_NO, PUBLISHED_SOME, PUBLISHED_ALL };

/* What is sought among the sockets of processes that are in no table. */
enum scan_seek {
	SEEK_BOUND = 1 << 0,	/* BOUND ones */
	SEEK_NETNS = 1 << 1,	/* network namespaces that were not read */
	SEEK_VSOCK = 1 << 2	/* those of vsock */
};

struct linux_asked;

struct scan {
	unsigned needs;		/* as the request has them */
	bool other_tree;	/* files of processes are not this machine's */
	uint64_t since;		/* clock ticks from boot, before any was read;
				 * or UINT64_MAX: all are older */
	struct netns *netns;
	size_t nnetns, netnscap;
	struct ifname *ifname;
	size_t nifname, ifnamecap;
	struct sock_cgroup *cgroup;	/* by number, from 1 */
	size_t ncgroup, cgroupcap;
	struct map cgroup_of;		/* number by id */
	struct scan_place *place;	/* sorted when the tables are read */
	size_t nplace, placecap;
	struct sock *sock;
	size_t nsock, sockcap;
	struct proc *proc;
	size_t nproc, proccap;
	struct holder *holder;
	size_t nholder, holdercap;
	struct sock_target *target;	/* sorted when all are known */
	size_t ntarget, targetcap;
	uint64_t hidden;	/* processes whose descriptors we may not see */
	uint64_t hidden_netns;	/* or whose namespace, where all are wanted */
	uint64_t sock_netns;	/* of sockets in none that is known, */
	struct netns *shut;	/* and those that were not to be entered */
	size_t nshut, shutcap;
	uint32_t cut;		/* a process whose threads have more than was
				 * looked at, or 0; and how many there are */
	uint64_t ncut;
	bool incomplete;	/* something else could not be read */
	bool held_only;		/* only what a process holds could be read */
	enum scan_bound bound;
	enum scan_published published;
	unsigned seeks;		/* what tables may lack, of enum scan_seek */
	uint64_t *dropped;	/* then: inodes that the filter dropped */
	size_t ndropped, droppedcap;
	unsigned protos;	/* that were read: bits 1 << enum sock_proto */
	unsigned unread;	/* or could not be, which was told; */
	unsigned untold;	/* and those of which no table tells */
	unsigned by_files;	/* that netlink has no module for, with what
				 * it tells more: read from /proc/net */
	struct arena arena;
	struct linux_asked *asked;	/* in the arena, or NULL */
};

/* Names as records have them; NULL for none. */
extern const char *const sock_protos[PROTO_COUNT];
extern const char *const sock_states[STATE_COUNT];
extern const char *const sock_dirs[DIR_COUNT];
/* And as the ##prt line has them. */
extern const char *const scan_bounds[BOUND_COUNT];

/* Linux's number of a state as ours: what has no connections has only two, and
 * a TCP socket that is closed is in a table only for its port. */
enum sock_state sock_state_of(unsigned number, enum sock_proto proto);

/* In any case; STATE_NONE where there is no such name. */
enum sock_state sock_state_find(struct str name);

/* Has the ports of such a socket as its own number: of a protocol that has
 * none. */
void sock_make_portless(struct sock *s, struct arena *a);

static inline bool
sock_has_ports(const struct sock *s)
{
	return s->portless == NULL;
}

/* It has a peer whose address is known. */
static inline bool
sock_has_peer(const struct sock *s)
{
	return s->remote.family != ADDR_NONE || (s->portless != NULL &&
	    s->portless->is_vsock && s->portless->remote_cid != SOCK_CID_ANY);
}

/* By protocol and ends, as records are sorted. */
int sock_cmp(const struct sock *a, const struct sock *b);

/* Listening, or an unconnected UDP socket: what a peer can talk to. */
bool sock_is_listener(const struct sock *s);

/* Who gets there may get an answer: it listens, or is a port that is passed on
 * without a socket. */
bool sock_answers(const struct sock *s);

/* It answers who gets here by network: of this namespace, and not by loopback
 * only. */
bool scan_is_open(const struct scan *sc, const struct sock *s);

/* It has no peer: what the kernel still knows of one is of an earlier
 * connection, or of one that was refused. */
bool sock_is_alone(const struct sock *s);

/* The kernel names root, or the listener's user, for what is only an entry of
 * its tables and no socket: timewait entries (TIME_WAIT, some of FIN_WAIT2) and
 * requests (net/ipv4/inet_diag.c).  lsof tells the users of processes alone. */
bool sock_has_user(const struct sock *s);

/* Init or a user's manager, by its number or its control group: what it holds
 * for other units was made in theirs. */
bool proc_is_init(const struct proc *p);

/* It has files of its own, as root made it. */
bool container_is_boxed(const struct container *in);

/* The control group that s was made in, or NULL. */
const struct sock_cgroup *scan_cgroup(const struct scan *sc,
    const struct sock *s);

/* Where that process (TARGET_NOBODY: nobody) passes on what comes to that
 * socket, or NULL. */
const struct sock_target *scan_target(const struct scan *sc, uint32_t sock,
    uint32_t proc);
void scan_sort_targets(struct scan *sc);

/* Room for one more at the end, zeroed, and counted.  A socket is of the
 * namespace that was added last. */
struct netns *scan_add_netns(struct scan *sc);
struct sock *scan_add_sock(struct scan *sc);
struct proc *scan_add_proc(struct scan *sc);
struct holder *scan_add_holder(struct scan *sc);
struct sock_target *scan_add_target(struct scan *sc);

void scan_sort_places(struct scan *sc);

/* Who sends to that address (IPv4-mapped ones as IPv4), which is one of the
 * socket's namespace, gets to the interface that the socket is bound to, if it
 * is.  The places are sorted. */
bool scan_has_place(const struct scan *sc, const struct sock *s,
    const struct addr *a);

/* The socket's port is one that its namespace hands out. */
bool scan_is_ephemeral(const struct scan *sc, const struct sock *s,
    uint16_t port);

void scan_free(struct scan *sc);

#endif
