/*
 * linux: what the Linux backends give to the rest, and share.
 *
 * Only the files of this folder open anything below /proc, or know the
 * kernel's own interfaces.
 */
#ifndef SCAN_LINUX_LINUX_H
#define SCAN_LINUX_LINUX_H

#include <sys/types.h>

#include "scan/linux/tree.h"
#include "scan/scan.h"

extern const struct backend linux_netlink, linux_procnet;

/*
 * The addresses of the calling thread's network namespace, as far as operands
 * ask for them: filter_add_place.  linux_places asks the kernel, and returns
 * false after a message; linux_places_files reads a folder of a proc tree,
 * where what is not there leaves sc incomplete, after a message.
 */
bool linux_places(const struct filter *f, struct scan *sc);

/* Gives the TCP sockets from that one on which SMC has made, for one of its own
 * of the same namespace, that one's inode: a process may have it.  0 or EPROTO,
 * without a message. */
int linux_smc(struct scan *sc, size_t from);
void linux_places_files(const struct filter *f, struct scan *sc,
    const char *proc, const char *net);

/* The same of one message of len bytes, rtnetlink(7), false if it is none; and
 * of the texts of /proc/net/fib_trie and if_inet6. */
struct ifaddrmsg;
bool linux_place_add(const struct filter *f, struct scan *sc,
    const struct ifaddrmsg *m, size_t len);
void linux_places_trie(const struct filter *f, struct scan *sc,
    struct str text);
void linux_places_inet6(const struct filter *f, struct scan *sc,
    struct str text);

/* The address of a line of if_inet6, and of what interface (STR_NONE: of a line
 * that was cut): if6_seq_show in net/ipv6/addrconf.c.  False if it has none. */
bool linux_inet6_line(struct str line, struct addr *a, struct str *name);

/*
 * Gives the sockets from that one on whose own address is link-local the
 * interface that has this address, if only one has: /proc/net/{tcp6,udp6} do not
 * tell it, but without it there is no such socket, inet6_bind in
 * net/ipv6/af_inet6.c.
 */
void linux_link_local(struct scan *sc, size_t from, const char *proc,
    const char *net);

/* The inode of the first pid namespace: PROC_PID_INIT_INO, linux/proc_ns.h. */
#define LINUX_PID_NS_INIT 0xEFFFFFFCU

/* The timer that the tables show for a timewait entry (get_timewait4_sock in
 * net/ipv4/tcp_ipv4.c, inet_twsk_diag_fill in net/ipv4/inet_diag.c). */
enum { LINUX_TIMER_TIMEWAIT = 3 };

/* Adds the socket of a message of len bytes, aligned as netlink(7) has it.
 * False where it is none. */
struct inet_diag_msg;
bool linux_diag_add(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_proto proto);

/* Adds the endpoint or association of such a message, at least a whole struct:
 * a socket for each address, or none.  False if it is neither. */
bool linux_sctp_diag(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_v6only v6only);

/* The same of a line of /proc/net/sctp/eps, and of assocs, without its LF:
 * net/sctp/proc.c. */
bool linux_sctp_endpoint(struct scan *sc, struct str line);
bool linux_sctp_association(struct scan *sc, struct str line);

/* The packet socket of a message of packet_diag, or of a line of
 * /proc/net/packet without its LF; and what of vsock_diag's a record tells of,
 * which may be nothing.  False if it is none. */
bool linux_packet_diag(struct scan *sc, struct str message);
bool linux_packet_line(struct scan *sc, struct str line, bool own_proc);
bool linux_vsock_diag(struct scan *sc, struct str message);

/*
 * How tables of protocols without ports are read.  dump (may be NULL) sends a
 * request that SOCK_DIAG_BY_FAMILY answers until the answer is whole, and adds
 * its sockets: 0 or errno.  files reads those of a protocol in that folder, and
 * returns false after a message.
 */
struct nlmsghdr;
struct linux_ways {
	int (*dump)(struct scan *sc, const struct nlmsghdr *request,
	    enum sock_proto proto);
	bool (*files)(const struct scan_request *req, struct scan *sc,
	    enum sock_proto proto, const char *net);
};
bool linux_procnet_portless(const struct scan_request *req, struct scan *sc,
    enum sock_proto proto, const char *net);

