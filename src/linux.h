/*
 * linux: what the Linux backends give to the rest, and share.
 *
 * Only the linux-*.c files open anything under /proc or know of the kernel's
 * own interfaces.
 */
#ifndef LINUX_H
#define LINUX_H

#include "scan.h"

extern const struct backend linux_netlink, linux_procnet;

/* The timer that the tables show for a timewait entry (get_timewait4_sock in
 * net/ipv4/tcp_ipv4.c, inet_twsk_diag_fill in net/ipv4/inet_diag.c). */
enum { LINUX_TIMER_TIMEWAIT = 3 };

/* The kernel's number of a state as ours: UDP has but two of them. */
enum sock_state linux_state(unsigned state, enum sock_proto proto);

/* The owners of sc's sockets, by a walk of the process tables. */
bool linux_owners(const struct scan_request *req, struct scan *sc);

/*
 * Fills p (its pid is set) with what needs asks for, from the files beside the
 * open directory fd, /proc/PID/fd.  A process that has gone meanwhile leaves
 * what is not known as it was; it is never mistaken for a later one of the same
 * number.  True where some file was there and could not be read.
 */
bool linux_process(int fd, unsigned needs, struct proc *p, struct arena *a);

/* Sets the parent of every process that has one, by the proc tree. */
void linux_parents(const char *proc, struct scan *sc);

/*
 * The container in the text of a cgroup file, cgroups(7), as `runtime/<first 12
 * of id>' in name, which has room for LINUX_CONTAINER_MAX bytes.  Returns its
 * length, 0 where there is none.
 */
enum { LINUX_CONTAINER_MAX = 80 };
size_t linux_container(struct str text, char *name);

#endif
