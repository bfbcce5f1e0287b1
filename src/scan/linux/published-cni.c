/*
 * The ports that Podman, nerdctl(1) and Kubernetes have published: from the
 * requests to the plugins of CNI and their answers, which libcni keeps in a
 * file for each container and network; from netavark's state; and from `podman
 * ps'.
 */
#define _GNU_SOURCE
#include "scan/linux/target.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/json.h"
#include "scan/linux/names.h"

/* Podman's containers are in the same folder as those of cri-o, or in
 * another. */
static const struct names_bundle podman[] = {
	{ .runtime = "podman", .after = "/userdata",
	    .before = "/run/containers/storage/overlay-containers/" },
	{ .runtime = "podman", .after = "/userdata",
	    .before = "/run/containers/storage/vfs-containers/" },
};

struct cni {
	struct port_maps *m;
	struct buf text;
};

/* An id is the name of a file: it has no / in it. */
static bool
is_id(struct str id)
{
	return id.n > 0 && id.n <= 128 && *id.p != '.' &&
	    memchr(id.p, '/', id.n) == NULL && memchr(id.p, '\0', id.n) == NULL;
}

static bool
is_of(struct cni *c, const struct names_bundle *bd, const char *folder)
{
	struct scan *sc = c->m->sc;
	struct str text;

	if (bd->manager == NULL)
		return true;
	text = linux_read_owned(sc, linux_path(&sc->arena, folder,
	    "config.json"), 0, &c->text);
	return str_is(json_text(json_member(json_member(text, "annotations"),
	    "io.container.manager")), bd->manager);
}

/* True if that runtime has a running container with that id there. */
static bool
has_container(struct cni *c, const struct names_bundle *bd, struct str id)
{
	struct buf path = { 0 };
	bool has;

	buf_puts(&path, bd->before);
	buf_add(&path, id.p, id.n);
	buf_puts(&path, bd->after);
	buf_putc(&path, '\0');
	has = access(path.p, F_OK) == 0 && is_of(c, bd, path.p);
	buf_free(&path);
	return has;
}

/* The runtime of the running container with that id; NULL if there is none.
 * These folders do not outlive a boot, but CNI's files do. */
static const char *
find_runtime(struct cni *c, struct str id)
{
	size_t i;

	for (i = 0; i < NAMES_NBUNDLES; i++)
		if (has_container(c, &names_bundle[i], id))
			return names_bundle[i].runtime;
	for (i = 0; i < NELEMS(podman); i++)
		if (has_container(c, &podman[i], id))
			return podman[i].runtime;
	return NULL;
}

/* {"cniVersion":...,"ips":[{"address":"10.88.0.2/16"}]}, from version 0.3.0
 * on. */
static void
read_ips(struct str result, struct map_ends *ends)
{
	struct str rest = json_open(json_member(result, "ips"), '['), key, ip;

	while (json_next(&rest, &key, &ip))
		map_ends_add(ends, json_member(ip, "address"));
}

/* libcni's cachedInfo: the request for the capability portMappings. */
static void
take_result(void *arg, struct str name, struct str text)
{
	static const struct map_names names = { "hostIP", "hostPort",
		"containerPort", "protocol", NULL };
	struct cni *c = arg;
	struct str id = json_text(json_member(text, "containerId"));
	struct str ports = json_open(json_member(json_member(text,
	    "capabilityArgs"), "portMappings"), '[');
	struct map_ends ends = { .many = false };
	const char *runtime;
	struct str key, port;
	uint32_t number;

	(void)name;
	if (ports.n == 0 || !is_id(id))
		return;
	runtime = find_runtime(c, id);
	if (runtime == NULL)
		return;
	number = port_maps_container(c->m, runtime, id, 0);
	read_ips(json_member(text, "result"), &ends);
	while (json_next(&ports, &key, &port))
		port_maps_add_object(c->m, port, &names, &ends, number);
}

bool
cni_published(struct port_maps *m)
{
	struct cni c = { .m = m };
	bool ok = linux_each_file(m->sc, "/var/lib/cni/results", NULL, 0,
	    take_result, &c);

	buf_free(&c.text);
	return ok;
}

/* The names in a map of Podman or netavark. */
static const struct map_names podman_names = { "host_ip", "host_port",
	"container_port", "protocol", "range" };

/* netavark's PortForwardConfig: src/firewall/state.rs. */
static void
take_state(void *arg, struct str name, struct str text)
{
	struct port_maps *m = arg;
	struct str id = json_text(json_member(text, "container_id"));
	struct str ports = json_open(json_member(text, "port_mappings"), '[');
	struct map_ends ends = { .many = false };
	struct str key, port;
	uint32_t number;

	(void)name;
	if (ports.n == 0 || !is_id(id))
		return;
	number = port_maps_container(m, "podman", id, 0);
	map_ends_add(&ends, json_member(text, "container_ip_v4"));
	map_ends_add(&ends, json_member(text, "container_ip_v6"));
	while (json_next(&ports, &key, &port))
		port_maps_add_object(m, port, &podman_names, &ends, number);
}

bool
netavark_published(struct port_maps *m)
{
	return linux_each_file(m->sc, "/run/containers/networks/firewall/ports",
	    NULL, 0, take_state, m);
}

/* Adds maps without addresses: the process that holds a port shows its
 * target. */
void
podman_published_answer(struct port_maps *m, struct str answer, uint32_t uid)
{
	static const struct map_ends none = { .many = false };
	struct str rest = json_open(answer, '['), key, value, port;

	while (json_next(&rest, &key, &value)) {
		struct str id = json_text(json_member(value, "Id"));
		struct str ports = json_open(json_member(value, "Ports"), '[');
		uint32_t number;

		if (ports.n == 0 || !is_id(id))
			continue;
		number = port_maps_container(m, "podman", id, uid);
		while (json_next(&ports, &key, &port))
			port_maps_add_object(m, port, &podman_names, &none,
			    number);
	}
}
