/*
 * All network namespaces.  A thread of its own enters each, setns(2): the rest
 * of the program stays in ours.
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
#include "lib/map.h"
#include "scan/machine.h"

#define OWN_NETNS "thread-self/ns/net"

void
linux_netns_identify(struct netns *ns, const struct linux_netns *listed)
{
	ns->inode = listed->inode;
	ns->label = listed->label;
	ns->plain = listed->plain;
	ns->in = listed->in;
	ns->pid = listed->pid;
	ns->uid = listed->uid;
}

/* Reports one that could not be entered, unless it has just gone. */
static void
note_refusal(struct linux_visit *v, const struct linux_netns *ns)
{
	if (errno == ENOENT || errno == ESRCH) {
		v->lost = true;
		return;
	}
	v->sc->incomplete = true;
	/* a lack of privileges does not end the scan, all else does */
	if (errno != EPERM && errno != EACCES)
		v->ok = false;
	else
		linux_netns_identify(MEM_PUSH_ZERO(v->sc->shut, v->sc->nshut,
		    v->sc->shutcap), ns);
	err_msg("network namespace %.*s:", (int)ns->label.n, ns->label.p);
}

/* Leaves out a namespace that is gone, or whose number another one has now; and
 * one that the kernel refuses, but that is a failure. */
static bool
enter(struct linux_visit *v, const struct linux_netns *ns, int fd)
{
	struct stat st;
	bool ok = fd >= 0;

	if (ok) {
		errno = ENOENT;		/* if another has its number */
		ok = fstat(fd, &st) == 0 && st.st_ino == ns->inode &&
		    (v->dev == 0 || st.st_dev == v->dev) &&
		    setns(fd, CLONE_NEWNET) == 0;
	}
	if (!ok)
		note_refusal(v, ns);
	return ok;
}

bool
linux_netns_visit(struct linux_visit *v, const struct linux_netns *ns, int fd)
{
	struct netns *added;

	if (!enter(v, ns, fd))
		return false;
	added = scan_add_netns(v->sc);
	linux_netns_identify(added, ns);
	added->path = ns->path;
	added->id = ns->id;
	sys_port_range(v->req->proc, &added->first, &added->last);
	v->ok = v->tables(v->req, v->sc) && v->ok;
	return true;
}

/* By now anything may be mounted over the path. */
static int
open_netns(int proc, const struct linux_netns *ns)
{
	if (ns->path == NULL)
		return linux_netns_open(ns->id);
	return openat(proc, ns->path,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* A thread's visits. */
struct tour {
	struct linux_visit visit;
	const struct linux_netns_list *list;
};

static void *
visit_all(void *arg)
{
	struct tour *t = arg;
	int fd, proc = open(t->visit.req->proc,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	for (i = 0; t->visit.ok && i < t->list->n; i++) {
		fd = open_netns(proc, &t->list->v[i]);
		linux_netns_visit(&t->visit, &t->list->v[i], fd);
		input_close(fd);
	}
	input_close(proc);
	return NULL;
}

bool
linux_in_thread(void *(*run)(void *), void *arg)
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
	struct linux_visit visit;
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
	int fd = open_netns(proc, &in->ns);

	if (enter(&in->visit, &in->ns, fd))
		in->each(in->arg);
	input_close(fd);
	input_close(proc);
	return NULL;
}

void
linux_netns_in(const struct scan_request *req, struct scan *sc, uint32_t ns,
    void (*each)(void *arg), void *arg)
{
	struct in_netns in = { .visit = { .req = req, .sc = sc },
		.ns = { .inode = sc->netns[ns].inode,
		.label = sc->netns[ns].label, .path = sc->netns[ns].path,
		.id = sc->netns[ns].id },
		.each = each, .arg = arg };

	if (ns == 0)
		each(arg);
	else if ((in.ns.path != NULL || in.ns.id != 0) &&
	    !linux_in_thread(visit_one, &in))
		sc->incomplete = true;
}

/* Entering even our own namespace needs the privileges for another. */
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

void
linux_netns_keep_new(struct linux_netns_list *l, const struct scan *sc)
{
	struct map visited = { 0 };
	size_t i, n = 0;

	for (i = 0; i < sc->nnetns; i++)
		if (sc->netns[i].inode != 0)
			*map_at(&visited, sc->netns[i].inode) = 1;
	for (i = 0; i < sc->nshut; i++)
		*map_at(&visited, sc->shut[i].inode) = 1;
	for (i = 0; i < l->n; i++)
		if (map_get(&visited, l->v[i].inode) == 0)
			l->v[n++] = l->v[i];
	l->n = n;
	map_free(&visited);
}

static bool
visit_others(const struct scan_request *req, struct scan *sc,
    linux_tables *tables)
{
	struct linux_netns_list list;
	struct tour t = { .list = &list, .visit = { .req = req, .sc = sc,
		.tables = tables, .ok = true, .lost = true } };
	int i;

	for (i = 0; t.visit.ok && t.visit.lost && i < LINUX_NETNS_ROUNDS; i++) {
		list = (struct linux_netns_list){ 0 };
		t.visit.lost = false;
		t.visit.ok = linux_netns_list(req, &list, &sc->arena);
		t.visit.dev = list.dev;
		linux_netns_keep_new(&list, sc);
		if (t.visit.ok)
			t.visit.ok = linux_in_thread(visit_all, &t) &&
			    t.visit.ok;
		sc->hidden_netns = list.hidden;
		free(list.v);
	}
	return t.visit.ok;
}

bool
linux_netns_tables(const struct scan_request *req, struct scan *sc,
    linux_tables *tables)
{
	const struct filter all = { .all_netns = true,
		.protos = filter_protos(req->filter) | PROTOS_PORTED,
		.ends = req->filter->ends, .nends = req->filter->nends };
	struct scan_request wide = *req;
	bool may = false;

	if (!linux_in_thread(try_setns, &may) || !may)
		return false;
	/* read all, so that a socket in no table is not in these namespaces */
	wide.filter = &all;
	return tables(&wide, sc) && visit_others(&wide, sc, tables);
}
