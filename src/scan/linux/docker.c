/*
 * Asks Docker's daemon for its containers: one HTTP/1.0 request to its socket,
 * unix(7).  The daemon may be dead, slow, or not Docker's at all.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/input.h"
#include "lib/timestamp.h"
#include "lib/trust.h"

enum { ANSWER_MAX = 8 * 1024 * 1024, READ_SIZE = 16 * 1024,
	PAUSE_MS = 20 };

static const char request[] = "GET /containers/json HTTP/1.0\r\n"
    "Host: docker\r\n\r\n";

/* Waits for an event of fd (-1: for a moment); false, with errno, if the time
 * is up. */
static bool
wait_until(int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = until - timestamp_steady();

	if (left <= 0) {
		errno = ETIMEDOUT;
		return false;
	}
	if (fd < 0 && left > PAUSE_MS)
		left = PAUSE_MS;
	return poll(&p, 1, (int)left) >= 0 || errno == EINTR;
}

/* The path of the daemon's socket; NULL if it is not local or may not be
 * asked. */
static const char *
find_socket(struct sockaddr_un *sa)
{
	const char *host = getenv("DOCKER_HOST");
	struct str path = STR_LIT("/var/run/docker.sock");

	if (host != NULL && *host != '\0') {
		path = str_from(host);
		if (!str_take_start(&path, "unix://"))
			return NULL;
	}
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (path.n == 0 || path.n >= sizeof sa->sun_path)
		return NULL;
	memcpy(sa->sun_path, path.p, path.n);
	return trust_told(path.p, "not asked") == TRUST_YES ? path.p : NULL;
}

/* EAGAIN means that the queue is full; there is no event for when it has
 * room. */
static bool
connect_until(int fd, const struct sockaddr_un *sa, int64_t until)
{
	while (connect(fd, (const struct sockaddr *)sa, sizeof *sa) != 0)
		if ((errno != EAGAIN && errno != EINTR) ||
		    !wait_until(-1, 0, until))
			return false;
	return true;
}

static bool
send_until(int fd, int64_t until)
{
	size_t done = 0;
	ssize_t n;

	while (done < sizeof request - 1) {
		n = send(fd, request + done, sizeof request - 1 - done,
		    MSG_NOSIGNAL);
		if (n > 0)
			done += (size_t)n;
		else if ((errno != EAGAIN && errno != EINTR) ||
		    !wait_until(fd, POLLOUT, until))
			return false;
	}
	return true;
}

/* Reads to the end, or until the answer is too long to be Docker's. */
static bool
receive_until(int fd, struct buf *b, int64_t until)
{
	ssize_t n;

	while (b->n < ANSWER_MAX) {
		n = recv(fd, buf_room(b, READ_SIZE), READ_SIZE, 0);
		if (n == 0)
			return true;
		if (n > 0)
			b->n += (size_t)n;
		if ((n < 0 && errno != EAGAIN && errno != EINTR) ||
		    !wait_until(fd, POLLIN, until))
			return false;
	}
	errno = EFBIG;
	return false;
}

struct str
linux_docker_body(struct str answer)
{
	struct str status = answer, line;

	str_cut(&status, ' ');
	if (!str_starts(answer, "HTTP/1.") || status.p == NULL ||
	    !str_starts(status, "200"))
		return STR_NONE;
	do {
		line = str_cut(&answer, '\n');
	} while (answer.p != NULL && line.n > 0 && !str_is(line, "\r"));
	return answer;
}

struct str
linux_docker(struct buf *b, int64_t until, const char **failed, int *peer)
{
	struct ucred cred = { .pid = 0 };
	socklen_t size = sizeof cred;
	struct sockaddr_un sa;
	const char *path = find_socket(&sa);
	bool ok;
	int fd;

	*failed = NULL;
	*peer = 0;
	if (path == NULL)
		return STR_NONE;
	/* a scan starts nothing */
	if (linux_would_start(path)) {
		*failed = path;
		errno = ECONNREFUSED;
		return STR_NONE;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ok = fd >= 0 && connect_until(fd, &sa, until) &&
	    send_until(fd, until) && receive_until(fd, b, until);
	if (ok && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
		*peer = cred.pid;
	input_close(fd);
	if (!ok)
		*failed = path;
	return ok ? linux_docker_body(buf_str(b)) : STR_NONE;
}
