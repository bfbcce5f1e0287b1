/*
 * The descriptors that PID/fd does not show: those of threads with a table of
 * their own, unshare(2), and all of a process whose first thread has ended
 * before the others, pthread_exit(3).
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

/* Per process.  Its threads may all share one table without our knowing: ten
 * thousand threads with as many descriptors would make a scan of hours.  And
 * all tables that a user can make must not take more than some seconds. */
enum { LINKS_MAX = 200000 };

/* kcmp(2): 0 if two threads share a table of descriptors. */
static long
compare_tables(uint32_t tid1, uint32_t tid2)
{
	return syscall(SYS_kcmp, tid1, tid2, KCMP_FILES, 0, 0);
}

/* If kcmp(2) fails, each thread is taken to have its own. */
static int
cmp_tables(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	long c = compare_tables(*x, *y);

	return c == 0 ? 0 : c == 1 ? -1 : c == 2 ? 1 : num_cmp32(a, b);
}

/* The threads of a process with a table other than its first thread's. */
struct threads {
	uint32_t pid;
	uint32_t *tid;
	size_t n, cap;
	uint32_t lowest;
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

/* Adds the holders in each of their tables. */
static void
take_tables(struct worker *w, const struct threads *t, int task)
{
	size_t i;
	int fd;

	w->links = 0;
	for (i = 0; i < t->n; i++) {
		if (i > 0 && t->compare(&t->tid[i - 1], &t->tid[i]) == 0)
			continue;
		if (w->links > LINKS_MAX) {
			w->cut = w->pid;
			w->ncut++;
			w->part.hidden++;
			break;
		}
		w->thread = t->tid[i];
		fd = walk_open(tree_kind(w->walk->req->proc), task, t->tid[i],
		    "/fd");
		if (fd < 0)
			walk_note_failure(w, "/task");
		else
			walk_take_fds(w, fd);
		input_close(fd);
	}
	w->thread = 0;
}

static int
cmp_sock_fd(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int c = num_cmp(x->sock, y->sock);

	return c != 0 ? c : num_cmp(x->fd, y->fd);
}

/* A table that began as a copy of another has the same descriptors. */
static void
drop_same_fds(struct scan *part)
{
	size_t from = part->nholder, n, i;

	while (from > 0 && part->holder[from - 1].proc == part->nproc)
		from--;
	if (from == part->nholder)
		return;
	qsort(part->holder + from, part->nholder - from, sizeof *part->holder,
	    cmp_sock_fd);
	for (i = n = from; i < part->nholder; i++)
		if (n == from || cmp_sock_fd(&part->holder[n - 1],
		    &part->holder[i]) != 0)
			part->holder[n++] = part->holder[i];
	part->nholder = n;
}

static void
add_tables(struct worker *w, struct threads *t, int task)
{
	uint64_t hidden = w->part.hidden;

	if (!walk_each(task, take_tid, t))
		walk_note_failure(w, "/task");
	if (t->n > 0) {
		qsort(t->tid, t->n, sizeof *t->tid, t->compare);
		take_tables(w, t, task);
		drop_same_fds(&w->part);
	}
	if (w->part.hidden > hidden)
		w->part.hidden = hidden + 1;
	free(t->tid);
}

bool
walk_add_tables(struct worker *w, int task)
{
	struct threads t = { .pid = w->pid, .compare = cmp_tables };
	bool tells = compare_tables(w->pid, w->pid) == 0;

	if (tells)
		add_tables(w, &t, task);
	/* a fault, unless for lack of privileges or of kcmp(2) in the kernel */
	else if (errno != EPERM && errno != EACCES && errno != ENOSYS)
		walk_note_failure(w, "/task");
	return tells;
}

void
walk_add_all_tables(struct worker *w, int task)
{
	struct threads t = { .pid = w->pid, .compare = num_cmp32 };

	add_tables(w, &t, task);
}

static void
take_lowest(void *arg, int dir, const char *name)
{
	struct threads *t = arg;
	uint32_t tid;

	(void)dir;
	if (walk_id(name, &tid) && tid != t->pid &&
	    (t->lowest == 0 || tid < t->lowest))
		t->lowest = tid;
}

int
walk_first_thread(enum tree_kind tree, int task, uint32_t pid)
{
	struct threads t = { .pid = pid };

	if (!walk_each(task, take_lowest, &t) || t.lowest == 0)
		return -1;
	return walk_open(tree, task, t.lowest, "/fd");
}
