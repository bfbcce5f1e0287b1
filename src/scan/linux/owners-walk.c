/*
 * A walk of /proc/PID/fd, proc_pid_fd(5), whose links read `socket:[INODE]'.
 * Its cost is that of its system calls: so each is relative to an open
 * directory, no more are made than the links need, and several threads share
 * the processes.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	MAX_THREADS = 4,
	PIDS_A_THREAD = 32,	/* fewer are not worth a thread, */
	SOCKS_A_THREAD = 4096,	/* unless they hold many sockets */
	PIDS_A_TURN = 8
};

static void
take_process_name(void *arg, int dir, const char *name)
{
	struct walk *w = arg;
	uint32_t pid;

	(void)dir;
	if (!walk_id(name, &pid))
		return;
	w->has_init |= pid == 1;
	if (filter_keeps_pid(w->req->filter, pid))
		*MEM_PUSH(w->pid, w->npid, w->pidcap) = pid;
}

bool
walk_list(struct walk *w)
{
	w->npid = 0;
	return lseek(w->proc, 0, SEEK_SET) == 0 &&
	    walk_each(w->proc, take_process_name, w);
}

/* Opens a folder of the process being looked at. */
static int
open_folder(const struct worker *w, const char *name)
{
	return walk_open(tree_kind(w->walk->req->proc), w->walk->proc, w->pid,
	    name);
}

/* A process without descriptors, such as a kernel thread, need not be
 * opened. */
static bool
has_fds(const struct walk *w, uint32_t pid)
{
	struct stat st;

	return !w->counts_fds || !walk_stat(w->proc, pid, "/fd", &st) ||
	    st.st_size > 0;
}

void
walk_describe(struct worker *w, int dir, unsigned needs, struct proc *p)
{
	/* the first thread has the name and the user, even if it has ended */
	const unsigned of_first = NEED_STAT | NEED_PARENT | NEED_USER;
	unsigned of_all = needs & NEEDS_OF_PROCESS & ~of_first;
	int task, thread;

	linux_process(dir, needs, p, &w->part);
	if (!p->ended || of_all == 0)
		return;
	task = tree_open_folder(tree_kind(w->walk->req->proc), dir, "../task");
	thread = task < 0 ? -1 : walk_first_thread(
	    tree_kind(w->walk->req->proc), task, p->pid);
	if (thread >= 0)
		linux_process(thread, of_all, p, &w->part);
	input_close(thread);
	input_close(task);
}

void
walk_add_process(struct worker *w, int dir, unsigned needs)
{
	struct proc *p = scan_add_proc(&w->part);

	p->pid = w->pid;
	walk_describe(w, dir, needs, p);
}

/* Takes the threads' tables from PID/task; false if a second pass is needed. */
static bool
take_tables(struct worker *w, int task)
{
	if (task >= 0)
		return walk_add_tables(w, task);
	walk_note_failure(w, "/task");
	return true;
}

void
walk_take_process(struct worker *w)
{
	unsigned needs = w->walk->req->needs;
	size_t before = w->part.nholder;
	bool done = w->walk->compares, shown = true;
	int fds = -1, task = -1;

	w->thread = 0;
	if (has_fds(w->walk, w->pid)) {
		fds = open_folder(w, "/fd");
		if (fds < 0) {
			walk_note_failure(w, "/fd");
			w->pid = 0;
			return;
		}
		shown = walk_take_fds(w, fds);
	}
	/* if it holds none, its first thread may have ended */
	if (w->part.nholder == before)
		needs |= NEED_STAT;
	if (shown && done && walk_has_threads(w->walk, w->pid)) {
		task = open_folder(w, "/task");
		done = take_tables(w, task);
	}
	if (w->part.nholder > before)
		walk_add_process(w, fds >= 0 ? fds : task, needs);
	input_close(fds);
	input_close(task);
	if (done || !shown)
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
			w->at = i;
			w->pid = walk->pid[i];
			walk->take(w);
			walk->pid[i] = w->pid;
		}
	}
	return NULL;
}

/* Moves a worker's results to the scan. */
static void
merge(struct scan *sc, struct worker *w)
{
	struct walk *walk = w->walk;
	struct scan *part = &w->part;
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
	walk->ring = mem_grow(walk->ring, &walk->ringcap,
	    walk->nring + w->nring, sizeof *w->ring);
	for (i = 0; i < w->nring; i++)
		walk->ring[walk->nring++] = w->ring[i];
	free(w->ring);
	for (i = 0; i < w->strays.n; i++)
		strays_add(walk->strays, w->strays.v[i]);
	free(w->strays.v);
	map_free(&w->groups);
	if (walk->cut == 0)
		walk->cut = w->cut;
	walk->ncut += w->ncut;
}

/* As many as useful, but not more than there are processors. */
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
	pthread_t thread[MAX_THREADS];
	bool started[MAX_THREADS];
	size_t i, n = count_threads(w, sc);

	w->take = take;
	w->next = 0;
	worker[0].part.other_tree = sc->other_tree;
	for (i = 1; i < n; i++) {
		worker[i].walk = w;
		worker[i].part.other_tree = sc->other_tree;
		started[i] = pthread_create(&thread[i], NULL, work,
		    &worker[i]) == 0;
		w->nstarted += started[i];
	}
	work(&worker[0]);
	merge(sc, &worker[0]);
	for (i = 1; i < n; i++) {
		if (!started[i])
			continue;	/* the others did its share */
		pthread_join(thread[i], NULL);
		merge(sc, &worker[i]);
	}
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
	free(w->young.v);
	free(w->ring);
	free(w->pid);
	input_close(w->proc);
}

void
walk_take_threads(struct worker *w)
{
	size_t before = w->part.nholder;
	int task;

	if (w->pid == 0 || !walk_has_threads(w->walk, w->pid))
		return;
	task = open_folder(w, "/task");
	if (task < 0) {
		walk_note_failure(w, "/task");
		return;
	}
	walk_add_all_tables(w, task);
	if (w->part.nholder > before)
		walk_add_process(w, task, w->walk->req->needs | NEED_STAT);
	close(task);
}

bool
walk_sees_own_pids(const struct walk *w, struct scan *sc)
{
	char self[NUM_MAX];
	ssize_t n = readlinkat(w->proc, "self", self, sizeof self);
	uint64_t pid;

	if (n < 0 && errno != ENOENT && errno != EACCES) {
		err_msg("%s/self:", w->req->proc);
		sc->incomplete = true;
	}
	return n > 0 &&
	    num_parse((struct str){ self, (size_t)n }, INT32_MAX, &pid) &&
	    pid == (uint64_t)getpid();
}

void
walk_owners_of(const struct scan_request *req, size_t from,
    const uint32_t *pids, size_t n, struct scan *sc)
{
	struct socks socks = { .n = 0 };
	struct walk w = { .req = req, .socks = &socks };
	uint64_t hidden = sc->hidden;
	size_t i;

	socks_begin(&socks, sc, from);
	for (i = 0; i < n; i++)
		*MEM_PUSH(w.pid, w.npid, w.pidcap) = pids[i];
	if (walk_begin(&w)) {
		w.compares = req->own_proc && walk_sees_own_pids(&w, sc);
		walk_run(&w, sc, walk_take_process);
		walk_run(&w, sc, walk_take_threads);
	}
	walk_end(&w);
	socks_free(&socks);
	sc->hidden = hidden;	/* they were counted before */
}
