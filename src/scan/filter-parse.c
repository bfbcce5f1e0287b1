/* What a user writes to choose sockets: states, pids, operands. */
#include "scan/filter.h"

#include "lib/err.h"
#include "lib/num.h"

enum { PORT_MAX = 65535, STATE_NAME_MAX = 16 };

static const char no_operand[] = "no port, service or address (see prt-scan "
    "--help)";
static const char no_zone[] = "expected the name of an interface after the %";

static const char no_ports[] = "a port, and no protocol of --proto has any";

static void
complain_state(const char *list, struct str name)
{
	struct buf names = { 0 };
	int i;

	for (i = 0; i < STATE_COUNT; i++) {
		const char *known = sock_states[i];

		if (known == NULL)
			continue;
		buf_putc(&names, ' ');
		buf_puts(&names, known);
	}
	buf_puts(&names, " or connected");
	buf_putc(&names, '\0');
	err_msg("--state=%s: unknown state '%.*s': expected any of%s", list,
	    (int)name.n, name.p, names.p);
	buf_free(&names);
}

/* Lower case, without the characters between words: syn-sent, SYN_SENT. */
static struct str
plain_state(struct str name, char plain[static STATE_NAME_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < name.n && n < STATE_NAME_MAX; i++) {
		char c = name.p[i];

		if (c != '-' && c != '_')
			plain[n++] = char_is_upper(c) ?
			    (char)(c - 'A' + 'a') : c;
	}
	return (struct str){ plain, i < name.n ? 0 : n };
}

static uint32_t
one_state(enum sock_state state)
{
	return (uint32_t)1 << state;
}

/* All states that a record can have. */
static uint32_t
all_states(void)
{
	uint32_t states = 0;
	int i;

	for (i = 0; i < STATE_COUNT; i++)
		if (sock_states[i] != NULL)
			states |= one_state((enum sock_state)i);
	return states;
}

/* States of a socket that has, or had, a remote end. */
static uint32_t
connected_states(void)
{
	return all_states() & ~(one_state(STATE_LISTEN) |
	    one_state(STATE_CLOSED) | one_state(STATE_UNCONN) |
	    one_state(STATE_BOUND) | one_state(STATE_NAT));
}

/* The states by a name from ss(8), netstat(8) or lsof(8); 0 if unknown. */
static uint32_t
find_states(struct str name)
{
	static const struct {
		const char *name;
		enum sock_state state;
	} others[] = {
		{ "estab", STATE_ESTABLISHED }, { "listening", STATE_LISTEN },
		{ "synrcvd", STATE_SYN_RECV }, { "close", STATE_CLOSED },
	};
	char text[STATE_NAME_MAX], known[STATE_NAME_MAX];
	struct str plain = plain_state(name, text);
	size_t i;

	if (plain.n == 0)
		return 0;
	if (str_is(plain, "connected"))
		return connected_states();
	for (i = 0; i < NELEMS(others); i++)
		if (str_is(plain, others[i].name))
			return one_state(others[i].state);
	for (i = 0; i < STATE_COUNT; i++)
		if (sock_states[i] != NULL && str_eq(plain,
		    plain_state(str_from(sock_states[i]), known)))
			return one_state((enum sock_state)i);
	return 0;
}

static bool
parse_states(const char *list, struct str rest, uint32_t *states)
{
	struct str name;
	uint32_t found;

	do {
		name = str_cut(&rest, ',');
		found = find_states(name);
		if (found == 0) {
			complain_state(list, name);
			return false;
		}
		*states |= found;
	} while (rest.p != NULL);
	return true;
}

bool
filter_add_states(struct filter *f, const char *list)
{
	struct str rest = str_from(list);
	bool leave = str_take(&rest, '^') || str_take(&rest, '!');
	uint32_t states = 0;

	if (!parse_states(list, rest, &states))
		return false;
	if (!leave) {
		f->states |= states;
		return true;
	}
	f->states_left |= f->states == 0;
	f->states = (f->states != 0 ? f->states : all_states()) & ~states;
	if (f->states == 0)
		err_msg("--state=%s: no state is left", list);
	return f->states != 0;
}

static void
complain_proto(const char *list, struct str name)
{
	struct buf names = { 0 };
	int i;

	for (i = 0; i < PROTO_COUNT; i++) {
		if (i > 0)
			buf_puts(&names, i + 1 < PROTO_COUNT ? ", " : " or ");
		buf_puts(&names, sock_protos[i]);
	}
	buf_putc(&names, '\0');
	err_msg("--proto=%s: unknown protocol '%.*s': expected %s", list,
	    (int)name.n, name.p, names.p);
	buf_free(&names);
}

/* -1 if there is no such name. */
static int
find_proto(struct str name)
{
	int i = 0;

	while (i < PROTO_COUNT && !str_is(name, sock_protos[i]))
		i++;
	return i < PROTO_COUNT ? i : -1;
}

