#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"

enum { READ_SIZE = 32 * 1024 };	/* at first; then as much as there was */

static bool
is_stdin(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

const char *
input_name(const char *path)
{
	return is_stdin(path) ? "(standard input)" : path;
}

/* Room for a regular file at once: its size is known, and one byte more shows
 * the end. */
static void
reserve(int fd, struct buf *text)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		buf_room(text, (size_t)st.st_size + 1);
}

bool
input_slurp_fd(int fd, size_t max, struct buf *text)
{
	size_t room;
	ssize_t n;

	for (;;) {
		if (text->n == text->cap)
			buf_room(text, READ_SIZE);
		room = text->cap - text->n;
		n = read(fd, text->p + text->n, room);
		if (n == 0)
			return true;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text->n += (size_t)n;
		if (text->n > max) {
			errno = EFBIG;
			return false;
		}
	}
}

bool
input_slurp(const char *path, size_t max, struct buf *text)
{
	int saved, fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && input_slurp_fd(fd, max, text);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

bool
input_read(const char *path, struct buf *text)
{
	int fd = STDIN_FILENO;
	bool ok;

	if (!is_stdin(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		reserve(fd, text);
	ok = fd >= 0 && input_slurp_fd(fd, SIZE_MAX, text);
	if (!ok)
		err_msg("%s:", input_name(path));
	if (fd > STDIN_FILENO)
		close(fd);
	return ok;
}