/* The sockets of such protocols that are asked for, in the calling thread's
 * namespace by sock_diag(7), or else, or of another proc tree, by the files of
 * that folder.  What could not be read is told, once a scan. */
void linux_portless(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways, const char *net);

/* How many instructions the filters of raw and packet sockets have, by copies
 * of descriptors that some process holds: once holders are known. */
void linux_filters(const struct scan_request *req, struct scan *sc);

/* Whether the kernel has SCTP by now, as such a folder of tables tells: it is
 * a module as a rule.  Unknown if there is no such folder, or after a
 * message. */
enum linux_sctp { LINUX_SCTP_UNKNOWN, LINUX_SCTP_NO, LINUX_SCTP_YES };
enum linux_sctp linux_has_sctp(struct arena *a, const char *net);

/* Reads these two files of SCTP in such a folder, until nothing in them is new.
 * False after a message. */
bool linux_procnet_sctp(struct scan *sc, const char *proc, const char *net);

/* The same of TCP's two files, or UDP's. */
bool linux_procnet_ported(struct scan *sc, const char *proc,
    enum sock_proto proto, const char *net);

/* Reads one line of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5), not the
 * heading, without its LF.  False if it is none; s then has nothing of use. */
bool linux_procnet_line(struct str line, enum sock_proto proto,
    enum addr_family family, struct sock *s);

/*
 * Adds the sockets of one datagram of a dump, netlink(7), aligned.  0: more are
 * to come; ENODATA: it was the last; NL_AGAIN of nl.h: it was, and the kernel
 * calls the dump inconsistent (*interrupted, which begins as false); or another
 * errno.
 */
int linux_datagram(struct scan *sc, const void *buf, size_t len,
    enum sock_proto proto, bool *interrupted);

/* Begins the search for owners by the kernel, owners-bpf.c; NULL if the walk
 * will do.  linux_search_end waits for its end, and frees. */
struct search *linux_search(const struct scan_request *req);
void linux_search_end(struct search *s);

/* A backend's tables, of the calling thread's network namespace. */
typedef bool linux_tables(const struct scan_request *req, struct scan *sc);

/* The owners of sc's sockets, by that search, or if it is NULL by a walk of
 * /proc; and what sc->seeks. */
bool linux_owners(const struct scan_request *req, struct search *search,
    linux_tables *tables, struct scan *sc);

/*
 * Fills p (its pid is set) with what needs asks for, from the files beside the
 * open directory fd, /proc/PID/fd.  A process that has gone meanwhile leaves
 * what is not known as it was; it is never mistaken for a later one of the same
 * number.  Strings go to sc, which is incomplete if a file was there and could
 * not be read.
 */
void linux_process(int fd, unsigned needs, struct proc *p, struct scan *sc);

/* Tells of errno (0: none) in reading such a file, which leaves the scan
 * incomplete, unless the process has ended or is another user's. */
void linux_fault(struct scan *sc, uint32_t pid, const char *file, int error);

/* The same of a file that is its stat. */
void linux_stat(enum tree_kind t, int dir, const char *path, struct proc *p,
    struct scan *sc);

/* What descriptors 0, 1 and 2 are. */
enum linux_fd { FD_CLOSED, FD_SOCKET, FD_PIPE, FD_TTY, FD_FILE, FD_NULL };
enum { STDIO_FDS = 3 };
struct linux_stdio {
	struct linux_fd_seen {
		enum linux_fd kind;
		uint32_t tty;	/* a terminal's device number */
		uint64_t dev, inode;	/* a pipe's, else 0 */
	} v[STDIO_FDS];
};
/* Of the process that dir, PID/fd or another folder there, is of; 0 or errno.
 * In a as the field has it. */
int linux_stdio_of(enum tree_kind t, int dir, struct linux_stdio *s);
int linux_stdio(enum tree_kind t, int dir, struct proc *p, struct arena *a);
extern const char *const linux_fd_names[];

/* caps.c: a set of capabilities in the hexadecimal digits of status; and in
 * words, in b, of which `all' is those of known.  Missing: none of these. */
