#include "flag/rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/escape.h"

/* The parser of one line; p moves through it. */
struct parser {
	struct rules *rules;
	struct rule_error *e;
	const char *start, *p, *end;
};

static bool reject(struct parser *ps, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool
reject(struct parser *ps, const char *at, const char *fmt, ...)
{
	va_list ap;

	ps->e->column = (size_t)(at - ps->start) + 1;
	va_start(ap, fmt);
	vsnprintf(ps->e->text, sizeof ps->e->text, fmt, ap);
	va_end(ap);
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct parser *ps)
{
	while (ps->p < ps->end && is_blank(*ps->p))
		ps->p++;
}

static struct str
take_word(struct parser *ps)
{
	const char *start = ps->p;

	while (ps->p < ps->end && !is_blank(*ps->p))
		ps->p++;
	return (struct str){ start, (size_t)(ps->p - start) };
}

static bool
parse_action(struct parser *ps, struct rule *rule)
{
	static const char *const actions[] = {
		[RULE_FLAG] = "flag", [RULE_BELL] = "bell",
		[RULE_ALLOW] = "allow",
	};
	struct str word = take_word(ps);
	size_t i;

	for (i = 0; i < NELEMS(actions); i++) {
		if (str_is(word, actions[i])) {
			rule->action = (enum rule_action)i;
			return true;
		}
	}
	return reject(ps, word.p, "unknown action '%.*s': expected flag, bell "
	    "or allow", (int)(word.n < 40 ? word.n : 40), word.p);
}

static bool
parse_name(struct parser *ps, struct rule *rule)
{
	struct str word;
	size_t i;

	skip_blanks(ps);
	word = take_word(ps);
	for (i = 0; i < word.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-",
		    word.p[i]) == NULL)
			break;
	if (word.n == 0 || (i < word.n &&
	    !(rule->action == RULE_ALLOW && str_is(word, "*"))))
		return reject(ps, word.p + i, "expected a name of a-z, 0-9, _ "
		    "and -%s", rule->action == RULE_ALLOW ? ", or *" : "");
	rule->name_column = (size_t)(word.p - ps->start) + 1;
	rule->name = arena_str(&ps->rules->arena, word);
	return true;
}

/* Longer operators come first. */
static const struct {
	const char *text;
	enum rule_op op;
} ops[] = {
	{ "!=", RULE_NE }, { "!~", RULE_HAS_NOT }, { "<=", RULE_LE },
	{ ">=", RULE_GE }, { "=", RULE_EQ }, { "~", RULE_HAS },
	{ "<", RULE_LT }, { ">", RULE_GT },
};

static bool
parse_op(struct parser *ps, struct rule_cond *c)
{
	struct str rest = { ps->p, (size_t)(ps->end - ps->p) };
	unsigned allowed = value_ops(c);
	char list[32] = "";
	size_t i, n = 0;

	for (i = 0; i < NELEMS(ops); i++) {
		if (str_starts(rest, ops[i].text) &&
		    allowed >> ops[i].op & 1) {
			c->op = ops[i].op;
			ps->p += strlen(ops[i].text);
			return true;
		}
		if (allowed >> ops[i].op & 1)
			n += (size_t)snprintf(list + n, sizeof list - n, " %s",
			    ops[i].text);
	}
	return reject(ps, ps->p, "expected an operator that '%.*s' has:%s",
	    (int)c->field.n, c->field.p, list);
}

static bool
parse_field(struct parser *ps, struct rule_cond *c)
{
	const char *start = ps->p;
	struct str name;

	while (ps->p < ps->end && (char_is_lower(*ps->p) || (ps->p > start &&
	    (char_is_digit(*ps->p) || *ps->p == '_'))))
		ps->p++;
	name = (struct str){ start, (size_t)(ps->p - start) };
	if (name.n == 0 || name.n > 64)
		return reject(ps, start, "expected a condition: FIELD, "
		    "OPERATOR and VALUE without blanks between them");
	c->column = (size_t)(start - ps->start) + 1;
	value_field(c, arena_str(&ps->rules->arena, name));
	return true;
}

/* A value is between quotes, or ends at a blank. */
static bool
take_value(struct parser *ps, struct str *value)
{
	const char *quote;

	if (ps->p < ps->end && *ps->p == '"') {
		quote = ps->p++;
		value->p = ps->p;
		while (ps->p < ps->end && *ps->p != '"')
			ps->p++;
		if (ps->p == ps->end)
			return reject(ps, quote, "unclosed quote: expected a "
			    "\" before the end of the line");
		value->n = (size_t)(ps->p++ - value->p);
		if (ps->p < ps->end && !is_blank(*ps->p))
			return reject(ps, ps->p, "expected a blank after the "
			    "quote");
		return true;
	}
	*value = take_word(ps);
	quote = value->n > 0 ? memchr(value->p, '"', value->n) : NULL;
	if (quote != NULL)
		return reject(ps, quote, "a quote inside a value: expected "
		    "quotes around all of it, or \\x22");
	return true;
}

