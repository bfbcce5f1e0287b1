/*
 * Fuzz entry: the cgroup file of a process, cgroups(7), whose paths whoever may
 * make a group has chosen.
 */
#include "fuzz.h"
#include "linux.h"

static bool
is_part(struct str part, struct str text)
{
	return part.p >= text.p && part.p + part.n <= text.p + text.n;
}

static void
check_container(struct str text)
{
	/* of its very size: a sanitizer sees a step too far */
	char *name = mem_alloc(LINUX_CONTAINER_MAX);
	struct str id = STR_NONE;
	size_t n = linux_container(text, name, &id);
	struct str runtime = { name, n }, rest = runtime;

	check(n <= LINUX_CONTAINER_MAX, "a name too long");
	check((n > 0) == (id.p != NULL), "a name without an id");
	if (n > 0) {
		runtime = str_cut(&rest, '/');
		check(runtime.n > 0 && rest.n > 0, "no runtime/name");
		check(is_part(id, text) && id.n > 0, "an id from elsewhere");
	}
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, path, unit;

	if (size == 0)
		text.p = "";
	path = linux_cgroup(text);
	unit = linux_unit(path);
	check(path.p == NULL || is_part(path, text), "a path from elsewhere");
	check(path.n == 0 || memchr(path.p, '\n', path.n) == NULL,
	    "a path of two lines");
	check(unit.p == NULL || is_part(unit, path), "a unit from elsewhere");
	check(unit.n == 0 || memchr(unit.p, '/', unit.n) == NULL,
	    "a unit of two parts");
	check_container(text);
	return 0;
}