bool linux_caps_parse(struct str digits, uint64_t *set);
struct str linux_caps_names(struct buf *b, uint64_t set, uint64_t known);

/* audit.c: the fields that tell of a process more than its own files. */
void linux_audit(const struct scan_request *req, struct scan *sc);
/* Clock ticks from boot until now. */
uint64_t linux_ticks(void);

/*
 * paths.c: the same of its exe and its cwd, with their ids if they are to be
 * compared; 0 or errno.  p says whether it is boxed.
 */
int linux_exe(enum tree_kind t, int dir, struct proc *p, struct arena *a);
int linux_cwd(enum tree_kind t, int dir, struct proc *p, struct arena *a);

/* The path of that file in such a text, proc_pid_maps(5), as far as it is
 * there: a part of it, or empty. */
struct str linux_mapped_path(struct str text, const struct file_id *id);

/* The path and the inode number in such a line of what is mapped to be run;
 * false of another. */
bool linux_exec_mapping(struct str line, struct str *path, uint64_t *inode);

/* Adds ` (elsewhere)' to each path of the scan's processes that leads to
 * another file on this machine, or to none. */
void linux_elsewhere(struct scan *sc);

/* It is a process's folder, whose links lead to what they say: elsewhere they
 * are texts. */
bool linux_is_procfs(enum tree_kind t, int dir);

/* What a path leads to, links followed: false with errno. */
struct file_look {
	uint32_t mode;
	uint32_t device;	/* of a device, its number as in stat(5) */
	uint64_t dev, inode;
};
bool linux_file_look(int dir, const char *path, struct file_look *look);
/* What a path leads to, links followed; "" is the open file dir itself.  False
 * with errno. */
bool linux_file_id(int dir, const char *path, struct file_id *id);
/* Opens, as O_PATH, an absolute path below that root, if the kernel need not
 * wait for a file system; -1 with errno, EAGAIN if it would have to. */
int linux_open_known(int root, const char *path);
/* The same of a relative one, from that folder on. */
int linux_open_near(int dir, const char *path);
/* Opens a path as if that were the root folder; -1 with errno. */
int linux_open_below(int root, const char *path, int flags);
/* The process whose /proc/PID/fd is open, or another folder there, sees the
 * same mounts as we do, mount_namespaces(7). */
bool linux_shares_mounts(int dir);

/* The cgroup file of a process, cgroups(7), in b, which the caller frees: too
 * long for a stack.  Missing, with errno, if it cannot be read. */
struct str linux_read_cgroup(enum tree_kind t, int dir, const char *path,
    struct buf *b);

/* The path of the control group in such a text, and the systemd unit in such a
 * path: parts of what is given, missing where there is none. */
struct str linux_cgroup(struct str text);
struct str linux_unit(struct str path);

/* The container with that id, a part of text, is in a login user's own part of
 * the control groups: he may have made, and named, it himself. */
bool linux_is_users(struct str text, struct str id);

/* The number of a control group, by its inode number, among the scan's. */
uint32_t linux_sock_cgroup(struct scan *sc, uint64_t id);

/* What is to be told of sockets once their owners are known. */
void linux_finish(const struct scan_request *req, struct scan *sc);

/* Sets the path and unit of those of the scan's control groups that are asked
 * for.  The scan is incomplete, after a message, if some may be missing. */
void linux_sock_cgroups(const struct scan_request *req, struct scan *sc);

/* The same, in a; of a process whose cgroup file that is: in none if it cannot
 * be read. */
struct container linux_container_in(struct str text, struct arena *a);
struct container linux_container_of(enum tree_kind t, int dir, const char *path,
    struct arena *a);

/* Sets the names of the scan's containers that are asked for, as far as their
 * runtimes tell, in at most two seconds; what was a guess and has none then is
 * no container. */
void linux_names(const struct scan_request *req, struct scan *sc);

/* systemd listens at that socket for a daemon that does not run: to connect
 * would start it. */
bool linux_would_start(const char *path);

/* What runtimes were asked in a scan: each once, and until then; files are read
 * as long. */
struct linux_asked {
	int64_t until, answer_until;
	bool has_docker, has_podman;
	struct str docker, podman;	/* the answers, or missing */
	bool docker_missing;	/* there is no daemon */
	int docker_peer;	/* the process that made its socket, or 0 */
};

