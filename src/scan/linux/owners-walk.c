/*
 * A walk of /proc/PID/fd, proc_pid_fd(5), whose links read `socket:[INODE]'.
 * It costs what its system calls cost, so each is relative to an open
 * directory, no more are made than the links need, and several threads share
 * the processes.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	MAX_THREADS = 4,
	PIDS_A_THREAD = 32,	/* fewer are not worth starting one, */
	SOCKS_A_THREAD = 4096,	/* unless they hold many sockets */
	PIDS_A_TURN = 8,
	DENTS_SIZE = 32 * 1024,
	LINK_SIZE = sizeof "socket:[]" + NUM_MAX,	/* no less is an io_uring's */
	FOLDER_MAX = NUM_MAX + sizeof "/task"
};

/* What getdents64(2) writes. */
struct dent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

bool
walk_id(const char *name, uint32_t *id)
{
	uint64_t number;

	if (!num_parse(str_from(name), INT32_MAX, &number))
		return false;
	*id = (uint32_t)number;
	return true;
}

bool
walk_each(int dir, void (*each)(void *arg, int dir, const char *name),
    void *arg)
{
	union {
		struct dent align;
		char bytes[DENTS_SIZE];
	} buf;
	const struct dent *d;
	long n, at;

	while ((n = syscall(SYS_getdents64, dir, &buf, sizeof buf)) > 0) {
		for (at = 0; at < n; at += d->reclen) {
			d = (const struct dent *)(const void *)
			    (buf.bytes + at);
			each(arg, dir, d->name);
		}
	}
	return n == 0;
}

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

static const char *
folder_path(char path[static FOLDER_MAX], uint32_t id, const char *name)
{
	memcpy(num_format(path, id), name, strlen(name) + 1);
	return path;
}

int
walk_open(int dir, uint32_t id, const char *name)
{
	char path[FOLDER_MAX];

	return openat(dir, folder_path(path, id, name), O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC);
}

bool
walk_stat(int dir, uint32_t id, const char *name, struct stat *st)
{
	char path[FOLDER_MAX];

	return fstatat(dir, folder_path(path, id, name), st, 0) == 0;
}

/* A link's text, as far as link has room; with errno if it cannot be read. */
static struct str
read_link(int dir, const char *name, char link[static LINK_SIZE])
{
	ssize_t n = readlinkat(dir, name, link, LINK_SIZE);

	if (n >= 0)
		errno = 0;
	return (struct str){ link, n > 0 ? (size_t)n : 0 };
}

uint64_t
walk_inode_of(struct str link, const char *kind)
{
	size_t n = strlen(kind);
	uint64_t inode;

	if (!str_starts(link, kind) || !str_ends(link, "]"))
		return 0;
	link.p += n;
	link.n -= n + 1;
	return num_parse(link, UINT64_MAX, &inode) ? inode : 0;
}

uint64_t
walk_inode(int dir, const char *name, const char *kind)
{
	char link[LINK_SIZE];

	return walk_inode_of(read_link(dir, name, link), kind);
}

/* Its inode tells it from others, and not how many descriptors it has. */
static void
take_ring(struct worker *w, int dir, const char *name, uint32_t fd)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) == 0)
		*MEM_PUSH(w->ring, w->nring, w->ringcap) = (struct ring){
			st.st_ino, w->pid, w->thread, fd };
}

void
strays_add(struct strays *s, struct stray stray)
{
	if (s != NULL)
		*MEM_PUSH(s->v, s->n, s->cap) = stray;
}

static void
take_stray(struct worker *w, uint64_t inode, uint32_t fd, bool is_netns)
{
	if (w->walk->strays != NULL && inode != 0)
		strays_add(&w->strays, (struct stray){ inode, w->pid,
			w->thread != 0 ? w->thread : w->pid, fd, is_netns });
}

/* What is not a socket. */
static void
take_other(struct worker *w, int dir, const char *name, struct str link,
    uint32_t fd)
{
	if (str_is(link, "anon_inode:[io_uring]"))
		take_ring(w, dir, name, fd);
	else if (w->walk->strays != NULL && w->walk->strays->netns)
		take_stray(w, walk_inode_of(link, LINUX_NETNS_LINK), fd, true);
}

/* One descriptor of the process that will be the worker's next. */
static void
take_fd(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char text[LINK_SIZE];
	struct str link;
	uint64_t fd, inode;
	uint32_t sock;

	/* "." and ".." are no numbers */
	if (!num_parse(str_from(name), UINT32_MAX, &fd))
		return;
	link = read_link(dir, name, text);
	w->links++;
	if (link.n == 0 && errno != 0 && errno != ENOENT && w->fault == 0)
		w->fault = errno;
	inode = walk_inode_of(link, "socket:[");
	if (inode == 0) {
		take_other(w, dir, name, link, (uint32_t)fd);
		return;
	}
	sock = map_get(&w->walk->socks->first, inode);
	if (sock == 0)
		take_stray(w, inode, (uint32_t)fd, false);
	else if (sock != SOCK_DROPPED)
		socks_add_holders(w->walk->socks, sock, &w->part,
		    (struct holder){ 0, (uint32_t)w->part.nproc,
		    (uint32_t)fd });
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

void
walk_describe(struct worker *w, int dir, unsigned needs, struct proc *p)
{
	/* the name and the user are the first thread's, ended or not */
	const unsigned of_first = NEED_STAT | NEED_PARENT | NEED_USER;
	unsigned of_all = needs & NEEDS_OF_PROCESS & ~of_first;
	int task, thread;

	linux_process(dir, needs, p, &w->part);
	if (!p->ended || of_all == 0)
		return;
	task = openat(dir, "../task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	thread = task < 0 ? -1 : walk_first_thread(task, p->pid);
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

bool
walk_has_threads(const struct walk *w, uint32_t pid)
{
	struct stat st;

	/* the folder has two links, and one for each thread; if that is not
	 * known, it is looked at */
	return !walk_stat(w->proc, pid, "/task", &st) || st.st_nlink > 3;
}

/* The tables of threads, from PID/task; false if it takes a second look. */
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
		fds = walk_open(w->walk->proc, w->pid, "/fd");
		if (fds < 0) {
			walk_note_failure(w, "/fd");
			w->pid = 0;
			return;
		}
		shown = walk_take_fds(w, fds);
	}
	/* the first thread may have ended if it holds none */
	if (w->part.nholder == before)
		needs |= NEED_STAT;
	if (shown && done && walk_has_threads(w->walk, w->pid)) {
		task = walk_open(w->walk->proc, w->pid, "/task");
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

/* Moves what a worker has found to the scan. */
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
	if (walk->cut == 0)
		walk->cut = w->cut;
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
	pthread_t thread[MAX_THREADS];
	bool started[MAX_THREADS];
	size_t i, n = count_threads(w, sc);

	w->take = take;
	w->next = 0;
	for (i = 1; i < n; i++) {
		worker[i].walk = w;
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
