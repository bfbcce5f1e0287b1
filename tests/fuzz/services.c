/*
 * Fuzz entry: a file of services(5), and the names of ports by it.
 */
#include "fuzz.h"
#include "services.h"

enum { PORTS = 65536 };

/* What the parser said first of each port, and how often of any. */
struct seen {
	struct str text;
	struct str *name[SERVICES_NPROTO];
	size_t n;
};

static void
note(void *arg, struct str name, enum services_proto proto, uint16_t port)
{
	struct seen *s = arg;

	check(proto < SERVICES_NPROTO, "no protocol");
	check(name.n > 0 && name.n <= SERVICES_NAME_MAX, "no name");
	check(name.p >= s->text.p &&
	    name.p + name.n <= s->text.p + s->text.n, "a name from elsewhere");
	if (s->name[proto][port].p == NULL)
		s->name[proto][port] = name;
	s->n++;
}

struct wanted {
	enum services_proto proto;
	uint16_t port;
	bool found;
};

static void
find(void *arg, enum services_proto proto, uint16_t port)
{
	struct wanted *w = arg;

	w->found |= w->proto == proto && w->port == port;
}

/* The first name of each port is its name, and leads to it. */
static void
check_names(const struct seen *seen, const struct services *s)
{
	unsigned proto, port;

	for (proto = 0; proto < SERVICES_NPROTO; proto++) {
		for (port = 0; port < PORTS; port++) {
			struct str name = seen->name[proto][port];
			struct wanted w = { (enum services_proto)proto,
				(uint16_t)port, false };

			if (name.p == NULL)
				continue;
			check(str_eq(services_name(s, w.proto, w.port), name),
			    "another name");
			services_ports(s, name, find, &w);
			check(w.found, "a name that leads elsewhere");
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .text = { (const char *)data, size } };
	struct services *s;
	char path[32];
	int i, fd;

	for (i = 0; i < SERVICES_NPROTO; i++)
		seen.name[i] = mem_alloc(PORTS * sizeof *seen.name[i]);
	services_parse(seen.text, note, &seen);
	if (seen.n > 0) {
		fd = fuzz_file(seen.text);
		snprintf(path, sizeof path, "/dev/fd/%d", fd);
		s = services_open(path);
		check(s != NULL, "a file that is not read");
		check_names(&seen, s);
		services_free(s);
		close(fd);
	}
	for (i = 0; i < SERVICES_NPROTO; i++)
		free(seen.name[i]);
	return 0;
}
