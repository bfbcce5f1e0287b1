#include "scan/filter.h"

#include <stdlib.h>

#include "lib/num.h"

/* So few are compared with each socket one by one: it takes no time. */
enum { FEW_ENDS = 16 };

enum { PORT_MAX = 65535 };

void
filter_free(struct filter *f)
{
	int by;

	for (by = 0; by < BY_COUNT; by++)
		filter_names_free(&f->names[by]);
	free(f->pids);
	free(f->ends);
	free(f->ports);
}

/* Sets the bits of one protocol's ports, given where ranges begin and end. */
static void
set_ports(unsigned char *bits, const struct filter_end *ends, size_t n,
    unsigned proto)
{
	int *turns = mem_alloc((PORT_MAX + 2) * sizeof *turns), depth = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (ends[i].has_proto && ends[i].proto != proto)
			continue;
		turns[ends[i].first]++;
		turns[ends[i].last + 1]--;
	}
	for (i = 0; i <= PORT_MAX; i++) {
		depth += turns[i];
		if (depth > 0)
			bits[i / 8] |= (unsigned char)(1U << i % 8);
	}
	free(turns);
}

void
filter_ready(struct filter *f)
{
	struct filter_end *ends = mem_alloc(f->nends * sizeof *ends);
	size_t i, n = 0;
	unsigned proto;
	int by;

	for (by = 0; by < BY_COUNT; by++)
		filter_names_ready(&f->names[by]);
	f->npids = num_sort(f->pids, f->npids);
	f->naddrs = 0;
	for (i = 0; i < f->nends; i++) {
		if (f->ends[i].has_addr)
			f->ends[f->naddrs++] = f->ends[i];
		else
			ends[n++] = f->ends[i];
	}
	for (i = 0; i < n; i++)
		f->ends[f->naddrs + i] = ends[i];
	free(ends);
	if (n <= FEW_ENDS)
		return;
	f->ports = mem_alloc(PROTO_NPORTED * (PORT_MAX + 1) / 8);
	for (proto = 0; proto < PROTO_NPORTED; proto++)
		set_ports(f->ports + proto * (PORT_MAX + 1) / 8,
		    f->ends + f->naddrs, n, proto);
}

bool
filter_wants_proto(const struct filter *f, enum sock_proto proto)
{
	unsigned protos = f->protos != 0 ? f->protos : PROTOS_PORTED;

	return (protos >> proto & 1) != 0;
}

/* An IPv6 socket may hold a port for IPv4 too. */
bool
filter_wants_family(const struct filter *f, enum addr_family family)
{
	if (f->inet == f->inet6)
		return true;
	if (filter_wants_published(f))
		return true;
	if (family == ADDR_NONE)
		return f->bound;
	return family == ADDR_INET ? f->inet : f->inet6 || f->bound;
}

bool
filter_shows(const struct filter *f, const struct sock *s)
{
	bool both = f->inet == f->inet6 || f->bound;

	return filter_shows_state(f, s->state) && (both ||
	    (s->local.family == ADDR_INET ? f->inet : f->inet6));
}

bool
filter_wants_bound(const struct filter *f)
{
	size_t i = 0;

	/* port names may exist only for UDP */
	while (i < f->nends && f->ends[i].has_proto &&
	    f->ends[i].proto == PROTO_UDP)
		i++;
	return filter_wants_proto(f, PROTO_TCP) &&
	    filter_wants_state(f, STATE_BOUND) &&
	    (f->nends == 0 || i < f->nends);
}

unsigned
filter_protos(const struct filter *f)
{
	unsigned i, protos = 0;

	for (i = 0; i < PROTO_COUNT; i++)
		if (filter_wants_proto(f, (enum sock_proto)i))
			protos |= 1U << i;
	return protos;
}

/* If the filter drops all connections, there is no dir to judge. */
bool
filter_wants_connected(const struct filter *f)
{
	int i;

	for (i = STATE_ESTABLISHED; i < STATE_UNCONN; i++)
		if (i != STATE_LISTEN &&
		    filter_wants_state(f, (enum sock_state)i))
			return true;
	return false;
}

bool
filter_narrows(const struct filter *f)
{
	return f->inet != f->inet6 || f->protos != 0 || f->listening ||
	    f->states != 0;
}

bool
filter_keeps(const struct filter *f, const struct scan *sc,
    const struct sock *s)
{
	if (!filter_wants_proto(f, s->proto) ||
	    !filter_wants_family(f, s->local.family) ||
	    !filter_wants_state(f, s->state))
		return false;
	if ((f->no_ephemeral || f->no_random) && (s->state == STATE_UNCONN ||
	    (s->state == STATE_NAT && s->proto == PROTO_UDP)) &&
	    scan_is_ephemeral(sc, s, s->local_port))
		return false;
	return filter_fits_ends(f, sc, s);
}

bool
filter_needs_owners(const struct filter *f)
{
	return f->npids > 0 || f->no_random || filter_has_names(f);
}

bool
filter_keeps_pid(const struct filter *f, uint32_t pid)
{
	return f->npids == 0 ||
	    bsearch(&pid, f->pids, f->npids, sizeof pid, num_cmp32) != NULL;
}

/* Appends `;word', or only `word' if nothing was appended after start. */
static void
add_word(struct buf *b, size_t start, const char *word)
{
	if (b->n > start)
		buf_putc(b, ';');
	buf_puts(b, word);
}

