/*
 * linux: what the Linux backends offer to the rest, and share.
 *
 * Only the files of this folder open anything below /proc, or know the kernel's
 * own interfaces.
 */
#ifndef SCAN_LINUX_LINUX_H
#define SCAN_LINUX_LINUX_H

#include <sys/types.h>

#include "scan/linux/tree.h"
#include "scan/scan.h"

extern const struct backend linux_netlink, linux_procnet;

/*
 * The addresses of the calling thread's network namespace, if operands need
 * them: filter_add_place.  linux_places asks the kernel, and returns false
 * after a message; linux_places_files reads a folder of a proc tree: a missing
 * file leaves sc incomplete, after a message.
 */
bool linux_places(const struct filter *f, struct scan *sc);

/* SMC makes a TCP socket for a socket of its own in the same namespace.  Gives
 * the inode of the SMC socket to such TCP sockets, from number `from' on: a
 * process may have that one.  0 or EPROTO, without a message. */
int linux_smc(struct scan *sc, size_t from);
void linux_places_files(const struct filter *f, struct scan *sc,
    const char *proc, const char *net);

/* The same from one message of len bytes, rtnetlink(7), false if it is not one;
 * and from the texts of /proc/net/fib_trie and if_inet6. */
struct ifaddrmsg;
bool linux_place_add(const struct filter *f, struct scan *sc,
    const struct ifaddrmsg *m, size_t len);
void linux_places_trie(const struct filter *f, struct scan *sc,
    struct str text);
void linux_places_inet6(const struct filter *f, struct scan *sc,
    struct str text);

/* The address in a line of if_inet6, and its interface (STR_NONE if the line is
 * cut): if6_seq_show in net/ipv6/addrconf.c.  False if there is no address. */
bool linux_inet6_line(struct str line, struct addr *a, struct str *name);

/*
 * Sets the interface of sockets whose own address is link-local, from number
 * `from' on, if exactly one interface has that address.  /proc/net/{tcp6,udp6}
 * do not show the interface, but such a socket always has one, inet6_bind in
 * net/ipv6/af_inet6.c.
 */
void linux_link_local(struct scan *sc, size_t from, const char *proc,
    const char *net);

/* The inode of the first pid namespace: PROC_PID_INIT_INO, linux/proc_ns.h. */
#define LINUX_PID_NS_INIT 0xEFFFFFFCU

/* The timer that the tables show for a timewait entry (get_timewait4_sock in
 * net/ipv4/tcp_ipv4.c, inet_twsk_diag_fill in net/ipv4/inet_diag.c). */
enum { LINUX_TIMER_TIMEWAIT = 3 };

/* Adds the socket of a message of len bytes, aligned as in netlink(7).  False
 * if it is not one. */
struct inet_diag_msg;
bool linux_diag_add(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_proto proto);

/* Adds the endpoint or association in such a message, which is at least a whole
 * struct: a socket for each address, or none.  False if it is neither. */
bool linux_sctp_diag(struct scan *sc, const struct inet_diag_msg *m, size_t len,
    enum sock_v6only v6only);

/* The same for a line of /proc/net/sctp/eps, and of assocs, without its LF:
 * net/sctp/proc.c. */
bool linux_sctp_endpoint(struct scan *sc, struct str line);
bool linux_sctp_association(struct scan *sc, struct str line);

/* Add the packet socket of a packet_diag message, or of a line of
 * /proc/net/packet without its LF; and the records, if any, of a vsock_diag
 * message.  False if it is not one. */
bool linux_packet_diag(struct scan *sc, struct str message);
bool linux_packet_line(struct scan *sc, struct str line, bool own_proc);
bool linux_vsock_diag(struct scan *sc, struct str message);

/*
 * How tables of protocols without ports are read.  dump (may be NULL) sends a
 * request that SOCK_DIAG_BY_FAMILY answers, again until the answer is whole,
 * and adds its sockets: 0 or errno.  files reads the sockets of a protocol in
 * that folder, and returns false after a message.
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

/* Adds the requested sockets of such protocols: in the calling thread's
 * namespace by sock_diag(7); if that fails, or for another proc tree, from the
 * files of that folder.  Failures are reported once a scan. */
