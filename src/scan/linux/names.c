/*
 * Names of containers.  Their ids come from the cgroup, container.c; what
 * their runtimes call them, from the runtimes' own files or daemons, all of
 * which may be wrong or hostile: no answer, or one that is no name, leaves the
 * id.
 */
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/json.h"
#include "lib/timestamp.h"

/* Who is asked has so long to answer; the rest is for files. */
enum { BUDGET_MS = 2000, ANSWER_MS = 1500 };

enum { FILE_MAX = 8 * 1024 * 1024, PATH_SIZE = 1024, NAME_LEN = 255,
	NAME_PARTS = 3 };

/* A container, and its processes: n of them from by_id on. */
struct container {
	struct proc **by_id;
	size_t n;
	struct str id;
	struct str name;	/* missing: not known yet */
};

/* The containers of one runtime, in order of ids. */
struct containers {
	struct container *v;
	size_t n;
	int64_t until, answer_until;
	struct arena *a;
};

/* What Docker and Podman allow; Kubernetes allows less. */
static bool
is_container_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && (i == 0 || (c != '_' && c != '.' && c != '-')))
			return false;
	}
	return s.n > 0 && s.n <= NAME_LEN;
}

/* Says with errno that the names in path are missing, unless there is no such
 * runtime or we may not ask. */
static void
say_missing(const char *path)
{
	static const int usual[] = { ENOENT, ENOTDIR, ELOOP, ENXIO, EACCES,
		ECONNREFUSED };
	size_t i;

	for (i = 0; i < NELEMS(usual); i++)
		if (errno == usual[i])
			return;
	err_msg("%s: containers without names:", path);
}

/*
 * The text of a regular file of that owner, into b; missing on any failure, and
 * where the time is up.  Opening it neither waits nor follows a link to
 * another; and what does not belong to owner is not read, so that no user has
 * root read for him.
 */
static struct str
read_owned(const struct containers *l, const char *path, uid_t owner,
    struct buf *b)
{
	struct stat st;
	bool ok = false;
	int fd;

	b->n = 0;
	if (timestamp_steady() >= l->until)
		return STR_NONE;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0) {
		say_missing(path);
	} else if (S_ISREG(st.st_mode) && st.st_uid == owner) {
		ok = input_slurp_fd(fd, FILE_MAX, b);
		if (!ok)
			say_missing(path);
	}
	input_close(fd);
	return ok ? buf_str(b) : STR_NONE;
}

static void
name_container(const struct containers *l, struct container *c, struct str name)
{
	str_take(&name, '/');
	if (c->name.p == NULL && is_container_name(name))
		c->name = arena_str(l->a, name);
}

static struct str
first_text(struct str array)
{
	struct str rest = json_open(array, '['), key, value;

	return json_next(&rest, &key, &value) ? json_text(value) : STR_NONE;
}

static int
cmp_named(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	return str_cmp(x->id, y->id);
}

static struct container *
find_id(const struct containers *l, struct str id)
{
	struct container key = { .id = id };

	return id.p == NULL ? NULL :
	    bsearch(&key, l->v, l->n, sizeof *l->v, cmp_named);
}

/* Names in an array of objects, each of which has its id and its names. */
static void
take_array(const struct containers *l, struct str array, const char *id,
    const char *names)
{
	struct str rest = json_open(array, '['), key, value;

	while (json_next(&rest, &key, &value)) {
		struct container *c = find_id(l,
		    json_text(json_member(value, id)));

		if (c != NULL)
			name_container(l, c,
			    first_text(json_member(value, names)));
	}
}

/*
 * What root asks or runs knows of root's containers, and of none that a user
 * says to have: for a name that he made up it is not to be started in each
 * scan.
 */
static bool
may_be_known(const struct container *c)
{
	size_t i = 0;

	while (i < c->n && !c->by_id[i]->boxed)
		i++;
	return i < c->n || geteuid() != 0;
}

/* One that lacks a name may get it by asking. */
static bool
is_worth_asking(const struct containers *l)
{
	size_t i = 0;

	while (i < l->n &&
	    (l->v[i].name.p != NULL || !may_be_known(&l->v[i])))
		i++;
	return i < l->n;
}

static void
ask_docker(const struct containers *l, struct buf *b)
{
	const char *failed;
	struct str text = linux_docker(b, l->answer_until, &failed);

	if (failed != NULL)
		say_missing(failed);
	take_array(l, text, "Id", "Names");
}

static void
docker_names(const struct containers *l, struct buf *b)
{
	char path[PATH_SIZE];
	struct str text;
	size_t i;

	if (is_worth_asking(l))
		ask_docker(l, b);
	for (i = 0; i < l->n; i++) {
		if (l->v[i].name.p != NULL)
			continue;
		snprintf(path, sizeof path,
		    "/var/lib/docker/containers/%s/config.v2.json",
		    l->v[i].id.p);
		text = read_owned(l, path, 0, b);
		if (str_eq(json_text(json_member(text, "ID")), l->v[i].id))
			name_container(l, &l->v[i],
			    json_text(json_member(text, "Name")));
	}
}

static void
podman_storage(const struct containers *l, const char *home, const char *root,
    uid_t owner, struct buf *b)
{
	static const char drivers[][8] = { "overlay", "vfs", "btrfs", "zfs" };
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < NELEMS(drivers); i++) {
		int n = snprintf(path, sizeof path,
		    "%s%s/containers/storage/%s-containers/containers.json",
		    home, root, drivers[i]);

		if (n > 0 && (size_t)n < sizeof path)
			take_array(l, read_owned(l, path, owner, b), "id",
			    "names");
	}
}