static bool
reject_value(struct parser *ps, const struct rule_cond *c, struct str part,
    const char *wrong)
{
	const char *const *words = value_words(c);
	struct buf list = { 0 };

	if (words == NULL || part.n == 0)
		return reject(ps, part.p, "%s", wrong);
	for (; *words != NULL; words++) {
		buf_putc(&list, ' ');
		buf_puts(&list, *words);
	}
	reject(ps, part.p, "%s: expected any of%.*s", wrong, (int)list.n,
	    list.p);
	buf_free(&list);
	return false;
}

static bool
parse_value(struct parser *ps, struct rule_cond *c)
{
	struct arena *a = &ps->rules->arena;
	struct str list = STR_NONE, part;
	const char *wrong;
	size_t i;

	if (!take_value(ps, &list))
		return false;
	if (list.n == 0)
		return reject(ps, list.p, "expected a value, or - for none");
	if (c->op == RULE_EQ && list.p[0] == '=')
		return reject(ps, list.p, "a second =: expected a value "
		    "(\\x3d is one that begins with =)");
	if (c->op == RULE_EQ && list.p[0] == '~')
		return reject(ps, list.p, "=~: expected ~ before a part of "
		    "the value, or = and \\x7e for one that begins with ~");
	if (value_other(c, list))
		return true;
	c->n = 1;
	for (i = 0; value_is_list(c) && i < list.n; i++)
		c->n += list.p[i] == ',';
	c->v = arena_alloc(a, c->n * sizeof *c->v);
	memset(c->v, 0, c->n * sizeof *c->v);
	for (i = 0; i < c->n; i++) {
		part = c->n > 1 ? str_cut(&list, ',') : list;
		wrong = value_parse(c, &c->v[i], part, a);
		if (wrong != NULL)
			return reject_value(ps, c, part, wrong);
	}
	return true;
}

/* Conditions are tested in this order: cheap ones first. */
static unsigned
cost_of(const struct rule_cond *c)
{
	if (c->op == RULE_HAS || c->op == RULE_HAS_NOT)
		return 2;
	return c->type == RULE_ADDR || c->type == RULE_REACH;
}

static void
narrow_ports(struct rule_ports *ports, const struct rule_cond *c)
{
	struct rule_ports span = { UINT16_MAX, -1 };
	size_t i;

	for (i = 0; i < c->n; i++) {
		int low = c->v[i].none ? -1 : (int)c->v[i].low;
		int high = c->v[i].none ? -1 : (int)c->v[i].high;

		span.low = low < span.low ? low : span.low;
		span.high = high > span.high ? high : span.high;
	}
	ports->low = span.low > ports->low ? span.low : ports->low;
	ports->high = span.high < ports->high ? span.high : ports->high;
}

static void
narrow(struct rule *rule, const struct rule_cond *c)
{
	unsigned kinds = 0;
	size_t i;

	if (c->op != RULE_EQ || c->other != FIELD_NONE)
		return;
	if (c->id == F_LOCAL_PORT)
		narrow_ports(&rule->local, c);
	else if (c->id == F_REMOTE_PORT)
		narrow_ports(&rule->remote, c);
	else if (c->id == F_STATE) {
		for (i = 0; i < c->n; i++)
			kinds |= view_kind(c->v[i].text);
		rule->kinds &= kinds;
	}
}

static void
add_cond(struct rule *rule, struct rule_cond c)
{
	size_t i = rule->n++;

	for (; i > 0 && cost_of(&rule->v[i - 1]) > cost_of(&c); i--)
		rule->v[i] = rule->v[i - 1];
	rule->v[i] = c;
	rule->counts = rule->counts || c.computed == RULE_CONNECTIONS;
	rule->ages = rule->ages || c.computed == RULE_AGE;
	rule->gone = rule->gone || c.id == F_CHANGE;
}

/* Rejects a rule whose conditions contradict each other: no record fits it. */
static bool
check_bounds(struct parser *ps, const struct rule *rule)
{
	const char *field = NULL;

	if (rule->local.low > rule->local.high)
		field = "local_port";
	else if (rule->remote.low > rule->remote.high)
		field = "remote_port";
	else if (rule->kinds == 0)
		field = "state";
	if (field != NULL)
		return reject(ps, ps->start + rule->name_column - 1, "no "
		    "record has all of its values of %s: expected one "
		    "condition with a list", field);
	if (!(rule->kinds & ~(unsigned)VIEW_OPEN) && rule->remote.low >= 0)
		return reject(ps, ps->start + rule->name_column - 1, "what is "
		    "LISTEN or UNCONN has no remote_port: expected local_port");
	return true;
}