void linux_portless(const struct scan_request *req, struct scan *sc,
    const struct linux_ways *ways, const char *net);

/* Sets how many instructions the filters of raw and packet sockets have, from
 * copies of descriptors that some process holds: call it once holders are
 * known. */
void linux_filters(const struct scan_request *req, struct scan *sc);

/* Whether the kernel has SCTP now, according to such a folder of tables: SCTP
 * is usually a module.  Unknown if the folder does not exist, or after a
 * message. */
enum linux_sctp { LINUX_SCTP_UNKNOWN, LINUX_SCTP_NO, LINUX_SCTP_YES };
enum linux_sctp linux_has_sctp(struct arena *a, const char *net);

/* Reads the two SCTP files in such a folder until nothing in them is new.
 * False after a message. */
bool linux_procnet_sctp(struct scan *sc, const char *proc, const char *net);

/* The same for TCP's two files, or UDP's. */
bool linux_procnet_ported(struct scan *sc, const char *proc,
    enum sock_proto proto, const char *net);

/* Reads one line of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5), without its
 * LF; not the heading.  False if it is not one; s is then of no use. */
bool linux_procnet_line(struct str line, enum sock_proto proto,
    enum addr_family family, struct sock *s);

/*
 * Adds the sockets of one aligned datagram of a dump, netlink(7).  0: more
 * follow; ENODATA: it was the last; NL_AGAIN of nl.h: it was the last, and the
 * kernel calls the dump inconsistent (*interrupted, which begins as false); or
 * another errno.
 */
int linux_datagram(struct scan *sc, const void *buf, size_t len,
    enum sock_proto proto, bool *interrupted);

/* Starts the kernel's search for owners, owners-bpf.c; NULL if the walk is
 * enough.  linux_search_end waits for its end, and frees it. */
struct search *linux_search(const struct scan_request *req);
void linux_search_end(struct search *s);

/* Reads a backend's tables in the calling thread's network namespace. */
typedef bool linux_tables(const struct scan_request *req, struct scan *sc);

/* Finds the owners of sc's sockets, by that search, or if it is NULL by a walk
 * of /proc; and what sc->seeks asks for. */
bool linux_owners(const struct scan_request *req, struct search *search,
    linux_tables *tables, struct scan *sc);

/*
 * Fills p, whose pid is set, with what needs asks for, from the files next to
 * the open directory fd, /proc/PID/fd.  If the process ends meanwhile, values
 * not yet known stay as they were; a later process with the same number is
 * never mistaken for it.  Strings go to sc, which is incomplete if a file
 * existed but could not be read.
 */
void linux_process(int fd, unsigned needs, struct proc *p, struct scan *sc);

/* Reports errno (0: none) after reading such a file: the scan becomes
 * incomplete, unless the process has ended or is another user's. */
void linux_fault(struct scan *sc, uint32_t pid, const char *file, int error);

/* Fills p from a stat file, with the same report. */
void linux_stat(enum tree_kind t, int dir, const char *path, struct proc *p,
    struct scan *sc);

/* The kinds of descriptors 0, 1 and 2. */
enum linux_fd { FD_CLOSED, FD_SOCKET, FD_PIPE, FD_TTY, FD_FILE, FD_NULL };
enum { STDIO_FDS = 3 };
struct linux_stdio {
	struct linux_fd_seen {
		enum linux_fd kind;
		uint32_t tty;	/* a terminal's device number */
		uint64_t dev, inode;	/* a pipe's, else 0 */
	} v[STDIO_FDS];
};
/* Reads them for the process whose PID/fd, or another folder there, is dir; 0
 * or errno.  linux_stdio sets the field, in a. */
int linux_stdio_of(enum tree_kind t, int dir, struct linux_stdio *s);
int linux_stdio(enum tree_kind t, int dir, struct proc *p, struct arena *a);
extern const char *const linux_fd_names[];

/* caps.c: a set of capabilities from the hexadecimal digits of status; and its
 * names, in b, with `all' for all in known.  Missing: the set is empty. */
bool linux_caps_parse(struct str digits, uint64_t *set);
struct str linux_caps_names(struct buf *b, uint64_t set, uint64_t known);

