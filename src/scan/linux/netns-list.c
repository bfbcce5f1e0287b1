/*
 * The list of all network namespaces: those with a process or thread, those
 * that ip-netns(8) keeps below /run/netns, and those kept otherwise,
 * netns-kept.c.
 */
#define _GNU_SOURCE
#include "scan/linux/netns-list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "record/netns.h"
#include "scan/linux/owners.h"
#include "scan/machine.h"

#define RUN_NETNS "/run/netns"
#define OWN_NETNS "thread-self/ns/net"

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

/* Notes errno, unless the file or the process is gone. */
static void
note_error(struct listing *s)
{
	if (s->error == 0 && errno != ENOENT && errno != ESRCH)
		s->error = errno;
}

/* Adds a name from ip-netns(8); of two for one namespace the first in byte
 * order counts. */
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
	ns = listing_find(s, st.st_ino);
	if (ns == NULL)
		ns = listing_add(s, st.st_ino, name);
	else if (str_cmp(name, ns->label) >= 0)
		return;
	ns->label = name;
	ns->path = linux_path(s->arena, RUN_NETNS, name.p);
}

/* Adds all those names, if there are any.  False after a message. */
static bool
add_named(struct listing *s)
{
	int dir = open(RUN_NETNS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || !walk_each(dir, take_named, s))
		note_error(s);
	input_close(dir);
	errno = s->error;
	if (s->error != 0)
		err_msg(RUN_NETNS ":");
	return s->error == 0;
}

/* Notes the first task in it, and that task's container unless a person named
 * the namespace. */
static void
take_first(struct listing *s, struct linux_netns *ns, const char *folder)
{
	char path[TASK_FILE];
	struct stat st;

	ns->task = arena_str(s->arena, str_from(folder)).p;
	ns->pid = s->at;
	if (ns->label.p != NULL && !netns_is_random(ns->label))
		return;
	ns->in = linux_container_of(s->tree, s->proc,
	    task_file(path, folder, "/cgroup"), s->arena);
	if (ns->in.id.p != NULL && fstatat(s->proc, folder, &st, 0) == 0)
		ns->uid = st.st_uid;
}

/* Adds the namespace of a process or thread, by its folder.  False if it may
 * not be seen, or is gone. */
static bool
add_task(struct listing *s, const char *folder)
{
	struct linux_netns_list *l = s->list;
	char path[TASK_FILE];
	struct linux_netns *ns;
	uint64_t inode = walk_inode(s->proc, task_file(path, folder,
	    "/ns/net"), LINUX_NETNS_LINK);

	if (inode == 0 && (errno == EACCES || errno == EPERM))
		l->hidden++;
	else if (inode == 0 && errno != 0)
		note_error(s);
	if (s->req->own_proc)
		kept_note(s, folder);
	if (inode == 0 || inode == l->own)
		return inode != 0;
	ns = listing_find(s, inode);
	if (ns == NULL)
		ns = listing_add(s, inode, STR_NONE);
	if (ns->path == NULL)
		ns->path = arena_str(s->arena, str_from(path)).p;
	if (ns->task == NULL)
		take_first(s, ns, folder);
	return true;
}

static void
take_thread(void *arg, int dir, const char *name)
{
	struct listing *s = arg;
	char folder[TASK_PATH], *p = num_format(folder, s->at);
	uint32_t tid;

	(void)dir;
	if (!walk_id(name, &tid) || tid == s->at)
		return;
	memcpy(p, "/task/", 6);
	*num_format(p + 6, tid) = '\0';
	add_task(s, folder);
}

/* Other threads may be in other namespaces.  PID/task has two links, plus one
 * for each thread. */
static void
add_threads(struct listing *s)
{
	uint64_t hidden = s->list->hidden;
	struct stat st;
	int dir;

	if (!walk_stat(s->proc, s->at, "/task", &st) || st.st_nlink == 3)
		return;
	dir = walk_open(s->tree, s->proc, s->at, "/task");
	if (dir < 0 || !walk_each(dir, take_thread, s))
		note_error(s);
	input_close(dir);
	if (s->list->hidden > hidden)
		s->list->hidden = hidden + 1;
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

/* Adds processes by ascending number: the lowest names a namespace.  False
 * after a message. */
static bool
add_processes(struct listing *s)
{
	size_t i;

	if (!walk_each(s->proc, take_pid, s))
		note_error(s);
	s->npid = num_sort(s->pid, s->npid);
	for (i = 0; i < s->npid; i++) {
		char name[NUM_MAX + 1];

		s->at = s->pid[i];
		*num_format(name, s->at) = '\0';
		if (add_task(s, name))
			add_threads(s);
	}
	free(s->pid);
	errno = s->error;
	if (s->error != 0)
		err_msg("%s: network namespaces:", s->req->proc);
	return s->error == 0;
}

static int
cmp_label(const void *a, const void *b)
{
	const struct linux_netns *x = a, *y = b;

	return str_cmp(x->label, y->label);
}

struct str
linux_netns_label(struct arena *a, uint64_t inode)
{
	char text[sizeof "net:[]" + NUM_MAX] = "net:[";
	char *end = num_format(text + 5, inode);

	*end++ = ']';
	return arena_str(a, (struct str){ text, (size_t)(end - text) });
}

static void
set_label(struct linux_netns *ns, struct arena *a)
{
	if (ns->label.p == NULL)
		ns->plain = linux_netns_label(a, ns->inode);
	else if (netns_is_random(ns->label))
		ns->plain = ns->label;
	ns->label = linux_netns_choose(ns->label, ns->plain, &ns->in);
}

bool
linux_netns_list(const struct scan_request *req, struct linux_netns_list *l,
    struct arena *a)
{
	struct listing s = { .req = req, .list = l, .arena = a,
		.tree = tree_kind(req->proc) };
	struct stat st;
	int proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;
	size_t i;

	if (proc < 0) {
		err_msg("%s:", req->proc);
		return false;
	}
	s.proc = proc;
	if (req->own_proc)
		kept_begin(&s);
	if (fstatat(s.proc, OWN_NETNS, &st, 0) == 0)
		l->dev = st.st_dev;
	else if (req->own_proc)
		note_error(&s);
	l->own = sys_netns(req->proc, req->own_proc);
	/* if its inode is not known, our own would be listed, too */
	ok = (l->own != 0 || !req->own_proc) &&		/* after a message */
	    (!req->own_proc || add_named(&s)) &&
	    add_processes(&s) &&
	    (!req->own_proc || kept_add(&s));
	kept_end(&s);
	close(proc);
	map_free(&s.index);
	for (i = 0; i < l->n; i++)
		set_label(&l->v[i], a);
	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, cmp_label);
	return ok;
}

