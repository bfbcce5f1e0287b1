/*
 * The files that an interpreter was given to run, looked up as it does: from
 * its working folder, through `..' and links.  If the kernel need not wait for
 * a file system, the kernel resolves the path; else, and if the file is gone,
 * only its text counts.
 */
#define _GNU_SOURCE
#include "scan/linux/script.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/programs.h"

enum { ARGS_SIZE = 16 * 1024, LINK_MAX_SIZE = NUM_MAX + sizeof "/fd/0" };

struct resolver {
	struct family *f;
	struct programs *ps;
	uint32_t pid;
	struct buf list;	/* the files found */
	struct buf path;	/* the one being looked up */
};

/* PID/NAME in the proc tree. */
static const char *
file_of(const struct resolver *r, const char *name,
    char path[static LINK_MAX_SIZE])
{
	char *end = num_format(path, r->pid);

	memcpy(end, name, strlen(name) + 1);
	return path;
}

/* The text of a link of the process, in b, without a NUL. */
static bool
read_link(int dir, const char *path, struct buf *b)
{
	char *p = buf_room(b, PATH_MAX);
	ssize_t n = readlinkat(dir, path, p, PATH_MAX);

	b->n += n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* In a path a slash is not escaped. */
static void
add_path(struct resolver *r, struct str path)
{
	size_t i;

	if (r->list.n > 0)
		buf_putc(&r->list, ',');
	for (i = 0; i < path.n; i++) {
		if (path.p[i] == ',' || path.p[i] == '\\')
			buf_putc(&r->list, '\\');
		buf_putc(&r->list, path.p[i]);
	}
}

/* Opens the file that r->path is for the process; -1 with errno. */
static int
open_path(struct resolver *r)
{
	char name[LINK_MAX_SIZE];
	bool is_whole = r->path.p[0] == '/';
	int dir, fd;

	if (r->f->kind != TREE_OWN) {
		errno = EACCES;
		return -1;
	}
	dir = openat(r->f->proc, file_of(r, is_whole ? "/root" : "/cwd", name),
	    O_PATH | O_DIRECTORY | O_CLOEXEC);
	linux_fault(r->f->sc, r->pid, is_whole ? "root" : "cwd",
	    dir < 0 ? errno : 0);
	if (dir < 0)
		return -1;
	fd = is_whole ? linux_open_known(dir, r->path.p) :
	    linux_open_near(dir, r->path.p);
	input_close(dir);
	return fd;
}

/* Adds the resolved r->path; false if the kernel cannot resolve it. */
static bool
add_real(struct resolver *r)
{
	char name[sizeof "self/fd/" + NUM_MAX] = "self/fd/";
	struct buf real = { 0 };
	int fd = open_path(r);
	bool ok = false;

	if (fd >= 0) {
		*num_format(name + strlen(name), (uint64_t)fd) = '\0';
		ok = read_link(r->f->proc, name, &real);
		close(fd);
	}
	if (ok)
		add_path(r, buf_str(&real));
	buf_free(&real);
	return ok;
}

/* Adds r->path by its text.  A relative one that does not exist stays as it is:
 * the interpreter may have changed its folder since. */
static void
add_joined(struct resolver *r)
{
	struct buf cwd = { 0 }, b = { 0 };
	char name[LINK_MAX_SIZE];
	struct str path = buf_str(&r->path);

	path.n--;
	if (path.p[0] != '/' && (r->f->kind == TREE_OWN ||
	    !read_link(r->f->proc, file_of(r, "/cwd", name), &cwd))) {
		add_path(r, path);
	} else {
		script_join(&b, buf_str(&cwd), path);
		add_path(r, buf_str(&b));
	}
	buf_free(&cwd);
	buf_free(&b);
}

/* Sets the path of a module, below the working folder unless it has another. */
static void
set_module(struct resolver *r, const struct script_file *file)
{
	struct str name = file->path;
	size_t n = file->divider != NULL ? strlen(file->divider) : 0;

	if (file->folder.p != NULL) {
		buf_add(&r->path, file->folder.p, file->folder.n);
		buf_putc(&r->path, '/');
	}
	while (name.n > 0) {
		if (n > 0 && str_take_start(&name, file->divider)) {
			buf_putc(&r->path, '/');
			continue;
		}
		buf_putc(&r->path, *name.p);
		name = str_skip(name, 1);
	}
	if (!str_ends(buf_str(&r->path), file->suffix))
		buf_puts(&r->path, file->suffix);
}

static void
add_file(struct resolver *r, const struct script_file *file)
{
	r->path.n = 0;
	if (file->suffix != NULL)
		set_module(r, file);
	else
		buf_add(&r->path, file->path.p, file->path.n);
	buf_putc(&r->path, '\0');
	if (!add_real(r) && file->suffix == NULL)
		add_joined(r);
}

/* Adds standard input, if it is a file. */
static void
add_stdin(struct resolver *r)
{
	char name[LINK_MAX_SIZE];
	struct buf link = { 0 };
	struct file_look look;

	file_of(r, "/fd/0", name);
	if (r->f->kind == TREE_OWN && linux_file_look(r->f->proc, name,
	    &look) && S_ISREG(look.mode) &&
	    read_link(r->f->proc, name, &link))
		add_path(r, buf_str(&link));
	buf_free(&link);
}

/* The interpreter that a process runs; one that is not installed here is known
 * by its file's name. */
static bool
see(struct resolver *r, const struct proc *p, struct program_seen *seen)
{
	if (!programs_see(r->ps, p->pid, seen)) {
		seen->name = p->exe.p == NULL ? program_exe(r->ps, p->pid) :
		    str_basename(str_undeleted(p->exe));
		seen->class = programs_class(seen->name);
	}
	return seen->class == PROGRAM_SHELL || seen->class == PROGRAM_MANY ||
	    seen->class == PROGRAM_INTERPRETER;
}

static void
find_files(struct resolver *r, const struct program_seen *seen)
{
	struct script_found found;
	char name[LINK_MAX_SIZE], buf[ARGS_SIZE];
	ssize_t n = tree_read(r->f->kind, r->f->proc,
	    file_of(r, "/cmdline", name), buf, sizeof buf);
	struct str args = { buf, n > 0 ? (size_t)n : 0 };
	struct str called = program_take_name(&args, seen);
	size_t i;

	linux_fault(r->f->sc, r->pid, "cmdline", n < 0 ? errno : 0);
	script_parse(seen->class == PROGRAM_MANY ? called : seen->name, args,
	    &found);
	for (i = 0; i < found.n; i++)
		add_file(r, &found.v[i]);
	if (found.by_stdin)
		add_stdin(r);
}

static void
resolve(struct resolver *r, struct proc *p)
{
	struct program_seen seen;

	r->pid = p->pid;
	r->list.n = 0;
	if (!see(r, p, &seen))
		return;
	find_files(r, &seen);
	if (r->list.n > 0 && family_is_still(r->f, p))
		p->script = arena_str(&r->f->sc->arena, buf_str(&r->list));
}

void
script_tell(struct family *f, struct programs *ps)
{
	struct resolver r = { .f = f, .ps = ps };
	size_t i;

	for (i = 0; i < f->sc->nproc; i++)
		resolve(&r, &f->sc->proc[i]);
	buf_free(&r.list);
	buf_free(&r.path);
}