/* audit.c: the fields that need more than a process's own files. */
void linux_audit(const struct scan_request *req, struct scan *sc);
/* Clock ticks from boot until now. */
uint64_t linux_ticks(void);

/*
 * paths.c: sets a process's exe, or its cwd, with their ids if they are to be
 * compared; 0 or errno.  p says whether it is boxed.
 */
int linux_exe(enum tree_kind t, int dir, struct proc *p, struct arena *a);
int linux_cwd(enum tree_kind t, int dir, struct proc *p, struct arena *a);

/* The path of that file in the text of proc_pid_maps(5), if it is there: a part
 * of text, or empty. */
struct str linux_mapped_path(struct str text, const struct file_id *id);

/* The path and the inode number in a line of maps, if the mapping is
 * executable; false for another. */
bool linux_exec_mapping(struct str line, struct str *path, uint64_t *inode);

/* Adds ` (elsewhere)' to each path of the scan's processes that on this machine
 * leads to another file, or to none. */
void linux_elsewhere(struct scan *sc);

/* True if dir is a process's folder with links that lead to files; in a saved
 * tree they are only texts. */
bool linux_is_procfs(enum tree_kind t, int dir);

/* What a path leads to, following links: false with errno. */
struct file_look {
	uint32_t mode;
	uint32_t device;	/* of a device, its number as in stat(5) */
	uint64_t dev, inode;
};
bool linux_file_look(int dir, const char *path, struct file_look *look);
/* The id of the file that a path leads to, following links; "" is the open file
 * dir itself.  False with errno. */
bool linux_file_id(int dir, const char *path, struct file_id *id);
/* Opens, as O_PATH, an absolute path below that root, if the kernel need not
 * wait for a file system; -1 with errno, EAGAIN if it would have to wait. */
int linux_open_known(int root, const char *path);
/* The same for a path relative to dir. */
int linux_open_near(int dir, const char *path);
/* Opens a path with that folder as the root; -1 with errno. */
int linux_open_below(int root, const char *path, int flags);
/* True if the process whose /proc/PID/fd, or another folder there, is open sees
 * the same mounts as we do, mount_namespaces(7). */
bool linux_shares_mounts(int dir);

/* Reads the cgroup file of a process, cgroups(7), into b, which the caller
 * frees: it is too long for a stack.  Missing, with errno, if it cannot be
 * read. */
struct str linux_read_cgroup(enum tree_kind t, int dir, const char *path,
    struct buf *b);

/* The path of the control group in such a text, and the systemd unit in such a
 * path: parts of the argument, missing if there is none. */
struct str linux_cgroup(struct str text);
struct str linux_unit(struct str path);

/* True if the container with that id, a part of text, is in a login user's part
 * of the control groups: the user may have made and named it himself. */
bool linux_is_users(struct str text, struct str id);

/* The number of a control group among the scan's, by its inode number. */
uint32_t linux_sock_cgroup(struct scan *sc, uint64_t id);

/* Sets what can be known of sockets only after their owners. */
void linux_finish(const struct scan_request *req, struct scan *sc);

/* Sets the requested path and unit of the scan's control groups.  The scan is
 * incomplete, after a message, if some may be missing. */
void linux_sock_cgroups(const struct scan_request *req, struct scan *sc);

/* The container in the text of a cgroup file, in a; or of the process whose
 * cgroup file is at path: no container if it cannot be read. */
struct container linux_container_in(struct str text, struct arena *a);
struct container linux_container_of(enum tree_kind t, int dir, const char *path,
    struct arena *a);

/* Sets the requested names of the scan's containers, if their runtimes know
 * them, within two seconds; a guess without a name is then dropped. */
void linux_names(const struct scan_request *req, struct scan *sc);

/* True if systemd listens at that socket for a daemon that does not run:
 * connecting would start it. */
bool linux_would_start(const char *path);

/* Which runtimes were asked in a scan: each once, until the time is up.  Files
 * are read until then, too. */
struct linux_asked {
	int64_t until, answer_until;
	bool has_docker, has_podman;
	struct str docker, podman;	/* the answers, or missing */
	bool docker_missing;	/* there is no daemon */
	int docker_peer;	/* process that made its socket, or 0 */
};

