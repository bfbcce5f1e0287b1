/*
 * Rules that would allow what was flagged, and nothing else.  They compare what
 * the kernel says of a process (exe, user, addresses, port) and its container
 * and network, since a container has paths of its own.  For an interpreter or
 * loader they also compare the arguments, which say what it runs.  Each rule is
 * tried on the record before it is printed.
 */
#include "flag/report.h"

#include <stdlib.h>

#include "flag/path.h"
#include "flag/program.h"
#include "flag/script.h"
#include "lib/num.h"

/* Suggests each rule once. */
struct suggester {
	struct out *out;
	struct judge *judge;
	struct names said;
	struct buf rule;
	struct view view, other;
	struct str *values;		/* the view's values, to be changed */
	size_t cap;
};

/* Callers have random ports: the local port is the fixed one. */
static bool
is_callers(const struct view *v)
{
	return v->remote_port >= VIEW_RANDOM && v->local_port < VIEW_RANDOM &&
	    !str_is(view_get(v, F_DIR), "out");
}

/* The port that a flag is about: the local one of a listener or bound socket,
 * the remote one of an outgoing connection. */
static enum field_id
port_of(const struct view *v)
{
	if (v->kind & VIEW_OPEN || str_is(view_get(v, F_DIR), "in") ||
	    view_get(v, F_REMOTE_PORT).p == NULL || is_callers(v))
		return F_LOCAL_PORT;
	return F_REMOTE_PORT;
}

static enum field_id
address_of(const struct view *v)
{
	return view_get(v, F_REMOTE_ADDR).p != NULL ? F_REMOTE_ADDR :
	    F_LOCAL_ADDR;
}

/* A rule can express the value: for a port it must be a number. */
static bool
is_sayable(enum field_id id, struct str value)
{
	uint64_t port;

	/* a path too long to read may be any path */
	if (id == F_EXE)
		return !str_starts(value, "...");
	return (id != F_LOCAL_PORT && id != F_REMOTE_PORT) ||
	    value.p == NULL || num_parse(value, UINT16_MAX, &port);
}

static void
add_cond(struct buf *b, enum field_id id, const char *op, struct str value)
{
	buf_putc(b, ' ');
	buf_puts(b, field_table[id].name);
	buf_puts(b, op);
	rule_quote(b, value);
}

/* If part of the path is random, compares the parts around it. */
static void
add_path(struct buf *b, enum field_id id, struct str path, struct str value)
{
	struct str before, after;

	if (!path_is_random(path, &before, &after)) {
		add_cond(b, id, "=", value);
		return;
	}
	add_cond(b, id, "~", before);
	add_cond(b, id, "~", after);
}

/* Arguments come from the process itself: they only narrow the rule. */
static void
add_arguments(struct buf *b, struct view *v)
{
	struct str exe = view_get(v, F_EXE), cmdline = view_get(v, F_CMDLINE);
	unsigned class = view_class(v);

	if (v->cols->at[F_CMDLINE] >= 0 &&
	    (class >> PROG_LANG_SHIFT != SCRIPT_NONE || (exe.p != NULL &&
	    prog_is_loader(exe))))
		add_path(b, F_CMDLINE, script_main(class, exe, cmdline),
		    cmdline);
}

/* A rule with exe implies that there is no container, unless exe is another
 * mount's file: see prt-rules(5). */
static bool
leaves_out(enum field_id id, const struct view *v)
{
	return v->cols->at[id] < 0 || (id == F_CONTAINER &&
	    view_get(v, id).p == NULL && v->cols->at[F_EXE] >= 0 &&
	    !prog_is_elsewhere(view_get(v, F_EXE)));
}

