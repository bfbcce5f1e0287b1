/* The values of rules, by the type of their field. */
#include "flag/rule.h"

#include "lib/escape.h"
#include "lib/num.h"

/* Names in rules that are not fields, or are made of a field. */
static const struct {
	const char *name;
	enum rule_computed computed;
	enum field_id id;		/* the field that it is made of */
	enum rule_type type;
} special[] = {
	{ "local_addr", RULE_FIELD, F_LOCAL_ADDR, RULE_ADDR },
	{ "remote_addr", RULE_FIELD, F_REMOTE_ADDR, RULE_ADDR },
	{ "local_scope", RULE_LOCAL_SCOPE, F_LOCAL_ADDR, RULE_REACH },
	{ "remote_scope", RULE_REMOTE_SCOPE, F_REMOTE_ADDR, RULE_REACH },
	{ "connections", RULE_CONNECTIONS, F_PID, RULE_NUMBER },
	{ "age", RULE_AGE, F_FIRST_SEEN, RULE_NUMBER },
};

static const enum rule_type type_of[] = {
	[FIELD_TEXT] = RULE_TEXT, [FIELD_NUMBER] = RULE_NUMBER,
	[FIELD_NUMBERS] = RULE_NUMBERS, [FIELD_NAMES] = RULE_NAMES,
	[FIELD_PAIRS] = RULE_TEXT,
};

void
value_field(struct rule_cond *c, struct str name)
{
	size_t i;

	c->computed = RULE_FIELD;
	c->id = field_find(name);
	if (c->id == FIELD_NONE)
		c->id = field_find_alias(name);
	c->type = c->id == FIELD_NONE ? RULE_UNKNOWN :
	    type_of[field_table[c->id].type];
	c->field = name;
	for (i = 0; i < NELEMS(special); i++) {
		if (!str_is(name, special[i].name))
			continue;
		c->computed = special[i].computed;
		c->id = special[i].id;
		c->type = special[i].type;
	}
}

#define BIT(op) (1u << (op))
enum {
	EQUAL = BIT(RULE_EQ) | BIT(RULE_NE),
	HAS = BIT(RULE_HAS) | BIT(RULE_HAS_NOT),
	ORDER = BIT(RULE_LT) | BIT(RULE_LE) | BIT(RULE_GT) | BIT(RULE_GE)
};

unsigned
value_ops(const struct rule_cond *c)
{
	static const unsigned ops[] = {
		[RULE_TEXT] = EQUAL | HAS,
		[RULE_NUMBER] = EQUAL | HAS | ORDER,
		[RULE_ADDR] = EQUAL | HAS,
		[RULE_REACH] = EQUAL,
		[RULE_NUMBERS] = EQUAL | HAS,
		[RULE_NAMES] = EQUAL | HAS,
		[RULE_UNKNOWN] = EQUAL | HAS | ORDER,
	};

	/* only fields of the record have text to search in */
	return c->computed == RULE_FIELD ? ops[c->type] :
	    ops[c->type] & ~(unsigned)HAS;
}

const char *const *
value_words(const struct rule_cond *c)
{
	return c->computed == RULE_FIELD && c->id != FIELD_NONE ?
	    field_table[c->id].words : NULL;
}

bool
value_is_list(const struct rule_cond *c)
{
	return c->op == RULE_EQ || c->op == RULE_NE;
}

/* A value of a field with fixed words, in any case. */
static const char *
parse_word(const char *const *words, struct rule_value *v, struct str text)
{
	for (; *words != NULL; words++) {
		if (str_is_like(text, *words)) {
			v->text = str_from(*words);
			return NULL;
		}
	}
	return "unknown value";
}

/* Rejects a *, which its author would mean as a wildcard. */
static const char *
parse_text(struct rule_value *v, struct str text, struct arena *a)
{
	char *p = arena_alloc(a, text.n + 1);

	if (memchr(text.p, '*', text.n) != NULL)
		return "a * is no wildcard: expected ~, as in process~python, "
		    "for a part of the value, or \\x2a";

	v->text.p = p;
	return escape_undo(text, p, &v->text.n);
}

/* Text that its author would mean as a regular expression. */
static bool
is_expression(struct str text)
{
	return str_starts(text, "^") || str_ends(text, "$") ||
	    str_has(text, ".*");
}

