/*
 * A walk of /proc/PID/fd, proc_pid_fd(5), whose links read `socket:[INODE]'.
 * It costs what its system calls cost, so each is relative to an open
 * directory, no more are made than the links need, and several threads share
 * the processes.
 */
#define _GNU_SOURCE
#include "scan/linux/owners-walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	MAX_THREADS = 4,
	PIDS_A_THREAD = 32,	/* fewer are not worth starting one, */
	SOCKS_A_THREAD = 4096,	/* unless they hold many sockets */
	PIDS_A_TURN = 8
};

/* The inode of a link `socket:[INODE]', 0 where it is another. */
static uint64_t
link_inode(const char *link, size_t n)
{
	struct str s = { link, n };
	uint64_t inode;

	if (!str_starts(s, "socket:[") || !str_ends(s, "]"))
		return 0;
	s = (struct str){ s.p + 8, s.n - 9 };
	return num_parse(s, UINT64_MAX, &inode) ? inode : 0;
}

/* One descriptor of the process that will be the worker's next. */
static void
take_fd(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char link[sizeof "socket:[]" + NUM_MAX];
	uint64_t fd;
	uint32_t sock;
	ssize_t n;

	/* "." and ".." are no numbers */
	if (!num_parse(str_from(name), UINT32_MAX, &fd))
		return;
	n = readlinkat(dir, name, link, sizeof link);
	w->links++;
	if (n < 0 && w->fault == 0 && errno != ENOENT)
		w->fault = errno;
	if (n <= 0)
		return;
	sock = inodes_find(w->walk->inodes, link_inode(link, (size_t)n));
	if (sock != INODES_NONE && !w->walk->owned[sock])
		*scan_add_holder(&w->part) = (struct holder){ sock,
			(uint32_t)w->part.nproc, (uint32_t)fd };
}

void
walk_note_failure(struct worker *w, const char *folder)
{
	if (errno == ENOENT || errno == ESRCH)
		return;
	/* those that --pid names were asked for */
	if ((errno != EACCES && errno != EPERM) ||
	    w->walk->req->filter->npids > 0) {
		err_msg("%s/%lu%s:", w->walk->req->proc,
		    (unsigned long)w->pid, folder);
		w->part.incomplete = true;
	}
	w->part.hidden++;
}

/* A process without descriptors, as kernel threads are, need not be opened. */
static bool
has_fds(const struct walk *w, uint32_t pid)
{
	struct stat st;

	return !w->counts_fds || !walk_stat(w->proc, pid, "/fd", &st) ||
	    st.st_size > 0;
}

bool
walk_take_fds(struct worker *w, int dir)
{
	w->fault = 0;
	if (!walk_each(dir, take_fd, w))
		w->fault = errno;
	if (w->fault == 0)
		return true;
	errno = w->fault;
	walk_note_failure(w, "/fd");
	return false;
}

struct proc *
walk_add_process(struct worker *w)
{
	struct proc *p = scan_add_proc(&w->part);

	p->pid = w->pid;
	return p;
}

void
walk_describe(struct worker *w, int fd, unsigned needs, struct proc *p)
{
	w->part.incomplete |= linux_process(fd, needs, p, &w->part.arena);
}

void
walk_take_process(struct worker *w)
{
	size_t before = w->part.nholder;
	bool shown;
	int fd;

	if (!has_fds(w->walk, w->pid))
		return;
	fd = walk_open(w->walk->proc, w->pid, "/fd");
	if (fd < 0) {
		walk_note_failure(w, "/fd");
		w->pid = 0;
		return;
	}
	shown = walk_take_fds(w, fd);
	if (w->part.nholder > before)
		walk_describe(w, fd, w->walk->req->needs, walk_add_process(w));
	close(fd);
	if (!shown)
		w->pid = 0;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct walk *walk = w->walk;
	size_t i, end;

	while ((i = atomic_fetch_add(&walk->next, PIDS_A_TURN)) < walk->npid) {
		end = i + PIDS_A_TURN < walk->npid ? i + PIDS_A_TURN :
		    walk->npid;
		for (; i < end; i++) {
			w->pid = walk->pid[i];
			walk->take(w);
			walk->pid[i] = w->pid;
		}
	}
	free(w->tid);
	return NULL;
}

