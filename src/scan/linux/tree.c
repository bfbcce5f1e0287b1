#define _GNU_SOURCE
#include "scan/linux/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/str.h"
#include "scan/machine.h"

/* openat2(2), Linux 5.6: older headers lack it. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
enum { NO_MAGICLINKS = 0x02, NO_SYMLINKS = 0x04, IN_ROOT = 0x10 };
struct how {
	uint64_t flags, mode, resolve;
};

enum {
	OWN_FLAGS = O_RDONLY | O_CLOEXEC,
	/* opening does not wait, not even for a device or a pipe */
	OTHER_FLAGS = OWN_FLAGS | O_NONBLOCK | O_NOCTTY,
	MAX_LINKS = 40,		/* as in the kernel */
	MAX_TRIES = 32		/* while folders are moved */
};

const char sys_proc[] = "/proc";

enum tree_kind
tree_kind(const char *proc)
{
	return proc == sys_proc ? TREE_OWN : TREE_OTHER;
}

/* Opens a path without following links, if the kernel does not offer that: one
 * component at a time. */
static int
open_each(int dir, const char *path, int flags)
{
	struct str rest = str_from(path);
	int at = dir, fd = -1;

	do {
		char name[NAME_MAX + 1];
		struct str part = str_cut(&rest, '/');

		if (part.n == 0 && rest.p != NULL)
			continue;
		fd = -1;
		errno = ENAMETOOLONG;
		if (part.n <= NAME_MAX) {
			memcpy(name, part.p, part.n);
			name[part.n] = '\0';
			fd = openat(at, name, O_NOFOLLOW | (rest.p == NULL ?
			    flags : O_PATH | O_DIRECTORY | O_CLOEXEC));
		}
		if (at != dir)
			input_close(at);
		at = fd;
	} while (fd >= 0 && rest.p != NULL);
	return fd;
}

/* True if the kernel, or a filter of calls, seccomp(2), does not know it. */
static bool
is_unknown(int fd)
{
	return fd < 0 && (errno == ENOSYS || errno == EPERM);
}

static int
ask(int dir, const char *path, int flags, unsigned resolve)
{
	struct how how = { .flags = (unsigned)flags, .resolve = resolve };

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static int
open_plain(int dir, const char *path, int flags)
{
	int fd = ask(dir, path, flags, NO_SYMLINKS);

	return is_unknown(fd) ? open_each(dir, path, flags) : fd;
}

/* Cuts the last component off a path without links; / stays /. */
static void
cut_last(struct buf *path)
{
	while (path->n > 0 && path->p[--path->n] != '/')
		;
}

/* Appends the path to which path leads if root is /, without links and with a
 * NUL.  False with errno. */
static bool
resolve(int root, const char *path, struct buf *real)
{
	struct buf todo = { 0 }, next = { 0 };
	struct str rest;
	int links = 0;
	bool ok = true;

	buf_puts(&todo, path);
	for (rest = buf_str(&todo); ok && rest.p != NULL;) {
		struct str part = str_cut(&rest, '/');
		char link[PATH_MAX];
		size_t before = real->n;
		ssize_t n;

		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			cut_last(real);
			continue;
		}
		if (real->n > 0)
			buf_putc(real, '/');
		buf_add(real, part.p, part.n);
		buf_putc(real, '\0');
		n = readlinkat(root, real->p, link, sizeof link);
		real->n--;
		if (n < 0) {
			ok = errno == EINVAL;	/* it is not a link */
			continue;
		}
		real->n = n > 0 && link[0] == '/' ? 0 : before;
		next.n = 0;
		buf_add(&next, link, (size_t)n);
		if (rest.p != NULL) {
			buf_putc(&next, '/');
			buf_add(&next, rest.p, rest.n);
		}
		todo.n = 0;
		buf_add(&todo, next.p, next.n);
		rest = buf_str(&todo);
		errno = ELOOP;
		ok = ++links <= MAX_LINKS;
	}
	buf_putc(real, '\0');
	buf_free(&next);
	buf_free(&todo);
	return ok;
}

