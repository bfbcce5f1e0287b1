#define _GNU_SOURCE
#include "scan/linux/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"
#include "scan/linux/safe.h"

enum { PAGE = 4096, ENDS = 2 * PAGE, MAPS_SIZE = 64 * 1024, MAX_MAPPED = 64 };

/* Folders of root's PATH, relative to /. */
static const char *const folders[] = { "usr/local/sbin", "usr/local/bin",
	"usr/sbin", "usr/bin", "sbin", "bin" };

/* A file that is read; its first page is kept. */
struct reading {
	int fd;
	char page[PAGE];
	size_t n;
};

static bool
read_bytes(void *arg, uint64_t at, void *buf, size_t n)
{
	struct reading *r = arg;

	if (at <= r->n && n <= r->n - (size_t)at) {
		memcpy(buf, r->page + at, n);
		return true;
	}
	return pread(r->fd, buf, n, (off_t)at) == (ssize_t)n;
}

/* Copies the first and the last page to e, which has room for both. */
static bool
read_ends(struct reading *r, uint64_t size, char *e)
{
	if (size < PAGE || r->n < PAGE)
		return false;
	memcpy(e, r->page, PAGE);
	return pread(r->fd, e + PAGE, PAGE, (off_t)(size - PAGE)) == PAGE;
}

/* False with errno, which is 0 if it is not a program.  room is for ends. */
static bool
read_facts(int fd, struct program *p, char *room)
{
	struct reading r = { .fd = fd };
	struct elf_source source = { .read = read_bytes, .arg = &r };
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return false;
	errno = 0;
	if (!S_ISREG(st.st_mode))
		return false;
	source.size = p->size = (uint64_t)st.st_size;
	n = pread(fd, r.page, sizeof r.page, 0);
	r.n = n > 0 ? (size_t)n : 0;
	if (n < 0 || !elf_read(&source, &p->facts))
		return false;
	if (p->facts.nid == 0 && read_ends(&r, p->size, room))
		p->ends = room;
	return errno == 0;
}

/* Reports errno from reading an installed file, unless it does not exist, or
 * this user may not read it. */
static void
note_failure(struct programs *ps, const char *path)
{
	if (errno == 0 || errno == ENOENT || errno == ENOTDIR ||
	    errno == EACCES || errno == EPERM || errno == ELOOP ||
	    errno == ENXIO)
		return;
	err_msg("/%s:", path);
	ps->sc->incomplete = true;
}

/* A folder that is searched for programs. */
struct listing {
	struct programs *ps;
	const char *folder;
	int fd;
};

static void
take_program(void *arg, int dir, const char *name)
{
	struct listing *l = arg;
	enum program_class class = programs_class(str_from(name));
	struct program *p;
	struct buf path = { 0 };
	struct stat st;

	if (class == PROGRAM_OTHER)
		return;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		note_failure(l->ps, name);
		return;
	}
	buf_puts(&path, l->folder);
	buf_putc(&path, '/');
	buf_puts(&path, name);
	p = MEM_PUSH_ZERO(l->ps->v, l->ps->n, l->ps->cap);
	p->class = class;
	p->is_link = S_ISLNK(st.st_mode);
	p->path = arena_str(&l->ps->sc->arena, buf_str(&path));
	p->name = str_skip(p->path, strlen(l->folder) + 1);
	buf_free(&path);
}

