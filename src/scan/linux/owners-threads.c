/*
 * The descriptors that PID/fd does not show: of threads that have a table of
 * their own, unshare(2), and of all where the first thread has ended before the
 * others, pthread_exit(3).
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <linux/kcmp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/num.h"
#include "scan/linux/linux.h"

/* Of a process whose threads may all have one table, for what is known: ten
 * thousand of them with as many descriptors would be a scan of hours. */
enum { LINKS_MAX = 200000 };

/* kcmp(2): 0 where two threads share a table of descriptors. */
static long
compare_tables(uint32_t tid1, uint32_t tid2)
{
	return syscall(SYS_kcmp, tid1, tid2, KCMP_FILES, 0, 0);
}

/* Where that does not tell, each has its own. */
static int
cmp_tables(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	long c = compare_tables(*x, *y);

	return c == 0 ? 0 : c == 1 ? -1 : c == 2 ? 1 : num_cmp32(a, b);
}

/* The threads of the process at hand with other tables than its first one's. */
struct threads {
	uint32_t pid;
	uint32_t *tid;
	size_t n, cap;
	int (*compare)(const void *tid1, const void *tid2);
};

static void
take_tid(void *arg, int dir, const char *name)
{
	struct threads *t = arg;
	uint32_t tid;

	(void)dir;
	if (walk_id(name, &tid) && t->compare(&tid, &t->pid) != 0)
		*MEM_PUSH(t->tid, t->n, t->cap) = tid;
}

/* PID/task has two links, and one for each thread.  If that is not known, the
 * folder itself is looked at. */
static bool
may_have_threads(const struct walk *w, uint32_t pid)
{
	struct stat st;

	return !walk_stat(w->proc, pid, "/task", &st) || st.st_nlink > 3;
}

/* The holders of each of their tables; returns a folder of a thread that is a
 * holder, or -1. */
static int
take_tables(struct worker *w, const struct threads *t, int task)
{
	size_t i, before = w->part.nholder;
	int fd, source = -1;

	w->links = 0;
	for (i = 0; i < t->n; i++) {
		if (i > 0 && t->compare(&t->tid[i - 1], &t->tid[i]) == 0)
			continue;
		if (w->links > LINKS_MAX && t->compare == num_cmp32) {
			w->part.hidden++;
			break;
		}
		w->task = t->tid[i];
		fd = walk_open(task, t->tid[i], "/fd");
		if (fd < 0)
			walk_note_failure(w, "/task");
		else
			walk_take_fds(w, fd);
		if (source < 0 && w->part.nholder > before)
			source = fd;
		else if (fd >= 0)
			close(fd);
	}
	return source;
}

static int
cmp_sock_fd(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int c = num_cmp(x->sock, y->sock);

	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

/* A table that another began as a copy of has the same descriptors. */
static void
drop_same_fds(struct scan *part, size_t from)
{
	size_t i, n = from;

	qsort(part->holder + from, part->nholder - from, sizeof *part->holder,
	    cmp_sock_fd);
	for (i = from; i < part->nholder; i++)
		if (n == from || cmp_sock_fd(&part->holder[n - 1],
		    &part->holder[i]) != 0)
			part->holder[n++] = part->holder[i];
	part->nholder = n;
}

/* The name of the process, and its user, are the first thread's. */
static void
add_threads(struct worker *w, const struct threads *t, int task)
{
	const unsigned needs = w->walk->req->needs,
	    of_first = NEED_STAT | NEED_PARENT | NEED_USER;
	size_t before = w->part.nholder;
	int source = take_tables(w, t, task);
	struct proc *p;

	if (source < 0)
		return;
	drop_same_fds(&w->part, before);
	p = walk_add_process(w);
	linux_process(task, needs & of_first, p, &w->part);
	linux_process(source, needs & ~of_first, p, &w->part);
	close(source);
}

void
walk_take_threads(struct worker *w)
{
	struct threads t = { .pid = w->pid, .compare = num_cmp32 };
	uint64_t hidden = w->part.hidden;
	int task;

	if (w->pid == 0 || !may_have_threads(w->walk, w->pid))
		return;
	/* the numbers of another tree are not this machine's */
	if (w->walk->req->own_proc && compare_tables(w->pid, w->pid) == 0)
		t.compare = cmp_tables;
	task = walk_open(w->walk->proc, w->pid, "/task");
	if (task < 0) {
		walk_note_failure(w, "/task");
		return;
	}
	if (!walk_each(task, take_tid, &t))
		walk_note_failure(w, "/task");
	if (t.n > 0)
		qsort(t.tid, t.n, sizeof *t.tid, t.compare);
	add_threads(w, &t, task);
	if (w->part.hidden > hidden)
		w->part.hidden = hidden + 1;
	free(t.tid);
	close(task);
}
