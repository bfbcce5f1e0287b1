/*
 * The ports that container runtimes have published, as their own files and
 * daemons have them: all of which may be wrong or hostile.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/json.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

/* More than that is nobody's who publishes ports. */
enum { MAPS_MAX = 1 << 20, ID_SHOWN = 12 };

/* RUNTIME/ and so many bytes of what it is called. */
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
	    (struct map_container){ .id = arena_str(a, id), .uid = uid,
		.name = join(a, str_from(runtime), id, ID_SHOWN) };
	return (uint32_t)(m->ncontainer - 1);
}

void
port_maps_name(struct port_maps *m, uint32_t container, struct str name)
{
	struct map_container *c = &m->container[container];
	struct str rest = c->name;

	str_take(&name, '/');
	if (!linux_is_name(name))
		return;
	c->name = join(&m->sc->arena, str_cut(&rest, '/'), name, name.n);
	c->is_named = true;
}

static bool
read_proto(struct str name, unsigned char *proto)
{
	unsigned char i;

	for (i = 0; i < PROTO_COUNT; i++)
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

/* One of a family: the kernel passes it on only to one of the same. */
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

/* Without an address it is of both families, as far as the container is. */
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

/* A text, or a number as it is written. */
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

/* What comes to the map's address comes to the socket.  An IPv6 wildcard may
 * stand for both. */
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
		    (id.p != NULL && !str_eq(c->id, id)))
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

	while (i < m->ncontainer && !str_eq(m->container[i].id, id))
		i++;
	return i < m->ncontainer;
}

struct files {
	struct scan *sc;
	const char *folder, *below;
	uint32_t owner;
	void (*each)(void *arg, struct str name, struct str text);
	void *arg;
	struct buf text;
};

static void
take_file(void *arg, int dir, const char *name)
{
	struct files *f = arg;
	struct arena *a = &f->sc->arena;
	const char *path = linux_path(a, f->folder, name);
	struct str text;

	(void)dir;
	if (f->below != NULL)
		path = linux_path(a, path, f->below);
	text = linux_read_owned(path, f->owner, linux_asked(f->sc)->until,
	    &f->text);
	if (text.p != NULL)
		f->each(f->arg, str_from(name), text);
}

bool
linux_each_file(struct scan *sc, const char *folder, const char *below,
    uint32_t owner, void (*each)(void *arg, struct str name, struct str text),
    void *arg)
{
	struct files f = { sc, folder, below, owner, each, arg, { 0 } };
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && walk_each(fd, take_file, &f);

	input_close(fd);
	buf_free(&f.text);
	return ok;
}

/* Of a folder that is not there it is known that nothing is in it. */
static bool
is_known(bool ok)
{
	return ok || errno == ENOENT || errno == ENOTDIR;
}

/* The daemon, where root's files are not for us, or not where it keeps them. */
static bool
ask_docker(struct port_maps *m)
{
	const struct linux_asked *asked = linux_ask_docker(m->sc);

	m->netns = asked->docker_peer > 0 ?
	    linux_netns_of(asked->docker_peer) : 0;
	docker_published_answer(m, asked->docker, 0);
	return asked->docker.p != NULL || asked->docker_missing;
}

/* What is in files is of the machine's own namespace. */
void
linux_published(struct port_maps *m)
{
	const char *host = getenv("DOCKER_HOST");
	bool is_usual = host == NULL || *host == '\0';
	uint64_t init = linux_netns_of(1);

	m->netns = init;
	if (!is_usual || !docker_published(m, "/var/lib/docker/containers", 0))
		m->some |= !ask_docker(m);
	m->netns = init;
	m->some |= !is_known(cni_published(m));
	m->some |= !is_known(netavark_published(m));
	m->netns = 0;
}

void
linux_published_user(struct port_maps *m, uint32_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL && pw->pw_dir != NULL && *pw->pw_dir == '/')
		docker_published(m, linux_path(&m->sc->arena, pw->pw_dir,
		    ".local/share/docker/containers"), uid);
}

void
linux_published_podman(struct port_maps *m)
{
	podman_published_answer(m, linux_ask_podman(m->sc), (uint32_t)geteuid());
}