static void
add_end_text(struct buf *b, const struct filter_end *end)
{
	if (end->has_addr) {
		char *p = buf_room(b, ADDR_TEXT_MAX + 2);
		char *q = p;

		*q++ = '[';
		q = addr_format(q, &end->net);
		b->n += (size_t)(q - p);
		if (end->zone.p != NULL) {
			buf_putc(b, '%');
			buf_add(b, end->zone.p, end->zone.n);
		}
		buf_putc(b, ']');
		buf_putc(b, '/');
		num_add(b, end->bits);
	}
	if (!end->has_ports)
		return;
	buf_putc(b, ':');
	num_add(b, end->first);
	if (end->last != end->first) {
		buf_putc(b, '-');
		num_add(b, end->last);
	}
	if (end->has_proto) {
		buf_putc(b, '/');
		buf_puts(b, sock_protos[end->proto]);
	}
	if (end->answers)
		buf_puts(b, "/answers");
}

static int
cmp_end(const void *a, const void *b)
{
	const struct filter_end *x = a, *y = b;
	int c = x->has_addr - y->has_addr;

	if (c == 0)
		c = addr_cmp(&x->net, &y->net);
	if (c == 0)
		c = num_cmp(x->bits, y->bits);
	if (c == 0)
		c = str_cmp(x->zone, y->zone);
	if (c == 0)
		c = x->has_ports - y->has_ports;
	if (c == 0)
		c = num_cmp(x->first, y->first);
	if (c == 0)
		c = num_cmp(x->last, y->last);
	if (c == 0)
		c = x->has_proto - y->has_proto;
	if (c == 0)
		c = x->proto - y->proto;
	return c != 0 ? c : x->answers - y->answers;
}

static void
add_ends(const struct filter *f, struct buf *b)
{
	size_t i, size = f->nends * sizeof *f->ends;
	struct filter_end *ends = mem_alloc(size);

	memcpy(ends, f->ends, size);
	qsort(ends, f->nends, sizeof *ends, cmp_end);
	for (i = 0; i < f->nends; i++) {
		if (i > 0 && cmp_end(&ends[i - 1], &ends[i]) == 0)
			continue;
		if (i > 0)
			buf_putc(b, ',');
		add_end_text(b, &ends[i]);
	}
	free(ends);
}

/* By itself `bound' drops nothing: every socket has a local end. */
static bool
chooses_bound(const struct filter *f)
{
	return f->bound && (f->nends > 0 || f->inet != f->inet6);
}

/* -tu was everything when scopes were introduced, and still counts as that; the
 * snapshot says in another key what was read. */
static void
add_protos(const struct filter *f, struct buf *b, size_t start)
{
	const unsigned old = 1U << PROTO_TCP | 1U << PROTO_UDP;
	unsigned i;

	if (f->protos == old || f->protos == PROTOS_PORTED)
		return;
	for (i = 0; i < PROTO_COUNT; i++)
		if ((f->protos >> i & 1) != 0)
			add_word(b, start, sock_protos[i]);
}

/* The states left out, if the user chose to leave some out: then a state that a
 * later version adds is not among them. */
static void
add_states(const struct filter *f, struct buf *b, size_t start)
{
	uint32_t states = f->states_left ? ~f->states : f->states;
	bool first = true;
	size_t i;

	for (i = 0; i < STATE_COUNT; i++) {
		if (sock_states[i] == NULL || (states >> i & 1) == 0)
			continue;
		if (first)
			add_word(b, start, f->states_left ? "state=^" :
			    "state=");
		else
			buf_putc(b, ',');
		buf_puts(b, sock_states[i]);
		first = false;
	}
}

static void
add_names(const struct filter *f, struct buf *b, size_t start)
{
	int by;

	for (by = 0; by < BY_COUNT; by++) {
		if (f->names[by].n == 0)
			continue;
		add_word(b, start, filter_by_name((enum filter_by)by));
		buf_putc(b, '=');
		filter_names_scope(&f->names[by], b);
	}
}

void
filter_scope(const struct filter *f, struct buf *b)
{
	size_t start = b->n, i;

	if (f->inet != f->inet6)
		add_word(b, start, f->inet ? "inet" : "inet6");
	add_protos(f, b, start);
	if (f->listening)
		add_word(b, start, "listening");
	if (chooses_bound(f))
		add_word(b, start, "bound");
	if (f->no_random)
		add_word(b, start, "no-random");
	else if (f->no_ephemeral)
		add_word(b, start, "no-ephemeral");
	add_states(f, b, start);
	for (i = 0; i < f->npids; i++) {
		if (i == 0)
			add_word(b, start, "pid=");
		else
			buf_putc(b, ',');
		num_add(b, f->pids[i]);
	}
	add_names(f, b, start);
	if (f->nends > 0) {
		add_word(b, start, "end=");
		add_ends(f, b);
	}
	if (b->n == start)
		buf_puts(b, "all");
	if (f->all_netns)
		add_word(b, start, "netns");
}

bool
filter_is_empty(const struct filter *f)
{
	struct buf scope = { 0 };
	bool empty;

	filter_scope(f, &scope);
	empty = str_is(buf_str(&scope), "all");
	buf_free(&scope);
	return empty;
}
