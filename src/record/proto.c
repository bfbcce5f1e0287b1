#include "record/proto.h"

/* A raw socket's protocol is at most IPPROTO_MAX - 1, which has grown to 262
 * (linux/in.h).  Ports of vsock(7) have 32 bits. */
static const struct proto protos[] = {
	{ "tcp", UINT16_MAX, true }, { "udp", UINT16_MAX, true },
	{ "sctp", UINT16_MAX, true }, { "raw", UINT16_MAX, false },
	{ "packet", UINT16_MAX, false }, { "icmp", UINT16_MAX, false },
	{ "vsock", UINT32_MAX, false },
};

const struct proto *
proto_find(struct str name)
{
	size_t i = 0;

	while (i < NELEMS(protos) && !str_is(name, protos[i].name))
		i++;
	return i < NELEMS(protos) ? &protos[i] : NULL;
}

bool
proto_is_portless(struct str name)
{
	const struct proto *p = proto_find(name);

	return p != NULL && !p->has_ports;
}
