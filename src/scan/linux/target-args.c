/*
 * Where programs pass connections on to, according to their own arguments, as
 * each documents them, with a NUL after each.  Pure parsers.
 */
#include "scan/linux/target.h"

#include "lib/num.h"

/* The value of the option at the start of args: `-name VALUE', or with a = or
 * two dashes, as in Go's package flag; missing if it is another option.  Cuts
 * off the option and its value. */
static struct str
take_flag(struct str *args, const char *name)
{
	struct str rest = *args, word = str_cut(&rest, '\0');

	if (!str_take(&word, '-'))
		return STR_NONE;
	str_take(&word, '-');
	if (!str_take_start(&word, name))
		return STR_NONE;
	if (str_take(&word, '=')) {
		*args = rest;
		return word;
	}
	if (word.n > 0 || rest.p == NULL)
		return STR_NONE;
	word = str_cut(&rest, '\0');
	*args = rest;
	return word;
}

static bool
read_port(struct str s, uint16_t *port)
{
	uint64_t v;

	if (!num_parse(s, UINT16_MAX, &v))
		return false;
	*port = (uint16_t)v;
	return true;
}

/* docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip
 * 172.17.0.2 -container-port 80: cmd/docker-proxy of Moby.  If an option is
 * repeated, the last one counts. */
bool
args_docker_proxy(struct str args, const struct sock *s,
    struct sock_target *t)
{
	enum { PROTO, PORT, ADDR, TARGET, NFLAGS };
	static const char *const names[NFLAGS] = { "proto", "host-port",
		"container-ip", "container-port" };
	struct str v[NFLAGS] = { STR_LIT("tcp"), STR_NONE, STR_NONE, STR_NONE };
	uint16_t port = 0;
	size_t i;

	str_cut(&args, '\0');
	while (args.p != NULL) {
		struct str value = STR_NONE;

		for (i = 0; i < NFLAGS && value.p == NULL; i++) {
			value = take_flag(&args, names[i]);
			if (value.p != NULL)
				v[i] = value;
		}
		if (value.p == NULL)
			str_cut(&args, '\0');
	}
	return str_is(v[PROTO], sock_protos[s->proto]) &&
	    read_port(v[PORT], &port) && port == s->local_port &&
	    addr_parse(v[ADDR], &t->addr, NULL) &&
	    read_port(v[TARGET], &t->port);
}

/* FIRST or FIRST-LAST. */
static bool
read_range(struct str s, uint16_t *first, uint16_t *last)
{
	struct str from = str_cut(&s, '-');

	if (!read_port(from, first))
		return false;
	*last = *first;
	return s.p == NULL || (read_port(s, last) && *last >= *first);
}

/* FIRST[-LAST][:FIRST[-LAST]]; the first leads to the second. */
static bool
map_range(struct str s, uint16_t port, uint16_t *to)
{
	struct str from = str_cut(&s, ':');
	uint16_t first, last, begin, end;

	if (!read_range(from, &first, &last) || port < first || port > last)
		return false;
	begin = first;
	end = last;
	if (s.p != NULL && (!read_range(s, &begin, &end) ||
	    end - begin != last - first))
		return false;
	*to = (uint16_t)(begin + (port - first));
	return true;
}

/* [ADDR[%INTERFACE]/]RANGE,... of pasta(1); all and auto keep the port. */
static bool
map_pasta(struct str spec, const struct sock *s, uint16_t *to)
{
	struct str rest = spec, where = str_cut(&rest, '/');
	struct addr addr, own = addr_unmap(&s->local);

	if (rest.p != NULL) {
		where = str_cut(&where, '%');
		if (where.n > 0 && (!addr_parse(where, &addr, NULL) ||
		    addr_cmp(&addr, &own) != 0))
			return false;
		spec = rest;
	}
	if (str_is(spec, "all") || str_is(spec, "auto")) {
		*to = s->local_port;
		return true;
	}
	while (spec.p != NULL)
		if (map_range(str_cut(&spec, ','), s->local_port, to))
			return true;
	return false;
}

/* -t and -u of pasta(1), which may be repeated; a value may be in the same
 * argument. */
