/*
 * Questions to container runtimes in a scan: daemons and programs are asked
 * once each, and their files read, all within two seconds.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/timestamp.h"
#include "scan/linux/owners.h"

/* Daemons and programs have ANSWER_MS; the rest is for files. */
enum { BUDGET_MS = 2000, ANSWER_MS = 1500 };

enum { FILE_MAX = 8 * 1024 * 1024, FILES_MAX = 10000 };

/* The time begins with the first call. */
static struct linux_asked *
asked_of(struct scan *sc)
{
	int64_t now;

	if (sc->asked != NULL)
		return sc->asked;
	now = timestamp_steady();
	sc->asked = arena_alloc(&sc->arena, sizeof *sc->asked);
	*sc->asked = (struct linux_asked){ .until = now + BUDGET_MS,
		.answer_until = now + ANSWER_MS };
	return sc->asked;
}

/* Reports with errno that the names in path are missing, unless there is no
 * such runtime or we may not ask it. */
static void
say_missing(const char *path)
{
	static const int usual[] = { ENOENT, ENOTDIR, ELOOP, ENXIO, EACCES,
		ECONNREFUSED };
	size_t i;

	for (i = 0; i < NELEMS(usual); i++)
		if (errno == usual[i])
			return;
	err_msg("%s: containers without names:", path);
}

const struct linux_asked *
linux_ask_docker(struct scan *sc)
{
	struct linux_asked *asked = asked_of(sc);
	struct buf b = { 0 };
	const char *failed;

	if (asked->has_docker)
		return asked;
	asked->has_docker = true;
	asked->docker = arena_str(&sc->arena, linux_docker(&b,
	    asked->answer_until, &failed, &asked->docker_peer));
	if (failed != NULL) {
		asked->docker_missing = errno == ENOENT ||
		    errno == ECONNREFUSED;
		say_missing(failed);
	}
	buf_free(&b);
	return asked;
}

struct str
linux_ask_podman(struct scan *sc)
{
	struct linux_asked *asked = asked_of(sc);
	struct buf b = { 0 };

	if (!asked->has_podman)
		asked->podman = arena_str(&sc->arena, linux_podman(&b,
		    asked->answer_until));
	asked->has_podman = true;
	buf_free(&b);
	return asked->podman;
}

struct str
linux_read_owned(struct scan *sc, const char *path, uint32_t owner,
    struct buf *b)
{
	struct stat st;
	bool ok = false;
	int fd;

	b->n = 0;
	if (timestamp_steady() >= asked_of(sc)->until)
		return STR_NONE;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0) {
		say_missing(path);
	} else if (S_ISREG(st.st_mode) && st.st_uid == owner) {
		ok = input_slurp_fd(fd, FILE_MAX, b);
		if (!ok)
			say_missing(path);
	}
	input_close(fd);
	return ok ? buf_str(b) : STR_NONE;
}

struct files {
	struct scan *sc;
	const char *folder, *below;
	uint32_t owner;
	void (*each)(void *arg, struct str name, struct str text);
	void *arg;
	size_t n;
	struct buf path, text;
};

/* FILES_MAX: a user's folder may have any number of names. */
static void
take_file(void *arg, int dir, const char *name)
{
	struct files *f = arg;
	struct str text;

	(void)dir;
	if (f->n++ >= FILES_MAX)
		return;
	f->path.n = 0;
	buf_puts(&f->path, f->folder);
	buf_putc(&f->path, '/');
	buf_puts(&f->path, name);
	if (f->below != NULL) {
		buf_putc(&f->path, '/');
		buf_puts(&f->path, f->below);
	}
	buf_putc(&f->path, '\0');
	text = linux_read_owned(f->sc, f->path.p, f->owner, &f->text);
	if (text.p != NULL)
		f->each(f->arg, str_from(name), text);
}

bool
linux_each_file(struct scan *sc, const char *folder, const char *below,
    uint32_t owner, void (*each)(void *arg, struct str name, struct str text),
    void *arg)
{
	struct files f = { .sc = sc, .folder = folder, .below = below,
		.owner = owner, .each = each, .arg = arg };
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && walk_each(fd, take_file, &f);

	input_close(fd);
	buf_free(&f.path);
	buf_free(&f.text);
	return ok;
}
