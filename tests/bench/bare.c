/*
 * bare [tables]: the system calls that a walk of /proc needs for prt-scan's
 * default columns, in one thread, and the code that decides which: no sorting,
 * no formatting.  With an argument, only those for the tables of sockets.
 * Writes one byte at the end.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scan/linux/owners.h"

enum { SLOTS = 1 << 19, ALL_STATES = 0xfff };

struct finder {
	uint32_t *inode;	/* of sockets, by hash; 0: free */
	int proc;
	bool found;		/* a socket of the process at hand */
};

static uint32_t *
slot_of(struct finder *f, uint32_t inode)
{
	uint32_t i = inode * 0x9e3779b9u >> 13;

	while (f->inode[i] != 0 && f->inode[i] != inode)
		i = (i + 1) % SLOTS;
	return &f->inode[i];
}

static void
dump(struct finder *f, const void *request, size_t size)
{
	static char buf[32 * 1024];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_SOCK_DIAG);
	const struct nlmsghdr *h = (const void *)buf;
	const struct inet_diag_msg *m;
	ssize_t n;

	if (fd < 0 || send(fd, request, size, 0) < 0)
		exit(2);
	do {
		n = recv(fd, buf, sizeof buf, 0);
		if (n <= 0)
			exit(2);
		for (h = (const void *)buf; NLMSG_OK(h, n) &&
		    h->nlmsg_type >= NLMSG_MIN_TYPE; h = NLMSG_NEXT(h, n)) {
			m = NLMSG_DATA(h);
			*slot_of(f, m->idiag_inode) = m->idiag_inode;
		}
	} while (!NLMSG_OK(h, n) || h->nlmsg_type != NLMSG_DONE);
	close(fd);
}

static void
dump_all(struct finder *f)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req body;
	} tcp = {
		{ .nlmsg_len = sizeof tcp, .nlmsg_type = TCPDIAG_GETSOCK,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		{ .idiag_states = ALL_STATES }
	};
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} udp = {
		{ .nlmsg_len = sizeof udp, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		{ .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_UDP,
		    .idiag_states = ALL_STATES }
	};

	dump(f, &tcp, sizeof tcp);
	dump(f, &udp, sizeof udp);
	udp.body.sdiag_family = AF_INET6;
	dump(f, &udp, sizeof udp);
}

/* Missing files of other systems cost nothing. */
static void
read_file(int dir, const char *name)
{
	static char buf[32 * 1024];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, buf, sizeof buf) > 0)
		;
	close(fd);
}

static void
take_fd(void *arg, int dir, const char *name)
{
	struct finder *f = arg;
	char link[64];
	ssize_t n = *name == '.' ? 0 :
	    readlinkat(dir, name, link, sizeof link - 1);
	unsigned long inode;

	if (n <= 0)
		return;
	link[n] = '\0';
	if (strncmp(link, "socket:[", 8) != 0)
		return;
	inode = strtoul(link + 8, NULL, 10);
	f->found |= *slot_of(f, (uint32_t)inode) != 0;
}

static void
take_process(void *arg, int proc, const char *name)
{
	static const char *const files[] = { "../stat", "../status",
		"../cmdline", "../cgroup" };
	struct finder *f = arg;
	uint32_t pid = (uint32_t)strtoul(name, NULL, 10);
	char exe[4096];
	struct stat st;
	size_t i;
	int fd;

	if (pid == 0 || !walk_stat(proc, pid, "/fd", &st) || st.st_size == 0)
		return;
	fd = walk_open(TREE_OWN, proc, pid, "/fd");
	if (fd < 0)
		return;
	f->found = false;
	walk_each(fd, take_fd, f);
	for (i = 0; f->found && i < sizeof files / sizeof *files; i++)
		read_file(fd, files[i]);
	if (f->found && readlinkat(fd, "../exe", exe, sizeof exe) < 0)
		exit(2);
	close(fd);
}

int
main(int argc, char **argv)
{
	static const char *const files[] = { "/etc/services", "/etc/passwd",
		"/proc/sys/net/ipv4/ip_local_port_range",
		"/proc/sys/net/ipv4/ip_unprivileged_port_start",
		"/proc/sys/kernel/hostname", "/proc/sys/kernel/random/boot_id",
		"/proc/sys/fs/file-nr" };
	struct finder f = { .inode = calloc(SLOTS, sizeof *f.inode) };
	size_t i;

	f.proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f.proc < 0 || f.inode == NULL)
		return 2;
	for (i = 0; i < sizeof files / sizeof *files; i++)
		read_file(AT_FDCWD, files[i]);
	dump_all(&f);
	(void)argv;
	if (argc == 1 && !walk_each(f.proc, take_process, &f))
		return 2;
	return write(STDOUT_FILENO, "\n", 1) == 1 ? 0 : 2;
}
