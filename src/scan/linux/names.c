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

#include "lib/err.h"
#include "lib/input.h"
#include "lib/json.h"
#include "lib/timestamp.h"

enum { PATH_SIZE = 1024, NAME_LEN = 255,
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
	struct scan *sc;
	struct arena *a;
};

/* What Docker and Podman allow; Kubernetes allows less. */
bool
linux_is_name(struct str s)
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

static struct str
read_file(const struct containers *l, const char *path, uid_t owner,
    struct buf *b)
{
	return linux_read_owned(path, owner, linux_asked(l->sc)->until, b);
}

static void
name_container(const struct containers *l, struct container *c, struct str name)
{
	str_take(&name, '/');
	if (c->name.p == NULL && linux_is_name(name))
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

static void
docker_names(const struct containers *l, struct buf *b)
{
	char path[PATH_SIZE];
	struct str text = linux_ask_docker(l->sc)->docker;
	size_t i;

	take_array(l, text, "Id", "Names");
	for (i = 0; i < l->n; i++) {
		if (l->v[i].name.p != NULL)
			continue;
		snprintf(path, sizeof path,
		    "/var/lib/docker/containers/%s/config.v2.json",
		    l->v[i].id.p);
		text = read_file(l, path, 0, b);
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
			take_array(l, read_file(l, path, owner, b), "id",
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

static bool
is_complete(const struct containers *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].name.p == NULL)
			return false;
	return true;
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
	if (!is_complete(l))
		take_array(l, linux_ask_podman(l->sc), "Id", "Names");
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
		if (part.p == NULL || !linux_is_name(part)) {
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
			    read_file(l, path, 0, b), "annotations"));
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
linux_names(struct scan *sc, struct proc *v, size_t nv)
{
	struct proc **by_id = mem_alloc(nv * sizeof *by_id);
	struct containers l = { .sc = sc, .a = &sc->arena };
	size_t i, n = 0;

	for (i = 0; i < nv; i++)
		if (v[i].container_id.p != NULL)
			by_id[n++] = &v[i];
	if (n > 0) {
		qsort(by_id, n, sizeof *by_id, cmp_id);
		l.v = mem_alloc(n * sizeof *l.v);
		for (i = 0; i < NELEMS(runtimes); i++)
			name_runtime(&runtimes[i], by_id, n, &l);
	}
	free(l.v);
	free(by_id);
}
