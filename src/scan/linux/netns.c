/*
 * All network namespaces: those that some process is in, and those that
 * ip-netns(8) keeps below /run/netns.  Each is entered by a thread of its own,
 * setns(2): the rest of the program stays where it is.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"
#include "scan/machine.h"

#define RUN_NETNS "/run/netns"
#define OWN_NETNS "thread-self/ns/net"

/* What the names in a folder are added to. */
struct listing {
	struct linux_netns_list *list;
	struct arena *arena;
	uint32_t *pid;
	size_t npid, pidcap;
	int error;		/* the first that is no matter of privileges */
};

static struct linux_netns *
find_netns(const struct linux_netns_list *l, uint64_t inode)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].inode == inode)
			return &l->v[i];
	return NULL;
}

static struct linux_netns *
add_netns(struct linux_netns_list *l, uint64_t inode, struct str label)
{
	struct linux_netns *ns = MEM_PUSH(l->v, l->n, l->cap);

	*ns = (struct linux_netns){ .inode = inode, .label = label };
	return ns;
}

uint64_t
sys_netns(const char *proc, bool own)
{
	int dir = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t inode = 0;

	if (dir >= 0)
		inode = walk_inode(dir, own ? OWN_NETNS : "1/ns/net",
		    LINUX_NETNS_LINK);
	input_close(dir);
	if (inode == 0 && own)
		err_msg("%s/" OWN_NETNS ":", proc);
	return inode;
}

/* errno of what was there and told nothing of its namespace. */
static void
note_error(struct listing *s)
{
	if (s->error == 0 && errno != ENOENT && errno != ESRCH)
		s->error = errno;
}

/* A name that ip-netns(8) gave; of two for one the first in byte order. */
static void
take_named(void *arg, int dir, const char *file)
{
	struct listing *s = arg;
	struct linux_netns_list *l = s->list;
	struct linux_netns *ns;
	struct str name;
	struct stat st;

	if (fstatat(dir, file, &st, 0) != 0) {
		note_error(s);
		return;
	}
	if (st.st_dev != l->dev || st.st_ino == l->own)
		return;
	name = arena_str(s->arena, str_from(file));
	ns = find_netns(l, st.st_ino);
	if (ns == NULL)
		ns = add_netns(l, st.st_ino, name);
	else if (str_cmp(name, ns->label) >= 0)
		return;
	ns->label = name;
	ns->path = linux_path(s->arena, RUN_NETNS, name.p);
}