/* False if no field identifies the record, or no rule can express it. */
static bool
make_rule(struct buf *b, struct str name, struct view *v)
{
	enum field_id by[] = { F_EXE, F_CONTAINER, F_NETNS, F_USER,
	    address_of(v), port_of(v) };
	size_t i, before;

	b->n = 0;
	buf_puts(b, "allow ");
	buf_add(b, name.p, name.n);
	before = b->n;
	for (i = 0; i < NELEMS(by); i++) {
		struct str value = view_get(v, by[i]);

		if (leaves_out(by[i], v))
			continue;
		if (!is_sayable(by[i], value))
			return false;
		if (by[i] != F_EXE)
			add_cond(b, by[i], "=", value);
		else {
			add_path(b, F_EXE, value, value);
			add_arguments(b, v);
		}
	}
	return b->n > before;
}

static bool
fits(struct rules *r, struct view *v, const struct str *values)
{
	view_set(v, v->cols, values);
	return rule_may(&r->v[0], v) && rule_looks(&r->v[0], v);
}

/* The rule no longer fits if one of the record's fields has another value. */
static bool
is_exact(struct suggester *s, struct rules *r)
{
	static const enum field_id fields[] = { F_EXE, F_CMDLINE, F_CONTAINER,
	    F_NETNS, F_USER, F_REMOTE_ADDR, F_LOCAL_ADDR };
	const struct cols *cols = s->view.cols;
	struct view *other = &s->other;
	size_t i, j;

	other->cols = cols;
	for (i = 0; i < NELEMS(fields); i++) {
		struct str *value = &s->values[cols->at[fields[i]] < 0 ? 0 :
		    cols->at[fields[i]]];
		struct str was = *value;

		for (j = 0; j < r->v[0].n; j++)
			if (r->v[0].v[j].id == fields[i])
				break;
		if (cols->at[fields[i]] < 0 || (j == r->v[0].n &&
		    fields[i] != F_CONTAINER))
			continue;
		*value = was.p != NULL ? STR_NONE : STR_LIT("x");
		if (fits(r, other, s->values))
			return false;
		*value = was;
	}
	return true;
}

/* The rule is valid, takes the flag off this record, and does not take it off a
 * record that differs. */
static bool
is_proved(struct suggester *s)
{
	struct rules r = { 0 };
	struct rule_error e;
	size_t n = s->view.cols->n;
	bool ok;

	s->values = mem_grow(s->values, &s->cap, n, sizeof *s->values);
	memcpy(s->values, s->view.values, n * sizeof *s->values);
	ok = rules_parse(&r, "--suggest", 1, buf_str(&s->rule), &e);
	if (ok) {
		rules_bind(&r, s->view.cols);
		s->other.cols = s->view.cols;
		ok = fits(&r, &s->other, s->values) && is_exact(s, &r);
	}
	rules_free(&r);
	return ok;
}

static void
suggest_flag(struct suggester *s, struct str name)
{
	size_t before = s->said.n;

	if (!make_rule(&s->rule, name, &s->view))
		return;
	names_id(&s->said, buf_str(&s->rule));
	if (s->said.n == before || !is_proved(s))
		return;
	buf_puts(&s->rule, "\n");
	buf_putc(&s->rule, '\0');
	out_text(s->out, s->rule.p);
}

static void
suggest_row(struct suggester *s, struct judge_input *in, size_t row)
{
	const struct verdict *v = judge_verdict(s->judge, in->set[row]);
	struct str flags = v->flags;

	if (v->n == 0)
		return;
	view_set(&s->view, stream_cols(&in->stream, row),
	    stream_values(&in->stream, row));
	while (flags.p != NULL)
		suggest_flag(s, str_cut(&flags, ','));
}

bool
report_suggest(const struct report *r, const struct out_opts *opts)
{
	struct suggester s = { .out = out_open(opts), .judge = r->judge };
	size_t i, row;

	for (i = 0; i < r->n; i++)
		for (row = 0; row < r->inputs[i].stream.nrows; row++)
			suggest_row(&s, &r->inputs[i], row);
	names_free(&s.said);
	buf_free(&s.rule);
	free(s.values);
	return out_close(s.out);
}
