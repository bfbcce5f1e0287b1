/* Rules against records. */
#include "flag/rule.h"

#include <stdio.h>

#include "lib/num.h"

static char
lower(char c)
{
	return char_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static bool
same(const char *hay, const char *needle, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (lower(hay[i]) != needle[i])
			return false;
	return true;
}

/* needle is in lower case; hay in any. */
static bool
contains(struct str hay, struct str needle)
{
	const char *p = hay.p, *end, *a, *b = NULL;
	char c = needle.p[0];
	bool letter = char_is_lower(c);

	if (hay.n < needle.n)
		return false;
	for (end = p + (hay.n - needle.n) + 1; p < end; p = a + 1) {
		a = memchr(p, c, (size_t)(end - p));
		if (letter)
			b = memchr(p, c - 'a' + 'A',
			    (size_t)((a != NULL ? a : end) - p));
		if (b != NULL)
			a = b;
		if (a == NULL)
			return false;
		if (same(a, needle.p, needle.n))
			return true;
	}
	return false;
}

static bool
equals_text(const struct rule_cond *c, struct str s)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (s.p == NULL ? c->v[i].none :
		    !c->v[i].none && str_eq(c->v[i].text, s))
			return true;
	return false;
}

static bool
equals_number(const struct rule_cond *c, bool missing, uint64_t n)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (missing ? c->v[i].none : !c->v[i].none &&
		    n >= c->v[i].low && n <= c->v[i].high)
			return true;
	return false;
}

/* An address with that after its %. */
static bool
has_scope(struct str addr, struct str scope)
{
	str_cut(&addr, '%');
	return str_eq(addr, scope);
}

static bool
equals_addr(const struct rule_cond *c, const struct view_addr *a,
    struct str text)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct rule_value *value = &c->v[i];

		if (a == NULL ? value->none : !value->none &&
		    (addr_in(&a->addr, &value->net, value->bits) ||
		    addr_in(&a->plain, &value->net, value->bits)) &&
		    (value->text.p == NULL || has_scope(text, value->text)))
			return true;
	}
	return false;
}

static bool
equals_reach(const struct rule_cond *c, const struct view_addr *a)
{
	const char *name = a != NULL ? rule_reach_name(view_reach(a)) : NULL;

	return equals_text(c, name != NULL ? str_from(name) : STR_NONE);
}

/* Any part of a list between commas. */
static bool
equals_list(const struct rule_cond *c, struct str s)
{
	uint64_t n;

	if (s.p == NULL)
		return equals_text(c, s);
	while (s.p != NULL) {
		struct str part = str_cut(&s, ',');

		if (c->type == RULE_NAMES ? equals_text(c, part) :
		    num_parse(part, UINT64_MAX, &n) &&
		    equals_number(c, false, n))
			return true;
	}
	return false;
}

/* The number that a condition is on, false if the record has none. */
static bool
number_of(const struct rule_cond *c, const struct view *v, uint64_t *n)
{
	int port = c->id == F_LOCAL_PORT ? v->local_port :
	    c->id == F_REMOTE_PORT ? v->remote_port : -1;

	*n = (uint64_t)port;
	if (port >= 0)
		return true;
	return v->values[c->at].p != NULL &&
	    num_parse(v->values[c->at], UINT64_MAX, n);
}

static bool
equals(const struct rule_cond *c, struct view *v)
{
	struct str s = v->values[c->at];
	uint64_t n = 0;
	bool is;

	switch (c->type) {
	case RULE_NUMBER:
		is = number_of(c, v, &n);
		return (is || s.p == NULL) && equals_number(c, !is, n);
	case RULE_ADDR:
		return equals_addr(c, c->id == F_LOCAL_ADDR ? view_local(v) :
		    view_remote(v), s);
	case RULE_REACH:
		return equals_reach(c, c->id == F_LOCAL_ADDR ?
		    view_local(v) : view_remote(v));
	case RULE_NUMBERS:
	case RULE_NAMES:
		return equals_list(c, s);
	case RULE_TEXT:
	case RULE_UNKNOWN:
		break;
	}
	return equals_text(c, s);
}

static bool
compares(const struct rule_cond *c, uint64_t n)
{
	uint64_t to = c->v[0].low;

	switch (c->op) {
	case RULE_LT:
		return n < to;
	case RULE_LE:
		return n <= to;
	case RULE_GT:
		return n > to;
	case RULE_GE:
		return n >= to;
	case RULE_EQ:
		return equals_number(c, false, n);
	case RULE_NE:
		return !equals_number(c, false, n);
	case RULE_HAS:
	case RULE_HAS_NOT:
		break;
	}
	return false;
}

static bool
holds(const struct rule_cond *c, struct view *v)
{
	struct str s = v->values[c->at];
	uint64_t n;

	switch (c->op) {
	case RULE_EQ:
		return equals(c, v);
	case RULE_NE:
		return !equals(c, v);
	case RULE_HAS:
		return s.p != NULL && contains(s, c->v[0].text);
	case RULE_HAS_NOT:
		return s.p == NULL || !contains(s, c->v[0].text);
	default:
		return number_of(c, v, &n) && compares(c, n);
	}
}

bool
rule_looks(const struct rule *rule, struct view *v)
{
	size_t i;

	for (i = 0; i < rule->n; i++)
		if (rule->v[i].computed != RULE_CONNECTIONS &&
		    rule->v[i].computed != RULE_AGE && !holds(&rule->v[i], v))
			return false;
	return true;
}

/* A computed number, missing if it is below 0. */
static bool
holds_computed(const struct rule_cond *c, int64_t n)
{
	if (n >= 0)
		return compares(c, (uint64_t)n);
	if (c->op == RULE_EQ)
		return equals_number(c, true, 0);
	return c->op == RULE_NE && !equals_number(c, true, 0);
}

bool
rule_is(const struct rule *rule, int64_t connections, int64_t age)
{
	size_t i;

	for (i = 0; i < rule->n; i++) {
		const struct rule_cond *c = &rule->v[i];

		if ((c->computed == RULE_CONNECTIONS &&
		    !holds_computed(c, connections)) ||
		    (c->computed == RULE_AGE && !holds_computed(c, age)))
			return false;
	}
	return true;
}

void
rules_bind(struct rules *r, const struct cols *cols)
{
	size_t i, j;

	for (i = 0; i < r->n; i++) {
		struct rule *rule = &r->v[i];

		rule->bound = true;
		for (j = 0; j < rule->n; j++) {
			struct rule_cond *c = &rule->v[j];

			c->at = c->id != FIELD_NONE ? cols->at[c->id] :
			    cols_find(cols, c->field);
			c->found = c->found || c->at >= 0;
			rule->bound = rule->bound && c->at >= 0;
		}
	}
}

bool
rules_check(const struct rules *r, struct rule_error *e)
{
	size_t i, j;

	for (i = 0; i < r->n; i++) {
		for (j = 0; j < r->v[i].n; j++) {
			const struct rule_cond *c = &r->v[i].v[j];

			if (c->id != FIELD_NONE || c->found)
				continue;
			e->file = r->v[i].file;
			e->line = r->v[i].line;
			e->column = c->column;
			snprintf(e->text, sizeof e->text, "unknown field "
			    "'%.*s': expected a field of prt(5) or of the "
			    "input", (int)c->field.n, c->field.p);
			return false;
		}
	}
	return true;
}