/* Asks if nobody has so far. */
const struct linux_asked *linux_ask_docker(struct scan *sc);
struct str linux_ask_podman(struct scan *sc);

/*
 * The text of a regular file of that owner, into b; missing on any failure, and
 * if the time is up.  Opening it neither waits nor follows a link to another;
 * and what does not belong to owner is not read, so that no user has root read
 * for him.
 */
struct str linux_read_owned(struct scan *sc, const char *path, uint32_t owner,
    struct buf *b);

/* Calls each with the text of every file of an open folder that belongs to
 * owner, as long as there is time.  False with errno if it cannot be opened. */
bool linux_each_file(struct scan *sc, const char *folder, const char *below,
    uint32_t owner, void (*each)(void *arg, struct str name, struct str text),
    void *arg);

/* Where holders pass connections on to: sc's targets, and NAT records. */
void linux_targets(const struct scan_request *req, struct scan *sc);
/* The inode of the network namespace of a process; 0 if it is not known. */
uint64_t linux_netns_of(int pid);
/* The answer of Docker's daemon, JSON, of its containers: a part of b.  Missing
 * if there is none until then, or none is to be had; *failed is the socket that
 * gave that errno, else NULL; *peer the process that made it, or 0. */
struct str linux_docker(struct buf *b, int64_t until, const char **failed,
    int *peer);

/* What follows the header of `HTTP/1.x 200': a part of answer, or missing. */
struct str linux_docker_body(struct str answer);

/* The same of podman ps, which is run, and killed then; or after a message. */
struct str linux_podman(struct buf *b, int64_t until);

/* The running kernel is of that version or a later one. */
bool linux_is_from(unsigned major, unsigned minor);

/* Open files of the whole machine, proc_sys_fs(5); 0 where that is not told. */
uint64_t linux_open_files(void);
/* The number that the kernel gave last to a process or a thread, of the file of
 * a proc tree, proc_loadavg(5); 0 where that is not told. */
uint64_t linux_last_pid(enum tree_kind t, int proc);

/* The fixed files in the fdinfo of an io_uring: list is a part of text, and
 * *lacks tells whether there should be some.  False if there is no list. */
bool linux_ring_list(struct str text, struct str *list, bool *lacks);
/* The inode of the next of them, 0 if it is no socket; false at the end. */
bool linux_ring_entry(struct str *list, uint64_t *inode);

/* Sets the parent of every process that has one, by the proc tree. */
void linux_parents(const char *proc, struct scan *sc);

/*
 * The container in the text of a cgroup file, cgroups(7); false if there is
 * none.  Of a guess only the runtime knows whether it has such a container.
 */
enum { LINUX_CONTAINER_MAX = 80 };
struct linux_in {
	char name[LINUX_CONTAINER_MAX];	/* `RUNTIME/<first 12 of id>' */
	size_t n;			/* bytes of it */
	struct str id;	/* whole, or the name if it has none: part of text */
	uint32_t uid;			/* whose part of user.slice, or 0 */
	bool is_guess, is_app;
};
bool linux_container(struct str text, struct linux_in *in);

#define LINUX_NETNS_LINK "net:["	/* how links to them begin */

/* A network namespace other than the own: of the scanner or, of another proc
 * tree, of that one's init. */
struct linux_netns {
	uint64_t inode;
	struct str label;	/* as prt(5) has it for netns, with ids */
	struct str plain;	/* of struct netns, as what follows */
	struct container in;
	uint32_t pid, uid;
	const char *path;	/* opens it, from the proc tree on; or NULL, */
	uint64_t id;		/* and linux_netns_open opens it */
	const char *task;	/* the folder there of the process or thread
				 * with the lowest number, or NULL */
};

struct linux_netns_list {
	struct linux_netns *v;
	size_t n, cap;
	uint64_t own;		/* inode of the own one, which is not in v */
	uint64_t hidden;	/* processes whose namespace is not seen */
	dev_t dev;		/* of all namespaces, as files */
};

/* All of them, by label.  False after a message.  The caller frees l->v; the
 * strings live as long as a. */
