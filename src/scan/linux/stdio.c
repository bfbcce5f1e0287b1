/*
 * The standard descriptors of a process, proc_pid_fd(5): the kind of each open
 * file, whatever its path.  Its file system is not asked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/input.h"
#include "scan/linux/owners.h"

const char *const linux_fd_names[] = {
	[FD_CLOSED] = "-", [FD_SOCKET] = "socket", [FD_PIPE] = "pipe",
	[FD_TTY] = "tty", [FD_FILE] = "file", [FD_NULL] = "null",
};

/* Documentation/admin-guide/devices.txt: major numbers of terminals, and
 * /dev/null. */
static bool
is_terminal(uint32_t major)
{
	static const unsigned char majors[] = {
		2, 3,		/* pseudo-terminals of BSD */
		4, 5,		/* consoles, serial lines, /dev/tty */
		136, 137, 138, 139, 140, 141, 142, 143,	/* pts */
		166, 188,	/* by USB */
		204,		/* serial lines of ARM and others */
		229		/* hvc */
	};
	size_t i;

	for (i = 0; i < NELEMS(majors); i++)
		if (major == majors[i])
			return true;
	return false;
}
enum { NULL_DEVICE = 1 << 8 | 3 };

static struct linux_fd_seen
see(const struct file_look *look)
{
	struct linux_fd_seen seen = { .kind = FD_FILE };

	if (S_ISSOCK(look->mode)) {
		seen.kind = FD_SOCKET;
	} else if (S_ISFIFO(look->mode)) {
		seen.kind = FD_PIPE;
		seen.dev = look->dev;
		seen.inode = look->inode;
	} else if (S_ISCHR(look->mode) && look->device == NULL_DEVICE) {
		seen.kind = FD_NULL;
	} else if (S_ISCHR(look->mode) &&
	    is_terminal(look->device >> 8 & 0xfff)) {
		seen.kind = FD_TTY;
		seen.tty = look->device;
	}
	return seen;
}

/* Judges by the text of a link, if there is no more. */
static struct linux_fd_seen
see_text(struct str link)
{
	struct linux_fd_seen seen = { .kind = FD_FILE };

	if (str_starts(link, "socket:["))
		seen.kind = FD_SOCKET;
	else if (str_starts(link, "pipe:["))
		seen.kind = FD_PIPE;
	else if (str_is(link, "/dev/null"))
		seen.kind = FD_NULL;
	else if (str_starts(link, "/dev/pts/") ||
	    str_starts(link, "/dev/tty") || str_is(link, "/dev/console"))
		seen.kind = FD_TTY;
	if (seen.kind == FD_PIPE)
		seen.inode = walk_inode_of(link, "pipe:[");
	return seen;
}

/* 0 or errno. */
static int
look_at(int dir, const char *path, bool is_text, struct linux_fd_seen *seen)
{
	struct file_look look;
	char link[PATH_MAX];
	ssize_t n;

	if (is_text) {
		n = readlinkat(dir, path, link, sizeof link);
		if (n < 0 && errno != ENAMETOOLONG)
			return errno;
		*seen = see_text((struct str){ link, n > 0 ? (size_t)n : 0 });
		return 0;
	}
	if (!linux_file_look(dir, path, &look))
		return errno;
	*seen = see(&look);
	return 0;
}

static void
count_fd(void *arg, int dir, const char *name)
{
	size_t *n = arg;
	uint32_t fd;

	(void)dir;
	*n += walk_id(name, &fd);
}

/* 0 or errno.  A process that ends has no descriptors left: that does not mean
 * that it had closed some. */
static int
check_fds(enum tree_kind t, int dir)
{
	int fds = tree_open_folder(t, dir, "../fd"), error = ESRCH;
	size_t n = 0;

	if (fds < 0 || !walk_each(fds, count_fd, &n))
		error = errno;
	input_close(fds);
	return n > 0 ? 0 : error;
}

int
linux_stdio_of(enum tree_kind t, int dir, struct linux_stdio *s)
{
	static const char *const paths[STDIO_FDS] = { "../fd/0", "../fd/1",
		"../fd/2" };
	bool is_text = !linux_is_procfs(t, dir), closed = false;
	size_t i;

	*s = (struct linux_stdio){ .v[0].kind = FD_CLOSED };
	for (i = 0; i < STDIO_FDS; i++) {
		int error = look_at(dir, paths[i], is_text, &s->v[i]);

		if (error != 0 && error != ENOENT)
			return error;
		closed |= error != 0;
	}
	return closed ? check_fds(t, dir) : 0;
}

int
linux_stdio(enum tree_kind t, int dir, struct proc *p, struct arena *a)
{
	struct linux_stdio s;
	struct buf b = { 0 };
	int error = linux_stdio_of(t, dir, &s);
	size_t i;

	if (error != 0)
		return error;
	for (i = 0; i < NELEMS(p->pipe); i++)
		p->pipe[i] = (struct pipe_id){ s.v[i].dev, s.v[i].inode };
	for (i = 0; i < STDIO_FDS; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		buf_puts(&b, linux_fd_names[s.v[i].kind]);
	}
	p->stdio = arena_str(a, buf_str(&b));
	buf_free(&b);
	return 0;
}
