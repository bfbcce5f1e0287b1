/*
 * Who holds which socket: a walk of /proc/PID/fd, proc_pid_fd(5), whose links
 * read `socket:[INODE]'.  It costs what its system calls cost, so each is
 * relative to an open directory, no more are made than the links need, and
 * several threads share the processes.
 */
#define _GNU_SOURCE
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "num.h"

#define NO_SOCK UINT32_MAX

enum {
	DENTS_SIZE = 32 * 1024,
	MAX_THREADS = 4,
	PIDS_A_THREAD = 128,	/* fewer are not worth starting one, */
	SOCKS_A_THREAD = 4096,	/* unless they hold many sockets */
	PIDS_A_TURN = 8
};

/* What getdents64(2) writes. */
struct dent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* Sockets by inode: open addressing, at most half full. */
struct inodes {
	uint64_t *key;		/* 0: free */
	uint32_t *sock;
	size_t mask;
};

/* What the threads of a walk share. */
struct walk {
	const struct scan_request *req;
	struct inodes inodes;
	uint32_t *pid;
	size_t npid, pidcap;
	atomic_size_t next;	/* the first pid that no thread has taken */
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd says how many */
	bool has_init;		/* process 1 is there to see */
};

/* What one of them has found; its part has no sockets of its own. */
struct worker {
	struct walk *walk;
	struct scan part;
	uint32_t pid;		/* of the process at hand, */
	bool refused;		/* some link of which was not to be read */
	bool taken;		/* one of its threads was looked at */
	pthread_t thread;
	bool started;
};

