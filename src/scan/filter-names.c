/* Names by which a user chooses records, with wildcards as in a shell. */
#include "scan/filter.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/escape.h"
#include "lib/num.h"

/* A shorter part of an id may be a name: cafe, be. */
enum { ID_MIN = 4 };

const char *
filter_by_name(enum filter_by by)
{
	static const char *const names[] = {
		[BY_PROCESS] = "process", [BY_USER] = "user",
		[BY_CONTAINER] = "container", [BY_UNIT] = "unit",
	};

	return names[by];
}

/* As in systemctl(1): nginx means nginx.service. */
static bool
lacks_suffix(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (memchr(".*?[", name.p[i], 4) != NULL)
			return false;
	return !str_is(name, "-");
}

bool
filter_add_names(struct filter *f, enum filter_by by, const char *list)
{
	static const char suffix[] = ".service";
	struct filter_names *names = &f->names[by];
	struct str rest = str_from(list), name;
	char *copy;

	do {
		name = str_cut(&rest, ',');
		if (name.n == 0) {
			err_msg("--%s=%s: expected names, between commas",
			    filter_by_name(by), list);
			return false;
		}
		copy = mem_alloc(name.n + sizeof suffix);
		memcpy(copy, name.p, name.n);
		if (by == BY_UNIT && lacks_suffix(name))
			memcpy(copy + name.n, suffix, sizeof suffix);
		*MEM_PUSH(names->v, names->n, names->cap) = copy;
	} while (rest.p != NULL);
	return true;
}

bool
filter_has_names(const struct filter *f)
{
	int by;

	for (by = 0; by < BY_COUNT; by++)
		if (f->names[by].n > 0)
			return true;
	return false;
}

static int
cmp_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
filter_names_ready(struct filter_names *names)
{
	size_t i, n = 0;

	if (names->n > 0)
		qsort(names->v, names->n, sizeof *names->v, cmp_name);
	for (i = 0; i < names->n; i++) {
		if (n > 0 && strcmp(names->v[n - 1], names->v[i]) == 0)
			free(names->v[i]);
		else
			names->v[n++] = names->v[i];
	}
	names->n = n;
}

void
filter_names_free(struct filter_names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

/* Escapes as in `was': puts a \ before a comma and other separators. */
void
filter_names_scope(const struct filter_names *names, struct buf *b)
{
	const char *p;
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		for (p = names->v[i]; *p != '\0'; p++) {
			if (strchr(",;=\\", *p) != NULL)
				buf_putc(b, '\\');
			buf_putc(b, *p);
		}
	}
}

/* The value equals pattern, raw or escaped as in our output, or matches its
 * wildcards.  A \ is literal: names of units contain \x2d. */
static bool
name_fits(const char *pattern, const char *value, const char *escaped)
{
	return strcmp(pattern, value) == 0 || strcmp(pattern, escaped) == 0 ||
	    fnmatch(pattern, value, FNM_NOESCAPE) == 0;
}

bool
filter_names_fit(const struct filter_names *names, struct str value)
{
	struct buf text = { 0 }, escaped = { 0 };
	size_t i = 0;

	if (value.n == 0) {
		while (i < names->n && strcmp(names->v[i], "-") != 0)
			i++;
		return i < names->n;
	}
	buf_add(&text, value.p, value.n);
	buf_putc(&text, '\0');
	escape_field(&escaped, value);
	buf_putc(&escaped, '\0');
	while (i < names->n && !name_fits(names->v[i], text.p, escaped.p))
		i++;
	buf_free(&text);
	buf_free(&escaped);
	return i < names->n;
}

static bool
begins_id(const char *name, struct str id)
{
	size_t n = 0;

	while (num_hex(name[n]) >= 0)
		n++;
	return n >= ID_MIN && name[n] == '\0' && str_starts(id, name);
}

bool
filter_names_container(const struct filter_names *names, struct str name,
    struct str id)
{
	struct str plain = name;
	size_t i = 0;

	if (filter_names_fit(names, name))
		return true;
	str_cut(&plain, '/');
	if (plain.n > 0 && filter_names_fit(names, plain))
		return true;
	while (i < names->n && id.n > 0 && !begins_id(names->v[i], id))
		i++;
	return id.n > 0 && i < names->n;
}
