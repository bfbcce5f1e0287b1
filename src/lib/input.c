#include "lib/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"

enum {
	READ_SIZE = 32 * 1024,		/* first, and then each time */
	/* A smaller file is copied quickly, and then nobody can shorten it. */
	MAP_SIZE = 1024 * 1024
};

bool
input_is_stdin(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

const char *
input_name(const char *path)
{
	return input_is_stdin(path) ? "(standard input)" : path;
}

int
input_open(const char *path, const char *instead)
{
	int fd = STDIN_FILENO;

	if (!input_is_stdin(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_msg("%s:", path);
	else if (fd == STDIN_FILENO && isatty(fd))
		err_msg("waiting for input: try %s", instead);
	return fd;
}

void
input_close(int fd)
{
	int saved = errno;

	if (fd > STDIN_FILENO)
		close(fd);
	errno = saved;
}

/* Allocates the whole size of a regular file, and one byte to see its end:
 * doubling would copy, and leave holes. */
static void
reserve(int fd, size_t max, struct buf *text)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uintmax_t)st.st_size <= max)
		buf_room(text, (size_t)st.st_size + 1);
}

bool
input_slurp_fd(int fd, size_t max, struct buf *text)
{
	size_t room;
	ssize_t n;

	reserve(fd, max, text);
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
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && input_slurp_fd(fd, max, text);

	input_close(fd);
	return ok;
}

/* Maps a large regular file; false if it is not one, or cannot be mapped.  The
 * file offset moves to the end, as after reading. */
static bool
map_file(struct input_text *t, int fd, const char *name)
{
	struct stat st;
	size_t n;
	void *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < MAP_SIZE || (uintmax_t)st.st_size > SIZE_MAX ||
	    lseek(fd, 0, SEEK_CUR) != 0)
		return false;
	n = (size_t)st.st_size;
	p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	if (lseek(fd, st.st_size, SEEK_SET) < 0 || !err_map(p, n, name)) {
		munmap(p, n);
		lseek(fd, 0, SEEK_SET);
		return false;
	}
	t->map = p;
	t->s = (struct str){ p, n };
	return true;
}

bool
input_load(struct input_text *t, int fd, const char *name)
{
	bool ok;

	if (map_file(t, fd, name))
		return true;
	ok = input_slurp_fd(fd, SIZE_MAX, &t->buf);
	t->s = buf_str(&t->buf);
	return ok;
}

void
input_unload(struct input_text *t)
{
	if (t->map != NULL) {
		munmap(t->map, t->s.n);
		err_unmap(t->map);
	}
	buf_free(&t->buf);
	memset(t, 0, sizeof *t);
}

bool
input_config(struct buf *path, const char *name)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (base != NULL && base[0] == '/') {
		buf_puts(path, base);
	} else if (home != NULL && home[0] == '/') {
		buf_puts(path, home);
		buf_puts(path, "/.config");
	} else {
		return false;
	}
	buf_puts(path, "/prt/");
	buf_puts(path, name);
	buf_putc(path, '\0');
	return true;
}
