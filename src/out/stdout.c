/* Standard output: its kind, and writing to it. */
#include "out/format.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"

enum { FLUSH_SIZE = 64 * 1024, DEFAULT_WIDTH = 80, MAX_WIDTH = 32767 };

/*
 * The first file that we open would get a closed descriptor.  It gets /dev/null
 * instead, opened the wrong way round: its use still fails with EBADF, as on a
 * closed one.
 */
void
out_guard_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null",
			    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static void
fail_output(struct out *o)
{
	o->failed = true;
	o->error = errno;
	o->buf.n = 0;
}

/* Another process may have made the terminal or pipe non-blocking. */
static bool
wait_writable(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

static void
write_all(struct out *o)
{
	size_t done = 0;
	ssize_t n;

	while (done < o->buf.n) {
		n = write(STDOUT_FILENO, o->buf.p + done, o->buf.n - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait_writable()) {
				fail_output(o);
				return;
			}
		} else if (errno != EINTR) {
			fail_output(o);
			return;
		}
	}
	o->wrote = o->wrote || done > 0;
	o->buf.n = 0;
}

void
out_spill(struct out *o)
{
	if (!o->failed && o->buf.n >= FLUSH_SIZE)
		write_all(o);
}

void
out_finish(struct out *o)
{
	if (!o->failed)
		write_all(o);
	/* Some file systems report a full disk only here. */
	if (!o->failed && o->wrote && close(STDOUT_FILENO) != 0)
		fail_output(o);
}

size_t
out_term_width(void)
{
	const char *text = getenv("COLUMNS");
	uint64_t width;

	if (text != NULL && num_parse(str_from(text), MAX_WIDTH, &width) &&
	    width > 0)
		return (size_t)width;
	if (!isatty(STDOUT_FILENO))
		return 0;
#ifdef TIOCGWINSZ	/* not in POSIX before 2024, but on every system */
	{
		struct winsize size;

		/* A terminal whose size nobody has set has 0. */
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		    size.ws_col > 0)
			return size.ws_col;
	}
#endif
	return DEFAULT_WIDTH;
}

/* https://no-color.org: any value except an empty one. */
bool
out_term_color(enum out_when when)
{
	const char *no = getenv("NO_COLOR");

	if (when == OUT_AUTO)
		return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
	return when == OUT_ALWAYS;
}