static size_t
slot_of(const struct inodes *t, uint64_t inode)
{
	/* Fibonacci hashing; neighbours spread over the table */
	size_t i = (size_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (i &= t->mask; t->key[i] != 0 && t->key[i] != inode;)
		i = (i + 1) & t->mask;
	return i;
}

static void
index_inodes(struct inodes *t, const struct scan *sc)
{
	size_t size = 64, i, slot;

	while (size < 2 * sc->nsock)
		size *= 2;
	t->mask = size - 1;
	t->key = mem_alloc(size * sizeof *t->key);
	t->sock = mem_alloc(size * sizeof *t->sock);
	for (i = 0; i < sc->nsock; i++) {
		if (sc->sock[i].inode == 0)
			continue;
		slot = slot_of(t, sc->sock[i].inode);
		t->key[slot] = sc->sock[i].inode;
		t->sock[slot] = (uint32_t)i;
	}
}

static uint32_t
find_sock(const struct inodes *t, uint64_t inode)
{
	size_t slot = slot_of(t, inode);

	return t->key[slot] == inode && inode != 0 ? t->sock[slot] : NO_SOCK;
}

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

/* Calls each for every entry of an open directory; false with errno. */
static bool
each_entry(int dir, void (*each)(void *arg, int dir, const char *name),
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

/* One descriptor of the process that will be the worker's next. */
static void
take_fd(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char link[sizeof "socket:[]" + NUM_MAX];
	struct holder *h;
	uint64_t fd;
	uint32_t sock;
	ssize_t n;

	/* "." and ".." are no numbers */
	if (!num_parse(str_from(name), UINT32_MAX, &fd))
		return;
	n = readlinkat(dir, name, link, sizeof link);
	if (n <= 0) {
		w->refused |= n < 0 && (errno == EACCES || errno == EPERM);
		return;
	}
	sock = find_sock(&w->walk->inodes, link_inode(link, (size_t)n));
	if (sock == NO_SOCK)
		return;
	h = scan_add_holder(&w->part);
	*h = (struct holder){ sock, (uint32_t)w->part.nproc, (uint32_t)fd };
}

/* errno of a process that has gone, or that hides its descriptors. */
static void
note_failure(struct worker *w)
{
	if (errno == ENOENT || errno == ESRCH)
		return;
	if (errno != EACCES && errno != EPERM) {
		err_msg("%s/%lu/fd:", w->walk->req->proc,
		    (unsigned long)w->pid);
		w->part.incomplete = true;
	}
	w->part.hidden++;
}

/* A process without descriptors, as kernel threads are, need not be opened. */
static bool
has_fds(const struct walk *w, const char *path)
{
	struct stat st;

	return !w->counts_fds || fstatat(w->proc, path, &st, 0) != 0 ||
	    st.st_size > 0;
}

/* All descriptors in a folder PID/fd, or PID/task/TID/fd; closes it. */
static void
take_fds(struct worker *w, int fd)
{
	size_t before = w->part.nholder;

	w->refused = false;
	if (!each_entry(fd, take_fd, w))
		note_failure(w);
	else if (w->refused)
		w->part.hidden++;
	if (w->part.nholder > before) {
		struct proc *p = scan_add_proc(&w->part);

		p->pid = w->pid;
		if (linux_process(fd, w->walk->req->needs, p, &w->part.arena))
			w->part.incomplete = true;
	}
	close(fd);
}

static void
take_thread(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char path[NUM_MAX + sizeof "/fd"];
	uint64_t tid;
	int fd;

	if (w->taken || !num_parse(str_from(name), UINT32_MAX, &tid) ||
	    tid == w->pid)
		return;
	memcpy(num_format(path, tid), "/fd", sizeof "/fd");
	fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->taken = fd >= 0 || (errno != ENOENT && errno != ESRCH);
	if (fd >= 0)
		take_fds(w, fd);
	else
		note_failure(w);
}

/*
 * The first thread of a process may end before the others, pthread_exit(3):
 * PID/fd is empty then, and they still have the descriptors.  PID/task has two
 * links, and one for each thread.
 */
static void
take_threads(struct worker *w)
{
	char path[NUM_MAX + sizeof "/task"];
	struct stat st;
	int dir;

	memcpy(num_format(path, w->pid), "/task", sizeof "/task");
	if (fstatat(w->walk->proc, path, &st, 0) != 0 || st.st_nlink <= 3)
		return;
	dir = openat(w->walk->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	w->taken = false;
	each_entry(dir, take_thread, w);
	close(dir);
}

static void
take_process(struct worker *w, uint32_t pid)
{
	char path[NUM_MAX + sizeof "/fd"];
	int fd;

	w->pid = pid;
	memcpy(num_format(path, pid), "/fd", sizeof "/fd");
	if (!has_fds(w->walk, path)) {
		take_threads(w);
		return;
	}
	fd = openat(w->walk->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		take_fds(w, fd);
	else
		note_failure(w);
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
		for (; i < end; i++)
			take_process(w, walk->pid[i]);
	}
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

static void
walk_processes(struct walk *w, struct scan *sc)
{
	struct worker worker[MAX_THREADS] = { { .walk = w } };
	size_t i, n = count_threads(w, sc);

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

static void
take_pid(void *arg, int dir, const char *name)
{
	struct walk *w = arg;
	uint64_t pid;

	(void)dir;
	if (!num_parse(str_from(name), INT32_MAX, &pid))
		return;
	w->has_init |= pid == 1;
	if (!filter_keeps_pid(w->req->filter, (uint32_t)pid))
		return;
	w->pid = mem_grow(w->pid, &w->pidcap, w->npid + 1, sizeof *w->pid);
	w->pid[w->npid++] = (uint32_t)pid;
}

/* From Linux 6.2 on st_size is their number; before it is 0. */
static bool
counts_fds(int proc)
{
	struct stat st;

	return fstatat(proc, "self/fd", &st, 0) == 0 && st.st_size > 0;
}

bool
linux_owners(const struct scan_request *req, struct scan *sc)
{
	struct walk w = { .req = req };
	bool ok;

	w.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = w.proc >= 0 && each_entry(w.proc, take_pid, &w);
	if (!ok)
		err_msg("%s:", req->proc);
	if (ok) {
		w.counts_fds = req->own_proc && counts_fds(w.proc);
		/* hidepid of proc(5): others' processes are not even listed */
		sc->hidden += req->own_proc && !w.has_init;
		index_inodes(&w.inodes, sc);
		walk_processes(&w, sc);
	}
	free(w.pid);
	free(w.inodes.key);
	free(w.inodes.sock);
	if (w.proc >= 0)
		close(w.proc);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	/* no daemon of this machine's knows of another's containers */
	if ((req->needs & NEED_NAMES) != 0 && req->own_proc)
		linux_names(sc);
	return ok;
}
