/*
 * All network namespaces: those that some process is in, and those that
 * ip-netns(8) keeps below /run/netns.  Each is entered by a thread of its own,
 * setns(2): the rest of the program stays where it is.
 */
#define _GNU_SOURCE
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "input.h"
#include "num.h"
#include "sys.h"

#define RUN_NETNS "/run/netns"

static struct linux_netns *
find(const struct linux_netns_list *l, uint64_t inode)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].inode == inode)
			return &l->v[i];
	return NULL;
}

static struct linux_netns *
add(struct linux_netns_list *l, uint64_t inode, struct str label)
{
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n] = (struct linux_netns){ .inode = inode, .label = label };
	return &l->v[l->n++];
}

/* The inode in a link net:[INODE] below dir, 0 where it cannot be read. */
static uint64_t
read_link(int dir, const char *path)
{
	char link[sizeof "net:[]" + NUM_MAX];
	ssize_t n = readlinkat(dir, path, link, sizeof link);
	struct str s = { link, n > 0 ? (size_t)n : 0 };
	uint64_t inode;

	if (n > 0)
		errno = 0;
	if (!str_starts(s, "net:[") || !str_ends(s, "]"))
		return 0;
	s = (struct str){ s.p + 5, s.n - 6 };
	return num_parse(s, UINT64_MAX, &inode) ? inode : 0;
}

uint64_t
sys_netns(const char *proc, bool own)
{
	int dir = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t inode = 0;

	if (dir >= 0)
		inode = read_link(dir,
		    own ? "thread-self/ns/net" : "1/ns/net");
	input_close(dir);
	if (inode == 0 && own)
		err_msg("%s/thread-self/ns/net:", proc);
	return inode;
}

static char *
join(struct arena *a, const char *dir, const char *name)
{
	struct buf b = { 0 };
	struct str path;

	buf_puts(&b, dir);
	buf_putc(&b, '/');
	buf_puts(&b, name);
	path = arena_str(a, buf_str(&b));
	buf_free(&b);
	return (char *)path.p;
}

/* The names that ip-netns(8) gave; of two for one the first in byte order. */
static void
add_named(struct linux_netns_list *l, struct arena *a)
{
	DIR *dir = opendir(RUN_NETNS);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		struct str name = arena_str(a, str_from(d->d_name));
		struct linux_netns *ns;
		struct stat st;

		if (fstatat(dirfd(dir), name.p, &st, 0) != 0 ||
		    st.st_dev != l->dev || st.st_ino == l->own)
			continue;
		ns = find(l, st.st_ino);
		if (ns == NULL)
			ns = add(l, st.st_ino, name);
		else if (str_cmp(name, ns->label) >= 0)
			continue;
		ns->label = name;
		ns->path = join(a, RUN_NETNS, name.p);
	}
	if (dir != NULL)
		closedir(dir);
}

/* The namespace of process pid (as text), and if it has no name yet that of the
 * container, if any, that the process is in. */
static void
add_process(struct linux_netns_list *l, int proc, const char *pid,
    struct arena *a)
{
	char *link = join(a, pid, "ns/net");
	uint64_t inode = read_link(proc, link);
	struct linux_netns *ns = find(l, inode);

	if (inode == 0 && (errno == EACCES || errno == EPERM))
		l->hidden++;
	if (inode == 0 || inode == l->own)
		return;
	if (ns == NULL) {
		ns = add(l, inode, STR_NONE);
		ns->path = link;
		ns->pid = arena_str(a, str_from(pid)).p;
	}
	if (ns->label.p == NULL)
		ns->label = linux_container_of(proc, join(a, pid, "cgroup"),
		    a);
}