bool
filter_add_protos(struct filter *f, const char *list)
{
	struct str rest = str_from(list), name;
	int proto;

	do {
		name = str_cut(&rest, ',');
		proto = find_proto(name);
		if (proto < 0) {
			complain_proto(list, name);
			return false;
		}
		f->protos |= 1U << proto;
	} while (rest.p != NULL);
	return true;
}

bool
filter_add_pids(struct filter *f, const char *list)
{
	struct str rest = str_from(list), name;
	uint64_t pid;

	do {
		name = str_cut(&rest, ',');
		if (!num_parse(name, INT32_MAX, &pid) || pid == 0) {
			err_msg("--pid=%s: '%.*s' is no process number", list,
			    (int)name.n, name.p);
			return false;
		}
		*MEM_PUSH(f->pids, f->npids, f->pidcap) = (uint32_t)pid;
	} while (rest.p != NULL);
	return true;
}

static void
add_end(struct filter *f, struct filter_end end)
{
	*MEM_PUSH(f->ends, f->nends, f->endcap) = end;
}

/* The operand being read.  base is what its ports belong to: nothing, one
 * address, or the two of localhost. */
struct reader {
	struct filter *filter;
	const struct services *services;
	struct filter_end base[2];
	size_t nbase;
};

struct named_end {
	struct filter *filter;
	struct filter_end end;
	bool found;
};

static void
add_service_port(void *arg, enum services_proto proto, uint16_t port)
{
	struct named_end *n = arg;
	struct filter_end end = n->end;
	unsigned char of = proto == SERVICES_TCP ? PROTO_TCP : PROTO_UDP;

	/* Only some files name SCTP ports; the scope must not vary with it. */
	if (proto == SERVICES_SCTP || (end.has_proto && end.proto != of))
		return;
	n->found = true;
	end.has_ports = end.has_proto = true;
	end.first = end.last = port;
	end.proto = of;
	add_end(n->filter, end);
}

/* Adds end with the ports of PORT, PORT-PORT or a service's name. */
static const char *
add_port(const struct reader *r, struct filter_end end, struct str text)
{
	struct named_end named = { r->filter, end, false };
	struct str rest = text, low = str_cut(&rest, '-');
	uint64_t first, last;

	/* Some names begin with a digit, or contain a -. */
	services_ports(r->services, text, add_service_port, &named);
	if (named.found)
		return NULL;
	if (text.n == 0 || low.n == 0 || !char_is_digit(low.p[0]))
		return no_operand;
	if (!num_parse(low, PORT_MAX, &first))
		return "expected one port, from 0 to 65535";
	last = first;
	if (rest.p != NULL &&
	    (!num_parse(rest, PORT_MAX, &last) || last < first))
		return "expected PORT-PORT, from 0 to 65535 and rising";
	end.has_ports = true;
	end.first = (uint16_t)first;
	end.last = (uint16_t)last;
	add_end(r->filter, end);
	return NULL;
}

static bool
may_have_ports(const struct filter *f)
{
	return (filter_protos(f) & PROTOS_PORTED) != 0;
}

/* The same for PORTS[/PROTO], for each address in r->base. */
static const char *
add_ports(struct reader *r, struct str text)
{
	struct str rest = text, ports = str_cut(&rest, '/');
	const char *wrong = NULL;
	int proto = find_proto(rest);
	size_t i;

	if (!may_have_ports(r->filter))
		return no_ports;
	if (rest.p != NULL &&
	    (proto < 0 || (PROTOS_PORTED >> proto & 1) == 0))
		return "expected a protocol after the /, such as tcp";
	if (r->nbase == 0)
		r->base[r->nbase++] = (struct filter_end){ 0 };
	for (i = 0; wrong == NULL && i < r->nbase; i++) {
		struct filter_end end = r->base[i];

		end.has_proto = rest.p != NULL;
		end.proto = rest.p != NULL ? (unsigned char)proto : 0;
		wrong = add_port(r, end, ports);
	}
	return wrong;
}

/* The parts of ADDR[%ZONE][/LEN][:PORTS].  An IPv6 address with ports needs
 * brackets; missing parts are missing values. */
struct operand {
	struct str addr, len, ports;
};

static size_t
count(struct str s, char c)
{
	size_t n = 0;

	for (; s.n > 0; s.n--)
		n += *s.p++ == c;
	return n;
}

/* After the ] come the zone, as in ss(8), LEN and the ports. */
static const char *
split_brackets(struct str text, struct operand *op)
{
	struct str head, tail = text;

	str_cut(&tail, ']');
	if (tail.p == NULL)
		return "expected a ] after the address";
	op->ports = tail;
	op->len = str_cut(&op->ports, ':');
	head = str_cut(&op->len, '/');
	if (head.n > 0 && head.p[0] != '%')
		return "expected /LEN or :PORT after the ]";
	op->addr = (struct str){ text.p, text.n - tail.n + head.n };
	return NULL;
}

