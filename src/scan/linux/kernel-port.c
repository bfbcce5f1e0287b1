/* The ports that the sources of kernel.c list. */
#include "scan/linux/kernel.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { NAME_MAX_SHOWN = 64 };

static const char *
make_label(struct arena *a, const char *kind, struct str name)
{
	struct buf b = { 0 };
	const char *label;

	buf_putc(&b, '[');
	buf_puts(&b, kind);
	if (name.n > 0) {
		buf_putc(&b, '/');
		buf_add(&b, name.p,
		    name.n < NAME_MAX_SHOWN ? name.n : NAME_MAX_SHOWN);
	}
	buf_putc(&b, ']');
	label = arena_str(a, buf_str(&b)).p;
	buf_free(&b);
	return label;
}

struct kernel_port *
kernel_add(struct kernel *k, unsigned uses, uint16_t local_port,
    const char *kind, struct str name)
{
	struct kernel_port *p = MEM_PUSH_ZERO(k->port, k->nport, k->portcap);

	p->uses = (unsigned char)uses;
	p->local_port = local_port;
	p->label = make_label(k->arena, kind, name);
	return p;
}

struct addr
kernel_addr(struct str value)
{
	struct addr a = { .family = ADDR_NONE };

	if (value.n == 4)
		a.family = ADDR_INET;
	else if (value.n == 16)
		a.family = ADDR_INET6;
	else
		return a;
	memcpy(a.b, value.p, value.n);
	return a;
}

bool
kernel_sockaddr(struct str value, struct addr *a, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (value.n < sizeof in)
		return false;
	memcpy(&in, value.p, sizeof in);
	*port = ntohs(in.sin_port);
	if (in.sin_family == AF_INET) {
		*a = kernel_addr((struct str){ (const char *)&in.sin_addr, 4 });
		return true;
	}
	if (in.sin_family != AF_INET6 || value.n < sizeof in6)
		return false;
	memcpy(&in6, value.p, sizeof in6);
	*a = kernel_addr((struct str){ (const char *)&in6.sin6_addr, 16 });
	return true;
}

void
kernel_free(struct kernel *k)
{
	free(k->port);
	free(k->wg);
}
