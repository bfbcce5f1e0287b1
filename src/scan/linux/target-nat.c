/*
 * Published ports that no socket holds: the kernel forwards their traffic
 * before it looks for a socket, nft(8).
 */
#include "scan/linux/target.h"

uint64_t
port_maps_netns(const struct port_maps *m, uint32_t netns)
{
	return netns > 0 ? m->sc->netns[netns].inode : m->own;
}

/* If a runtime's namespace is not known, it is taken to be our own. */
static bool
find_netns(const struct port_maps *m, uint64_t inode, uint32_t *netns)
{
	*netns = 0;
	if (inode == 0)
		return true;
	while (*netns < m->sc->nnetns && port_maps_netns(m, *netns) != inode)
		(*netns)++;
	return *netns < m->sc->nnetns;
}

static struct sock
nat_of(const struct port_map *map, uint32_t netns)
{
	return (struct sock){
		.proto = map->proto, .state = STATE_NAT,
		.local = map->host, .local_port = map->port, .netns = netns,
		.v6only = map->host.family == ADDR_INET6 ? V6ONLY_YES :
		    V6ONLY_UNKNOWN,
		.userless = true, .queueless = true,
	};
}

void
linux_nat(const struct filter *f, struct port_maps *m)
{
	struct scan *sc = m->sc;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct port_map *map = &m->v[i];
		struct sock s;
		uint32_t netns;

		if (!map->may_nat || map->held ||
		    !find_netns(m, map->netns, &netns))
			continue;
		s = nat_of(map, netns);
		if (!filter_keeps(f, sc, &s))
			continue;
		*scan_add_target(sc) = (struct sock_target){
			.sock = (uint32_t)sc->nsock, .proc = TARGET_NOBODY,
			.addr = map->target, .port = map->target_port,
			.in = m->container[map->container].in };
		*scan_add_sock(sc) = s;
	}
}
