/*
 * Whether the path of an executable or a folder is valid on this machine.
 *
 * The kernel shows a path in the mounts with which the process began,
 * mount_namespaces(7), and any user may make his own mounts: a bind mount puts
 * his program in the place of any other.  So a file that is not on one of the
 * machine's mounts is compared with the file at that path for process 1, or if
 * that is hidden, for us.  Services with mounts of their own (PrivateTmp of
 * systemd.exec(5)) usually have the same files there.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"

enum { MOUNTS_MAX = 64 * 1024 * 1024 };

#define ELSEWHERE " (elsewhere)"
#define DELETED " (deleted)"
#define REPLACED " (replaced)"

/* What the machine's paths are compared with. */
struct here {
	const char *root, *mounts;	/* files below the proc tree */
	uint64_t *mount;		/* numbers of its mounts, sorted */
	size_t n, cap;
	int fd;				/* the root folder */
};

/* A path to compare, and the file to which it led its process. */
struct told {
	struct str *path;
	struct file_id id;
};

/* False if both roots are hidden, which is not a fault: paths are then taken as
 * they are. */
static bool
find_root(struct here *h, struct file_id *id)
{
	h->root = "/proc/1/root";
	h->mounts = "/proc/1/mountinfo";
	if (linux_file_id(AT_FDCWD, h->root, id))
		return true;
	h->root = "/";
	h->mounts = "/proc/self/mountinfo";
	return linux_file_id(AT_FDCWD, h->root, id);
}

static void
add_told(struct told *v, size_t *n, struct str *path,
    const struct file_id *id, uint64_t root)
{
	if (!id->known || (id->mount != 0 && id->mount == root))
		return;
	v[(*n)++] = (struct told){ path, *id };
}

/* Lists files that are not on the mount of the root folder: nearly all are. */
static size_t
list_told(struct scan *sc, uint64_t root, struct told *v)
{
	size_t i, n = 0;

	for (i = 0; i < sc->nproc; i++) {
		struct proc *p = &sc->proc[i];

		if (p->boxed)
			continue;
		add_told(v, &n, &p->exe, &p->exe_id, root);
		add_told(v, &n, &p->cwd, &p->cwd_id, root);
	}
	return n;
}

/* Reads the first word of each line, proc_pid_mountinfo(5).  If that fails,
 * paths are compared anyway. */
static void
read_mounts(struct here *h, struct scan *sc)
{
	struct buf text = { 0 };
	struct str rest;
	uint64_t id;

	if (!input_slurp(h->mounts, MOUNTS_MAX, &text)) {
		err_msg("%s:", h->mounts);
		sc->incomplete = true;
	}
	for (rest = buf_str(&text); rest.n > 0;) {
		struct str line = str_cut(&rest, '\n');

		if (num_parse(str_cut(&line, ' '), UINT64_MAX, &id))
			*MEM_PUSH(h->mount, h->n, h->cap) = id;
	}
	if (h->n > 0)
		qsort(h->mount, h->n, sizeof *h->mount, num_cmp64);
	buf_free(&text);
}

static bool
is_here(const struct here *h, uint64_t mount)
{
	return h->n > 0 && bsearch(&mount, h->mount, h->n, sizeof mount,
	    num_cmp64) != NULL;
}

/* True if a path with that errno leads nowhere.  That includes a file that the
 * kernel does not have at hand, as it would if a process ran it. */
static bool
leads_nowhere(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	    error == EAGAIN || error == ENAMETOOLONG;
}

/* A deleted file is no longer at its path; but the file that replaced it in an
 * upgrade is in the same file system. */
static bool
is_same(const struct file_id *a, const struct file_id *b, bool is_replaced)
{
	return a->dev == b->dev && (is_replaced || a->ino == b->ino);
}

/* False also if it cannot be known. */
static bool
is_elsewhere(const struct here *h, struct str path, const struct file_id *id,
    struct scan *sc)
{
	bool is_replaced = id->gone && str_take_end(&path, REPLACED);
	struct buf b = { 0 };
	struct file_id now = { .known = false };
	bool answer = false;
	int fd;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	buf_add(&b, path.p, path.n);
	buf_putc(&b, '\0');
	fd = linux_open_known(h->fd, b.p);
	buf_free(&b);
	if (fd >= 0 && linux_file_id(fd, "", &now)) {
		answer = !is_same(id, &now, is_replaced);
	} else if (fd < 0 && leads_nowhere(errno)) {
		answer = true;
	} else if (errno != EACCES && errno != EPERM) {
		err_msg("%.*s:", (int)path.n, path.p);
		sc->incomplete = true;
	}
	input_close(fd);
	return answer;
}

static struct str
mark(struct str path, struct arena *a)
{
	struct buf b = { 0 };

	str_take_end(&path, REPLACED);
	buf_add(&b, path.p, path.n);
	buf_puts(&b, ELSEWHERE);
	path = arena_str(a, buf_str(&b));
	buf_free(&b);
	return path;
}

static int
cmp_told(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int c = str_cmp(*x->path, *y->path);

	if (c == 0)
		c = num_cmp(x->id.dev, y->id.dev);
	if (c == 0)
		c = num_cmp(x->id.ino, y->id.ino);
	return c != 0 ? c : x->id.gone - y->id.gone;
}

/* Equal entries are looked at once. */
static void
compare(const struct here *h, struct told *v, size_t n, struct scan *sc)
{
	struct str before = STR_NONE, after = STR_NONE;
	size_t i;

	qsort(v, n, sizeof *v, cmp_told);
	for (i = 0; i < n; i++) {
		struct str path = *v[i].path;
		bool again = i > 0 && str_eq(path, before) &&
		    v[i].id.dev == v[i - 1].id.dev &&
		    v[i].id.ino == v[i - 1].id.ino &&
		    v[i].id.gone == v[i - 1].id.gone;

		before = path;
		if (again)
			*v[i].path = after;
		else if (is_elsewhere(h, path, &v[i].id, sc))
			*v[i].path = mark(path, &sc->arena);
		after = *v[i].path;
	}
}

/* Compares those whose mount is not one of the machine's. */
static void
compare_foreign(struct here *h, struct told *v, size_t n, struct scan *sc)
{
	size_t i, left = 0;

	read_mounts(h, sc);
	for (i = 0; i < n; i++)
		if (!is_here(h, v[i].id.mount) &&
		    !(v[i].id.gone && str_ends(*v[i].path, DELETED)))
			v[left++] = v[i];
	h->fd = left > 0 ? open(h->root, O_PATH | O_CLOEXEC) : -1;
	if (h->fd >= 0)
		compare(h, v, left, sc);
	input_close(h->fd);
	free(h->mount);
}

void
linux_elsewhere(struct scan *sc)
{
	struct here h = { .fd = -1 };
	struct file_id root;
	struct told *v;
	size_t i = 0, n;

	while (i < sc->nproc && !sc->proc[i].exe_id.known &&
	    !sc->proc[i].cwd_id.known)
		i++;
	if (i == sc->nproc || !find_root(&h, &root))
		return;
	v = mem_alloc(2 * sc->nproc * sizeof *v);
	n = list_told(sc, root.mount, v);
	if (n > 0)
		compare_foreign(&h, v, n, sc);
	free(v);
}
