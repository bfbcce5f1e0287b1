/*
 * Fuzz entry: the cgroup file of a process, cgroups(7), whose paths are chosen
 * by anyone who may make a group.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"

static bool
is_part(struct str s, struct str text)
{
	return s.p >= text.p && s.p + s.n <= text.p + text.n;
}

static void
check_container(struct str text)
{
	/* of its exact size: a sanitizer sees an overrun */
	struct linux_in *in = mem_alloc(sizeof *in);
	struct str runtime, rest;

	if (linux_container(text, in)) {
		check(in->n <= LINUX_CONTAINER_MAX, "a name too long");
		rest = (struct str){ in->name, in->n };
		runtime = str_cut(&rest, '/');
		check(runtime.n > 0 && rest.n > 0, "no runtime/name");
		check(in->id.n > 0 && is_part(in->id, text),
		    "an id from elsewhere");
	}
	free(in);
}

/* A part, if there is one, is in text, and has no such byte. */
static void
check_part(struct str s, struct str text, char end)
{
	check(s.p != NULL || s.n == 0, "a missing part of some length");
	if (s.p == NULL)
		return;
	check(is_part(s, text), "a part from elsewhere");
	check(memchr(s.p, end, s.n) == NULL, "a part too long");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, path, unit;

	if (size == 0)
		text.p = "";
	path = linux_cgroup(text);
	unit = linux_unit(path);
	check_part(path, text, '\n');
	check_part(unit, path, '/');
	check_container(text);
	return 0;
}