static bool
parse_conds(struct parser *ps, struct rule *rule)
{
	struct rule_cond c;
	size_t cap = 0;

	skip_blanks(ps);
	do {
		memset(&c, 0, sizeof c);
		c.other = FIELD_NONE;
		if (!parse_field(ps, &c) || !parse_op(ps, &c) ||
		    !parse_value(ps, &c))
			return false;
		rule->v = mem_grow(rule->v, &cap, rule->n + 1,
		    sizeof *rule->v);
		narrow(rule, &c);
		add_cond(rule, c);
		skip_blanks(ps);
	} while (ps->p < ps->end);
	return check_bounds(ps, rule);
}

/* Rejects a line that is too long or contains control characters. */
static bool
check_line(struct parser *ps)
{
	const char *p;

	if (ps->end - ps->start > RULE_LINE_MAX)
		return reject(ps, ps->start + RULE_LINE_MAX, "a line too long: "
		    "expected at most %d bytes", RULE_LINE_MAX);
	for (p = ps->start; p < ps->end; p++) {
		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			continue;
		if (*p == '\r' && p + 1 == ps->end)
			return reject(ps, p, "ends in CR LF: expected LF "
			    "alone");
		if (*p != '\t')
			return reject(ps, p, "a control byte: expected text");
	}
	return true;
}

/* A value is a path marked as `elsewhere': not a file of this machine. */
static bool
says_elsewhere(const struct rule_cond *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (str_ends(c->v[i].text, "elsewhere)"))
			return true;
	return false;
}

static bool
allows_here(const struct rule *rule)
{
	bool by_path = false;
	size_t i;

	for (i = 0; i < rule->n; i++) {
		const struct rule_cond *c = &rule->v[i];

		if (c->id == F_CONTAINER || c->id == F_CONTAINER_ID ||
		    says_elsewhere(c))
			return false;
		by_path |= c->id == F_EXE || c->id == F_CWD;
	}
	return by_path && rule->action == RULE_ALLOW;
}

static bool
parse_line(struct parser *ps, const char *file, size_t line)
{
	struct rules *r = ps->rules;
	struct rule *rule;

	if (!check_line(ps))
		return false;
	skip_blanks(ps);
	if (ps->p == ps->end || *ps->p == '#')
		return true;
	rule = MEM_PUSH(r->v, r->n, r->cap);
	*rule = (struct rule){ .file = file, .line = line, .kinds = VIEW_ANY,
	    .local = { -1, UINT16_MAX }, .remote = { -1, UINT16_MAX } };
	if (!parse_action(ps, rule))
		return false;
	rule->gone = rule->action == RULE_ALLOW;
	if (!parse_name(ps, rule) || !parse_conds(ps, rule))
		return false;
	rule->here = allows_here(rule);
	return true;
}

bool
rules_parse(struct rules *r, const char *file, size_t line, struct str text,
    struct rule_error *e)
{
	struct parser ps = { .rules = r, .e = e };
	struct str one;

	e->file = file;
	for (; text.p != NULL; line++) {
		one = str_cut(&text, '\n');
		ps.start = ps.p = one.p;
		ps.end = one.p + one.n;
		e->line = line;
		if (!parse_line(&ps, file, line))
			return false;
	}
	return true;
}

void
rules_free(struct rules *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		free(r->v[i].v);
	free(r->v);
	arena_free(&r->arena);
	*r = (struct rules){ 0 };
}

/* The escape of a character that has a meaning in a rule, or NULL. */
static const char *
escape_of(struct str text, size_t at)
{
	switch (text.p[at]) {
	case ',': return "\\x2c";
	case '"': return "\\x22";
	case '*': return "\\x2a";
	case '^': return at == 0 ? "\\x5e" : NULL;	/* no expression */
	case '$': return at + 1 == text.n ? "\\x24" : NULL;
	case '=': return at == 0 ? "\\x3d" : NULL;	/* a second one */
	case '~': return at == 0 ? "\\x7e" : NULL;	/* a second one */
	default: return NULL;
	}
}

void
rule_quote(struct buf *b, struct str text)
{
	bool blank = text.n > 0 && memchr(text.p, ' ', text.n) != NULL;
	size_t i, start;
	const char *escape;

	if (text.n == 0) {
		buf_putc(b, '-');
		return;
	}
	if (str_is(text, "-")) {
		buf_puts(b, "\\x2d");
		return;
	}
	if (blank)
		buf_putc(b, '"');
	for (i = start = 0; i <= text.n; i++) {
		escape = i < text.n ? escape_of(text, i) : NULL;
		if (i < text.n && escape == NULL)
			continue;
		escape_add(b, (struct str){ text.p + start, i - start });
		if (escape != NULL)
			buf_puts(b, escape);
		start = i + 1;
	}
	if (blank)
		buf_putc(b, '"');
}
