/*
 * services: names of ports, see scan/services.h.
 *
 * Every name and alias of every source is an entry, in order of precedence;
 * the files' text is kept and the names point into it.  A hash table, open
 * addressing, finds a port's first entry.  It is not an array of 65536 ports
 * for each protocol, because that would touch a page of memory for nearly
 * every entry, and a page fault costs more than the reading of 20 lines.
 */
#include "scan/services.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/mem.h"
#include "lib/num.h"
#include "scan/services-table.h"

#define ETC_SERVICES "/etc/services"

enum {
	PORT_MAX = 65535,
	NKEYS = SERVICES_NPROTO * (PORT_MAX + 1),
	SET_BITS = 64,
	NENTRIES = 1024		/* room at first: the table, and most files */
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
	uint32_t *slots;	/* number of an entry + 1; 0: free */
	unsigned shift;		/* 32 - log2 of their number */
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

	s->entries = mem_grow(s->entries, &s->cap, s->n + 1,
	    sizeof *s->entries);
	s->entries[s->n++] = (struct entry){
		.name = name.p,
		.port = port,
		.proto = (uint8_t)proto,
		.len = (uint8_t)name.n,
	};
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

/* The port's slot, or the free one where it belongs.  One is always free:
 * there are twice as many slots as entries or ports. */
static uint32_t *
find_slot(const struct services *s, uint32_t key)
{
	/* Fibonacci hashing: 2^32 divided by the golden ratio. */
	uint32_t i = key * 2654435769U >> s->shift;

	while (s->slots[i] != 0) {
		const struct entry *e = &s->entries[s->slots[i] - 1];

		if (make_key(e->proto, e->port) == key)
			break;
		i = (i + 1) & UINT32_MAX >> s->shift;
	}
	return &s->slots[i];
}

static void
build_slots(struct services *s)
{
	size_t i, n = s->n < NKEYS ? s->n : NKEYS;
	uint32_t *slot;

	for (s->shift = 31; UINT64_C(1) << (32 - s->shift) < 2 * n;)
		s->shift--;
	s->slots = mem_alloc(sizeof *s->slots << (32 - s->shift));
	for (i = 0; i < s->n; i++) {
		slot = find_slot(s,
		    make_key(s->entries[i].proto, s->entries[i].port));
		if (*slot == 0)
			*slot = (uint32_t)i + 1;
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
	add_table(s);
	if (input_slurp(ETC_SERVICES, SERVICES_FILE_MAX, &s->etc))
		services_parse(buf_str(&s->etc), add_entry, s);
	else if (errno != ENOENT)
		err_msg(ETC_SERVICES ":");
	build_slots(s);
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
	free(s->slots);
	free(s);
}

struct str
services_name(const struct services *s, enum services_proto proto,
    uint16_t port)
{
	uint32_t i = *find_slot(s, make_key(proto, port));

	if (i == 0)
		return STR_NONE;
	return (struct str){ s->entries[i - 1].name, s->entries[i - 1].len };
}

/* Calls found for each key of set; returns how many there are. */
static unsigned
report_set(const uint64_t *set,
    void (*found)(void *arg, enum services_proto proto, uint16_t port),
    void *arg)
{
	unsigned key, count = 0;

	for (key = 0; key < NKEYS; key++) {
		uint64_t bits = set[key / SET_BITS] >> key % SET_BITS;

		if (bits == 0) {
			key |= SET_BITS - 1;	/* none left in this word */
		} else if (bits & 1) {
			found(arg, (enum services_proto)(key >> 16),
			    (uint16_t)(key & PORT_MAX));
			count++;
		}
	}
	return count;
}

/* A set of keys sorts them and drops doubles: several sources and aliases
 * may give the same name to a port. */
unsigned
services_ports(const struct services *s, struct str name,
    void (*found)(void *arg, enum services_proto proto, uint16_t port),
    void *arg)
{
	uint64_t set[NKEYS / SET_BITS] = { 0 };
	bool any = false;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct entry *e = &s->entries[i];
		uint32_t key = make_key(e->proto, e->port);

		if (!str_eq(name, (struct str){ e->name, e->len }))
			continue;
		set[key / SET_BITS] |= UINT64_C(1) << key % SET_BITS;
		any = true;
	}
	return any ? report_set(set, found, arg) : 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts the next word off; an empty one where there is none. */
static struct str
next_word(struct str *line)
{
	const char *p = line->p, *end = p + line->n;
	struct str word;

	while (p < end && is_blank(*p))
		p++;
	word.p = p;
	while (p < end && !is_blank(*p))
		p++;
	word.n = (size_t)(p - word.p);
	*line = (struct str){ p, (size_t)(end - p) };
	return word;
}

/* All of word is PORT/PROTOCOL, of a protocol that we know. */
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
		name = next_word(&line);
		port_word = next_word(&line);
		if (name.n > SERVICES_NAME_MAX ||
		    !parse_port(port_word, &proto, &port))
			continue;
		for (; name.n > 0; name = next_word(&line))
			if (name.n <= SERVICES_NAME_MAX)
				entry(arg, name, proto, port);
	}
}
