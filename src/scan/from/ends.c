#include "scan/from/ends.h"

#include "lib/num.h"

enum { PORT_MAX = 65535, STATE_MAX = 16 };

static const char no_end[] = "no address and port";

/* Spelled without the blanks, `_', `-' and parentheses of the dialects; case
 * does not matter. */
static const struct {
	const char *name;
	enum sock_state state;
} states[] = {
	{ "CLOSE", STATE_CLOSED }, { "CLOSED", STATE_CLOSED },
	{ "CLOSEWAIT", STATE_CLOSE_WAIT }, { "CLOSING", STATE_CLOSING },
	{ "ESTAB", STATE_ESTABLISHED }, { "ESTABLISHED", STATE_ESTABLISHED },
	{ "FINWAIT1", STATE_FIN_WAIT1 }, { "FINWAIT2", STATE_FIN_WAIT2 },
	{ "LASTACK", STATE_LAST_ACK }, { "LISTEN", STATE_LISTEN },
	{ "NEWSYNRECV", STATE_SYN_RECV }, { "SYNRCVD", STATE_SYN_RECV },
	{ "SYNRECEIVED", STATE_SYN_RECV }, { "SYNRECV", STATE_SYN_RECV },
	{ "SYNSENT", STATE_SYN_SENT }, { "TIMEWAIT", STATE_TIME_WAIT },
};

enum sock_state
from_state(struct str name)
{
	char key[STATE_MAX];
	struct str s = { key, 0 };
	size_t i;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '_' || c == '-' || c == ' ' || c == '(' || c == ')')
			continue;
		if (s.n == sizeof key)
			return STATE_NONE;
		key[s.n++] = c;
	}
	for (i = 0; i < NELEMS(states); i++)
		if (str_is_like(s, states[i].name))
			return states[i].state;
	return STATE_NONE;
}

bool
from_is_word(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || strchr(":[]%*>", c) != NULL)
			return false;
	}
	return s.n > 0;
}

bool
from_is_number(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!char_is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

unsigned
from_port(const struct services *services, enum sock_proto proto,
    struct str name, uint16_t *port)
{
	return services == NULL ? 0 : services_port(services,
	    proto == PROTO_TCP ? SERVICES_TCP : SERVICES_UDP, name, port);
}

bool
from_take_scope(struct addr *a, struct str scope,
    char name[static SOCK_IFNAME_MAX])
{
	unsigned index = (unsigned)a->b[2] << 8 | a->b[3];

	if (scope.p != NULL && (!from_is_word(scope) ||
	    scope.n >= SOCK_IFNAME_MAX))
		return false;
	if (!addr_is_linklocal(a))
		return true;
	if (a->family == ADDR_INET6)
		a->b[2] = a->b[3] = 0;
	if (name[0] != '\0')
		return true;
	if (scope.p != NULL) {
		memcpy(name, scope.p, scope.n);
		name[scope.n] = '\0';
	} else if (index != 0 && a->family == ADDR_INET6) {
		*num_format(name, index) = '\0';
	}
	return true;
}

struct addr
from_map(const struct addr *v4)
{
	struct addr a = { ADDR_INET6, { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, v4->b, 4);
	return a;
}

static const char *
read_port(const struct from_ends *c, struct str text, uint16_t *port)
{
	uint64_t v = 0;
	unsigned n;

	if (str_is(text, "*") || num_parse(text, PORT_MAX, &v)) {
		*port = (uint16_t)v;
		return NULL;
	}
	if (from_is_number(text) || !from_is_word(text))
		return no_end;
	n = from_port(c->services, c->proto, text, port);
	if (n == 0)
		return "a port's name that is not known here (-n gives "
		    "numbers)";
	return n == 1 ? NULL : "a name of several ports (-n gives numbers)";
}

/* Splits text at the last sep. */
static bool
split(char sep, struct str *text, struct str *port)
{
	size_t n = text->n;

	while (n > 0 && text->p[n - 1] != sep)
		n--;
	if (n < 2 || n == text->n)
		return false;
	*port = str_skip(*text, n);
	text->n = n - 1;
	return true;
}

/* Removes the brackets and what follows them, or a %. */
static bool
unwrap(struct str *host, struct str *scope, bool *brackets)
{
	struct str inner;

	*scope = STR_NONE;
	*brackets = str_take(host, '[');
	if (!*brackets) {
		inner = *host;
		*host = str_cut(&inner, '%');
		*scope = inner;
		return true;
	}
	inner = *host;
	*host = str_cut(&inner, ']');
	if (inner.p == NULL || (inner.n > 0 && !str_take(&inner, '%')))
		return false;
	if (inner.n > 0)
		*scope = inner;
	return true;
}

/* With any other address, an interface is the one that is bound. */
static bool
take_interface(struct from_ends *c, const struct from_side *side,
    struct str scope)
{
	struct addr a = side->addr;

	if (scope.p == NULL || addr_is_linklocal(&a))
		return true;
	if (!from_is_word(scope) || scope.n >= sizeof c->scope)
		return false;
	memcpy(c->scope, scope.p, scope.n);
	c->scope[scope.n] = '\0';
	return true;
}

static const char *
read_numeric(struct from_ends *c, struct str host, struct str scope,
    bool brackets, struct from_side *side)
{
	struct addr *a = &side->addr;
	struct str inner;

	if (!addr_parse(host, a, &inner))
		return from_is_word(host) && !from_is_number(host) ?
		    "the name of a host (-n gives numbers)" : no_end;
	if ((brackets && a->family != ADDR_INET6) ||
	    (c->family == ADDR_INET && a->family == ADDR_INET6))
		return no_end;
	if (!from_take_scope(a, scope.p != NULL ? scope : inner, c->scope))
		return no_end;
	if (c->family == ADDR_INET6 && a->family == ADDR_INET)
		*a = from_map(a);
	return NULL;
}

/* `*' and `localhost' have the socket's family. */
static const char *
read_host(struct from_ends *c, struct str host, struct str scope, bool brackets,
    struct from_side *side)
{
	bool any = str_is(host, "*") && !brackets;
	struct addr *a = &side->addr;

	if (!any && !str_is(host, "localhost"))
		return read_numeric(c, host, scope, brackets, side);
	side->any = any && c->family == ADDR_NONE;
	if (side->any)
		return NULL;
	if (c->family == ADDR_NONE)
		return "an address of no known family (-n gives numbers)";
	a->family = (unsigned char)c->family;
	if (!any && a->family == ADDR_INET)
		a->b[0] = 127;
	if (!any)
		a->b[a->family == ADDR_INET ? 3 : 15] = 1;
	return NULL;
}

const char *
from_end_read(struct from_ends *c, struct str text, struct from_side *side)
{
	struct str port, scope;
	const char *wrong = NULL;
	bool brackets;

	memset(side, 0, sizeof *side);
	if (!split(c->sep, &text, &port) || !unwrap(&text, &scope, &brackets))
		return no_end;
	wrong = read_port(c, port, &side->port);
	if (wrong == NULL)
		wrong = read_host(c, text, scope, brackets, side);
	if (wrong == NULL && !take_interface(c, side, scope))
		wrong = no_end;
	if (wrong == NULL && side->port == 0 && (side->any ||
	    addr_is_any(&side->addr))) {
		side->any = false;
		side->addr.family = ADDR_NONE;
	}
	return wrong;
}
