#include "scan/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/timestamp.h"
#include "lib/trust.h"

extern char **environ;

enum { PIECE = 64 * 1024, MESSAGE_MAX = 1024 };

static bool
is_program(const char *path)
{
	struct stat st;

	return trust_file(path) == TRUST_YES && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static struct str
path_folders(void)
{
	const char *path = getenv("PATH");

	return str_from(path != NULL ? path : "/usr/bin:/bin");
}

bool
run_look(const char *name, struct buf *path)
{
	struct str rest = path_folders();
	size_t start = path->n;

	while (rest.p != NULL) {
		struct str folder = str_cut(&rest, ':');

		if (!str_starts(folder, "/"))
			continue;
		buf_add(path, folder.p, folder.n);
		buf_putc(path, '/');
		buf_puts(path, name);
		buf_putc(path, '\0');
		if (is_program(path->p + start))
			return true;
		path->n = start;
	}
	return false;
}

bool
run_find(const char *name, const char *hint, struct buf *path)
{
	if (run_look(name, path))
		return true;
	err_msg("%s: not found in PATH%s%s%s", name, geteuid() == 0 ?
	    " (of which only folders count that root alone can write)" : "",
	    hint != NULL ? ": " : "", hint != NULL ? hint : "");
	return false;
}

/* Opens a pipe that other programs do not inherit. */
static bool
make_pipe(int fd[2])
{
	if (pipe(fd) != 0)
		return false;
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	return true;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* LC_ALL=C and PATH, which the caller frees; nothing else may change the
 * program's output.  For root the programs that it runs are trusted too. */
static char *
plain_path(void)
{
	struct str rest = path_folders();
	struct buf b = { 0 };
	size_t start;

	buf_puts(&b, "PATH=");
	while (rest.p != NULL) {
		struct str folder = str_cut(&rest, ':');

		start = b.n;
		buf_add(&b, folder.p, folder.n);
		buf_putc(&b, '\0');
		if (geteuid() == 0 && (!str_starts(folder, "/") ||
		    trust_file(b.p + start) != TRUST_YES))
			b.n = start;
		else
			b.p[b.n - 1] = ':';
	}
	if (b.p[b.n - 1] == ':')
		b.n--;
	buf_putc(&b, '\0');
	return b.p;
}

/* Sets up the standard descriptors; returns 0 or an errno. */
static int
set_files(posix_spawn_file_actions_t *fa, const struct run *r, int out,
    int err)
{
	int error = 0;

	if (out >= 0)
		error = posix_spawn_file_actions_addopen(fa, STDIN_FILENO,
		    "/dev/null", O_RDONLY, 0);
	if (error == 0 && out >= 0)
		error = posix_spawn_file_actions_adddup2(fa, out,
		    STDOUT_FILENO);
	if (error == 0 && err >= 0)
		error = posix_spawn_file_actions_adddup2(fa, err,
		    STDERR_FILENO);
	else if (error == 0 && r->until != 0)
		error = posix_spawn_file_actions_addopen(fa, STDERR_FILENO,
		    "/dev/null", O_WRONLY, 0);
	return error;
}

/* Resets the signals in defaults for the child.  Returns -1 with errno set. */
static pid_t
spawn(const struct run *r, int out, int err, const sigset_t *defaults)
{
	char locale[] = "LC_ALL=C";
	char *path = plain_path();
	char *plain[] = { locale, path, NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	pid_t pid;
	int error;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, defaults);
	posix_spawnattr_setflags(&attr, (short)(POSIX_SPAWN_SETSIGDEF |
	    (r->until != 0 ? POSIX_SPAWN_SETPGROUP : 0)));
	posix_spawn_file_actions_init(&fa);
	error = set_files(&fa, r, out, err);
	/* it changes no argument; its type just lacks the const */
	if (error == 0)
		error = posix_spawn(&pid, r->path, &fa, &attr,
		    (char *const *)r->argv, r->out != NULL ? plain : environ);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	free(path);
	errno = error;
	return error == 0 ? pid : -1;
}

/* A program's messages, line by line. */
struct words {
	struct run *run;
	char line[MESSAGE_MAX];
	size_t n;
};

static struct str
cut_name(struct str line, const char *name)
{
	size_t n = strlen(name);

	if (!str_starts(line, name) || line.n < n + 2 || line.p[n] != ':' ||
	    line.p[n + 1] != ' ')
		return STR_NONE;
	return (struct str){ line.p + n + 2, line.n - n - 2 };
}

static void
pass_line(struct words *w)
{
	struct str line = { w->line, w->n }, rest;

	w->n = 0;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n == 0)
		return;
	w->run->said = true;
	rest = cut_name(line, err_prog());
	if (rest.p != NULL) {
		err_msg("%.*s", (int)rest.n, rest.p);
		return;
	}
	rest = cut_name(line, w->run->name);
	if (rest.p != NULL)
		line = rest;
	err_msg("%s: %.*s", w->run->name, (int)line.n, line.p);
}

static void
add_words(struct words *w, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n')
			pass_line(w);
		else if (w->n < sizeof w->line)
			w->line[w->n++] = p[i];
	}
}

