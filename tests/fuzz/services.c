/*
 * Fuzz entry: a services(5) file, and the names that it gives to ports.
 */
#include "fuzz.h"
#include "scan/services.h"

/* What the parser called back. */
struct seen {
	struct str text;
	struct entry {
		struct str name;
		enum services_proto proto;
		uint16_t port;
	} *v;
	size_t n, cap;
};

static void
note(void *arg, struct str name, enum services_proto proto, uint16_t port)
{
	struct seen *s = arg;

	check(proto < SERVICES_NPROTO, "no protocol");
	check(name.n > 0 && name.n <= SERVICES_NAME_MAX, "no name");
	check(name.p >= s->text.p &&
	    name.p + name.n <= s->text.p + s->text.n, "a name from elsewhere");
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
	s->v[s->n++] = (struct entry){ name, proto, port };
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

/* Each name leads to its port, and the port's name is its first one. */
static void
check_names(const struct seen *seen, const struct services *s)
{
	size_t i, k;

	for (i = 0; i < seen->n; i++) {
		const struct entry *e = &seen->v[i];
		struct wanted w = { e->proto, e->port, false };

		for (k = 0; seen->v[k].proto != e->proto ||
		    seen->v[k].port != e->port; k++)
			;
		check(str_eq(services_name(s, e->proto, e->port),
		    seen->v[k].name), "another name");
		services_ports(s, e->name, find, &w);
		check(w.found, "a name that leads elsewhere");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .text = { (const char *)data, size } };
	struct services *s;
	char path[32];
	int fd;

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
	free(seen.v);
	return 0;
}
