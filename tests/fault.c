/*
 * A library for LD_PRELOAD that makes calls fail, for tests/fault.py.
 *
 * PRT_FAULT is CALL:HOW:FIRST:LAST: the FIRSTth to LASTth call of CALL fails
 * with the errno HOW, or does what HOW says if it is a word.  PRT_FAULT_LOG is
 * a file of zeroes, a uint32_t for each call: the calls are counted there, even
 * if the program is killed.  Children of the program are left alone.
 *
 * PRT_HIDE is PORT:HOW:LAST: hides sockets with that local port the first LAST
 * times that netlink (HOW has an n) or /proc/net (p) shows them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* Sorted; fault.py reads them from here. */
#define CALLS(_) \
	_(access) \
	_(calloc) \
	_(clock_gettime) \
	_(close) \
	_(connect) \
	_(fchmod) \
	_(flock) \
	_(fstat) \
	_(fstatat) \
	_(fsync) \
	_(getcwd) \
	_(getentropy) \
	_(gethostname) \
	_(lstat) \
	_(malloc) \
	_(open) \
	_(openat) \
	_(opendir) \
	_(pipe) \
	_(poll) \
	_(posix_spawn) \
	_(posix_spawn_file_actions_adddup2) \
	_(posix_spawn_file_actions_addopen) \
	_(pthread_create) \
	_(read) \
	_(readdir) \
	_(readlink) \
	_(readlinkat) \
	_(realloc) \
	_(realpath) \
	_(recv) \
	_(recvmsg) \
	_(renameat) \
	_(send) \
	_(setns) \
	_(socket) \
	_(stat) \
	_(syscall) \
	_(unlinkat) \
	_(waitpid) \
	_(write)

#define NUMBER(name) CALL_##name,
#define NAME(name) #name,
enum { CALLS(NUMBER) NCALLS };
static const char *const names[] = { CALLS(NAME) };

static struct {
	int call;
	int error;		/* 0: see how */
	char how[16];
	unsigned first, last;
	_Atomic unsigned *count;
	bool on;
} fault;

/* The sockets to hide. */
static struct {
	unsigned port, last;
	char how[3];
	atomic_uint netlink, proc;	/* how often it was shown */
} hide;

static void
read_hide(void)
{
	const char *spec = getenv("PRT_HIDE");

	if (spec != NULL && sscanf(spec, "%u:%2[np]:%u", &hide.port, hide.how,
	    &hide.last) != 3)
		abort();
}