/* The operand of ~ in lower case, since ~ ignores case. */
static const char *
parse_part(struct rule_value *v, struct str text, struct arena *a)
{
	char *p = arena_alloc(a, text.n + 1);
	const char *wrong = is_expression(text) ? "~ is for a part of the "
	    "value, as it is: no regular expression (\\x5e is ^, \\x24 is $, "
	    "\\x2a is *)" : escape_undo(text, p, &v->text.n);
	size_t i;

	v->text.p = p;
	for (i = 0; wrong == NULL && i < v->text.n; i++)
		if (char_is_upper(p[i]))
			p[i] = (char)(p[i] - 'A' + 'a');
	return wrong;
}

static bool
is_port(const struct rule_cond *c)
{
	return c->id == F_LOCAL_PORT || c->id == F_REMOTE_PORT;
}

bool
value_other(struct rule_cond *c, struct str text)
{
	struct rule_cond other;

	if (c->computed != RULE_FIELD || c->type != RULE_NUMBER ||
	    c->op == RULE_HAS || c->op == RULE_HAS_NOT)
		return false;
	value_field(&other, text);
	if (other.computed != RULE_FIELD || other.type != RULE_NUMBER)
		return false;
	c->other = other.id;
	return true;
}

static const char *
parse_number(const struct rule_cond *c, struct rule_value *v, struct str text)
{
	uint64_t max = is_port(c) ? UINT16_MAX : UINT64_MAX;

	v->high = UINT64_MAX;
	if (num_parse(text, max, &v->low))
		return NULL;
	return is_port(c) ? "expected a port, 0 to 65535" :
	    "expected a number";
}

static const char *
parse_range(const struct rule_cond *c, struct rule_value *v, struct str text)
{
	uint64_t max = is_port(c) ? UINT16_MAX : UINT64_MAX;
	struct str low = str_cut(&text, '-');

	if (!num_parse(low, max, &v->low) ||
	    (text.p != NULL && !num_parse(text, max, &v->high)))
		return is_port(c) ? "expected a port or PORT-PORT, "
		    "0 to 65535" : "expected a number or NUMBER-NUMBER";
	if (text.p == NULL)
		v->high = v->low;
	return v->low <= v->high ? NULL :
	    "expected the lower end of the range first";
}

static const char *
parse_addr(struct rule_value *v, struct str text, struct arena *a)
{
	static const char expected[] = "expected an address or ADDRESS/LENGTH";
	struct str host = str_cut(&text, '/'), scope;
	uint64_t bits;

	if (!addr_parse_shown(host, &v->net, &scope))
		return expected;
	v->text = arena_str(a, scope);
	bits = addr_bits(&v->net);
	if (text.p != NULL && !num_parse(text, bits, &bits))
		return bits == 32 ? "expected a length of 0 to 32 after the "
		    "/" : "expected a length of 0 to 128 after the /";
	v->bits = (unsigned)bits;
	return NULL;
}

static const char *
parse_reach(struct rule_value *v, struct str text)
{
	int i;

	for (i = 0; i < ADDR_NREACHES; i++) {
		const char *name = addr_reach_name((enum addr_reach)i);

		if (name != NULL && str_is(text, name)) {
			v->text = str_from(name);
			return NULL;
		}
	}
	return "expected loopback, link, private, public or any";
}

const char *
value_parse(const struct rule_cond *c, struct rule_value *v, struct str text,
    struct arena *a)
{
	const char *const *words = value_words(c);

	if (text.n == 0)
		return "expected a value between the commas";
	if (c->op == RULE_HAS || c->op == RULE_HAS_NOT)
		return parse_part(v, text, a);
	if (!value_is_list(c))
		return parse_number(c, v, text);
	if (str_is(text, "-")) {
		v->none = true;
		return NULL;
	}
	if (words != NULL)
		return parse_word(words, v, text);
	switch (c->type) {
	case RULE_NUMBER:
	case RULE_NUMBERS:
		return parse_range(c, v, text);
	case RULE_ADDR:
		return parse_addr(v, text, a);
	case RULE_REACH:
		return parse_reach(v, text);
	case RULE_TEXT:
	case RULE_NAMES:
	case RULE_UNKNOWN:
		break;
	}
	return parse_text(v, text, a);
}
