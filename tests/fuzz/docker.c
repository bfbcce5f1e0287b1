/*
 * Fuzz entry: the answer of Docker's daemon, header and JSON: it is searched
 * for names, and walked to its last value.
 */
#include "fuzz.h"
#include "lib/json.h"
#include "scan/linux/linux.h"

enum { DEPTH = 70 };

static void
check_part(struct str part, struct str text)
{
	check(part.p == NULL || (part.p >= text.p &&
	    part.p + part.n <= text.p + text.n), "a part from elsewhere");
}

/* Each member of an object can be looked up, and each value is read to its end;
 * the depth is limited, or it would not be a value. */
static void
walk(struct str value, char bracket, int depth)	/* NOLINT(misc-no-recursion) */
{
	struct str rest = json_open(value, bracket), inner = rest, key, v;

	check(depth < DEPTH, "deeper than may be");
	while (json_next(&rest, &key, &v)) {
		check_part(key, inner);
		check_part(v, inner);
		check_part(rest, inner);
		check(v.n > 0, "an empty value");
		check(json_text(v).p == NULL || v.n == json_text(v).n + 2,
		    "a text without its quotes");
		walk(v, '{', depth + 1);
		walk(v, '[', depth + 1);
	}
}

static void
find_names(struct str body)
{
	struct str rest = json_open(body, '['), key, value, names;

	while (json_next(&rest, &key, &value)) {
		check_part(json_text(json_member(value, "Id")), value);
		names = json_open(json_member(value, "Names"), '[');
		check_part(names, value);
		if (json_next(&names, &key, &value))
			check_part(json_text(value), body);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str answer = { (const char *)data, size };
	struct str body = linux_docker_body(answer);

	check_part(body, answer);
	find_names(body);
	/* files of Docker and Podman have no header */
	walk(answer, '{', 0);
	walk(answer, '[', 0);
	return 0;
}
