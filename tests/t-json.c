/* json: what is found in valid, invalid and hostile texts. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/json.h"
#include "tap.h"

/* The text of the object's member key; want NULL: there is none. */
static void
member(const char *object, const char *key, const char *want, const char *what)
{
	struct str got = json_text(json_member(str_from(object), key));

	ok(want == NULL ? got.p == NULL : got.p != NULL && str_is(got, want),
	    what);
}

static size_t
elements(const char *array)
{
	struct str rest = json_open(str_from(array), '['), key, value;
	size_t n = 0;

	while (json_next(&rest, &key, &value))
		n++;
	return n;
}

/* Every prefix of a text, in memory that ends with it. */
static void
beginnings(const char *text)
{
	size_t i, n = strlen(text), found = 0;

	for (i = 0; i <= n; i++) {
		char *copy = malloc(i + 1);
		struct str s = { copy, i };

		if (copy == NULL)
			break;
		memcpy(copy, text, i);
		found += json_member(s, "Id").p != NULL;
		free(copy);
	}
	ok(found == 1, "an object that is cut has no member");
}

static void
deep(void)
{
	char text[4096];

	memset(text, '[', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ok(json_open(str_from(text), '[').p == NULL, "too deep is nothing");
}

int
main(void)
{
	member("{\"a\":\"b\"}", "a", "b", "a member");
	member(" { \"a\" : 1 , \"b\" : \"c\" } ", "b", "c", "blanks");
	member("{\"x\":{\"a\":\"no\"},\"a\":\"yes\"}", "a", "yes",
	    "not a member of a member");
	member("{\"x\":\"\\\"a\\\":\\\\\",\"a\":\"b\"}", "a", "b",
	    "quotes inside a string");
	member("{\"x\":\"a\"}", "a", NULL, "a value is no key");
	member("{\"a\":\"b\\u0063\"}", "a", NULL, "an escape is no name");
	member("{\"a\":12}", "a", NULL, "a number is no text");
	member("[\"a\",\"b\"]", "a", NULL, "an array has no members");
	member("{\"a\":\"b\"", "a", NULL, "without an end");
	member("{\"a\":[\"b\"}]", "a", NULL, "brackets crossed");
	member("", "a", NULL, "nothing at all");
	ok(elements("[]") == 0, "an empty array");
	ok(elements("[1,\"a,]\",{\"b\":[2,3]},null]") == 4, "elements");
	ok(elements("[1,,2]") == 1, "an element is missing");
	ok(elements("{}") == 0, "no array");
	beginnings("{\"Id\":\"a\",\"Names\":[\"/b\"]}");
	deep();
	return tap_end();
}
