/* The list of ports that container runtimes have published. */
#include "scan/linux/target.h"

#include <stdlib.h>

#include "lib/json.h"
#include "lib/num.h"
#include "record/netns.h"
#include "scan/linux/names.h"

/* Nobody publishes more ports than that. */
enum { MAPS_MAX = 1 << 20 };

/* RUNTIME/ and at most max bytes of the name or id. */
static struct str
join(struct arena *a, struct str runtime, struct str name, size_t max)
{
	struct buf b = { 0 };
	struct str joined;

	buf_add(&b, runtime.p, runtime.n);
	buf_putc(&b, '/');
	buf_add(&b, name.p, name.n < max ? name.n : max);
	joined = arena_str(a, buf_str(&b));
	buf_free(&b);
	return joined;
}

uint32_t
port_maps_container(struct port_maps *m, const char *runtime, struct str id,
    uint32_t uid)
{
	struct arena *a = &m->sc->arena;

	*MEM_PUSH(m->container, m->ncontainer, m->containercap) =
	    (struct map_container){ .uid = uid, .in = {
		.name = join(a, str_from(runtime), id, NETNS_ID_SHOWN),
		.id = arena_str(a, id), .uid = uid,
		/* the user may have made it up */
		.is_users = uid != 0 } };
	return (uint32_t)(m->ncontainer - 1);
}

void
port_maps_name(struct port_maps *m, uint32_t container, struct str name)
{
	struct container *in = &m->container[container].in;
	struct str rest = in->name;

	str_take(&name, '/');
	if (!names_is_good(name))
		return;
	in->name = join(&m->sc->arena, str_cut(&rest, '/'), name, name.n);
	in->is_named = true;
}

static bool
read_proto(struct str name, unsigned char *proto)
{
	unsigned char i;

	for (i = 0; i < PROTO_NPORTED && name.n > 0; i++)
		if (str_is_like(name, sock_protos[i])) {
			*proto = i;
			return true;
		}
	return false;
}

void
map_ends_add(struct map_ends *ends, struct str value)
{
	struct str text = json_text(value);
	struct str addr = str_cut(&text, '/');
	struct addr a, *end;

	if (!addr_parse(addr, &a, NULL))
		return;
	end = a.family == ADDR_INET ? &ends->inet : &ends->inet6;
	if (end->family == ADDR_NONE)
		*end = a;
	else if (addr_cmp(end, &a) != 0)
		*(a.family == ADDR_INET ? &ends->many : &ends->many6) = true;
}

/* Adds a map of one family: the kernel forwards only within a family. */
static void
add_map(struct port_maps *m, struct port_map map, const struct map_ends *ends)
{
	bool inet = map.host.family == ADDR_INET;
	const struct addr *own = inet ? &ends->inet : &ends->inet6;

	map.may_nat = own->family != ADDR_NONE;
	if (!map.may_nat)
		own = inet ? &ends->inet6 : &ends->inet;
	if (!(own == &ends->inet ? ends->many : ends->many6))
		map.target = *own;
	*MEM_PUSH(m->v, m->n, m->cap) = map;
}

/* A map without an address is for both families, if the container has both. */
static void
add_ports(struct port_maps *m, struct port_map map, bool any,
    const struct map_ends *ends)
{
	static const struct addr wild[] = { { .family = ADDR_INET },
		{ .family = ADDR_INET6 } };

	if (!any) {
		add_map(m, map, ends);
		return;
	}
	map.host = wild[0];
	add_map(m, map, ends);
	map.host = wild[1];
	add_map(m, map, ends);
}

static bool
read_words(const struct map_words *words, struct port_map *map, uint64_t *n,
    uint64_t to[static 2])
{
	*n = 1;
	return num_parse(words->port, UINT16_MAX, &to[0]) && to[0] > 0 &&
	    num_parse(words->target_port, UINT16_MAX, &to[1]) && to[1] > 0 &&
	    read_proto(words->proto, &map->proto) &&
	    (words->range.n == 0 ||
	    num_parse(words->range, UINT16_MAX, n)) &&
	    (words->host.n == 0 || addr_parse(words->host, &map->host, NULL));
}

