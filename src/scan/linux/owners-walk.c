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

enum { LINK_MAX = sizeof "socket:[]" + NUM_MAX };

/* The text of a link, in buf; errno is 0 if there is one. */
static struct str
read_link(int dir, const char *name, char buf[static LINK_MAX])
{
	ssize_t n = readlinkat(dir, name, buf, LINK_MAX);

	if (n >= 0)
		errno = 0;
	return (struct str){ buf, n > 0 ? (size_t)n : 0 };
}

static uint64_t
link_inode(struct str s, const char *kind)
{
	uint64_t inode;

	if (!str_starts(s, kind) || !str_ends(s, "]"))
		return 0;
	s.p += strlen(kind);
	s.n -= strlen(kind) + 1;
	return num_parse(s, UINT64_MAX, &inode) ? inode : 0;
}

uint64_t
walk_inode(int dir, const char *name, const char *kind)
{
	char buf[LINK_MAX];

	return link_inode(read_link(dir, name, buf), kind);
}

void
strays_add(struct strays *s, struct stray stray)
{
	if (s != NULL)
		*MEM_PUSH(s->v, s->n, s->cap) = stray;
}

/* What is not a socket of the tables: another socket, or a namespace. */
static void
take_stray(struct worker *w, struct str link, uint64_t inode, uint32_t fd)
{
	bool is_netns = inode == 0 && w->walk->strays->netns;

	if (is_netns)
		inode = link_inode(link, LINUX_NETNS_LINK);
	if (inode != 0)
		strays_add(&w->strays, (struct stray){ inode, w->pid, w->task,
			fd, is_netns });
}

/* One descriptor of the process that will be the worker's next. */
static void
take_fd(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char buf[LINK_MAX];
	struct str link;
	uint64_t fd, inode;
	uint32_t sock;

	/* "." and ".." are no numbers */
	if (!num_parse(str_from(name), UINT32_MAX, &fd))
		return;
	link = read_link(dir, name, buf);
	inode = link_inode(link, "socket:[");
	w->links++;
	if (inode == 0 && errno != 0 && errno != ENOENT && w->fault == 0)
		w->fault = errno;
	sock = map_get(w->walk->socks, inode);
	if (sock == 0 && w->walk->strays != NULL)
		take_stray(w, link, inode, (uint32_t)fd);
	else if (sock != 0 && sock != SOCK_DROPPED &&
	    !w->walk->owned[sock - 1])
		*scan_add_holder(&w->part) = (struct holder){ sock - 1,
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
walk_take_process(struct worker *w)
{
	size_t before = w->part.nholder;
	bool shown;
	int fd;

	w->task = w->pid;
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
		linux_process(fd, w->walk->req->needs, walk_add_process(w),
		    &w->part);
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
	struct scan *part = &w->part;
	uint32_t first = (uint32_t)sc->nproc;
	size_t i;

	for (i = 0; i < w->strays.n; i++)
		strays_add(w->walk->strays, w->strays.v[i]);
	free(w->strays.v);

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
	pthread_t thread[MAX_THREADS];
	bool started[MAX_THREADS];
	size_t i, n = count_threads(w, sc);

	w->take = take;
	w->next = 0;
	for (i = 1; i < n; i++) {
		worker[i].walk = w;
		started[i] = pthread_create(&thread[i], NULL, work,
		    &worker[i]) == 0;
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
	free(w->owned);
	free(w->pid);
	input_close(w->proc);
}