/* Reads what is available; at the end closes the descriptor and sets it to -1.
 * False after a message. */
static bool
drain(struct pollfd *p, struct words *w, const struct run *r, char *piece)
{
	ssize_t n = read(p->fd, piece, PIECE);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n < 0) {
		err_msg("%s:", r->name);
		return false;
	}
	if (n == 0)
		close_fd(&p->fd);
	else if (w != NULL)
		add_words(w, piece, (size_t)n);
	else
		r->out(r->arg, piece, (size_t)n);
	return true;
}

/* The milliseconds left, for poll(2); -1: no limit. */
static int
time_left(const struct run *r)
{
	int64_t left = r->until - timestamp_steady();

	if (r->until == 0)
		return -1;
	return left > INT_MAX ? INT_MAX : left > 0 ? (int)left : 0;
}

/* Reads both until they end or the time is up; descriptors of -1 are skipped.
 * False after a message: then some output is missing. */
static bool
listen_to(const struct run *r, int out, int err, struct words *w)
{
	struct pollfd p[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	char *piece = mem_alloc(PIECE);
	bool ok = true;
	int left;

	while (ok && (p[0].fd >= 0 || p[1].fd >= 0) &&
	    (left = time_left(r)) != 0) {
		if (poll(p, 2, left) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			err_msg("%s:", r->name);
			ok = false;
			break;
		}
		if (p[1].fd >= 0 && p[1].revents != 0)
			ok = drain(&p[1], w, r, piece);
		if (ok && p[0].fd >= 0 && p[0].revents != 0)
			ok = drain(&p[0], NULL, r, piece);
	}
	pass_line(w);
	close_fd(&p[0].fd);
	close_fd(&p[1].fd);
	free(piece);
	return ok;
}

/* The exit status; -1, after a message, if there is none. */
static int
wait_program(const struct run *r, pid_t pid)
{
	int status;
	pid_t done;

	while (time_left(r) != 0) {
		done = waitpid(pid, &status, r->until != 0 ? WNOHANG : 0);
		if (done > 0)
			return status;
		if (done < 0 && errno != EINTR) {
			err_msg("%s:", r->name);
			return -1;
		}
		if (done == 0)
			poll(NULL, 0, 1);
	}
	kill(-pid, SIGKILL);
	err_msg("%s: no answer in time", r->name);
	return -1;
}

/* Ignores a signal from the keyboard; adds it to set if it was not ignored. */
static void
ignore(int signal, struct sigaction *old, sigset_t *set)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	sigemptyset(&sa.sa_mask);
	sigaction(signal, &sa, old);
	if (old->sa_handler != SIG_IGN)
		sigaddset(set, signal);
}

static int
run_with(struct run *r, const sigset_t *defaults)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, status = -1, error;
	struct words w = { .run = r };
	pid_t pid = -1;

	if ((r->out == NULL || make_pipe(out)) &&
	    (r->own_stderr || r->until != 0 || make_pipe(err)))
		pid = spawn(r, out[1], err[1], defaults);
	error = errno;
	close_fd(&out[1]);
	close_fd(&err[1]);
	if (pid >= 0) {
		bool ok = listen_to(r, out[0], err[0], &w);

		status = wait_program(r, pid);
		if (!ok)
			status = -1;
	} else {
		close_fd(&out[0]);
		close_fd(&err[0]);
		errno = error;
		err_msg("%s:", r->path);
	}
	return status;
}

int
run_program(struct run *r)
{
	bool keyboard = r->out == NULL;
	struct sigaction interrupt, quit;
	sigset_t defaults;
	int status;

	r->said = false;
	/* As in system(3): keys that send signals are for the program that
	 * talks to the user. */
	sigemptyset(&defaults);
	if (keyboard) {
		ignore(SIGINT, &interrupt, &defaults);
		ignore(SIGQUIT, &quit, &defaults);
	}
	status = run_with(r, &defaults);
	if (keyboard) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
	}
	return status;
}

void
run_keep(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
}
