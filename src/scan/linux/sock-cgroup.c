/*
 * The control group in which a socket was made, cgroups(7).  The kernel gives
 * the inode number of its folder in the hierarchy of version 2, and one walk of
 * that finds the paths.  Folders nearer to the root come first: they are the
 * system's, and what a user has made below his own comes after them.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"

/* Anyone can make groups below his own.  Opening a folder costs its depth. */
enum { GROUPS_MAX = 100000, DEPTH_MAX = 64 };

/* A line of a process's own file begins with this, cgroups(7). */
#define PREFIX "0::"
enum { PREFIX_LEN = sizeof PREFIX - 1 };

/* A folder, and the number of its parent, from 1; 0: the root. */
struct folder {
	const char *name;
	uint32_t parent;
	uint32_t depth;
};

struct walk_groups {
	struct scan *sc;
	const unsigned char *wanted;	/* by number, from 0 */
	size_t left;			/* wanted ones that are not found yet */
	struct folder *v;
	size_t n, cap;
	struct arena arena;
	int root;
	bool cut;			/* some folders were not searched */
	int fault;			/* errno of a folder, or 0 */
};

uint32_t
linux_sock_cgroup(struct scan *sc, uint64_t id)
{
	uint32_t *number = map_at(&sc->cgroup_of, id);

	if (*number == 0) {
		*MEM_PUSH(sc->cgroup, sc->ncgroup, sc->cgroupcap) =
		    (struct sock_cgroup){ .id = id };
		*number = (uint32_t)sc->ncgroup;
	}
	return *number;
}

/* One that goes away meanwhile, or is another user's secret, is not a fault. */
static void
note_fault(struct walk_groups *w)
{
	if (errno != 0 && errno != ENOENT && errno != ENODEV &&
	    errno != EACCES && errno != EPERM && w->fault == 0)
		w->fault = errno;
}

/* Opens version 2: where systemd mounts it, file-hierarchy(7), or next to
 * version 1; -1 if it is in neither place. */
static int
open_root(struct walk_groups *w)
{
	static const char *const mounts[] = {
		"/sys/fs/cgroup", "/sys/fs/cgroup/unified",
	};
	struct statfs fs;
	size_t i;
	int fd;

	for (i = 0; i < NELEMS(mounts); i++) {
		fd = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && fstatfs(fd, &fs) == 0 &&
		    fs.f_type == CGROUP2_SUPER_MAGIC)
			return fd;
		if (fd < 0)
			note_fault(w);
		input_close(fd);
	}
	return -1;
}

/* The path of folder i, relative to the root, at the end of buf with a NUL;
 * NULL if it does not fit. */
static const char *
folder_path(const struct walk_groups *w, uint32_t i, char buf[static PATH_MAX])
{
	char *p = buf + PATH_MAX - 1;

	*p = '\0';
	for (; i != 0; i = w->v[i - 1].parent) {
		size_t n = strlen(w->v[i - 1].name);

		if ((size_t)(p - buf) < n + 1)
			return NULL;
		if (*p != '\0')
			*--p = '/';
		p -= n;
		memcpy(p, w->v[i - 1].name, n);
	}
	return p;
}

/* Takes a folder that the walk has reached; 0 is the root. */
static void
found(struct walk_groups *w, uint32_t i, uint64_t inode)
{
	uint32_t number = map_get(&w->sc->cgroup_of, inode);
	char buf[PREFIX_LEN + 1 + PATH_MAX] = PREFIX "/";
	struct sock_cgroup *g;
	const char *path;
	struct str text;

	if (number == 0 || !w->wanted[number - 1])
		return;
	g = &w->sc->cgroup[number - 1];
	path = folder_path(w, i, buf + PREFIX_LEN + 1);
	if (path == NULL || g->path.p != NULL)
		return;
	memmove(buf + PREFIX_LEN + 1, path, strlen(path) + 1);
	text = str_from(buf);
	g->path = arena_str(&w->sc->arena, str_skip(text, PREFIX_LEN));
	g->unit = linux_unit(g->path);
	g->in = linux_container_in(text, &w->sc->arena);
	w->left--;
}

static void
add_folder(struct walk_groups *w, uint32_t parent, const struct dirent *e)
{
	uint32_t depth = parent == 0 ? 0 : w->v[parent - 1].depth;

	if (depth == DEPTH_MAX || w->n == GROUPS_MAX) {
		w->cut = true;
		return;
	}
	*MEM_PUSH(w->v, w->n, w->cap) = (struct folder){
		arena_str(&w->arena, str_from(e->d_name)).p, parent,
		depth + 1 };
	found(w, (uint32_t)w->n, e->d_ino);
}