/* Asks, unless the scan has asked before. */
const struct linux_asked *linux_ask_docker(struct scan *sc);
struct str linux_ask_podman(struct scan *sc);

/*
 * Reads a regular file that belongs to owner into b; missing on any failure, or
 * if the time is up.  Opening neither waits nor follows a link at the end of
 * path.  Other users' files are not read, so that no user can make root read
 * for him.
 */
struct str linux_read_owned(struct scan *sc, const char *path, uint32_t owner,
    struct buf *b);

/* Calls each with the text of every file in a folder that belongs to owner,
 * while there is time.  False with errno if the folder cannot be opened. */
bool linux_each_file(struct scan *sc, const char *folder, const char *below,
    uint32_t owner, void (*each)(void *arg, struct str name, struct str text),
    void *arg);

/* Sets where holders pass connections on to: sc's targets, and NAT records. */
void linux_targets(const struct scan_request *req, struct scan *sc);
/* The inode of the network namespace of a process; 0 if it is not known. */
uint64_t linux_netns_of(int pid);
/* The JSON answer of Docker's daemon that lists its containers: a part of b.
 * Missing if it does not arrive in time, or on failure: *failed is then the
 * socket that gave errno, else NULL.  *peer is the process that made the
 * socket, or 0. */
struct str linux_docker(struct buf *b, int64_t until, const char **failed,
    int *peer);

/* The body after a header with `HTTP/1.x 200': a part of answer, or missing. */
struct str linux_docker_body(struct str answer);

/* The same from podman ps, which is killed at that time; missing on failure,
 * too, after a message. */
struct str linux_podman(struct buf *b, int64_t until);

/* True if the running kernel is of that version or later. */
bool linux_is_from(unsigned major, unsigned minor);

/* Open files of the whole machine, proc_sys_fs(5); 0 if not known. */
uint64_t linux_open_files(void);
/* The number that the kernel gave to its latest process or thread, from a file
 * of a proc tree, proc_loadavg(5); 0 if not known. */
uint64_t linux_last_pid(enum tree_kind t, int proc);

/* The fixed files in the fdinfo of an io_uring: list is a part of text, and
 * *lacks is true if it should have entries.  False if there is no list. */
bool linux_ring_list(struct str text, struct str *list, bool *lacks);
/* The inode of the next entry, 0 if it is not a socket; false at the end. */
bool linux_ring_entry(struct str *list, uint64_t *inode);

/* Sets the parent of every process that has one, from the proc tree. */
void linux_parents(const char *proc, struct scan *sc);

/*
 * The container in the text of a cgroup file, cgroups(7); false if there is
 * none.  Only the runtime knows whether a guess is really a container.
 */
enum { LINUX_CONTAINER_MAX = 80 };
struct linux_in {
	char name[LINUX_CONTAINER_MAX];	/* `RUNTIME/<first 12 of id>' */
	size_t n;			/* bytes of it */
	struct str id;	/* whole id, or name if it has none: part of text */
	uint32_t uid;			/* owner of its user.slice, or 0 */
	bool is_guess, is_app;
};
bool linux_container(struct str text, struct linux_in *in);

#define LINUX_NETNS_LINK "net:["	/* how links to them begin */

/* A network namespace other than our own: the scanner's or, in another proc
 * tree, that of its init. */
struct linux_netns {
	uint64_t inode;
	struct str label;	/* as prt(5) has it for netns, with ids */
	struct str plain;	/* plain, in, pid and uid: as in struct netns */
	struct container in;
	uint32_t pid, uid;
	const char *path;	/* opens it, from the tree on; if NULL, */
	uint64_t id;		/* linux_netns_open opens it by this id */
	const char *task;	/* the folder in the tree of its process or
				 * thread with the lowest number, or NULL */
};

struct linux_netns_list {
	struct linux_netns *v;
	size_t n, cap;
	uint64_t own;		/* our own namespace, which is not in v */
	uint64_t hidden;	/* processes whose namespace is hidden */
	dev_t dev;		/* of all namespaces, as files */
};

/* Lists them all, sorted by label.  False after a message.  The caller frees
 * l->v; the strings live as long as a. */
