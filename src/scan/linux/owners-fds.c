/* Folders of the proc tree, and the descriptors that such a folder lists. */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	DENTS_SIZE = 32 * 1024,
	FOLDER_MAX = NUM_MAX + sizeof "/task",
	/* an io_uring's fits, too */
	LINK_SIZE = sizeof "socket:[]" + NUM_MAX
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
walk_open(enum tree_kind t, int dir, uint32_t id, const char *name)
{
	char path[FOLDER_MAX];

	return tree_open_folder(t, dir, folder_path(path, id, name));
}

bool
walk_stat(int dir, uint32_t id, const char *name, struct stat *st)
{
	char path[FOLDER_MAX];

	return fstatat(dir, folder_path(path, id, name), st, 0) == 0;
}

/* A link's text, cut to link's size; errno is 0 unless it cannot be read. */
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

/* A ring is known by its inode, however many descriptors it has. */
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

/* Takes a descriptor that is not a socket. */
static void
take_other(struct worker *w, int dir, const char *name, struct str link,
    uint32_t fd)
{
	if (str_is(link, "anon_inode:[io_uring]"))
		take_ring(w, dir, name, fd);
	else if (w->walk->strays != NULL && w->walk->strays->netns)
		take_stray(w, walk_inode_of(link, LINUX_NETNS_LINK), fd, true);
}

/* Takes a descriptor of the process that will be the worker's next. */
static void
take_fd(void *arg, int dir, const char *name)
{
	struct worker *w = arg;
	char text[LINK_SIZE];
	struct str link;
	uint64_t fd, inode;
	uint32_t sock;

	/* "." and ".." are not numbers; if rights are missing for one link,
	 * they are for all links of the process */
	if (w->fault == EACCES || w->fault == EPERM ||
	    !num_parse(str_from(name), UINT32_MAX, &fd))
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
	/* the user has asked for those that --pid names */
	if ((errno != EACCES && errno != EPERM) ||
	    w->walk->req->filter->npids > 0) {
		err_msg("%s/%lu%s:", w->walk->req->proc,
		    (unsigned long)w->pid, folder);
		w->part.incomplete = true;
	}
	w->part.hidden++;
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

bool
walk_has_threads(const struct walk *w, uint32_t pid)
{
	struct stat st;

	/* the folder has two links, plus one for each thread; if the number is
	 * not known, the folder is read */
	return !walk_stat(w->proc, pid, "/task", &st) || st.st_nlink > 3;
}