void
port_maps_add(struct port_maps *m, const struct map_words *words,
    const struct map_ends *ends, uint32_t container)
{
	struct port_map map = { .container = container, .netns = m->netns };
	uint64_t n, i, port[2];

	if (!read_words(words, &map, &n, port))
		return;
	for (i = 0; (i == 0 || i < n) && port[0] + i <= UINT16_MAX &&
	    port[1] + i <= UINT16_MAX && m->n < MAPS_MAX; i++) {
		map.port = (uint16_t)(port[0] + i);
		map.target_port = (uint16_t)(port[1] + i);
		add_ports(m, map, words->host.n == 0, ends);
	}
}

/* A text, or a number as written. */
static struct str
word_of(struct str object, const char *name)
{
	struct str value = name != NULL ? json_member(object, name) : STR_NONE;
	struct str text = json_text(value);

	return text.p != NULL ? text : value;
}

void
port_maps_add_object(struct port_maps *m, struct str object,
    const struct map_names *names, const struct map_ends *ends,
    uint32_t container)
{
	struct map_words words = {
		word_of(object, names->host), word_of(object, names->port),
		word_of(object, names->target_port),
		word_of(object, names->proto), word_of(object, names->range),
	};

	port_maps_add(m, &words, ends, container);
}

static int
cmp_port(const void *key, const void *element)
{
	const struct port_map *x = key, *y = element;
	int c = x->proto - y->proto;

	return c != 0 ? c : x->port - y->port;
}

static int
cmp_map(const void *a, const void *b)
{
	const struct port_map *x = a, *y = b;
	int c = cmp_port(a, b);

	if (c == 0)
		c = addr_cmp(&x->host, &y->host);
	return c != 0 ? c : num_cmp(x->container, y->container);
}

void
port_maps_sort(struct port_maps *m)
{
	if (m->n > 0)
		qsort(m->v, m->n, sizeof *m->v, cmp_map);
}

void
port_maps_free(struct port_maps *m)
{
	free(m->v);
	free(m->container);
}

/* True if the socket gets what is sent to the map's address.  An IPv6 wildcard
 * may stand for both families. */
static bool
is_at(const struct port_map *map, const struct sock *s)
{
	struct addr own = addr_unmap(&s->local);

	if (addr_is_any(&own))
		return own.family == map->host.family ||
		    (own.family == ADDR_INET6 && s->v6only != V6ONLY_YES);
	return addr_is_any(&map->host) ? own.family == map->host.family :
	    addr_cmp(&own, &map->host) == 0;
}

struct port_map *
port_maps_find(const struct port_maps *m, const struct sock *s, uint64_t netns,
    struct str id, uint32_t uid)
{
	struct port_map key = { .proto = s->proto, .port = s->local_port };
	struct port_map *found = NULL;
	size_t i = m->n == 0 ? 0 : num_before(&key, m->v, m->n, sizeof *m->v,
	    cmp_port);

	for (; i < m->n && cmp_port(&key, &m->v[i]) == 0; i++) {
		const struct map_container *c =
		    &m->container[m->v[i].container];

		if (c->uid != uid || !is_at(&m->v[i], s) ||
		    (m->v[i].netns != 0 && m->v[i].netns != netns) ||
		    (id.p != NULL && !str_eq(c->in.id, id)))
			continue;
		m->v[i].held = true;
		if (found == NULL)
			found = &m->v[i];
	}
	return found;
}

bool
port_maps_have(const struct port_maps *m, struct str id)
{
	size_t i = 0;

	while (i < m->ncontainer && !str_eq(m->container[i].in.id, id))
		i++;
	return i < m->ncontainer;
}