static int
cmp_pid(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Processes in order of their numbers: the lowest names a namespace. */
static void
add_processes(struct linux_netns_list *l, DIR *dir, struct arena *a)
{
	uint64_t *pids = NULL, pid;
	size_t n = 0, cap = 0, i;
	struct dirent *d;

	while ((d = readdir(dir)) != NULL) {
		if (!num_parse(str_from(d->d_name), INT32_MAX, &pid))
			continue;
		pids = mem_grow(pids, &cap, n + 1, sizeof *pids);
		pids[n++] = pid;
	}
	if (n > 0)
		qsort(pids, n, sizeof *pids, cmp_pid);
	for (i = 0; i < n; i++) {
		char name[NUM_MAX + 1];

		*num_format(name, pids[i]) = '\0';
		add_process(l, dirfd(dir), name, a);
	}
	free(pids);
}

static int
cmp_label(const void *a, const void *b)
{
	const struct linux_netns *x = a, *y = b;

	return str_cmp(x->label, y->label);
}

/* `net:[INODE]', what the kernel itself calls it. */
static struct str
make_label(struct arena *a, uint64_t inode)
{
	char text[sizeof "net:[]" + NUM_MAX] = "net:[";
	char *end = num_format(text + 5, inode);

	*end++ = ']';
	return arena_str(a, (struct str){ text, (size_t)(end - text) });
}

bool
linux_netns_list(const struct scan_request *req, struct linux_netns_list *l,
    struct arena *a)
{
	DIR *dir = opendir(req->proc);
	struct stat st;
	size_t i;

	if (dir == NULL) {
		err_msg("%s:", req->proc);
		return false;
	}
	l->own = sys_netns(req->proc, req->own_proc);
	/* it would be taken for one more of the others */
	if (l->own == 0 && req->own_proc) {	/* that got a message */
		closedir(dir);
		return false;
	}
	if (req->own_proc &&
	    fstatat(dirfd(dir), "thread-self/ns/net", &st, 0) == 0) {
		l->dev = st.st_dev;
		add_named(l, a);
	}
	add_processes(l, dir, a);
	closedir(dir);
	for (i = 0; i < l->n; i++)
		if (l->v[i].label.p == NULL)
			l->v[i].label = make_label(a, l->v[i].inode);
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, cmp_label);
	return true;
}

/* The visit of all namespaces by a thread. */
struct visit {
	const struct scan_request *req;
	struct scan *sc;
	const struct linux_netns_list *list;
	linux_tables *tables;
	bool ok;
};

/* errno of one that could not be entered, and has not just gone. */
static void
note_refusal(struct visit *v, const struct linux_netns *ns)
{
	if (errno == ENOENT || errno == ESRCH)
		return;
	v->sc->incomplete = true;
	/* what is ours to mend, and not a matter of privileges */
	if (errno != EPERM && errno != EACCES)
		v->ok = false;
	err_msg("network namespace %.*s:", (int)ns->label.n, ns->label.p);
}

/* One that has vanished, or whose number another one has by now, is left out;
 * so is one whose kernel refuses: that is a failure. */
static bool
enter(struct visit *v, const struct linux_netns *ns, int proc)
{
	int fd = openat(proc, ns->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0) {
		note_refusal(v, ns);
		return false;
	}
	ok = fstat(fd, &st) == 0;
	if (ok && st.st_ino != ns->inode) {
		ok = false;
		errno = ENOENT;
	} else if (ok) {
		ok = setns(fd, CLONE_NEWNET) == 0;
	}
	if (!ok)
		note_refusal(v, ns);
	close(fd);
	return ok;
}

static void *
visit_all(void *arg)
{
	struct visit *v = arg;
	int proc = open(v->req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	for (i = 0; v->ok && i < v->list->n; i++) {
		const struct linux_netns *ns = &v->list->v[i];
		struct netns *added;

		if (!enter(v, ns, proc))
			continue;
		added = scan_add_netns(v->sc);
		added->inode = ns->inode;
		added->label = ns->label;
		sys_port_range(v->req->proc, &added->first, &added->last);
		v->ok = v->tables(v->req, v->sc);
	}
	if (proc >= 0)
		close(proc);
	return NULL;
}

/* Entering even the own one needs what entering another does. */
static void *
try_setns(void *arg)
{
	bool *ok = arg;
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	*ok = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
	if (fd >= 0)
		close(fd);
	return NULL;
}

static bool
in_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, run, arg);

	if (error == 0)
		error = pthread_join(thread, NULL);
	errno = error;
	if (error != 0)
		err_msg("thread:");
	return error == 0;
}

bool
linux_netns_tables(const struct scan_request *req, struct scan *sc,
    linux_tables *tables)
{
	struct linux_netns_list list = { 0 };
	struct visit v = { req, sc, &list, tables, true };
	bool may = false;

	if (!in_thread(try_setns, &may))
		return false;
	if (!may) {
		err_msg("--all-netns: needs root, or cap_sys_admin");
		return false;
	}
	v.ok = tables(req, sc) && linux_netns_list(req, &list, &sc->arena) &&
	    in_thread(visit_all, &v) && v.ok;
	sc->hidden_netns = list.hidden;
	free(list.v);
	return v.ok;
}
