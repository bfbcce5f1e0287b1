/*
 * The ports that Docker has published: from its containers' files,
 * config.v2.json, and from its daemon's answer to GET /containers/json.
 */
#define _GNU_SOURCE
#include "scan/linux/target.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/num.h"

enum { ID_LEN = 64 };

/* Networks by name, each with an address of the container. */
static void
read_networks(struct str networks, struct map_ends *ends)
{
	struct str rest = json_open(networks, '{'), key, value;

	while (json_next(&rest, &key, &value)) {
		map_ends_add(ends, json_member(value, "IPAddress"));
		map_ends_add(ends, json_member(value, "GlobalIPv6Address"));
	}
}

void
docker_published_answer(struct port_maps *m, struct str answer, uint32_t uid)
{
	static const struct map_names names = { "IP", "PublicPort",
		"PrivatePort", "Type", NULL };
	struct str rest = json_open(answer, '['), key, value;

	while (json_next(&rest, &key, &value)) {
		struct str id = json_text(json_member(value, "Id"));
		struct str ports = json_open(json_member(value, "Ports"), '[');
		struct map_ends ends = { .many = false };
		struct str port;
		uint32_t c;

		if (id.n != ID_LEN || ports.n == 0)
			continue;
		c = port_maps_container(m, "docker", id, uid);
		port_maps_name(m, c, json_first_text(json_member(value,
		    "Names")));
		read_networks(json_member(json_member(value,
		    "NetworkSettings"), "Networks"), &ends);
		while (json_next(&ports, &key, &port))
			port_maps_add_object(m, port, &names, &ends,
			    c);
	}
}

/*
 * True if the process exists, in a control group named after that id: the files
 * of a killed daemon still say that it runs.  A user's Docker may have no
 * control groups; but the ports then have a process that holds them.
 */
static bool
is_running(struct str state, struct str id, uint32_t owner)
{
	char path[NUM_MAX + sizeof "/proc//cgroup"];
	struct buf b = { 0 };
	struct str text;
	uint64_t pid;
	bool is;

	if (!str_is(json_member(state, "Running"), "true") ||
	    !num_parse(json_member(state, "Pid"), INT32_MAX, &pid) || pid == 0)
		return false;
	snprintf(path, sizeof path, "/proc/%lu/cgroup", (unsigned long)pid);
	text = linux_read_cgroup(TREE_OWN, AT_FDCWD, path, &b);
	is = text.n > 0 && (owner != 0 ||
	    memmem(text.p, text.n, id.p, id.n) != NULL);
	buf_free(&b);
	return is;
}

/* Adds the places at which a port such as `80/tcp' is published: an array, or
 * null. */
static void
take_ports(struct port_maps *m, struct str proto, struct str array,
    const struct map_ends *ends, uint32_t container)
{
	struct str port = str_cut(&proto, '/');
	struct str rest = json_open(array, '['), key, value;

	while (json_next(&rest, &key, &value)) {
		struct map_words words = {
			.host = json_text(json_member(value, "HostIp")),
			.port = json_text(json_member(value, "HostPort")),
			.target_port = port, .proto = proto,
		};

		port_maps_add(m, &words, ends, container);
	}
}

struct docker_files {
	struct port_maps *m;
	uint32_t owner;
};

static void
take_config(void *arg, struct str name, struct str text)
{
	struct docker_files *f = arg;
	struct str settings = json_member(text, "NetworkSettings");
	struct str id = json_text(json_member(text, "ID"));
	struct str ports = json_open(json_member(settings, "Ports"), '{');
	struct map_ends ends = { .many = false };
	struct str key, value;
	uint32_t c;

	if (id.n != ID_LEN || !str_eq(id, name) || ports.n == 0 ||
	    !is_running(json_member(text, "State"), id,
	    f->owner))
		return;
	c = port_maps_container(f->m, "docker", id, f->owner);
	port_maps_name(f->m, c, json_text(json_member(text, "Name")));
	read_networks(json_member(settings, "Networks"), &ends);
	while (json_next(&ports, &key, &value))
		take_ports(f->m, key, value, &ends, c);
}

bool
docker_published(struct port_maps *m, const char *folder, uint32_t owner)
{
	struct docker_files f = { m, owner };

	return linux_each_file(m->sc, folder, "config.v2.json", owner,
	    take_config, &f);
}
