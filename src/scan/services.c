/*
 * services: names of ports, see scan/services.h.
 *
 * Every name and alias of every source is an entry, in order of precedence; the
 * names point into the files' text, which is kept.  A map finds a port's first
 * entry.  An array of 65536 ports for each protocol would touch a page of
 * memory for nearly every entry, and a page fault costs more than reading 20
 * lines.
 */
#include "scan/services.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/map.h"
#include "lib/num.h"
#include "scan/services-table.h"

#define ETC_SERVICES "/etc/services"

enum {
	PORT_MAX = 65535,
	NENTRIES = 1024		/* initial room: the table and most files fit */
};

struct entry {
	const char *name;
	uint16_t port;
	uint8_t proto, len;
};

struct services {
	struct buf user, etc;
	struct entry *entries;
	size_t n, cap;
	size_t table, file;	/* first entries of these two sources */
	struct map first;	/* index of a port's first entry, from 1 */
	const struct entry **by_name;	/* sorted; NULL: see services_index */
};

static uint32_t
make_key(unsigned proto, uint16_t port)
{
	return (uint32_t)proto << 16 | port;
}

static void
add_entry(void *arg, struct str name, enum services_proto proto, uint16_t port)
{
	struct services *s = arg;

	*MEM_PUSH(s->entries, s->n, s->cap) = (struct entry){ name.p, port,
		(uint8_t)proto, (uint8_t)name.n };
}

static void
add_table(struct services *s)
{
	size_t i, n = NELEMS(services_table);
	unsigned proto;

	for (i = 0; i < n; i++)
		for (proto = 0; proto < SERVICES_NPROTO; proto++)
			if (services_table[i].protos & 1U << proto)
				add_entry(s, str_from(services_table[i].name),
				    (enum services_proto)proto,
				    services_table[i].port);
}

static void
number_ports(struct services *s)
{
	const struct entry *e;
	uint32_t *first;
	size_t i;

	map_reserve(&s->first, NENTRIES);
	for (i = 0; i < s->n; i++) {
		e = &s->entries[i];
		first = map_at(&s->first, make_key(e->proto, e->port));
		if (*first == 0)
			*first = (uint32_t)i + 1;
	}
}

struct services *
services_open(const char *user_file)
{
	struct services *s = mem_alloc(sizeof *s);

	s->entries = mem_grow(NULL, &s->cap, NENTRIES, sizeof *s->entries);
	if (user_file != NULL) {
		if (!input_slurp(user_file, SERVICES_FILE_MAX, &s->user)) {
			err_msg("%s:", user_file);
			services_free(s);
			return NULL;
		}
		services_parse(buf_str(&s->user), add_entry, s);
	}
	s->table = s->n;
	add_table(s);
	s->file = s->n;
	if (input_slurp(ETC_SERVICES, SERVICES_FILE_MAX, &s->etc))
		services_parse(buf_str(&s->etc), add_entry, s);
	else if (errno != ENOENT)
		err_msg(ETC_SERVICES ":");
	number_ports(s);
	return s;
}

void
services_free(struct services *s)
{
	if (s == NULL)
		return;
	buf_free(&s->user);
	buf_free(&s->etc);
	free(s->entries);
	free(s->by_name);
	map_free(&s->first);
	free(s);
}

struct str
services_name(const struct services *s, enum services_proto proto,
    uint16_t port)
{
	uint32_t i = map_get(&s->first, make_key(proto, port));

	if (i == 0)
		return STR_NONE;
	return (struct str){ s->entries[i - 1].name, s->entries[i - 1].len };
}

static struct str
name_of(const struct entry *e)
{
	return (struct str){ e->name, e->len };
}

static int
cmp_name(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;

	return str_cmp(name_of(x), name_of(y));
}

/* Keeps equal names in the order of the entries, the user's file before the
 * table; qsort(3) alone may not. */
static int
cmp_entry(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;
	int c = cmp_name(a, b);

	return c != 0 ? c : (x > y) - (x < y);
}

void
services_index(struct services *s)
{
	size_t i;

	if (s->by_name != NULL)
		return;
	s->by_name = mem_alloc(s->n * sizeof *s->by_name);
	for (i = 0; i < s->n; i++)
		s->by_name[i] = &s->entries[i];
	qsort(s->by_name, s->n, sizeof *s->by_name, cmp_entry);
}

