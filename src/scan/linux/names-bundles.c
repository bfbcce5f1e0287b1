/*
 * Names of containers from the bundle that their runtime runs, config.json of
 * the OCI's runtime specification: for Kubernetes, by containerd and cri-o, and
 * for nerdctl(1).
 */
#include "scan/linux/names.h"

#include <stdio.h>

#include "lib/json.h"

enum { PATH_SIZE = 1024, NAME_PARTS = 3 };

/* The annotations with the parts of a name, the container's own part last.
 * none is the value of that part in a pod's own container, if it is not missing
 * there. */
struct naming {
	const char *part[NAME_PARTS];
	const char *none;
};

static const struct naming containerd = {
	.part = { "io.kubernetes.cri.sandbox-namespace",
	    "io.kubernetes.cri.sandbox-name",
	    "io.kubernetes.cri.container-name" },
};
static const struct naming crio = {
	.part = { "io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
	    "io.kubernetes.container.name" },
	.none = "POD",
};
static const struct naming nerdctl = { .part = { "nerdctl/name" } };

#define TASKS "io.containerd.runtime.v2.task/"

/* containerd's own folder, and those of k3s and RKE2, of k0s and of
 * microk8s. */
const struct names_bundle names_bundle[NAMES_NBUNDLES] = {
	{ .runtime = "cri", .before = "/run/containerd/" TASKS "k8s.io/",
	    .after = "", .naming = &containerd },
	{ .runtime = "cri", .before = "/run/k3s/containerd/" TASKS "k8s.io/",
	    .after = "", .naming = &containerd },
	{ .runtime = "cri", .before = "/run/k0s/containerd/" TASKS "k8s.io/",
	    .after = "", .naming = &containerd },
	{ .runtime = "cri", .before = "/var/snap/microk8s/common"
	    "/run/containerd/" TASKS "k8s.io/", .after = "",
	    .naming = &containerd },
	{ .runtime = "cri",
	    .before = "/run/containers/storage/overlay-containers/",
	    .after = "/userdata", .manager = "cri-o", .naming = &crio },
	{ .runtime = "containerd", .before = "/run/containerd/" TASKS
	    "default/", .after = "", .naming = &nerdctl },
};

/* Joins the parts with a / between; a pod's own container lacks the last
 * one. */
static void
join_parts(const struct names_list *l, struct names_one *c,
    const struct naming *naming, struct str annotations)
{
	struct buf name = { 0 };
	size_t i;

	for (i = 0; i < NAME_PARTS && naming->part[i] != NULL; i++) {
		struct str part = json_text(json_member(annotations,
		    naming->part[i]));

		if (i == NAME_PARTS - 1 && (part.p == NULL ||
		    (naming->none != NULL && str_is(part, naming->none))))
			break;
		if (part.p == NULL || !names_is_good(part)) {
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

void
names_bundles(const struct names_list *l, struct buf *b)
{
	char path[PATH_SIZE];
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; k < NAMES_NBUNDLES &&
		    l->v[i].name.p == NULL; k++) {
			const struct names_bundle *bd = &names_bundle[k];

			snprintf(path, sizeof path, "%s%s%s/config.json",
			    bd->before, l->v[i].id.p, bd->after);
			join_parts(l, &l->v[i], bd->naming, json_member(
			    linux_read_owned(l->sc, path, 0, b),
			    "annotations"));
		}
	}
}

/* For containers that Docker runs for Kubernetes,
 * k8s_CONTAINER_POD_NAMESPACE_UID_N. */
static struct str
docker_pod(const struct names_list *l, struct str name)
{
	struct str pod, space;
	char *p;

	if (!str_take_start(&name, "k8s_"))
		return STR_NONE;
	str_cut(&name, '_');
	pod = str_cut(&name, '_');
	space = str_cut(&name, '_');
	if (pod.n == 0 || space.n == 0 || name.n == 0)
		return STR_NONE;
	p = arena_alloc(l->a, space.n + 1 + pod.n);
	memcpy(p, space.p, space.n);
	p[space.n] = '/';
	memcpy(p + space.n + 1, pod.p, pod.n);
	return (struct str){ p, space.n + 1 + pod.n };
}

struct str
names_pod(const struct names_list *l, const char *runtime, struct str name)
{
	struct str rest = name;

	if (strcmp(runtime, "docker") == 0)
		return docker_pod(l, name);
	if (strcmp(runtime, "cri") != 0)
		return STR_NONE;
	/* the container's own part comes last */
	str_cut(&rest, '/');
	name.n -= str_cut(&rest, '/').p == NULL || rest.p == NULL ? 0 :
	    rest.n + 1;
	return name;
}