/* Adds the folders in folder i, which is open as fd. */
static void
read_folder(struct walk_groups *w, uint32_t i, int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *e;

	if (dir == NULL) {
		note_fault(w);
		input_close(fd);
		return;
	}
	while (w->left > 0 && (errno = 0, e = readdir(dir)) != NULL)
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			add_folder(w, i, e);
	if (w->left > 0)
		note_fault(w);
	closedir(dir);
}

/* Most have no folder in them.  Their links show that: a folder has one for
 * each in it (kernfs_refresh_inode in fs/kernfs/inode.c). */
static void
enter_folder(struct walk_groups *w, uint32_t i)
{
	char buf[PATH_MAX];
	const char *path = folder_path(w, i, buf);
	struct stat st;
	int fd;

	if (path == NULL) {
		w->cut = true;
		return;
	}
	if (fstatat(w->root, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_nlink <= 2)
		return;
	fd = openat(w->root, path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		note_fault(w);
	else
		read_folder(w, i, fd);
}

static void
walk_groups(struct walk_groups *w)
{
	struct stat st;
	uint32_t i;
	int fd = openat(w->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fstat(w->root, &st) == 0)
		found(w, 0, st.st_ino);
	else
		note_fault(w);
	if (fd < 0)
		note_fault(w);
	else
		read_folder(w, 0, fd);
	for (i = 1; i <= w->n && w->left > 0; i++)
		enter_folder(w, i);
}

/* Marks the groups of sockets without a holder, if they would show the unit or
 * the container.  A socket has a container only through its process: if no
 * process is hidden, there is none to look for. */
static void
want_unheld(const struct scan_request *req, const struct scan *sc,
    unsigned char *wanted)
{
	bool unit = (req->needs & NEED_SOCK_UNIT) != 0;
	bool container = (req->needs & NEED_SOCK_CONTAINER) != 0 &&
	    sc->hidden > 0;
	unsigned char *held;
	size_t i;

	if (!unit && !container)
		return;
	held = mem_alloc(sc->nsock);
	for (i = 0; i < sc->nholder; i++) {
		const struct holder *h = &sc->holder[i];
		uint32_t number = sc->sock[h->sock].cgroup;

		held[h->sock] = 1;
		if (unit && number != 0 && proc_is_init(&sc->proc[h->proc]))
			wanted[number - 1] = 1;
	}
	/* if processes were chosen, the others have no records */
	for (i = 0; i < sc->nsock && req->filter->npids == 0; i++)
		if (!held[i] && sc->sock[i].cgroup != 0)
			wanted[sc->sock[i].cgroup - 1] = 1;
	free(held);
}

static unsigned char *
find_wanted(const struct scan_request *req, const struct scan *sc, size_t *n)
{
	unsigned char *wanted = mem_alloc(sc->ncgroup);
	size_t i;

	want_unheld(req, sc, wanted);
	if ((req->needs & NEED_SOCK_CGROUP) != 0)
		for (i = 0; i < sc->nsock; i++)
			if (sc->sock[i].cgroup != 0)
				wanted[sc->sock[i].cgroup - 1] = 1;
	for (*n = i = 0; i < sc->ncgroup; i++)
		*n += wanted[i];
	return wanted;
}

static void
tell_faults(const struct walk_groups *w)
{
	if (w->left == 0)
		return;
	if (w->cut)
		err_msg("control groups: more than %d, or deeper than %d: "
		    "some are not known", GROUPS_MAX, DEPTH_MAX);
	errno = w->fault;
	if (w->fault != 0)
		err_msg("control groups:");
	w->sc->incomplete |= w->cut || w->fault != 0;
}

void
linux_sock_cgroups(const struct scan_request *req, struct scan *sc)
{
	struct walk_groups w = { .sc = sc, .root = -1 };
	unsigned char *wanted = find_wanted(req, sc, &w.left);

	w.wanted = wanted;
	if (w.left > 0)
		w.root = open_root(&w);
	if (w.root >= 0)
		walk_groups(&w);
	tell_faults(&w);
	input_close(w.root);
	arena_free(&w.arena);
	free(w.v);
	free(wanted);
}
