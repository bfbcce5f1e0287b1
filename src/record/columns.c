#include "record/columns.h"

#include <stdlib.h>

void
cols_init(struct cols *c)
{
	int i;

	c->n = c->cap = 0;
	c->v = NULL;
	for (i = 0; i < FIELD_COUNT; i++)
		c->at[i] = -1;
}

void
cols_free(struct cols *c)
{
	free(c->v);
	cols_init(c);
}

static bool
is_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		bool letter = s.p[i] >= 'a' && s.p[i] <= 'z';
		bool later = (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';

		if (!letter && (i == 0 || !later))
			return false;
	}
	return s.n > 0;
}

int
cols_find(const struct cols *c, struct str name)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (str_eq(c->v[i].name, name))
			return (int)i;
	return -1;
}

bool
cols_add(struct cols *c, struct str name)
{
	enum field_id id = field_find(name);

	if (!is_name(name) || cols_find(c, name) >= 0)
		return false;
	c->v = mem_grow(c->v, &c->cap, c->n + 1, sizeof *c->v);
	if (id != FIELD_NONE)
		c->at[id] = (int)c->n;
	c->v[c->n++] = (struct col){ name, id };
	return true;
}

void
cols_add_field(struct cols *c, enum field_id id)
{
	cols_add(c, str_from(field_table[id].name));
}

void
cols_copy(struct cols *c, const struct cols *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		cols_add(c, from->v[i].name);
}

void
cols_add_defaults(struct cols *c)
{
	int i;

	for (i = 0; i < FIELD_NDEFAULT; i++)
		cols_add_field(c, (enum field_id)i);
}

void
cols_format(struct buf *b, const struct cols *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		buf_putc(b, i == 0 ? '#' : '\t');
		buf_add(b, c->v[i].name.p, c->v[i].name.n);
	}
	buf_putc(b, '\n');
}

bool
cols_equal(const struct cols *a, const struct cols *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!str_eq(a->v[i].name, b->v[i].name))
			return false;
	return true;
}

static bool
is_known(struct str name, struct cols_known known)
{
	enum field_id id = field_find(name);

	return (id != FIELD_NONE && id < known.limit) ||
	    (known.also != NULL && cols_find(known.also, name) >= 0);
}

/* The next name of a list; an alias becomes the name of its field. */
static struct str
take_name(struct str *list, struct cols_known known)
{
	struct str name = str_cut(list, ',');
	enum field_id id = field_find_alias(name);

	return id == FIELD_NONE || is_known(name, known) ? name :
	    str_from(field_table[id].name);
}

/* Appends the known fields of a group that c lacks; false if none is known. */
static bool
add_group(struct cols *c, const struct field_group *g, struct cols_known known)
{
	bool any = false;
	size_t i;

	for (i = 0; g->fields[i] != FIELD_NONE; i++) {
		struct str name = str_from(field_table[g->fields[i]].name);

		if (is_known(name, known)) {
			cols_add(c, name);
			any = true;
		}
	}
	return any;
}

/* One of the first n words of the list is a group that contains the field. */
static bool
is_grouped(struct str list, size_t n, struct str name)
{
	enum field_id id = field_find(name);
	const struct field_group *g;
	size_t i;

	for (i = 0; i < n && id != FIELD_NONE; i++) {
		g = field_group(str_cut(&list, ','));
		if (g != NULL && field_group_has(g, id))
			return true;
	}
	return false;
}

bool
cols_parse(struct cols *c, struct str list, const struct cols *base,
    struct cols_known known, struct str *bad)
{
	bool adds = str_starts(list, "+");
	struct str name, rest;
	const struct field_group *g;
	size_t n;
	int i;

	if (str_is(list, "all")) {
		if (known.also != NULL)
			cols_copy(c, known.also);
		for (i = 0; i < (int)known.limit; i++)
			cols_add_field(c, (enum field_id)i);
		return true;
	}
	if (str_take(&list, '+'))
		cols_copy(c, base);
	rest = list;
	for (n = 0; rest.p != NULL; n++) {
		name = take_name(&rest, known);
		g = field_group(name);
		/* a default column is included anyway */
		if (adds && cols_find(base, name) >= 0)
			continue;
		if (g != NULL ? add_group(c, g, known) :
		    is_known(name, known) && (cols_add(c, name) ||
		    is_grouped(list, n, name)))
			continue;
		*bad = name;
		return false;
	}
	return true;
}