/* The result of resolve() is not trusted, but opened without following
 * links. */
static int
open_resolved(int root, const char *path, int flags)
{
	struct buf real = { 0 };
	int fd = resolve(root, path, &real) ?
	    open_each(root, real.p, flags) : -1;

	buf_free(&real);
	return fd;
}

static int
open_in_root(int root, const char *path, int flags)
{
	int fd, tries = 0;

	do
		fd = ask(root, path, flags, IN_ROOT | NO_MAGICLINKS);
	while (fd < 0 && errno == EAGAIN && ++tries < MAX_TRIES);
	return is_unknown(fd) ? open_resolved(root, path, flags) : fd;
}

/* The descriptor, if it is of a regular file, else -1. */
static int
only_file(int fd)
{
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0) {
		input_close(fd);
		return -1;
	}
	if (S_ISREG(st.st_mode))
		return fd;
	input_close(fd);
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return -1;
}

int
tree_open(enum tree_kind t, int dir, const char *path)
{
	return t == TREE_OWN ? openat(dir, path, OWN_FLAGS) :
	    only_file(open_plain(dir, path, OTHER_FLAGS));
}

int
tree_open_folder(enum tree_kind t, int dir, const char *path)
{
	return t == TREE_OWN ? openat(dir, path, OWN_FLAGS | O_DIRECTORY) :
	    open_plain(dir, path, OTHER_FLAGS | O_DIRECTORY);
}

ssize_t
tree_read_fd(int fd, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < size) {
		got = read(fd, buf + n, size - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	return got < 0 ? -1 : (ssize_t)n;
}

/* Reads on if the text does not end with that byte, or came a byte at a
 * time. */
static ssize_t
read_until(int fd, char *buf, size_t size, char end)
{
	ssize_t rest, n = fd < 0 ? -1 : read(fd, buf, size);

	if (n < 0 && errno != EINTR)
		return -1;
	if (n < 0)
		n = 0;
	else if (n == 0 || (n > 1 && buf[n - 1] == end))
		return n;
	rest = tree_read_fd(fd, buf + n, size - (size_t)n);
	return rest < 0 ? -1 : n + rest;
}

ssize_t
tree_read_words(enum tree_kind t, int fd, char *buf, size_t size)
{
	return t == TREE_OWN ? read_until(fd, buf, size, '\0') :
	    tree_read_fd(fd, buf, size);
}

/* Closes fd, if it is open; errno stays. */
static ssize_t
and_close(int fd, ssize_t n)
{
	input_close(fd);
	return n;
}

ssize_t
tree_read(enum tree_kind t, int dir, const char *path, char *buf, size_t size)
{
	int fd = tree_open(t, dir, path);

	return and_close(fd, fd < 0 ? -1 : tree_read_fd(fd, buf, size));
}

ssize_t
tree_read_text(enum tree_kind t, int dir, const char *path, char *buf,
    size_t size)
{
	int fd = tree_open(t, dir, path);

	return and_close(fd, read_until(fd, buf, size, '\n'));
}

static int
open_path(const char *proc, const char *path)
{
	int root, fd;

	if (tree_kind(proc) == TREE_OWN)
		return open(path, OWN_FLAGS);
	root = open(proc, OWN_FLAGS | O_DIRECTORY);
	fd = root < 0 ? -1 : only_file(open_in_root(root,
	    path + strlen(proc) + 1, OTHER_FLAGS));
	input_close(root);
	return fd;
}

ssize_t
tree_read_path(const char *proc, const char *path, char *buf, size_t size)
{
	int fd = open_path(proc, path);

	return and_close(fd, read_until(fd, buf, size, '\n'));
}

bool
tree_slurp(const char *proc, const char *path, size_t max, struct buf *text)
{
	int fd = open_path(proc, path);
	bool ok = fd >= 0 && input_slurp_fd(fd, max, text);

	input_close(fd);
	return ok;
}
