/* Rules against records. */
#include "flag/rule.h"

#include <stdio.h>

#include "flag/heuristics.h"
#include "flag/program.h"
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

/* needle is in lower case; hay may be in any case. */
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

/* The zone follows the address's %, in brackets or not, or is the interface
 * that the socket is bound to. */
static bool
has_zone(struct str addr, struct str iface, struct str zone)
{
	struct addr a;
	struct str own;

	return str_eq(iface, zone) || (addr_parse_shown(addr, &a, &own) &&
	    str_eq(own, zone));
}

static bool
equals_addr(const struct rule_cond *c, struct view *v,
    const struct view_addr *a, struct str text)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct rule_value *value = &c->v[i];

		if (a == NULL ? value->none : !value->none &&
		    (addr_in(&a->addr, &value->net, value->bits) ||
		    addr_in(&a->plain, &value->net, value->bits)) &&
		    (value->text.p == NULL ||
		    has_zone(text, view_get(v, F_IFACE), value->text)))
			return true;
	}
	return false;
}

static bool
equals_reach(const struct rule_cond *c, const struct view_addr *a)
{
	const char *name = a != NULL ? addr_reach_name(addr_reach(&a->plain)) :
	    NULL;

	if (equals_text(c, name != NULL ? str_from(name) : STR_NONE))
		return true;
	/* `private' is older than `link', and includes it */
	return a != NULL && addr_reach(&a->plain) == ADDR_LINK &&
	    equals_text(c, str_from(addr_reach_name(ADDR_PRIVATE)));
}

/* Any part of a comma-separated list. */
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

/* Reads a field's number from that column; false if the record has none. */
static bool
number_in(enum field_id id, int at, const struct view *v, uint64_t *n)
{
	int port = id == F_LOCAL_PORT ? v->local_port :
	    id == F_REMOTE_PORT ? v->remote_port : -1;

	*n = (uint64_t)port;
	if (port >= 0)
		return true;
	return v->values[at].p != NULL &&
	    num_parse(v->values[at], UINT64_MAX, n);
}

/* Reads the number that the condition compares. */
static bool
number_of(const struct rule_cond *c, const struct view *v, uint64_t *n)
{
	return number_in(c->id, c->at, v, n);
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
		return equals_addr(c, v, c->id == F_LOCAL_ADDR ?
		    view_local(v) : view_remote(v), s);
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
is_ordered(enum rule_op op, uint64_t n, uint64_t to)
{
	switch (op) {
	case RULE_LT:
		return n < to;
	case RULE_LE:
		return n <= to;
	case RULE_GT:
		return n > to;
	case RULE_GE:
		return n >= to;
	case RULE_EQ:
		return n == to;
	case RULE_NE:
		return n != to;
	case RULE_HAS:
	case RULE_HAS_NOT:
		break;
	}
	return false;
}

static bool
compares(const struct rule_cond *c, uint64_t n)
{
	if (c->op == RULE_EQ || c->op == RULE_NE)
		return equals_number(c, false, n) == (c->op == RULE_EQ);
	return is_ordered(c->op, n, c->v[0].low);
}

/* False if either field is missing. */
static bool
compares_fields(const struct rule_cond *c, const struct view *v)
{
	uint64_t n, to;

	return number_of(c, v, &n) &&
	    number_in(c->other, c->other_at, v, &to) &&
	    is_ordered(c->op, n, to);
}

static bool
holds(const struct rule_cond *c, struct view *v)
{
	struct str s = v->values[c->at];
	uint64_t n;

	if (c->other != FIELD_NONE)
		return compares_fields(c, v);
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

/* The paths are this machine's, not those of a container or of other mounts. */
static bool
has_own_paths(const struct view *v)
{
	return view_get(v, F_CONTAINER).p == NULL &&
	    view_get(v, F_CONTAINER_ID).p == NULL &&
	    !prog_is_elsewhere(view_get(v, F_EXE)) &&
	    !prog_is_elsewhere(view_get(v, F_CWD));
}

bool
rule_looks(const struct rule *rule, struct view *v)
{
	size_t i;

	if (rule->here && !has_own_paths(v))
		return false;
	for (i = 0; i < rule->n; i++)
		if (rule->v[i].computed != RULE_CONNECTIONS &&
		    rule->v[i].computed != RULE_AGE && !holds(&rule->v[i], v))
			return false;
	return true;
}

/* Compares a computed number; below 0 it is missing. */
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
			c->other_at = c->other != FIELD_NONE ?
			    cols->at[c->other] : c->at;
			rule->bound = rule->bound && c->at >= 0 &&
			    c->other_at >= 0;
		}
	}
}

static bool
fail_at(struct rule_error *e, const struct rule *rule, size_t column)
{
	e->file = rule->file;
	e->line = rule->line;
	e->column = column;
	return false;
}

static bool
check_fields(const struct rule *rule, struct rule_error *e)
{
	size_t i;

	for (i = 0; i < rule->n; i++) {
		const struct rule_cond *c = &rule->v[i];

		if (c->id != FIELD_NONE || c->found)
			continue;
		snprintf(e->text, sizeof e->text, "unknown field '%.*s': "
		    "expected a field of prt(5) or of the input",
		    (int)c->field.n, c->field.p);
		return fail_at(e, rule, c->column);
	}
	return true;
}

static bool
check_allowed(const struct rule *rule, const struct names *raised,
    struct rule_error *e)
{
	if (rule->action != RULE_ALLOW || str_is(rule->name, "*") ||
	    heur_find(rule->name) >= 0 || names_find(raised, rule->name) != 0)
		return true;
	snprintf(e->text, sizeof e->text, "nothing raises '%.*s': expected a "
	    "heuristic (prt-flag -l), the name of a rule, or *", (int)
	    (rule->name.n < 60 ? rule->name.n : 60), rule->name.p);
	return fail_at(e, rule, rule->name_column);
}

bool
rules_check(const struct rules *r, struct rule_error *e)
{
	struct names raised = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->v[i].action != RULE_ALLOW)
			names_id(&raised, r->v[i].name);
	for (i = 0; ok && i < r->n; i++)
		ok = check_fields(&r->v[i], e) &&
		    check_allowed(&r->v[i], &raised, e);
	names_free(&raised);
	return ok;
}