/* The index in by_name of the first entry with that name. */
static size_t
find_name(const struct services *s, struct str name)
{
	struct entry key = { .name = name.p, .len = (uint8_t)name.n };
	const struct entry *of = &key;

	return num_before(&of, s->by_name, s->n, sizeof of, cmp_name);
}

/* The next entry of that name, from *i on; NULL at the end. */
static const struct entry *
next_entry(const struct services *s, struct str name, size_t *i)
{
	while (*i < s->n) {
		const struct entry *e = s->by_name != NULL ?
		    s->by_name[*i] : &s->entries[*i];

		++*i;
		if (str_eq(name, name_of(e)))
			return e;
		if (s->by_name != NULL)
			break;
	}
	return NULL;
}

unsigned
services_ports(const struct services *s, struct str name,
    void (*found)(void *arg, enum services_proto proto, uint16_t port),
    void *arg)
{
	uint32_t *keys = NULL;
	const struct entry *e;
	size_t i = 0, n = 0, cap = 0;

	if (name.n > SERVICES_NAME_MAX)
		return 0;
	if (s->by_name != NULL)
		i = find_name(s, name);
	while ((e = next_entry(s, name, &i)) != NULL)
		*MEM_PUSH(keys, n, cap) = make_key(e->proto, e->port);
	if (keys == NULL)
		return 0;
	/* A port may have the same name in several sources, or as alias. */
	n = num_sort(keys, n);
	for (i = 0; i < n; i++)
		found(arg, (enum services_proto)(keys[i] >> 16),
		    (uint16_t)(keys[i] & PORT_MAX));
	free(keys);
	return (unsigned)n;
}

/* The source of an entry, numbered in the order of services_port. */
static int
rank_of(const struct services *s, const struct entry *e)
{
	size_t i = (size_t)(e - s->entries);

	if (i < s->table)
		return 0;
	return i >= s->file ? 1 : 2;
}

unsigned
services_port(const struct services *s, enum services_proto proto,
    struct str name, uint16_t *port)
{
	const struct entry *e;
	size_t i = 0;
	unsigned n = 0;
	int rank, best = 3;

	if (name.n > SERVICES_NAME_MAX)
		return 0;
	if (s->by_name != NULL)
		i = find_name(s, name);
	while ((e = next_entry(s, name, &i)) != NULL) {
		rank = rank_of(s, e);
		if (e->proto != proto || rank > best)
			continue;
		if (rank < best)
			n = 0;
		else if (e->port == *port)
			continue;
		best = rank;
		*port = e->port;
		n++;
	}
	return n;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts off the next word; it is empty at the end. */
static struct str
cut_word(struct str *line)
{
	const char *p = line->p, *end = p + line->n;
	struct str word;

	while (p < end && is_space(*p))
		p++;
	word.p = p;
	while (p < end && !is_space(*p))
		p++;
	word.n = (size_t)(p - word.p);
	*line = (struct str){ p, (size_t)(end - p) };
	return word;
}

/* The whole word is PORT/PROTOCOL, and the protocol is known. */
static bool
parse_port(struct str word, enum services_proto *proto, uint16_t *port)
{
	uint64_t v;

	if (!num_take(&word, PORT_MAX, &v))
		return false;
	if (str_is(word, "/tcp"))
		*proto = SERVICES_TCP;
	else if (str_is(word, "/udp"))
		*proto = SERVICES_UDP;
	else if (str_is(word, "/sctp"))
		*proto = SERVICES_SCTP;
	else
		return false;
	*port = (uint16_t)v;
	return true;
}

void
services_parse(struct str text,
    void (*entry)(void *arg, struct str name, enum services_proto proto,
	uint16_t port),
    void *arg)
{
	struct str line, name, port_word;
	enum services_proto proto;
	uint16_t port;

	while (text.n > 0) {
		line = str_cut(&text, '\n');
		line = str_cut(&line, '#');
		name = cut_word(&line);
		port_word = cut_word(&line);
		if (name.n > SERVICES_NAME_MAX ||
		    !parse_port(port_word, &proto, &port))
			continue;
		for (; name.n > 0; name = cut_word(&line))
			if (name.n <= SERVICES_NAME_MAX)
				entry(arg, name, proto, port);
	}
}