/* All of those names, if there are any.  False after a message. */
static bool
add_named(struct listing *s, int proc)
{
	int dir = open(RUN_NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (dir >= 0 && fstatat(proc, OWN_NETNS, &st, 0) == 0) {
		s->list->dev = st.st_dev;
		if (!walk_each(dir, take_named, s))
			note_error(s);
	} else {
		note_error(s);
	}
	input_close(dir);
	errno = s->error;
	if (s->error != 0)
		err_msg(RUN_NETNS ":");
	return s->error == 0;
}

/* The namespace of process pid (as text), and if it has no name yet that of the
 * container, if any, that the process is in. */
static void
add_process(struct listing *s, int proc, const char *pid)
{
	struct linux_netns_list *l = s->list;
	char *link = linux_path(s->arena, pid, "ns/net");
	uint64_t inode = walk_inode(proc, link, LINUX_NETNS_LINK);
	struct linux_netns *ns = find_netns(l, inode);

	if (inode == 0 && (errno == EACCES || errno == EPERM))
		l->hidden++;
	else if (inode == 0 && errno != 0)
		note_error(s);
	if (inode == 0 || inode == l->own)
		return;
	if (ns == NULL) {
		ns = add_netns(l, inode, STR_NONE);
		ns->path = link;
		ns->pid = arena_str(s->arena, str_from(pid)).p;
	}
	if (ns->label.p == NULL)
		ns->label = linux_container_of(proc,
		    linux_path(s->arena, pid, "cgroup"), s->arena);
}

static void
take_pid(void *arg, int dir, const char *name)
{
	struct listing *s = arg;
	uint32_t pid;

	(void)dir;
	if (walk_id(name, &pid))
		*MEM_PUSH(s->pid, s->npid, s->pidcap) = pid;
}

/* Processes in order of their numbers: the lowest names a namespace.  False
 * after a message. */
static bool
add_processes(struct listing *s, int proc, const char *path)
{
	size_t i;

	if (!walk_each(proc, take_pid, s))
		note_error(s);
	s->npid = num_sort(s->pid, s->npid);
	for (i = 0; i < s->npid; i++) {
		char name[NUM_MAX + 1];

		*num_format(name, s->pid[i]) = '\0';
		add_process(s, proc, name);
	}
	free(s->pid);
	errno = s->error;
	if (s->error != 0)
		err_msg("%s: network namespaces:", path);
	return s->error == 0;
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
	struct listing s = { .list = l, .arena = a };
	int proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;
	size_t i;

	if (proc < 0) {
		err_msg("%s:", req->proc);
		return false;
	}
	l->own = sys_netns(req->proc, req->own_proc);
	/* without it the own one would be taken for one more of the others, */
	ok = (l->own != 0 || !req->own_proc) &&		/* which is told */
	    (!req->own_proc || add_named(&s, proc)) &&
	    add_processes(&s, proc, req->proc);
	close(proc);
	for (i = 0; i < l->n; i++)
		if (l->v[i].label.p == NULL)
			l->v[i].label = make_label(a, l->v[i].inode);
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, cmp_label);
	return ok;
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
	bool ok = fd >= 0;
	struct stat st;

	if (ok) {
		errno = ENOENT;		/* if its number is another's */
		ok = fstat(fd, &st) == 0 && st.st_ino == ns->inode &&
		    setns(fd, CLONE_NEWNET) == 0;
	}
	if (!ok)
		note_refusal(v, ns);
	input_close(fd);
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
		added->path = ns->path;
		sys_port_range(v->req->proc, &added->first, &added->last);
		v->ok = v->tables(v->req, v->sc);
	}
	input_close(proc);
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

struct in_netns {
	struct visit visit;
	struct linux_netns ns;
	void (*each)(void *arg);
	void *arg;
};

static void *
visit_one(void *arg)
{
	struct in_netns *in = arg;
	int proc = open(in->visit.req->proc, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);

	if (enter(&in->visit, &in->ns, proc))
		in->each(in->arg);
	input_close(proc);
	return NULL;
}

void
linux_netns_in(const struct scan_request *req, struct scan *sc, uint32_t ns,
    void (*each)(void *arg), void *arg)
{
	struct in_netns in = { .visit = { .req = req, .sc = sc },
		.ns = { .inode = sc->netns[ns].inode,
		.label = sc->netns[ns].label, .path = sc->netns[ns].path },
		.each = each, .arg = arg };

	if (ns == 0)
		each(arg);
	else if (in.ns.path != NULL && !in_thread(visit_one, &in))
		sc->incomplete = true;
}

/* Entering even the own one needs what entering another does. */
static void *
try_setns(void *arg)
{
	bool *ok = arg;
	int fd = open("/proc/" OWN_NETNS, O_RDONLY | O_CLOEXEC);

	*ok = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
	if (fd < 0)
		err_msg("/proc/" OWN_NETNS ":");
	else if (!*ok && errno == EPERM)
		err_msg("--all-netns: needs root, or cap_sys_admin");
	else if (!*ok)
		err_msg("--all-netns: setns:");
	input_close(fd);
	return NULL;
}

bool
linux_netns_tables(const struct scan_request *req, struct scan *sc,
    linux_tables *tables)
{
	struct linux_netns_list list = { 0 };
	struct visit v = { .req = req, .sc = sc, .list = &list,
		.tables = tables, .ok = true };
	bool may = false;

	if (!in_thread(try_setns, &may) || !may)
		return false;
	v.ok = tables(req, sc) && linux_netns_list(req, &list, &sc->arena) &&
	    in_thread(visit_all, &v) && v.ok;
	sc->hidden_netns = list.hidden;
	free(list.v);
	return v.ok;
}
