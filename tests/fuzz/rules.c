/*
 * Fuzz entry: rules of prt-rules(5).
 */
#include "flag/rule.h"
#include "fuzz.h"

/* Records with and without each kind of value. */
static const char *const rows[][FIELD_NDEFAULT] = {
	{ "tcp", "LISTEN", "fe80::1%e", "80", NULL, NULL, NULL, "http", NULL,
	    "docker/a", "7", "sshd", "root", "0", "0,1", "1", "x",
	    "/usr/bin/sshd", "sshd: a B" },
	{ "udp", "ESTABLISHED", "::ffff:10.0.0.1", "0", "192.0.2.1", "65535",
	    "out", NULL, "n1", NULL, NULL, "Py", NULL, "1000", NULL, NULL,
	    NULL, NULL, NULL },
	{ NULL },
};

static void
match(struct rules *r, const struct cols *c, const char *const *row)
{
	struct str v[FIELD_NDEFAULT];
	struct view view = { .cols = NULL };
	size_t i;

	for (i = 0; i < FIELD_NDEFAULT; i++)
		v[i] = row[i] != NULL ? str_from(row[i]) : STR_NONE;
	view_set(&view, c, v);
	for (i = 0; i < r->n; i++) {
		if (!r->v[i].bound)
			continue;
		check(!rule_looks(&r->v[i], &view) || rule_may(&r->v[i], &view),
		    "a rule that may not, but does");
		rule_is(&r->v[i], -1, -1);
		rule_is(&r->v[i], 3, 600);
	}
}

static void
match_all(struct rules *r)
{
	struct rule_error e;
	struct cols c;
	size_t i;

	cols_init(&c);
	for (i = 0; i < FIELD_NDEFAULT; i++)
		cols_add_field(&c, (enum field_id)i);
	rules_bind(r, &c);
	rules_check(r, &e);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		match(r, &c, rows[i]);
	cols_free(&c);
}

/* The error's place is in the text, or right after its last byte. */
static void
check_error(const struct rule_error *e, struct str text)
{
	struct str line = { NULL, 0 };
	size_t n;

	for (n = 0; n < e->line; n++) {
		check(text.p != NULL, "an error behind the last line");
		line = str_cut(&text, '\n');
	}
	check(n > 0 && e->column > 0 && e->column <= line.n + 1,
	    "an error beside its line");
	check(e->text[0] != '\0', "an error without words");
}

/* rule_quote turns any value into text that equals it in a rule. */
static void
check_quote(struct str value)
{
	struct rules r = { 0 };
	struct rule_error e;
	struct buf b = { 0 };
	const struct rule_value *v;

	buf_puts(&b, "allow x cmdline=");
	rule_quote(&b, value);
	check(b.n > RULE_LINE_MAX || rules_parse(&r, "", 1, buf_str(&b), &e),
	    "a quoted value that cannot be read");
	if (b.n <= RULE_LINE_MAX) {
		check(r.n == 1 && r.v[0].n == 1 && r.v[0].v[0].n == 1,
		    "a quoted value that became another rule");
		v = &r.v[0].v[0].v[0];
		check(value.n == 0 ? v->none :
		    !v->none && str_eq(v->text, value),
		    "a quoted value that is not the same");
	}
	rules_free(&r);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct rules r = { 0 };
	struct rule_error e;

	if (size == 0)
		text.p = "";
	if (rules_parse(&r, "rules", 1, text, &e))
		match_all(&r);
	else
		check_error(&e, text);
	rules_free(&r);
	check_quote(text);
	return 0;
}
