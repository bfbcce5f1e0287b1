#define _XOPEN_SOURCE 700	/* S_ISVTX */
#include "lib/trust.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/mem.h"

enum { MAX_LINKS = 40 };	/* Linux's limit, path_resolution(7) */

enum target { A_FILE, A_FOLDER };	/* a sticky bit is enough here */

struct trust_walk {
	struct buf done;	/* the path so far, without links; "" is / */
	struct buf rest;	/* the rest of the path, from at on */
	size_t at;
	uid_t top;		/* the owner of / */
	int links;
	bool shared;		/* the folder is sticky, others may write it */
	enum trust answer;
};

static bool
is_writable(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/*
 * In a user namespace the machine's root has another uid: the owner of /, who
 * can do anything there anyway.  In a sticky folder (/tmp) root's folders are
 * safe, but a file may be a hard link that a user made.
 */
static void
judge_step(struct trust_walk *w, const struct stat *st)
{
	bool folder = S_ISDIR(st->st_mode);
	/* writing to a socket is connecting; links have no mode */
	bool has_mode = folder || S_ISREG(st->st_mode);

	if ((st->st_uid != 0 && st->st_uid != w->top) ||
	    (w->shared && !folder) ||
	    (has_mode && is_writable(st) &&
	    !(folder && (st->st_mode & S_ISVTX) != 0)))
		w->answer = TRUST_NO;
	w->shared = folder && is_writable(st);
}

/* Puts the target of a link before the rest; false if it is not a link. */
static bool
follow(struct trust_walk *w)
{
	char link[PATH_MAX];
	ssize_t n = readlink(w->done.p, link, sizeof link);
	struct buf rest = { 0 };

	if (n < 0)
		return false;
	if (n == 0 || (size_t)n == sizeof link || ++w->links > MAX_LINKS) {
		errno = ELOOP;
		return false;
	}
	buf_add(&rest, link, (size_t)n);
	buf_putc(&rest, '/');
	buf_add(&rest, w->rest.p + w->at, w->rest.n - w->at);
	buf_free(&w->rest);
	w->rest = rest;
	w->at = 0;
	return true;
}

/* Removes the last component of the path so far. */
static void
go_up(struct trust_walk *w)
{
	while (w->done.n > 0 && w->done.p[--w->done.n] != '/')
		;
}

/* Walks to the next component; false, with errno, if it does not exist. */
static bool
step(struct trust_walk *w, struct str name)
{
	size_t before = w->done.n;
	struct stat st;
	bool ok;

	if (name.n == 0 || str_is(name, "."))
		return true;
	if (str_is(name, "..")) {
		/* the verdict on a lower folder does not apply here */
		go_up(w);
		w->shared = false;
		return true;
	}
	buf_putc(&w->done, '/');
	buf_add(&w->done, name.p, name.n);
	*buf_room(&w->done, 1) = '\0';
	if (lstat(w->done.p, &st) != 0)
		return false;
	judge_step(w, &st);
	if (!S_ISLNK(st.st_mode))
		return true;
	ok = follow(w);
	w->done.n = w->rest.n > 0 && w->rest.p[0] == '/' ? 0 : before;
	return ok;
}

/* Starts at /; a relative path is preceded by the current folder. */
static bool
begin_walk(struct trust_walk *w, const char *path)
{
	struct stat st;

	if (stat("/", &st) != 0)
		return false;
	w->top = st.st_uid;
	judge_step(w, &st);
	if (path[0] != '/') {
		if (getcwd(buf_room(&w->rest, PATH_MAX), PATH_MAX) == NULL)
			return false;
		w->rest.n = strlen(w->rest.p);
		buf_putc(&w->rest, '/');
	}
	buf_puts(&w->rest, path);
	return true;
}

static enum trust
walk(const char *path, enum target target)
{
	struct trust_walk w = { .answer = TRUST_YES };
	bool ok = true;
	int error;

	if (geteuid() != 0)
		return TRUST_YES;
	ok = begin_walk(&w, path);
	while (ok && w.at < w.rest.n) {
		struct str left = { w.rest.p + w.at, w.rest.n - w.at };
		struct str name = str_cut(&left, '/');

		w.at = left.p != NULL ? w.rest.n - left.n : w.rest.n;
		ok = step(&w, name);
	}
	if (!ok)
		w.answer = errno == ENOENT || errno == ENOTDIR ?
		    TRUST_MISSING : TRUST_UNKNOWN;
	else if (w.shared && target == A_FILE)
		w.answer = TRUST_NO;
	error = errno;
	buf_free(&w.done);
	buf_free(&w.rest);
	errno = error;
	return w.answer;
}

enum trust
trust_file(const char *path)
{
	return walk(path, A_FILE);
}

enum trust
trust_folder(const char *path)
{
	return walk(path, A_FOLDER);
}

enum trust
trust_told(const char *path, const char *what)
{
	enum trust answer = trust_file(path);

	if (answer == TRUST_NO)
		err_msg("%s: %s: another user can write or replace it: "
		    "expected root's alone", path, what);
	else if (answer == TRUST_UNKNOWN)
		err_msg("%s: %s:", path, what);
	return answer;
}