static const char *
split_operand(struct str text, struct operand *op)
{
	if (str_starts(text, "["))
		return split_brackets(text, op);
	if (str_starts(text, ":::")) {	/* netstat(8) writes [::]:PORT so */
		*op = (struct operand){ { text.p, 2 }, STR_NONE,
			str_skip(text, 3) };
		return NULL;
	}
	op->ports = STR_NONE;
	op->len = text;
	if (count(text, ':') == 1) {
		op->len = str_cut(&text, ':');
		op->ports = text;
	}
	op->addr = str_cut(&op->len, '/');
	return NULL;
}

static bool
is_zone(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || strchr("/:;%]\\", s.p[i]) != NULL)
			return false;
	return s.n > 0 && s.n < SOCK_IFNAME_MAX;
}

/* Parses ADDR, zone and LEN into end. */
static const char *
read_block(struct filter_end *end, const struct operand *op)
{
	unsigned bits;
	uint64_t n;

	if (!addr_parse_shown(op->addr, &end->net, &end->zone))
		return no_operand;
	if (end->zone.p != NULL && !is_zone(end->zone))
		return no_zone;
	bits = addr_bits(&end->net);
	n = bits;
	if (op->len.p != NULL && !num_parse(op->len, bits, &n))
		return bits == 32 ? "expected a prefix length from 0 to 32" :
		    "expected a prefix length from 0 to 128";
	if (addr_is_mapped(&end->net) && n >= 96) {
		end->net = addr_unmap(&end->net);
		n -= 96;
	}
	/* /LEN matches only sockets that have such an address themselves */
	end->answers = op->len.p == NULL && op->ports.p != NULL &&
	    !addr_is_any(&end->net);
	addr_mask(&end->net, (unsigned)n);
	end->has_addr = true;
	end->bits = (unsigned)n;
	return NULL;
}

/* Parses the addresses into r->base. */
static const char *
read_base(struct reader *r, const struct operand *op)
{
	static const char *const localhost[] = { "127.0.0.1", "::1" };
	bool named = str_is(op->addr, "localhost");
	struct operand one = *op;
	const char *wrong = NULL;
	size_t i, n = named ? NELEMS(localhost) : 1;

	r->nbase = 0;
	for (i = 0; wrong == NULL && i < n; i++) {
		struct filter_end end = { 0 };

		if (named)
			one.addr = str_from(localhost[i]);
		wrong = read_block(&end, &one);
		/* with bound, wildcards match anyway */
		end.answers &= !r->filter->bound;
		r->base[r->nbase++] = end;
	}
	return wrong;
}

/* PORTS, :PORTS or *:PORTS without an address, as in ss(8) and lsof(8). */
static bool
is_ports(struct str text, struct str *ports)
{
	*ports = text;
	if (str_starts(text, "*:"))
		*ports = str_skip(text, 1);
	str_take(ports, ':');
	return count(*ports, ':') + count(*ports, '.') == 0 &&
	    !str_is(text, "localhost");
}

/* Adds an item of a list.  PORTS alone belong to the address before, if that
 * item had ports. */
static const char *
add_one(struct reader *r, struct str text)
{
	struct operand op;
	struct str ports;
	const char *wrong;
	size_t i;

	if (is_ports(text, &ports)) {
		if (ports.n < text.n)
			r->nbase = 0;
		return add_ports(r, ports);
	}
	wrong = split_operand(text, &op);
	if (wrong != NULL)
		return wrong;
	if (str_is(op.ports, "*"))	/* in ss(8) it is no peer's */
		op.ports = STR_NONE;
	wrong = read_base(r, &op);
	if (wrong != NULL)
		return wrong;
	if (op.ports.p != NULL)
		return add_ports(r, op.ports);
	for (i = 0; i < r->nbase; i++)
		add_end(r->filter, r->base[i]);
	r->nbase = 0;
	return NULL;
}

/* It can only have been meant as a name. */
static bool
is_word(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!char_is_lower(s.p[i]) && !char_is_upper(s.p[i]) &&
		    !char_is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0 && !char_is_digit(s.p[0]) && s.p[0] != '-';
}

static void
complain_operand(struct str text, const char *wrong)
{
	err_msg("'%.*s': %s", (int)text.n, text.p,
	    wrong == no_operand && is_word(text) ?
	    "no port, service or address (see --process and --help)" :
	    wrong);
}

bool
filter_add_operand(struct filter *f, const char *text,
    const struct services *services)
{
	struct reader r = { .filter = f, .services = services };
	struct str rest = str_from(text), one;
	const char *wrong;

	do {
		one = str_cut(&rest, ',');
		wrong = add_one(&r, one);
	} while (wrong == NULL && rest.p != NULL);
	if (wrong != NULL)
		complain_operand(one, wrong);
	return wrong == NULL;
}
