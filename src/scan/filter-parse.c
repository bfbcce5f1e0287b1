/* What a user writes to choose sockets: states, pids, operands. */
#include "scan/filter.h"

#include "lib/err.h"
#include "lib/num.h"

enum { PORT_MAX = 65535 };

static const char no_operand[] = "no port, service or address (see prt-scan "
    "--help)";

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
	buf_putc(&names, '\0');
	err_msg("--state=%s: unknown state '%.*s': expected any of%s", list,
	    (int)name.n, name.p, names.p);
	buf_free(&names);
}

bool
filter_add_states(struct filter *f, const char *list)
{
	struct str rest = str_from(list), name;
	enum sock_state state;

	do {
		name = str_cut(&rest, ',');
		state = sock_state_find(name);
		if (state == STATE_NONE) {
			complain_state(list, name);
			return false;
		}
		f->states |= (uint32_t)1 << state;
	} while (rest.p != NULL);
	return true;
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

static bool
add_proto(struct filter *f, struct str name)
{
	unsigned i;

	for (i = 0; i < PROTO_COUNT; i++)
		if (str_is(name, sock_protos[i])) {
			f->protos |= 1U << i;
			return true;
		}
	return false;
}

bool
filter_add_protos(struct filter *f, const char *list)
{
	struct str rest = str_from(list), name;

	do {
		name = str_cut(&rest, ',');
		if (!add_proto(f, name)) {
			complain_proto(list, name);
			return false;
		}
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

struct named_end {
	struct filter *filter;
	struct filter_end end;
	bool found;
};

static void
add_service_port(void *arg, enum services_proto proto, uint16_t port)
{
	struct named_end *n = arg;

	/* Of SCTP some files have a name and others have not: the same operand
	 * is to be the same scope. */
	if (proto == SERVICES_SCTP)
		return;
	n->found = true;
	n->end.has_ports = n->end.has_proto = true;
	n->end.first = n->end.last = port;
	n->end.proto = proto == SERVICES_TCP ? PROTO_TCP : PROTO_UDP;
	add_end(n->filter, n->end);
}

/* PORT, PORT-PORT or a service's name: adds end with those ports. */
static const char *
add_ports(struct filter *f, struct filter_end end, struct str text,
    const struct services *services)
{
	struct named_end named = { f, end, false };
	struct str rest = text, low = str_cut(&rest, '-');
	uint64_t first, last;

	/* Some names begin with a digit, or have a - in them. */
	services_ports(services, text, add_service_port, &named);
	if (named.found)
		return NULL;
	if (text.n == 0 || low.n == 0 || low.p[0] < '0' || low.p[0] > '9')
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
	add_end(f, end);
	return NULL;
}

/* The parts of ADDR[/LEN][:PORT], of which an IPv6 address needs brackets where
 * a port follows; what is not there is a missing value. */
struct operand {
	struct str addr, len, ports;
};

static const char *
split_brackets(struct str text, struct operand *op)
{
	text = (struct str){ text.p + 1, text.n - 1 };
	op->addr = str_cut(&text, ']');
	if (text.p == NULL)
		return "expected a ] after the address";
	op->len = str_cut(&text, ':');
	op->ports = text;
	/* Between the bracket and the colon is nothing, or /LEN. */
	if (str_cut(&op->len, '/').n > 0)
		return "expected /LEN or :PORT after the ]";
	return NULL;
}

static size_t
count(struct str s, char c)
{
	size_t n = 0;

	for (; s.n > 0; s.n--)
		n += *s.p++ == c;
	return n;
}

static const char *
split_operand(struct str text, struct operand *op)
{
	if (str_starts(text, "["))
		return split_brackets(text, op);
	if (count(text, ':') == 1) {
		op->addr = str_cut(&text, ':');
		op->ports = text;
	} else {
		op->addr = text;
		op->ports = STR_NONE;
	}
	op->len = op->addr;
	op->addr = str_cut(&op->len, '/');
	return NULL;
}

/* ADDR and LEN into end. */
static const char *
read_block(struct filter_end *end, const struct operand *op)
{
	unsigned bits;
	uint64_t n;

	if (!addr_parse(op->addr, &end->net, NULL))
		return no_operand;
	bits = addr_bits(&end->net);
	n = bits;
	if (op->len.p != NULL && !num_parse(op->len, bits, &n))
		return bits == 32 ? "expected a prefix length from 0 to 32" :
		    "expected a prefix length from 0 to 128";
	if (addr_is_mapped(&end->net) && n >= 96) {
		end->net = addr_unmap(&end->net);
		n -= 96;
	}
	/* /LEN asks for what has such an address itself */
	end->answers = op->len.p == NULL && op->ports.p != NULL &&
	    !addr_is_any(&end->net);
	addr_mask(&end->net, (unsigned)n);
	end->has_addr = true;
	end->bits = (unsigned)n;
	return NULL;
}

static bool
may_have_ports(const struct filter *f)
{
	return (filter_protos(f) & PROTOS_PORTED) != 0;
}

static const char *
add_operand(struct filter *f, struct str text,
    const struct services *services)
{
	struct filter_end end = { 0 };
	struct operand op;
	struct str ports = text;
	const char *wrong;

	/* scope, ss(8) and lsof(8) write :PORT */
	if (count(text, ':') + count(text, '.') + count(text, '/') ==
	    str_take(&ports, ':'))
		return may_have_ports(f) ?
		    add_ports(f, end, ports, services) : no_ports;
	wrong = split_operand(text, &op);
	if (wrong == NULL)
		wrong = read_block(&end, &op);
	if (wrong != NULL)
		return wrong;
	if (op.ports.p != NULL && !may_have_ports(f))
		return no_ports;
	/* bind(2) meets a wildcard in any case */
	end.answers &= !f->bound;
	if (op.ports.p != NULL)
		return add_ports(f, end, op.ports, services);
	add_end(f, end);
	return NULL;
}

bool
filter_add_operand(struct filter *f, const char *text,
    const struct services *services)
{
	const char *wrong = add_operand(f, str_from(text), services);

	if (wrong != NULL)
		err_msg("'%s': %s", text, wrong);
	return wrong == NULL;
}