static void
list_folders(struct programs *ps)
{
	struct file_id id[NELEMS(folders)];
	size_t i, j, n = 0;

	for (i = 0; i < NELEMS(folders); i++) {
		struct listing l = { ps, folders[i], linux_open_below(ps->root,
			folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

		if (l.fd < 0) {
			note_failure(ps, folders[i]);
			continue;
		}
		/* /bin is usually /usr/bin */
		j = n;
		if (linux_file_id(l.fd, "", &id[n]))
			for (j = 0; j < n && (id[j].ino != id[n].ino ||
			    id[j].dev != id[n].dev); j++)
				;
		if (j == n) {
			n++;
			if (!walk_each(l.fd, take_program, &l))
				note_failure(ps, folders[i]);
		}
		close(l.fd);
	}
}

/* Files come before the links to them, and of a file's names the shortest
 * first. */
static int
cmp_program(const void *a, const void *b)
{
	const struct program *x = a, *y = b;
	int c = x->is_link - y->is_link;

	if (c == 0)
		c = num_cmp(x->name.n, y->name.n);
	return c != 0 ? c : str_cmp(x->path, y->path);
}

/* The program with that device and inode, or NULL. */
static const struct program *
find_same(const struct programs *ps, size_t n, const struct file_id *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ps->v[i].id.ino == id->ino && ps->v[i].id.dev == id->dev)
			return &ps->v[i];
	return NULL;
}

/* False if it cannot be read, or is in the list already. */
static bool
read_program(struct programs *ps, struct program *p, size_t n)
{
	int fd = linux_open_below(ps->root, p->path.p,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool ok = fd >= 0 && linux_file_id(fd, "", &p->id);
	char ends[ENDS];

	if (ok && find_same(ps, n, &p->id) != NULL) {
		close(fd);
		return false;
	}
	ok = ok && read_facts(fd, p, ends);
	if (!ok)
		note_failure(ps, p->path.p);
	p->ends = ok && p->ends != NULL ?
	    memcpy(arena_alloc(&ps->sc->arena, ENDS), ends, ENDS) : NULL;
	input_close(fd);
	return ok;
}

/* Adds the loaders that the programs need. */
static void
add_loaders(struct programs *ps)
{
	size_t i, j, n = ps->n;

	for (i = 0; i < n; i++) {
		struct program p = { .class = PROGRAM_LOADER };
		const char *path = ps->v[i].facts.loader;

		for (j = 0; j < i && strcmp(ps->v[j].facts.loader, path) != 0;
		    j++)
			;
		if (path[0] == '\0' || j < i)
			continue;
		p.path = p.name = arena_str(&ps->sc->arena, str_from(path));
		if (read_program(ps, &p, ps->n))
			*MEM_PUSH(ps->v, ps->n, ps->cap) = p;
	}
}

void
programs_begin(struct programs *ps, const struct scan_request *req,
    struct scan *sc, int proc)
{
	size_t i, n = 0;

	*ps = (struct programs){ .sc = sc, .proc = proc, .root = -1 };
	if (!req->own_proc)
		return;
	ps->userns = walk_inode(proc, "self/ns/user", "user:[");
	linux_fault(sc, (uint32_t)getpid(), "ns/user",
	    ps->userns == 0 ? errno : 0);
	ps->safe = mem_alloc(sizeof *ps->safe);
	safe_begin(ps->safe, sc, proc, ps->userns);
	ps->root = openat(proc, "1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	linux_fault(sc, 1, "root", ps->root < 0 ? errno : 0);
	if (ps->root < 0)
		ps->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ps->root < 0) {
		note_failure(ps, "");
		return;
	}
	list_folders(ps);
	if (ps->n > 0)
		qsort(ps->v, ps->n, sizeof *ps->v, cmp_program);
	for (i = 0; i < ps->n; i++)
		if (read_program(ps, &ps->v[i], n))
			ps->v[n++] = ps->v[i];
	ps->n = n;
	add_loaders(ps);
}

void
programs_end(struct programs *ps)
{
	if (ps->safe != NULL)
		safe_end(ps->safe);
	free(ps->safe);
	input_close(ps->root);
	names_free(&ps->files);
	free(ps->like);
	free(ps->v);
}

static bool
is_copy(const struct program *a, const struct program *b)
{
	if (a->facts.nid > 0 || b->facts.nid > 0)
		return a->facts.nid == b->facts.nid && memcmp(a->facts.id,
		    b->facts.id, a->facts.nid) == 0;
	return a->size == b->size && a->ends != NULL && b->ends != NULL &&
	    memcmp(a->ends, b->ends, ENDS) == 0;
}

/* The program that a process's file is a copy of, or NULL. */
static const struct program *
find_copied(struct programs *ps, uint32_t pid, int fd,
    const struct file_id *id)
{
	struct program p = { .size = 0 };
	char ends[ENDS];
	size_t i;

	if (fd < 0 || !linux_file_id(fd, "", &p.id)) {
		linux_fault(ps->sc, pid, "exe", errno);
		return NULL;
	}
	/* it may run another file by now */
	if (p.id.ino != id->ino || p.id.dev != id->dev)
		return NULL;
	if (!read_facts(fd, &p, ends)) {
		linux_fault(ps->sc, pid, "exe", errno);
		return NULL;
	}
	for (i = 0; i < ps->n; i++)
		if (is_copy(&p, &ps->v[i]))
			return &ps->v[i];
	return NULL;
}

/* What that file is. */
static struct likeness
compare(struct programs *ps, uint32_t pid, int dir, const char *path,
    const struct file_id *id)
{
	struct likeness like = { .program = find_same(ps, ps->n, id) };
	int fd;

	if (like.program != NULL || !safe_is(ps->safe, pid, id))
		return like;
	fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	like.program = find_copied(ps, pid, fd, id);
	like.is_copy = like.program != NULL;
	input_close(fd);
	return like;
}

/* The same, once for each file. */
static struct likeness
find_like(struct programs *ps, uint32_t pid, int dir, const char *path,
    const struct file_id *id)
{
	const uint64_t key[2] = { id->dev, id->ino };
	uint32_t number = names_id(&ps->files,
	    (struct str){ (const char *)key, sizeof key });
	struct likeness like;

	if (number <= ps->nlike)
		return ps->like[number - 1];
	like = compare(ps, pid, dir, path, id);
	*MEM_PUSH(ps->like, ps->nlike, ps->likecap) = like;
	return like;
}

/* Looks at the process's file at that path, if it has that inode number. */
static struct likeness
look_at(struct programs *ps, uint32_t pid, int root, struct str path,
    uint64_t inode)
{
	struct likeness like = { .program = NULL };
	struct file_id id = { .known = false };
	struct buf b = { 0 };
	int fd;

	buf_add(&b, path.p, path.n);
	buf_putc(&b, '\0');
	fd = linux_open_known(root, b.p);
	b.n = 0;
	buf_puts(&b, "self/fd/");
	num_add(&b, (uint64_t)fd);
	buf_putc(&b, '\0');
	if (fd >= 0 && linux_file_id(fd, "", &id) && id.ino == inode)
		like = find_like(ps, pid, ps->proc, b.p, &id);
	input_close(fd);
	buf_free(&b);
	return like;
}

/* The folder at which the paths of its mapped files begin. */
static int
open_root(struct programs *ps, uint32_t pid)
{
	char path[NUM_MAX + sizeof "/root"];
	int dir = walk_open(TREE_OWN, ps->proc, pid, "/task"), fd;

	memcpy(num_format(path, pid), "/root", sizeof "/root");
	fd = dir < 0 ? -1 : linux_shares_mounts(dir) ?
	    open("/", O_PATH | O_CLOEXEC) :
	    openat(ps->proc, path, O_PATH | O_CLOEXEC);
	input_close(dir);
	return fd;
}

/* The mapped program that ld.so was given to run, whatever the arguments
 * say. */
static struct likeness
find_mapped(struct programs *ps, uint32_t pid)
{
	struct likeness like = { .program = NULL };
	char file[NUM_MAX + sizeof "/maps"];
	struct buf b = { 0 };
	char *p = buf_room(&b, MAPS_SIZE);
	struct str rest, path;
	int root = open_root(ps, pid), i = 0;
	uint64_t inode;
	ssize_t n;

	memcpy(num_format(file, pid), "/maps", sizeof "/maps");
	n = tree_read(TREE_OWN, ps->proc, file, p, MAPS_SIZE);
	linux_fault(ps->sc, pid, "maps", n < 0 ? errno : 0);
	rest = (struct str){ p, n > 0 && root >= 0 ? (size_t)n : 0 };
	while (rest.n > 0 && like.program == NULL && i < MAX_MAPPED) {
		if (!linux_exec_mapping(str_cut(&rest, '\n'), &path, &inode))
			continue;
		i++;
		like = look_at(ps, pid, root, path, inode);
		if (like.program != NULL &&
		    like.program->class == PROGRAM_LOADER)
			like.program = NULL;
	}
	input_close(root);
	buf_free(&b);
	/* exe is another file */
	like.is_copy = like.is_loaded = true;
	return like;
}

/* Finds it by another thread, if the first one has ended. */
static struct likeness
find_by_thread(struct programs *ps, uint32_t pid)
{
	struct likeness like = { .program = NULL };
	struct file_id id = { .known = false };
	int task = walk_open(TREE_OWN, ps->proc, pid, "/task");
	int thread = task < 0 ? -1 : walk_first_thread(TREE_OWN, task, pid);

	linux_fault(ps->sc, pid, "task", task < 0 ? errno : 0);
	if (thread >= 0 && linux_file_id(thread, "../exe", &id))
		like = find_like(ps, pid, thread, "../exe", &id);
	input_close(thread);
	input_close(task);
	return like;
}

struct likeness
programs_of(struct programs *ps, uint32_t pid)
{
	char path[NUM_MAX + sizeof "/exe"];
	struct likeness like = { .program = NULL };
	struct file_id id = { .known = false };

	memcpy(num_format(path, pid), "/exe", sizeof "/exe");
	if (linux_file_id(ps->proc, path, &id))
		like = find_like(ps, pid, ps->proc, path, &id);
	else if (errno == ENOENT)
		like = find_by_thread(ps, pid);
	else
		linux_fault(ps->sc, pid, "exe", errno);
	return like.program != NULL && like.program->class == PROGRAM_LOADER ?
	    find_mapped(ps, pid) : like;
}

bool
programs_see(struct programs *ps, uint32_t pid, struct program_seen *seen)
{
	struct likeness like;

	*seen = (struct program_seen){ .class = PROGRAM_OTHER };
	if (ps->safe == NULL) {
		seen->name = program_exe(ps, pid);
		seen->class = programs_class(seen->name);
	} else {
		like = programs_of(ps, pid);
		if (like.program == NULL)
			return false;
		seen->name = like.program->name;
		seen->class = like.program->class;
		seen->is_loaded = like.is_loaded;
	}
	return seen->class != PROGRAM_OTHER;
}
