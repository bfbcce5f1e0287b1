/*
 * The BPF filters of raw and packet sockets, socket(7).
 *
 * packet_diag shows classic ones, with CAP_NET_ADMIN, and raw_diag none.  So we
 * ask a copy of a descriptor: SO_GET_FILTER, sk_get_filter in
 * net/core/filter.c.  Copying takes pidfd_getfd(2), Linux 5.6.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"

enum { MAX_INSTRUCTIONS = 4096 };	/* BPF_MAXINSNS of the kernel */

struct attached {
	struct scan *sc;
	bool *known;		/* by socket */
	size_t refused;
	int error;		/* of one of those */
};

/* If the filter was attached as an eBPF program, the kernel does not give it:
 * EACCES. */
static void
ask(struct sock_portless *p, int fd)
{
	/* With n = 0 the kernel writes only their number, to n.  The address
	 * sanitizer takes that for bytes written, hence room. */
	char room[MAX_INSTRUCTIONS];
	socklen_t n = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, room, &n) == 0) {
		p->has_filter = n > 0;
		p->filter = n;
	} else {
		p->has_filter = errno == EACCES;
	}
}

/* A copy of that descriptor; -1 with errno.  If the holder's is in another
 * table of descriptors, the copy may be another file: compare its inode. */
static int
take_copy(uint32_t pid, uint32_t number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), fd = -1, error;

	if (pidfd >= 0)
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	error = errno;
	if (pidfd >= 0)
		close(pidfd);
	errno = error;
	return fd;
}

static void
look_at(struct attached *a, const struct holder *h)
{
	const struct sock *s = &a->sc->sock[h->sock];
	int fd = take_copy(a->sc->proc[h->proc].pid, h->fd);
	struct stat st;

	if (fd < 0) {
		if (errno != ESRCH && errno != EBADF) {
			a->refused++;
			a->error = errno;
		}
		return;
	}
	a->known[h->sock] = fstat(fd, &st) == 0 && st.st_ino == s->inode;
	if (a->known[h->sock])
		ask(s->portless, fd);
	close(fd);
}

static bool
may_have_filter(const struct sock *s)
{
	return s->proto == PROTO_RAW || s->proto == PROTO_PACKET;
}

void
linux_filters(const struct scan_request *req, struct scan *sc)
{
	struct attached a = { .sc = sc };
	size_t i;

	if ((req->needs & NEED_FILTER) == 0 || !req->own_proc)
		return;
	a.known = mem_alloc(sc->nsock * sizeof *a.known);
	for (i = 0; i < sc->nholder; i++) {
		const struct holder *h = &sc->holder[i];

		if (may_have_filter(&sc->sock[h->sock]) &&
		    !a.known[h->sock] && h->fd != HOLDER_NO_FD)
			look_at(&a, h);
	}
	free(a.known);
	errno = a.error;
	if (a.refused > 0)
		err_msg("filters of sockets:");
	sc->incomplete |= a.refused > 0;
}