bool
args_pasta(struct str args, const struct sock *s, struct sock_target *t)
{
	const char *longer = s->proto == PROTO_UDP ? "udp-ports" : "tcp-ports";
	const char *letter = s->proto == PROTO_UDP ? "-u" : "-t";
	struct str word, value;

	str_cut(&args, '\0');
	while (args.p != NULL) {
		value = take_flag(&args, longer);
		if (value.p == NULL) {
			word = str_cut(&args, '\0');
			if (!str_take_start(&word, letter))
				continue;
			value = word.n > 0 ? word : str_cut(&args, '\0');
		}
		if (map_pasta(value, s, &t->port))
			return true;
	}
	return false;
}

/* PROTO:ADDR:PORTS of a proxy device, as forkproxy gets it. */
struct proxy_end {
	struct str proto, addr, ports;
};

static bool
read_end(struct str s, struct proxy_end *end)
{
	size_t i;

	end->proto = str_cut(&s, ':');
	for (i = s.n; i > 0 && s.p[i - 1] != ':'; i--)
		;
	if (i == 0)
		return false;
	end->addr = (struct str){ s.p, i - 1 };
	end->ports = str_skip(s, i);
	if (str_take(&end->addr, '['))
		str_take_end(&end->addr, "]");
	return true;
}

/* The port in RANGE,... that comes after n others. */
static bool
nth_port(struct str ports, unsigned n, uint16_t *port)
{
	uint16_t first, last;

	while (ports.p != NULL) {
		if (!read_range(str_cut(&ports, ','), &first, &last))
			return false;
		if (n <= (unsigned)(last - first)) {
			*port = (uint16_t)(first + n);
			return true;
		}
		n -= (unsigned)(last - first) + 1;
	}
	return false;
}

/* Sets *n to how many of the ports come before port. */
static bool
port_number(struct str ports, uint16_t port, unsigned *n)
{
	uint16_t first, last;

	*n = 0;
	while (ports.p != NULL) {
		if (!read_range(str_cut(&ports, ','), &first, &last))
			return false;
		if (port >= first && port <= last) {
			*n += (unsigned)(port - first);
			return true;
		}
		*n += (unsigned)(last - first) + 1;
	}
	return false;
}

/*
 * incusd forkproxy [--] PID PIDFD LISTEN PID PIDFD CONNECT ...: it leads to as
 * many ports as it listens on, or to one, cmd/incusd/main_forkproxy.go.
 */
bool
args_forkproxy(struct str args, const struct sock *s, struct sock_target *t)
{
	enum { LISTEN = 2, CONNECT = 5 };
	struct str v[CONNECT + 1] = { STR_NONE }, word;
	struct proxy_end from, to;
	uint16_t second;
	unsigned n;
	size_t i;

	str_cut(&args, '\0');
	if (!str_is(str_cut(&args, '\0'), "forkproxy"))
		return false;
	for (i = 0; i <= CONNECT && args.p != NULL; ) {
		word = str_cut(&args, '\0');
		if (i > 0 || !str_is(word, "--"))
			v[i++] = word;
	}
	if (!read_end(v[LISTEN], &from) || !read_end(v[CONNECT], &to) ||
	    !str_is(from.proto, sock_protos[s->proto]) ||
	    !port_number(from.ports, s->local_port, &n))
		return false;
	if (!nth_port(to.ports, 1, &second))
		n = 0;
	return addr_parse(to.addr, &t->addr, NULL) &&
	    nth_port(to.ports, n, &t->port);
}

/* conmon -c ID -n NAME: conmon(8). */
bool
args_conmon(struct str args, struct str *id, struct str *name)
{
	struct str word, *value;

	*id = *name = STR_NONE;
	str_cut(&args, '\0');
	while (args.p != NULL && (id->p == NULL || name->p == NULL)) {
		word = str_cut(&args, '\0');
		value = str_is(word, "-c") || str_is(word, "--cid") ? id :
		    str_is(word, "-n") || str_is(word, "--name") ? name : NULL;
		if (value != NULL)
			*value = str_cut(&args, '\0');
	}
	return id->n > 0;
}