/* Moves what a worker has found to the scan. */
static void
merge(struct scan *sc, struct scan *part)
{
	uint32_t first = (uint32_t)sc->nproc;
	size_t i;

	for (i = 0; i < part->nproc; i++)
		*scan_add_proc(sc) = part->proc[i];
	for (i = 0; i < part->nholder; i++) {
		part->holder[i].proc += first;
		*scan_add_holder(sc) = part->holder[i];
	}
	sc->hidden += part->hidden;
	sc->incomplete |= part->incomplete;
	arena_adopt(&sc->arena, &part->arena);
	scan_free(part);
}

/* As many as there are processors and as it is worth. */
static size_t
count_threads(const struct walk *w, const struct scan *sc)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = w->npid / PIDS_A_THREAD + sc->nsock / SOCKS_A_THREAD;

	if (n > MAX_THREADS)
		n = MAX_THREADS;
	return cpus > 0 && n > (size_t)cpus ? (size_t)cpus : n;
}

void
walk_run(struct walk *w, struct scan *sc, void (*take)(struct worker *w))
{
	struct worker worker[MAX_THREADS] = { { .walk = w } };
	size_t i, n = count_threads(w, sc);

	w->take = take;
	w->next = 0;
	for (i = 1; i < n; i++) {
		worker[i].walk = w;
		worker[i].started = pthread_create(&worker[i].thread, NULL,
		    work, &worker[i]) == 0;
	}
	work(&worker[0]);
	merge(sc, &worker[0].part);
	for (i = 1; i < n; i++) {
		if (!worker[i].started)
			continue;	/* the others did its share */
		pthread_join(worker[i].thread, NULL);
		merge(sc, &worker[i].part);
	}
}

void
walk_add_pid(struct walk *w, uint32_t pid)
{
	w->pid = mem_grow(w->pid, &w->pidcap, w->npid + 1, sizeof *w->pid);
	w->pid[w->npid++] = pid;
}

static void
take_pid(void *arg, int dir, const char *name)
{
	struct walk *w = arg;
	uint32_t pid;

	(void)dir;
	if (!walk_id(name, &pid))
		return;
	w->has_init |= pid == 1;
	if (filter_keeps_pid(w->req->filter, pid))
		walk_add_pid(w, pid);
}

/* Whether /proc shows what a walk of it relies on. */
static void
look_at_self(struct walk *w, struct scan *sc)
{
	struct stat st;

	/* from Linux 6.2 on st_size is their number; before it is 0 */
	if (fstatat(w->proc, "self/fd", &st, 0) == 0) {
		w->counts_fds = st.st_size > 0;
	} else if (errno == ENOENT) {
		err_msg("%s: this process is not in it: owners are hidden",
		    w->req->proc);
		sc->incomplete = true;
		sc->hidden++;
	}
	/* hidepid of proc(5): others' processes are not even listed */
	sc->hidden += !w->has_init;
}

/* Whether some socket that may have an owner has none so far; owned is set. */
static bool
are_unowned(const struct walk *w, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nholder; i++)
		w->owned[sc->holder[i].sock] = 1;
	for (i = 0; i < sc->nsock; i++)
		if (sc->sock[i].inode != 0 && !w->owned[i])
			return true;
	return false;
}

/* Whether there are processes that the proc tree does not show, those outside
 * of its pid_namespaces(7).  Where it is not known, process 1 hides its
 * descriptors, too. */
static bool
has_outside(const struct walk *w)
{
	struct stat st;

	return w->req->own_proc && walk_stat(w->proc, 1, "/ns/pid", &st) &&
	    st.st_ino != LINUX_PID_NS_INIT;
}

bool
walk_begin(struct walk *w)
{
	w->proc = open(w->req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->proc < 0)
		err_msg("%s:", w->req->proc);
	return w->proc >= 0;
}

void
walk_end(struct walk *w)
{
	free(w->owned);
	free(w->pid);
	if (w->proc >= 0)
		close(w->proc);
}

bool
linux_walk(const struct scan_request *req, const struct inodes *inodes,
    struct scan *sc)
{
	struct walk w = { .req = req, .inodes = inodes };
	bool ok = walk_begin(&w);

	if (ok && !walk_each(w.proc, take_pid, &w)) {
		err_msg("%s:", req->proc);
		ok = false;
	}
	if (ok) {
		w.owned = mem_alloc(sc->nsock);
		if (req->own_proc)
			look_at_self(&w, sc);
		walk_run(&w, sc, walk_take_process);
		if (are_unowned(&w, sc)) {
			walk_run(&w, sc, walk_take_threads);
			sc->hidden += has_outside(&w);
		}
	}
	walk_end(&w);
	return ok;
}