bool linux_netns_list(const struct scan_request *req,
    struct linux_netns_list *l, struct arena *a);

/*
 * A namespace of a list is entered through one of its processes.  If that has
 * ended while others are still in it, namespaces are listed again.  The number
 * of rounds is limited, so that processes that end all the time cannot keep the
 * scan from ending.  linux_netns_keep_new drops from the list those that were
 * visited or refused before.
 */
enum { LINUX_NETNS_ROUNDS = 3 };
void linux_netns_keep_new(struct linux_netns_list *l, const struct scan *sc);

/* Sets the identity and the names of a namespace of the scan, but not how it is
 * entered. */
void linux_netns_identify(struct netns *ns, const struct linux_netns *listed);

/* Opens a namespace by its number, NS_GET_ID of ioctl_nsfs(2); -1 with
 * errno. */
int linux_netns_open(uint64_t id);

/* The kernel's own name of a namespace, `net:[INODE]', in a. */
struct str linux_netns_label(struct arena *a, uint64_t inode);

/* The label of a namespace whose container is known by its id, or by name. */
struct str linux_netns_choose(struct str label, struct str plain,
    const struct container *in);

/* Sets the labels of the scan's namespaces, each unique, once the names of
 * their containers are known. */
void linux_netns_labels(struct scan *sc);

/* Sorts the namespaces by label; our own one stays first. */
void linux_netns_sort(struct scan *sc);

/* The mount point of a network namespace in a line of mountinfo, in a, and its
 * inode; NULL for another line. */
const char *linux_mount_netns(struct str line, uint64_t *inode,
    struct arena *a);

/* DIR/NAME, in a. */
char *linux_path(struct arena *a, const char *dir, const char *name);

/* The folder in a proc tree with the tables of one network namespace: the
 * calling thread's, or in another tree that of init. */
const char *linux_net_folder(struct arena *a, const char *proc, bool own);

/* A thread's visit to namespaces. */
struct linux_visit {
	const struct scan_request *req;
	struct scan *sc;
	linux_tables *tables;
	dev_t dev;		/* of namespaces, as files; 0: not known */
	bool ok;		/* begins as true; false after a message */
	bool lost;		/* one could not be entered as listed: its
				 * process, for example, has ended */
};

/* Enters that namespace, open as fd, and adds its tables; false if it could not
 * be entered, after a message unless it is gone. */
bool linux_netns_visit(struct linux_visit *v, const struct linux_netns *ns,
    int fd);

/* Runs run() in a thread, and waits for its end; false after a message. */
bool linux_in_thread(void *(*run)(void *), void *arg);

/* Calls tables in every namespace of this machine, our own first. */
bool linux_netns_tables(const struct scan_request *req, struct scan *sc,
    linux_tables *tables);

/* Calls each in a namespace of the scan, by its number, unless it is gone: in a
 * thread of its own, unless it is the scanner's own namespace. */
void linux_netns_in(const struct scan_request *req, struct scan *sc,
    uint32_t ns, void (*each)(void *arg), void *arg);

/* Names the sockets without a process that are the kernel's own, if the kernel
 * says which: call it once holders are known. */
void linux_kernel(const struct scan_request *req, struct scan *sc);

/* Reads the tables both ways, in every namespace of the scan, and reports
 * sockets that only one way shows; the scan is then incomplete. */
void linux_verify(const struct scan_request *req, struct scan *sc);

/*
 * Joins the readings of one table: the sockets from `from' on; all else begins
 * as 0.  linux_join is called after each reading, whose sockets are those from
 * mid on.  True if it agrees with the reading before, or if the limit of
 * readings is reached, so that nobody can keep a scan from ending.
 */
struct linux_join {
	size_t from;
	size_t seen, added;	/* by the last reading: all, and new ones */
	bool is_clean;		/* it had no repetitions */
	int times;
};
enum { LINUX_READINGS = 6 };
bool linux_join(struct linux_join *j, struct scan *sc, size_t mid);

/* Name of an interface in the calling thread's namespace, which is the scan's
 * last; lives as long as the scan.  The number, if the interface is gone, or is
 * called lo without being the loopback device. */
const char *linux_ifname(struct scan *sc, uint32_t index);

#endif