static void
podman_home(const struct containers *l, uid_t uid, struct buf *b)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL && pw->pw_dir != NULL && *pw->pw_dir == '/')
		podman_storage(l, pw->pw_dir, "/.local/share", uid, b);
}

/* Rootless ones: those of the users whose processes are in them.  A user in a
 * container that has another number outside is in no passwd file. */
static void
podman_names(const struct containers *l, struct buf *b)
{
	size_t i, k;

	podman_storage(l, "", "/var/lib", 0, b);
	for (i = 0; i < l->n; i++) {
		uid_t last = 0;

		for (k = 0; l->v[i].name.p == NULL && k < l->v[i].n; k++) {
			const struct proc *p = l->v[i].by_id[k];
			struct containers one = *l;

			if (!p->has_uid || p->uid == 0 || p->uid == last)
				continue;
			last = p->uid;
			one.v = &l->v[i];
			one.n = 1;
			podman_home(&one, p->uid, b);
		}
	}
	if (is_worth_asking(l))
		take_array(l, linux_podman(b, l->answer_until), "Id", "Names");
}

/* Where a runtime keeps a container's config.json, and which annotations of it
 * are the parts of its name. */
static const struct bundle {
	const char *before, *after;
	const char *part[NAME_PARTS];
} bundles[] = {
	{ "/run/containerd/io.containerd.runtime.v2.task/k8s.io/", "",
	    { "io.kubernetes.cri.sandbox-namespace",
	    "io.kubernetes.cri.sandbox-name",
	    "io.kubernetes.cri.container-name" } },
	{ "/run/containers/storage/overlay-containers/", "/userdata",
	    { "io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
	    "io.kubernetes.container.name" } },
	{ "/run/containerd/io.containerd.runtime.v2.task/default/", "",
	    { "nerdctl/name" } },
};

/* The parts with a / between; a pod's own container has no last one. */
static void
join_parts(const struct containers *l, struct container *c,
    const struct bundle *bd, struct str annotations)
{
	struct buf name = { 0 };
	size_t i;

	for (i = 0; i < NAME_PARTS && bd->part[i] != NULL; i++) {
		struct str part = json_text(json_member(annotations,
		    bd->part[i]));

		if (part.p == NULL && i == NAME_PARTS - 1)
			break;
		if (part.p == NULL || !is_container_name(part)) {
			name.n = 0;
			break;
		}
		if (i > 0)
			buf_putc(&name, '/');
		buf_add(&name, part.p, part.n);
	}
	if (name.n > 0)
		c->name = arena_str(l->a, buf_str(&name));
	buf_free(&name);
}

static void
bundle_names(const struct containers *l, struct buf *b)
{
	char path[PATH_SIZE];
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; k < NELEMS(bundles) &&
		    l->v[i].name.p == NULL; k++) {
			snprintf(path, sizeof path, "%s%s%s/config.json",
			    bundles[k].before, l->v[i].id.p, bundles[k].after);
			join_parts(l, &l->v[i], &bundles[k], json_member(
			    read_owned(l, path, 0, b), "annotations"));
		}
	}
}

/* Others have their names from the cgroup. */
static const struct runtime {
	const char *name;
	void (*names)(const struct containers *l, struct buf *b);
} runtimes[] = {
	{ "docker", docker_names },
	{ "podman", podman_names },
	{ "cri", bundle_names },
	{ "containerd", bundle_names },
};

static void
rename_all(const struct containers *l, const char *runtime)
{
	struct str name;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		if (l->v[i].name.p == NULL)
			continue;
		name = str_from(linux_path(l->a, runtime, l->v[i].name.p));
		for (k = 0; k < l->v[i].n; k++)
			l->v[i].by_id[k]->container = name;
	}
}

/* Those of one runtime among the n processes, which are in order of ids. */
static void
name_runtime(const struct runtime *rt, struct proc **by_id, size_t n,
    struct containers *l)
{
	struct buf b = { 0 };
	size_t i;

	l->n = 0;
	for (i = 0; i < n; i++) {
		struct str rest = by_id[i]->container;

		if (!str_is(str_cut(&rest, '/'), rt->name))
			continue;
		if (l->n == 0 ||
		    !str_eq(l->v[l->n - 1].id, by_id[i]->container_id))
			l->v[l->n++] = (struct container){ .by_id = &by_id[i],
				.id = by_id[i]->container_id };
		l->v[l->n - 1].n++;
	}
	if (l->n > 0) {
		rt->names(l, &b);
		rename_all(l, rt->name);
	}
	buf_free(&b);
}

static int
cmp_id(const void *a, const void *b)
{
	const struct proc *x = *(struct proc *const *)a;
	const struct proc *y = *(struct proc *const *)b;
	int c = str_cmp(x->container_id, y->container_id);

	return c != 0 ? c : str_cmp(x->container, y->container);
}

void
linux_names(struct scan *sc)
{
	struct proc **by_id = mem_alloc(sc->nproc * sizeof *by_id);
	int64_t now = timestamp_steady();
	struct containers l = { .until = now + BUDGET_MS,
		.answer_until = now + ANSWER_MS, .a = &sc->arena };
	size_t i, n = 0;

	for (i = 0; i < sc->nproc; i++)
		if (sc->proc[i].container_id.p != NULL)
			by_id[n++] = &sc->proc[i];
	if (n > 0) {
		qsort(by_id, n, sizeof *by_id, cmp_id);
		l.v = mem_alloc(n * sizeof *l.v);
		for (i = 0; i < NELEMS(runtimes); i++)
			name_runtime(&runtimes[i], by_id, n, &l);
	}
	free(l.v);
	free(by_id);
}
