#include "lib/json.h"

/* JSON that we read is not nested deeper. */
enum { DEPTH_MAX = 64 };

static void
skip_space(struct str *s)
{
	while (str_take(s, ' ') || str_take(s, '\t') || str_take(s, '\n') ||
	    str_take(s, '\r'))
		;
}

/* Cuts off blanks and then c. */
static bool
cut_char(struct str *s, char c)
{
	skip_space(s);
	return str_take(s, c);
}

/* The length of the string at the start of s, with its quotes; 0: none. */
static size_t
string_length(struct str s)
{
	size_t i;

	if (s.n == 0 || *s.p != '"')
		return 0;
	for (i = 1; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i < s.n ? i + 1 : 0;
}

/* The length of an object or array, up to its closing bracket. */
static size_t
nested_length(struct str s)
{
	char open[DEPTH_MAX];
	size_t i = 0, depth = 0, n;

	while (i < s.n) {
		char c = s.p[i];

		if (c == '"') {
			n = string_length(str_skip(s, i));
			if (n == 0)
				return 0;
			i += n;
			continue;
		}
		i++;
		if (c == '{' || c == '[') {
			if (depth == DEPTH_MAX)
				return 0;
			open[depth++] = c;
		} else if (c == '}' || c == ']') {
			if (depth == 0 ||
			    open[--depth] != (c == '}' ? '{' : '['))
				return 0;
			if (depth == 0)
				return i;
		}
	}
	return 0;
}

/* The length of a number, true, false or null, whose value nobody needs. */
static size_t
word_length(struct str s)
{
	size_t i = 0;

	while (i < s.n && strchr("+-.0123456789Eaeflnrstu", s.p[i]) != NULL &&
	    s.p[i] != '\0')
		i++;
	return i;
}

static struct str
take_json(struct str *s)
{
	struct str value;
	size_t n;

	skip_space(s);
	if (s->n == 0)
		return STR_NONE;
	if (*s->p == '"')
		n = string_length(*s);
	else if (*s->p == '{' || *s->p == '[')
		n = nested_length(*s);
	else
		n = word_length(*s);
	if (n == 0)
		return STR_NONE;
	value = (struct str){ s->p, n };
	*s = str_skip(*s, n);
	return value;
}

bool
json_next(struct str *rest, struct str *key, struct str *value)
{
	struct str s = *rest, first;

	*rest = STR_NONE;
	*key = STR_NONE;
	if (s.n == 0)
		return false;
	first = take_json(&s);
	if (first.p == NULL)
		return false;
	if (cut_char(&s, ':')) {
		*key = json_text(first);
		first = take_json(&s);
		if (first.p == NULL)
			return false;
	}
	*value = first;
	if (cut_char(&s, ','))
		*rest = s;
	return true;
}

struct str
json_open(struct str value, char bracket)
{
	size_t n;

	skip_space(&value);
	if (value.n == 0 || *value.p != bracket)
		return STR_NONE;
	n = nested_length(value);
	return n > 0 ? (struct str){ value.p + 1, n - 2 } : STR_NONE;
}

struct str
json_text(struct str value)
{
	if (value.n < 2 || *value.p != '"' ||
	    memchr(value.p, '\\', value.n) != NULL)
		return STR_NONE;
	return (struct str){ value.p + 1, value.n - 2 };
}

struct str
json_member(struct str object, const char *key)
{
	struct str rest = json_open(object, '{'), name, value;

	while (json_next(&rest, &name, &value))
		if (name.p != NULL && str_is(name, key))
			return value;
	return STR_NONE;
}

struct str
json_first_text(struct str array)
{
	struct str rest = json_open(array, '['), key, value;

	return json_next(&rest, &key, &value) ? json_text(value) : STR_NONE;
}
