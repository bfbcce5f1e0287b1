/* The ends of a socket, as lsof writes them. */
#include "scan/from/lsof.h"

#include "lib/num.h"
#include "scan/from/ends.h"

enum { PORT_MAX = 65535 };

/* One end, as far as it has been read. */
struct end {
	struct str host, port;
	bool brackets;		/* [HOST]:PORT */
	struct addr addr;
	uint16_t number;
	bool any;		/* `*', of no known family */
};

struct context {
	enum addr_family family;
	enum sock_proto proto;
	const struct services *services;
	struct lsof_name *n;
};

static const char no_end[] = "no address and port";

static const char *
port_of_name(const struct context *c, struct str name, uint16_t *port)
{
	unsigned n = from_port(c->services, c->proto, name, port);

	if (n == 0)
		return "a port's name that is not known here (lsof -P gives "
		    "numbers)";
	return n == 1 ? NULL :
	    "a name of several ports (lsof -P gives numbers)";
}

/* lsof writes 0 as `*'. */
static const char *
read_port(const struct context *c, struct end *e)
{
	uint64_t v = 0;

	if (!str_is(e->port, "*") && !num_parse(e->port, PORT_MAX, &v)) {
		if (from_is_number(e->port) || !from_is_word(e->port))
			return no_end;
		return port_of_name(c, e->port, &e->number);
	}
	e->number = (uint16_t)v;
	return NULL;
}

/* The port follows the last colon; lsof +M adds a name in brackets. */
static const char *
split_end(struct str text, struct end *e)
{
	e->brackets = str_take(&text, '[');
	e->host = str_cut(&text, e->brackets ? ']' : ':');
	if (text.p == NULL || (e->brackets && !str_take(&text, ':')))
		return no_end;
	e->port = text;
	if (str_ends(e->port, "]"))
		e->port = str_cut(&e->port, '[');
	return e->host.n > 0 && e->port.n > 0 ? NULL : no_end;
}

static const char *
read_numeric(const struct context *c, struct end *e)
{
	struct str scope;

	if (!addr_parse(e->host, &e->addr, &scope))
		return from_is_word(e->host) && !from_is_number(e->host) ?
		    "the name of a host (lsof -n gives numbers)" : no_end;
	if ((e->addr.family == ADDR_INET6) != e->brackets)
		return no_end;
	if (e->addr.family == ADDR_INET6)
		return c->family == ADDR_INET ?
		    "an IPv6 address of an IPv4 socket" :
		    from_take_scope(&e->addr, scope, c->n->scope) ? NULL :
		    no_end;
	if (c->family == ADDR_INET6)
		/* lsof prints an IPv4-mapped address as IPv4 */
		e->addr = from_map(&e->addr);
	return NULL;
}

/* `*' and `localhost' have the socket's family. */
static const char *
read_host(const struct context *c, struct end *e)
{
	bool any = str_is(e->host, "*") && !e->brackets;
	enum addr_family family = c->family;

	if (!any && !str_is(e->host, "localhost"))
		return read_numeric(c, e);
	if (family == ADDR_NONE && e->brackets)
		family = ADDR_INET6;
	e->any = any && family == ADDR_NONE;
	if (e->any)
		return NULL;
	if (family == ADDR_NONE)
		return "an address of no known family (lsof -F t tells it)";
	e->addr.family = (unsigned char)family;
	if (!any && family == ADDR_INET)
		e->addr.b[0] = 127;
	if (!any)
		e->addr.b[family == ADDR_INET ? 3 : 15] = 1;
	return NULL;
}

static const char *
read_side(const struct context *c, struct str text, struct end *e)
{
	const char *wrong;

	if (str_is(text, "*:*"))
		return NULL;
	wrong = split_end(text, e);
	if (wrong == NULL)
		wrong = read_port(c, e);
	if (wrong == NULL)
		wrong = read_host(c, e);
	/* toybox writes `*:*' like that */
	if (wrong == NULL && e->number == 0 && addr_is_any(&e->addr))
		e->addr.family = ADDR_NONE;
	e->any = e->any && e->number != 0;
	return wrong;
}

/* Cuts the text at its first `->'. */
static bool
cut_arrow(struct str *text, struct str *remote)
{
	size_t i;

	for (i = 0; i + 1 < text->n; i++) {
		if (text->p[i] != '-' || text->p[i + 1] != '>')
			continue;
		*remote = str_skip(*text, i + 2);
		text->n = i;
		return true;
	}
	return false;
}

/* Skips the names of other processes, which lsof +E prints between the ends and
 * the parentheses, whatever those names are. */
static struct str
cut_info(struct str *text)
{
	struct str ends = str_cut(text, ' '), info = STR_NONE;
	const char *p;

	if (str_ends(*text, ")"))
		for (p = text->p + text->n; p > text->p && info.p == NULL; p--)
			if (p[-1] == '(')
				info = (struct str){ p, (size_t)(text->p +
				    text->n - 1 - p) };
	*text = ends;
	return info;
}

const char *
lsof_name_parse(struct lsof_name *n, struct str text,
    enum addr_family family, enum sock_proto proto,
    const struct services *services)
{
	struct context c = { family, proto, services, n };
	struct end local = { .number = 0 }, remote = { .number = 0 };
	struct str peer;
	const char *wrong = NULL;
	bool is_open;

	memset(n, 0, sizeof *n);
	while (text.n > 0 && text.p[text.n - 1] == ' ')
		text.n--;
	is_open = text.n > 0 && memchr(text.p, '(', text.n) != NULL;
	n->info = cut_info(&text);
	if (n->info.p == NULL && is_open)
		return "the end of the line is missing";
	if (cut_arrow(&text, &peer))
		wrong = read_side(&c, peer, &remote);
	/* An end may show the family of a socket that has none. */
	if (c.family == ADDR_NONE)
		c.family = remote.addr.family;
	if (wrong == NULL)
		wrong = read_side(&c, text, &local);
	if (wrong == NULL && local.addr.family == ADDR_NONE && !local.any &&
	    remote.addr.family != ADDR_NONE)
		wrong = no_end;
	n->local = local.addr;
	n->local_port = local.number;
	n->any = local.any;
	n->remote = remote.addr;
	n->remote_port = remote.number;
	return wrong;
}
