/*
 * Fuzz entry: the arguments of processes that pass connections on, and what
 * Docker and Podman answer about ports.  The first line is the socket: its
 * protocol, address and port.
 */
#include "fuzz.h"
#include "lib/num.h"
#include "scan/linux/target.h"

static bool
read_sock(struct str line, struct sock *s)
{
	struct str word[3] = { STR_NONE };
	uint64_t port;

	if (str_words(line, word, 3) != 3 ||
	    !addr_parse(word[1], &s->local, NULL) ||
	    !num_parse(word[2], UINT16_MAX, &port))
		return false;
	s->proto = str_is(word[0], "tcp") ? PROTO_TCP : PROTO_UDP;
	s->state = s->proto == PROTO_TCP ? STATE_LISTEN : STATE_UNCONN;
	s->local_port = (uint16_t)port;
	return true;
}

static void
check_target(bool told, const struct sock_target *t)
{
	char text[ADDR_TEXT_MAX];

	if (told && t->addr.family != ADDR_NONE)
		check(addr_format(text, &t->addr) > text, "no address");
}

static void
check_args(struct str args, const struct sock *s)
{
	static bool (*const parsers[])(struct str args, const struct sock *s,
	    struct sock_target *t) = {
		args_docker_proxy, args_pasta, args_forkproxy,
	};
	struct str id, name;
	size_t i;

	for (i = 0; i < NELEMS(parsers); i++) {
		struct sock_target t = { .port = 0 };

		check_target(parsers[i](args, s, &t), &t);
	}
	if (args_conmon(args, &id, &name))
		check(id.p >= args.p && id.p + id.n <= args.p + args.n &&
		    memchr(id.p, '\0', id.n) == NULL, "an id from elsewhere");
}

static void
check_maps(struct port_maps *m, const struct sock *s)
{
	struct port_map *found;
	size_t i;

	port_maps_sort(m);
	for (i = 0; i < m->n; i++) {
		const struct port_map *map = &m->v[i];

		check(map->port > 0 && map->target_port > 0, "no port");
		check(map->proto < PROTO_COUNT, "no protocol");
		check(map->host.family != ADDR_NONE, "nowhere");
		check(map->container < m->ncontainer, "no container");
		check(!map->may_nat || map->target.family == ADDR_NONE ||
		    map->target.family == map->host.family, "two families");
	}
	found = port_maps_find(m, s, 0, STR_NONE, 0);
	check(found == NULL || (found->port == s->local_port &&
	    found->proto == s->proto), "another's map");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { size > 0 ? (const char *)data : "", size };
	struct str line = str_cut(&text, '\n');
	struct sock s = { .local_port = 0 };
	struct scan sc = { .nsock = 0 };
	struct port_maps docker = { .sc = &sc }, podman = { .sc = &sc };

	if (text.p == NULL || !read_sock(line, &s))
		return 0;
	check_args(text, &s);
	docker_published_answer(&docker, text, 0);
	check_maps(&docker, &s);
	podman_published_answer(&podman, text, 0);
	check_maps(&podman, &s);
	port_maps_free(&docker);
	port_maps_free(&podman);
	scan_free(&sc);
	return 0;
}
