/*
 * Fuzz entry: what the kernel tells of a process, some of which the process
 * writes itself: its files stat, status, cmdline and cgroup, with lines %%
 * between, in a folder like that of /proc.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "scan/linux/linux.h"

enum { NFILES = 4, PID = 7 };

static const char *const names[NFILES] = { "stat", "status", "cmdline",
	"cgroup" };

/* The folder that is one for all runs; it is removed at the end. */
static struct fake {
	char path[256];
	int dir, fds;		/* fds: its folder fd */
	int fd[NFILES];
} tree;

static void
remove_tree(void)
{
	size_t i;

	for (i = 0; i < NFILES; i++)
		unlinkat(tree.dir, names[i], 0);
	unlinkat(tree.dir, "fd", AT_REMOVEDIR);
	rmdir(tree.path);
}

static void
make_tree(void)
{
	const char *tmp = getenv("TMPDIR");
	size_t i;

	snprintf(tree.path, sizeof tree.path, "%s/prt-fuzz.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	check(mkdtemp(tree.path) != NULL, "no temporary folder");
	tree.dir = open(tree.path, O_RDONLY | O_DIRECTORY);
	check(tree.dir >= 0 && mkdirat(tree.dir, "fd", 0700) == 0,
	    "no folder");
	check(atexit(remove_tree) == 0, "no end");
	tree.fds = openat(tree.dir, "fd", O_RDONLY | O_DIRECTORY);
	for (i = 0; i < NFILES; i++)
		tree.fd[i] = openat(tree.dir, names[i], O_WRONLY | O_CREAT,
		    0600);
}

static void
put(int fd, struct str text)
{
	check(ftruncate(fd, 0) == 0 && (text.n == 0 ||
	    pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n), "not written");
}

static void
check_process(const struct proc *p)
{
	check(p->pid == PID, "another process");
	check(p->ppid <= INT32_MAX, "no pid of a parent");
	check(p->cmdline.n <= PROC_CMDLINE_MAX + 3, "a cmdline too long");
	check(p->cmdline.n <= PROC_CMDLINE_MAX ||
	    str_ends(p->cmdline, "..."), "a cut that is not shown");
	check(p->cmdline.n == 0 ||
	    memchr(p->cmdline.p, '\0', p->cmdline.n) == NULL,
	    "a NUL in a cmdline");
	check((p->in.name.p == NULL) == (p->in.id.p == NULL),
	    "a container without an id");
	check(p->has_caps || p->caps_set == 0, "capabilities of nobody");
	check(p->unit.n <= p->cgroup.n, "a unit beside its cgroup");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct proc p = { .pid = PID }, again = { .pid = PID };
	unsigned needs = NEED_STAT | NEED_USER | NEED_CMDLINE |
	    NEED_CONTAINER | NEED_CGROUP | NEED_CAPS;
	struct scan sc = { .nproc = 0 };
	size_t i;

	if (tree.path[0] == '\0')
		make_tree();
	for (i = 0; i < NFILES; i++)
		put(tree.fd[i], i < NFILES - 1 ? fuzz_part(&rest) : rest);
	linux_process(tree.fds, needs, &p, &sc);
	check_process(&p);
	/* what is not asked for is not there; our own /proc has the user of a
	 * folder, not of status */
	sc.other_tree = true;
	linux_process(tree.fds, NEED_USER, &again, &sc);
	check(!sc.incomplete, "a file not read");
	check(again.has_uid == p.has_uid && again.uid == p.uid,
	    "another user");
	check(again.comm.p == NULL && again.cgroup.p == NULL && !again.has_ppid,
	    "more than was asked for");
	scan_free(&sc);
	return 0;
}