__attribute__((constructor)) static void
start(void)
{
	const char *spec = getenv("PRT_FAULT"), *log = getenv("PRT_FAULT_LOG");
	char name[64];
	int fd;

	fault.call = -1;
	read_hide();
	unsetenv("LD_PRELOAD");
	if (log == NULL || (fd = open(log, O_RDWR)) < 0)
		return;
	fault.count = mmap(NULL, NCALLS * sizeof *fault.count,
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (fault.count == MAP_FAILED)
		abort();
	if (spec != NULL) {
		if (sscanf(spec, "%63[^:]:%15[^:]:%u:%u", name, fault.how,
		    &fault.first, &fault.last) != 4)
			abort();
		fault.error = atoi(fault.how);
		for (fault.call = 0; strcmp(names[fault.call], name) != 0;)
			if (++fault.call == NCALLS)
				abort();
	}
	fault.on = true;
}

/* Counts the call; true if it is one that must fail. */
static bool
is_hit(int call)
{
	unsigned n;

	if (!fault.on)
		return false;
	n = atomic_fetch_add(&fault.count[call], 1) + 1;
	return call == fault.call && n >= fault.first && n <= fault.last;
}

/* Sets errno and returns true, unless a word says otherwise; `eintr' interrupts
 * every other call. */
static bool
refuses(int call)
{
	int error = fault.error;

	if (strcmp(fault.how, "eintr") == 0 &&
	    atomic_load(&fault.count[call]) % 2 == 1)
		error = EINTR;
	if (error != 0)
		errno = error;
	return error != 0;
}

static bool
fails(int call)
{
	return is_hit(call) && refuses(call);
}

/* On 32-bit systems the headers map some calls to functions with wider types:
 * those are the ones to wrap. */
static const char *const wide[][2] = {
	{ "clock_gettime", "__clock_gettime64" },
	{ "fstat", "__fstat64_time64" },
	{ "fstatat", "__fstatat64_time64" },
	{ "lstat", "__lstat64_time64" },
	{ "open", "open64" },
	{ "openat", "openat64" },
	{ "readdir", "readdir64" },
	{ "recvmsg", "__recvmsg64" },
	{ "stat", "__stat64_time64" },
};

static void *
next(const char *name)
{
	int saved = errno;
	size_t i, n = sizeof(long) < 8 ? sizeof wide / sizeof *wide : 0;
	void *p;

	for (i = 0; i < n; i++)
		if (strcmp(wide[i][0], name) == 0)
			name = wide[i][1];
	p = dlsym(RTLD_NEXT, name);
	errno = saved;
	return p;
}

#define REAL(type, name, params) \
	static type (*real) params; \
	if (real == NULL) \
		*(void **)&real = next(#name)

#define WRAP(type, name, params, args, failure) \
type \
name params \
{ \
	REAL(type, name, params); \
	return fails(CALL_##name) ? (failure) : real args; \
}

WRAP(int, access, (const char *path, int mode), (path, mode), -1)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL)
WRAP(int, clock_gettime, (clockid_t id, struct timespec *t), (id, t), -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(int, flock, (int fd, int op), (fd, op), -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1)
WRAP(int, fstatat, (int dir, const char *restrict path,
    struct stat *restrict st, int flags), (dir, path, st, flags), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(char *, getcwd, (char *buf, size_t n), (buf, n), NULL)
WRAP(int, getentropy, (void *buf, size_t n), (buf, n), -1)
WRAP(int, gethostname, (char *name, size_t n), (name, n), -1)
WRAP(int, lstat, (const char *restrict path, struct stat *restrict st),
    (path, st), -1)
WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(DIR *, opendir, (const char *path), (path), NULL)
WRAP(int, pipe, (int fd[2]), (fd), -1)
WRAP(int, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms), -1)
WRAP(int, posix_spawn, (pid_t *restrict pid, const char *restrict path,
    const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attr, char *const *restrict argv,
    char *const *restrict envp), (pid, path, actions, attr, argv, envp),
    fault.error)
WRAP(int, posix_spawn_file_actions_adddup2,
    (posix_spawn_file_actions_t *actions, int from, int to),
    (actions, from, to), fault.error)
WRAP(int, posix_spawn_file_actions_addopen,
    (posix_spawn_file_actions_t *restrict actions, int fd,
    const char *restrict path, int flags, mode_t mode),
    (actions, fd, path, flags, mode), fault.error)
WRAP(int, pthread_create, (pthread_t *restrict thread,
    const pthread_attr_t *restrict attr, void *(*run)(void *),
    void *restrict arg), (thread, attr, run, arg), fault.error)
WRAP(struct dirent *, readdir, (DIR *dir), (dir), NULL)
WRAP(ssize_t, readlink, (const char *restrict path, char *restrict buf,
    size_t n), (path, buf, n), -1)
WRAP(ssize_t, readlinkat, (int dir, const char *restrict path,
    char *restrict buf, size_t n), (dir, path, buf, n), -1)
WRAP(void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(char *, realpath, (const char *restrict path, char *restrict out),
    (path, out), NULL)
WRAP(int, renameat, (int from, const char *old, int to, const char *new),
    (from, old, to, new), -1)
WRAP(ssize_t, send, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags), -1)
WRAP(int, setns, (int fd, int type), (fd, type), -1)
WRAP(int, socket, (int domain, int type, int protocol),
    (domain, type, protocol), -1)
WRAP(int, stat, (const char *restrict path, struct stat *restrict st),
    (path, st), -1)
WRAP(int, unlinkat, (int dir, const char *path, int flags),
    (dir, path, flags), -1)
WRAP(pid_t, waitpid, (pid_t pid, int *status, int options),
    (pid, status, options), -1)

/* In glibc's header the argument is a union. */
int
connect(int fd, __CONST_SOCKADDR_ARG a, socklen_t n)
{
	REAL(int, connect, (int, __CONST_SOCKADDR_ARG, socklen_t));

	return fails(CALL_connect) ? -1 : real(fd, a, n);
}

/* The descriptor is gone even if close(2) fails. */
int
close(int fd)
{
	REAL(int, close, (int));
	int status = real(fd);

	return fails(CALL_close) ? -1 : status;
}

int
open(const char *path, int flags, ...)
{
	REAL(int, open, (const char *, int, ...));
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails(CALL_open) ? -1 : real(path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	REAL(int, openat, (int, const char *, int, ...));
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails(CALL_openat) ? -1 : real(dir, path, flags, mode);
}

/* `openat2': a kernel without that call. */
long
syscall(long number, ...)
{
	REAL(long, syscall, (long, ...));
	va_list ap;
	long v[5];
	size_t i;

	va_start(ap, number);
	for (i = 0; i < 5; i++)
		v[i] = va_arg(ap, long);
	va_end(ap);
	if (is_hit(CALL_syscall)) {
		errno = ENOSYS;
		if (strcmp(fault.how, "openat2") == 0 ?
		    number == SYS_openat2 : refuses(CALL_syscall))
			return -1;
	}
	return real(number, v[0], v[1], v[2], v[3], v[4]);
}

/* Transfers: sets n to what this call may move; true if it fails. */
static bool
transfer_fails(int call, size_t *n)
{
	if (!is_hit(call))
		return false;
	if (strcmp(fault.how, "byte") == 0 && *n > 1)
		*n = 1;
	/* a sysctl yields only its beginning */
	if (strcmp(fault.how, "short") == 0 && *n > 64)
		*n = 64;
	return refuses(call);
}

static bool
is_hidden(char how, unsigned port, atomic_uint *told)
{
	return strchr(hide.how, how) != NULL && hide.port == port &&
	    atomic_fetch_add(told, 1) < hide.last;
}

/* Takes lines out of n bytes of a table, which are whole lines; returns how
 * many bytes are left. */
static size_t
hide_lines(char *text, size_t n)
{
	char *p = text, *end = text + n, *to = text;

	while (p < end) {
		char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol != NULL ? eol + 1 : end) - p);
		char line[64];
		unsigned port;

		snprintf(line, sizeof line, "%.*s", (int)len, p);
		if (sscanf(line, " %*d: %*[0-9A-F]:%4X ", &port) != 1 ||
		    !is_hidden('p', port, &hide.proc)) {
			memmove(to, p, len);
			to += len;
		}
		p += len;
	}
	return (size_t)(to - text);
}

ssize_t
read(int fd, void *buf, size_t n)
{
	REAL(ssize_t, read, (int, void *, size_t));
	ssize_t got;

	if (transfer_fails(CALL_read, &n))
		return -1;
	do
		got = real(fd, buf, n);
	while (got > 0 && hide.port != 0 &&
	    (got = (ssize_t)hide_lines(buf, (size_t)got)) == 0);
	return got;
}

/* Messages are not affected. */
ssize_t
write(int fd, const void *buf, size_t n)
{
	REAL(ssize_t, write, (int, const void *, size_t));

	return fd != STDERR_FILENO && transfer_fails(CALL_write, &n) ? -1 :
	    real(fd, buf, n);
}

ssize_t
recv(int fd, void *buf, size_t n, int flags)
{
	REAL(ssize_t, recv, (int, void *, size_t, int));

	return transfer_fails(CALL_recv, &n) ? -1 : real(fd, buf, n, flags);
}

/* Sets the type of the first message's first attribute to 0, or its length to
 * more than all that follows.  Without attributes nothing changes. */
static void
alter_attr(int fd, struct nlmsghdr *h)
{
	int protocol = -1;
	socklen_t size = sizeof protocol;
	size_t head;
	struct nlattr *a;

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
	head = protocol == NETLINK_SOCK_DIAG ? sizeof(struct inet_diag_msg) :
	    protocol == NETLINK_GENERIC ? GENL_HDRLEN :
	    h->nlmsg_type == RTM_NEWADDR ? sizeof(struct ifaddrmsg) :
	    sizeof(struct ifinfomsg);
	a = (struct nlattr *)(void *)((char *)NLMSG_DATA(h) + head);
	if (h->nlmsg_type < NLMSG_MIN_TYPE ||
	    h->nlmsg_len < NLMSG_LENGTH(head + sizeof *a))
		return;
	if (strcmp(fault.how, "zero") == 0)
		a->nla_type = 0;
	else
		a->nla_len = (unsigned short)(h->nlmsg_len + 4);
}

/* Alters an answer of netlink; returns its length in bytes. */
static ssize_t
alter(int fd, struct msghdr *msg, ssize_t n)
{
	struct nlmsghdr *h = msg->msg_iov->iov_base;
	int error = -ENOMEM;

	if (strcmp(fault.how, "end") == 0)
		return 0;
	if (strcmp(fault.how, "cut") == 0)
		return n - 4;
	if (strcmp(fault.how, "trunc") == 0)
		msg->msg_flags |= MSG_TRUNC;
	if (strcmp(fault.how, "intr") == 0)
		h->nlmsg_flags |= NLM_F_DUMP_INTR;
	if (strcmp(fault.how, "long") == 0)
		h->nlmsg_len += 1 << 20;
	if (strcmp(fault.how, "nothing") == 0)
		h->nlmsg_len = 0;
	if (strcmp(fault.how, "little") == 0)
		h->nlmsg_len = NLMSG_LENGTH(8);
	if (strcmp(fault.how, "swallow") == 0)
		h->nlmsg_len = (unsigned)n;
	if (strcmp(fault.how, "surplus") == 0) {
		memset((char *)h + n, 0, 8);
		return n + 8;
	}
	if (strcmp(fault.how, "zero") == 0 || strcmp(fault.how, "over") == 0)
		alter_attr(fd, h);
	if (strcmp(fault.how, "refuse") == 0) {
		error = -EPERM;
		h->nlmsg_type = NLMSG_ERROR;
		h->nlmsg_len = NLMSG_LENGTH(sizeof(struct nlmsgerr));
		memcpy(NLMSG_DATA(h), &error, sizeof error);
		return (ssize_t)h->nlmsg_len;
	}
	if (strcmp(fault.how, "done") == 0) {
		h->nlmsg_type = NLMSG_DONE;
		h->nlmsg_len = NLMSG_LENGTH(sizeof error);
		memcpy(NLMSG_DATA(h), &error, sizeof error);
		return (ssize_t)h->nlmsg_len;
	}
	return n;
}

/* Takes messages out of an answer of sock_diag; returns the bytes left. */
static ssize_t
hide_messages(int fd, struct msghdr *msg, ssize_t n)
{
	char *p = msg->msg_iov->iov_base, *to = p, *end = p + n;
	int protocol = -1;
	socklen_t size = sizeof protocol;

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
	if (protocol != NETLINK_SOCK_DIAG)
		return n;
	while (end - p >= NLMSG_HDRLEN) {
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)p;
		struct inet_diag_msg *m = NLMSG_DATA(h);
		size_t len = NLMSG_ALIGN(h->nlmsg_len);
		bool is_socket = h->nlmsg_len >= NLMSG_LENGTH(sizeof *m);

		if (!is_socket || !is_hidden('n',
		    ntohs(m->id.idiag_sport), &hide.netlink)) {
			memmove(to, p, len);
			to += len;
		}
		p += len;
	}
	return to - (char *)msg->msg_iov->iov_base;
}

ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	REAL(ssize_t, recvmsg, (int, struct msghdr *, int));
	size_t whole = 0;
	ssize_t n;
	bool hit = fault.call == CALL_recvmsg &&
	    atomic_load(&fault.count[CALL_recvmsg]) + 1 >= fault.first &&
	    atomic_load(&fault.count[CALL_recvmsg]) + 1 <= fault.last;

	if (transfer_fails(CALL_recvmsg, &whole))
		return -1;
	do
		n = real(fd, msg, flags);
	while (n > 0 && hide.port != 0 &&
	    (n = hide_messages(fd, msg, n)) == 0);
	return hit && n > 0 ? alter(fd, msg, n) : n;
}
