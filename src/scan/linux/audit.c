/*
 * Facts about a process beyond its own files: its ancestors and children, and
 * what its capabilities are worth.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/family.h"
#include "scan/linux/owners.h"
#include "scan/linux/programs.h"
#include "scan/linux/script.h"

enum { NUMBER_SIZE = 32, FDINFO_SIZE = 4096, LAST_CAP = 40 };

/* PID_FS_MAGIC of linux/magic.h: from Linux 6.9 on. */
enum { PIDFS = 0x50494446 };

uint64_t
linux_ticks(void)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * hz + (uint64_t)t.tv_nsec * hz / 1000000000;
}

/* All capabilities of the tree's kernel: since Linux 3.2 it says which is the
 * last. */
static uint64_t
known_caps(const char *proc, struct scan *sc)
{
	char path[1024], text[NUMBER_SIZE];
	uint64_t last = LAST_CAP;
	ssize_t n = -1;
	struct str s;

	if ((size_t)snprintf(path, sizeof path, "%s/sys/kernel/cap_last_cap",
	    proc) < sizeof path)
		n = tree_read_path(proc, path, text, sizeof text);
	/* another kernel's tree may lack it */
	if (n < 0 && errno != ENOENT && errno != ENOTDIR) {
		err_msg("%s:", path);
		sc->incomplete = true;
	}
	s = (struct str){ text, n > 0 ? (size_t)n : 0 };
	num_parse(str_cut(&s, '\n'), 62, &last);
	return (UINT64_C(1) << (last + 1)) - 1;
}

/* The user namespace in which capabilities count. */
static uint64_t
own_userns(const struct scan_request *req, struct scan *sc)
{
	char path[1024];
	uint64_t own = 0;

	if ((size_t)snprintf(path, sizeof path, "%s/%s/ns/user", req->proc,
	    req->own_proc ? "self" : "1") < sizeof path) {
		own = walk_inode(-1, path, "user:[");
		if (own == 0 && req->own_proc && errno != EACCES) {
			err_msg("%s:", path);
			sc->incomplete = true;
		}
	}
	return own;
}

/* A process may have all capabilities in a user namespace of its own: they are
 * worth nothing outside. */
static void
tell_caps(const struct scan_request *req, struct scan *sc)
{
	uint64_t known = known_caps(req->proc, sc), own = own_userns(req, sc);
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < sc->nproc; i++) {
		struct proc *p = &sc->proc[i];

		if (p->has_caps && (p->userns == own ||
		    (p->userns == 0 && !req->own_proc)))
			p->caps = arena_str(&sc->arena,
			    linux_caps_names(&b, p->caps_set, known));
	}
	buf_free(&b);
}

/* True if the pidfd's process has that number in the proc tree. */
static bool
is_of(int proc, int fd, uint32_t pid)
{
	char path[sizeof "self/fdinfo/" + NUM_MAX] = "self/fdinfo/";
	char text[FDINFO_SIZE];
	struct str rest, line;
	uint64_t number;
	ssize_t n;

	*num_format(path + strlen(path), (uint64_t)fd) = '\0';
	n = tree_read_text(TREE_OWN, proc, path, text, sizeof text);
	rest = (struct str){ text, n > 0 ? (size_t)n : 0 };
	while (rest.n > 0) {
		line = str_cut(&rest, '\n');
		if (str_take_start(&line, "Pid:\t"))
			return num_parse(line, UINT32_MAX, &number) &&
			    number == pid;
	}
	return false;
}

/* The pidfd is checked before the process is looked at again: if that is still
 * there, the number was its own when the pidfd was opened. */
static uint64_t
find_pidfd(int proc, const struct proc *p, struct scan *sc)
{
	char path[NUM_MAX + sizeof "/stat"];
	struct proc now = { .pid = p->pid };
	struct statfs fs;
	struct stat st;
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	bool ok = false;

	/* before Linux 5.3 there are none */
	if (fd < 0 && errno == ENOSYS)
		return 0;
	errno = fd < 0 ? errno : 0;
	if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == PIDFS)
		ok = fstat(fd, &st) == 0 && is_of(proc, fd, p->pid);
	linux_fault(sc, p->pid, "pidfd", ok ? 0 : errno);
	input_close(fd);
	if (!ok)
		return 0;
	memcpy(num_format(path, p->pid), "/stat", sizeof "/stat");
	linux_stat(TREE_OWN, proc, path, &now, sc);
	return now.has_ppid && now.start == p->start ? st.st_ino : 0;
}

static void
tell_pidfds(const struct scan_request *req, struct scan *sc)
{
	int proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	if (proc < 0) {
		err_msg("%s:", req->proc);
		sc->incomplete = true;
	}
	for (i = 0; i < sc->nproc && proc >= 0; i++)
		if (sc->proc[i].has_ppid)
			sc->proc[i].pidfd = find_pidfd(proc, &sc->proc[i], sc);
	input_close(proc);
}

/* Sets the program of which exe is a copy. */
static void
tell_likeness(struct programs *ps, const struct family *f, struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nproc; i++) {
		struct proc *p = &sc->proc[i];
		struct likeness like = programs_of(ps, p->pid);

		if (like.program != NULL && like.is_copy &&
		    family_is_still(f, p))
			p->exe_like = like.program->name;
	}
}

static void
tell_family(const struct scan_request *req, struct scan *sc)
{
	const unsigned of_all = NEED_CHILDREN | NEED_SHELLS,
	    of_programs = NEED_SHELLS | NEED_EXE_LIKE | NEED_SCRIPT;
	struct programs ps = { .root = -1 };
	struct family f;

	family_begin(&f, req, sc, (req->needs & of_all) != 0);
	if ((req->needs & of_programs) != 0)
		programs_begin(&ps, req, sc, f.proc);
	if ((req->needs & NEED_SHELLS) != 0)
		family_find_shells(&f, &ps);
	if ((req->needs & NEED_EXE_LIKE) != 0 && req->own_proc)
		tell_likeness(&ps, &f, sc);
	if ((req->needs & NEED_SCRIPT) != 0)
		script_tell(&f, &ps);
	family_tell(&f, req->needs);
	programs_end(&ps);
	family_end(&f);
}

void
linux_audit(const struct scan_request *req, struct scan *sc)
{
	if (sc->nproc == 0)
		return;
	if ((req->needs & NEED_CAPS) != 0)
		tell_caps(req, sc);
	if ((req->needs & NEED_PIDFD) != 0 && req->own_proc)
		tell_pidfds(req, sc);
	if ((req->needs & (NEED_ANCESTORS | NEED_CHILDREN | NEED_SHELLS |
	    NEED_EXE_LIKE | NEED_SCRIPT)) != 0)
		tell_family(req, sc);
}
