/* flock exists on every system, but not in POSIX, whose own locks end when any
 * descriptor of the file is closed. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#define _BSD_SOURCE

#include "diff/state.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "lib/siphash.h"
#include "lib/timestamp.h"
#include "lib/trust.h"

enum { POLL_MS = 20 };

/* Prints the path with a suffix, `:' and the text of errno. */
static bool
fail(const struct state *s, const char *suffix)
{
	err_msg("%s%s:", s->path, suffix);
	return false;
}

static void
set_name(struct buf *b, struct str base, const char *suffix)
{
	buf_add(b, base.p, base.n);
	buf_puts(b, suffix);
	buf_putc(b, '\0');
}

/* All names are looked up in the folder opened now, even if it is moved. */
static bool
open_folder(struct state *s)
{
	const char *slash = strrchr(s->path, '/');
	struct str base = str_from(slash != NULL ? slash + 1 : s->path);
	struct buf folder = { 0 };
	enum trust trust;

	if (base.n == 0) {
		err_msg("%s: not the name of a file", s->path);
		return false;
	}
	if (slash != NULL)
		buf_add(&folder, s->path,
		    slash == s->path ? 1 : (size_t)(slash - s->path));
	else
		buf_putc(&folder, '.');
	buf_putc(&folder, '\0');
	set_name(&s->base, base, "");
	set_name(&s->lock_name, base, ".lock");
	set_name(&s->new_name, base, ".new");
	trust = trust_folder(folder.p);
	if (trust == TRUST_YES)
		s->folder = open(folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (trust == TRUST_NO)
		err_msg("%s: another user can replace its folder: expected "
		    "root's alone", s->path);
	else if (s->folder < 0 && errno == ENOENT)
		err_msg("%s: there is no folder %s (mkdir -m 700)", s->path,
		    folder.p);
	else if (s->folder < 0)
		fail(s, "");
	buf_free(&folder);
	return s->folder >= 0;
}

/* A file of ours, not a link to somebody else's file, nor a pipe of theirs. */
static bool
check_file(const struct state *s, int fd, const char *suffix)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(s, suffix);
	if (!S_ISREG(st.st_mode)) {
		err_msg("%s%s: not a regular file", s->path, suffix);
		return false;
	}
	if (st.st_uid != geteuid()) {
		err_msg("%s%s: belongs to user %lu, not to us", s->path, suffix,
		    (unsigned long)st.st_uid);
		return false;
	}
	return true;
}

/* Only the last component of a path must not be a link. */
static bool
fail_open(const struct state *s, const char *suffix)
{
	if (errno != ELOOP && errno != EMLINK)
		return fail(s, suffix);
	err_msg("%s%s: is a symbolic link", s->path, suffix);
	return false;
}

static bool
wait_lock(const struct state *s, unsigned seconds)
{
	struct timespec pause = { 0, POLL_MS * 1000000L };
	int64_t end = timestamp_steady() + (int64_t)seconds * 1000;

	while (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(s, ".lock");
		if (timestamp_steady() >= end) {
			err_msg("%s.lock: another run holds it, for %u "
			    "second%s (--wait)", s->path, seconds,
			    seconds == 1 ? "" : "s");
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

bool
state_lock(struct state *s, const char *path, unsigned seconds)
{
	memset(s, 0, sizeof *s);
	s->path = path;
	s->folder = s->lock = s->fd = -1;
	if (!open_folder(s))
		return false;
	/* Never unlinked: a second run could then lock another file. */
	s->lock = openat(s->folder, s->lock_name.p, O_RDWR | O_CREAT |
	    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return fail_open(s, ".lock");
	return check_file(s, s->lock, ".lock") && wait_lock(s, seconds);
}

/* Removes the file that state_begin created. */
static void
discard(void *state)
{
	struct state *s = state;

	if (s->fd < 0)
		return;
	err_at_death(NULL, NULL);
	close(s->fd);
	s->fd = -1;
	unlinkat(s->folder, s->new_name.p, 0);
}

void
state_close(struct state *s)
{
	discard(s);
	if (s->lock >= 0)
		close(s->lock);
	if (s->folder >= 0)
		close(s->folder);
	buf_free(&s->base);
	buf_free(&s->lock_name);
	buf_free(&s->new_name);
}

bool
state_open(const struct state *s, int *fd)
{
	*fd = openat(s->folder, s->base.p,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return errno == ENOENT || fail_open(s, "");
	if (check_file(s, *fd, ""))
		return true;
	close(*fd);
	return false;
}

static void
create_new(struct state *s)
{
	s->fd = openat(s->folder, s->new_name.p, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Chooses a name that nobody can take before us; without random bytes the first
 * name stays. */
static void
choose_name(struct state *s)
{
	struct siphash_key random;

	if (!siphash_newkey(&random))
		return;
	s->new_name.n--;
	buf_putc(&s->new_name, '.');
	num_add(&s->new_name, random.k[0]);
	buf_putc(&s->new_name, '\0');
}

bool
state_begin(struct state *s)
{
	/* A killed run may have left one.  If another user put it into a sticky
	 * folder, we cannot remove it, and O_EXCL fails. */
	unlinkat(s->folder, s->new_name.p, 0);
	create_new(s);
	if (s->fd < 0 && errno == EEXIST) {
		choose_name(s);
		create_new(s);
	}
	if (s->fd < 0)
		return fail(s, ".new");
	err_at_death(discard, s);
	/* Regardless of the umask. */
	return fchmod(s->fd, 0600) == 0 || fail(s, ".new");
}

bool
state_write(struct state *s, const struct buf *b)
{
	size_t done = 0;
	ssize_t n;

	while (done < b->n) {
		n = write(s->fd, b->p + done, b->n - done);
		if (n < 0 && errno != EINTR)
			return fail(s, ".new");
		if (n > 0)
			done += (size_t)n;
	}
	return true;
}

bool
state_commit(struct state *s)
{
	int fd = s->fd;

	if (fsync(fd) != 0)
		return fail(s, ".new");
	s->fd = -1;
	err_at_death(NULL, NULL);
	if (close(fd) != 0 || renameat(s->folder, s->new_name.p, s->folder,
	    s->base.p) != 0) {
		fail(s, "");
		unlinkat(s->folder, s->new_name.p, 0);
		return false;
	}
	/* Some file systems cannot do it, and nothing else helps. */
	return fsync(s->folder) == 0 || errno == EINVAL || fail(s, "");
}
