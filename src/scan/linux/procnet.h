/*
 * linux-procnet: the lines of /proc/net/{tcp,tcp6,udp,udp6}, proc_pid_net(5).
 */
#ifndef SCAN_LINUX_PROCNET_H
#define SCAN_LINUX_PROCNET_H

#include "scan/sock.h"

/* Reads one line, not the heading, without its LF.  False where it is none;
 * then s holds nothing of use. */
bool linux_procnet_line(struct str line, enum sock_proto proto,
    enum addr_family family, struct sock *s);

#endif