bool linux_netns_list(const struct scan_request *req,
    struct linux_netns_list *l, struct arena *a);

/*
 * The process that a namespace of a list was known by may have ended while
 * others are in it: then they are listed again, so many times at most, lest
 * processes that end all the time keep the scan from its end.
 * linux_netns_keep_new leaves those of the list that were neither visited nor
 * refused so far.
 */
enum { LINUX_NETNS_ROUNDS = 3 };
void linux_netns_keep_new(struct linux_netns_list *l, const struct scan *sc);

/* Sets of the scan's what it is, and what it is called; not how it is
 * entered. */
void linux_netns_identify(struct netns *ns, const struct linux_netns *listed);

/* A descriptor of a namespace by its number, NS_GET_ID of ioctl_nsfs(2), or -1
 * with errno. */
int linux_netns_open(uint64_t id);

/* `net:[INODE]', what the kernel itself calls it, in a. */
struct str linux_netns_label(struct arena *a, uint64_t inode);

/* The label of a namespace whose container is known by its id, or by its
 * name. */
struct str linux_netns_choose(struct str label, struct str plain,
    const struct container *in);

/* Sets the labels of the scan's namespaces, once the names of their containers
 * are known: each has one of its own. */
void linux_netns_labels(struct scan *sc);

/* Puts the namespaces in order of their labels; the own one stays the first. */
void linux_netns_sort(struct scan *sc);

/* Where a line of mountinfo says that a network namespace is mounted, in a, and
 * which; NULL if it is no such line. */
const char *linux_mount_netns(struct str line, uint64_t *inode,
    struct arena *a);

/* DIR/NAME, in a. */
char *linux_path(struct arena *a, const char *dir, const char *name);

/* The folder of a proc tree that has the tables of one network namespace: the
 * calling thread's, or of another tree init's. */
const char *linux_net_folder(struct arena *a, const char *proc, bool own);

/* The visit of namespaces by a thread. */
struct linux_visit {
	const struct scan_request *req;
	struct scan *sc;
	linux_tables *tables;
	dev_t dev;		/* of namespaces, as files; 0: not known */
	bool ok;		/* begins as true; false after a message */
	bool lost;		/* one could not be entered by what it was known
				 * by, as a process that has ended */
};

/* Enters that namespace, which fd is, and adds its tables; false where it could
 * not be entered, which is told unless it has gone. */
bool linux_netns_visit(struct linux_visit *v, const struct linux_netns *ns,
    int fd);

/* Runs that, and waits for its end; false after a message. */
bool linux_in_thread(void *(*run)(void *), void *arg);

/* Calls tables in every namespace of this machine, the own one first. */
bool linux_netns_tables(const struct scan_request *req, struct scan *sc,
    linux_tables *tables);

/* Calls each in a namespace of the scan, by its number, unless it is gone by
 * now: in a thread of its own, but for the scanner's own one. */
void linux_netns_in(const struct scan_request *req, struct scan *sc,
    uint32_t ns, void (*each)(void *arg), void *arg);

/* Names the sockets that no process has and that are the kernel's own, as far
 * as it tells: for when their holders are known. */
void linux_kernel(const struct scan_request *req, struct scan *sc);

/* Reads the tables both ways, in every namespace of the scan, and says what
 * only one has; then the scan is incomplete. */
void linux_verify(const struct scan_request *req, struct scan *sc);

/*
 * The readings of one table, joined: the sockets from `from' on; the rest
 * begins as 0.  linux_join is called after each; what that one has brought is
 * from mid on.  True where it agrees with the one before, or where there were
 * as many as there may be: nobody can keep a scan from ending.
 */
struct linux_join {
	size_t from;
	size_t seen, added;	/* by the last one: how many, and new ones */
	bool is_clean;		/* it repeated none */
	int times;
};
enum { LINUX_READINGS = 6 };
bool linux_join(struct linux_join *j, struct scan *sc, size_t mid);

/* Name of an interface of the calling thread's namespace, which is the scan's
 * last; lives as long as the scan.  The number, where it has none by now, or
 * calls itself lo and is not the loopback device. */
const char *linux_ifname(struct scan *sc, uint32_t index);

#endif
