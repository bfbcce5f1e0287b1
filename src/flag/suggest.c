/*
 * Rules that would allow what was flagged: by what the kernel says of a process
 * (exe, user, port), and in which container that is, for its paths are its own;
 * never by a name that the process gave itself.
 */
#include "flag/report.h"

#include "lib/num.h"

/* The port that a flag is about: where one listens or is bound, where one
 * connects to. */
static enum field_id
port_of(const struct view *view)
{
	if (view->kind & VIEW_OPEN || str_is(view_get(view, F_DIR), "in") ||
	    view_get(view, F_REMOTE_PORT).p == NULL)
		return F_LOCAL_PORT;
	return F_REMOTE_PORT;
}

/* A rule can have it: of a port only a number. */
static bool
is_sayable(enum field_id id, struct str value)
{
	uint64_t port;

	/* a path too long to be read may be any */
	if (id == F_EXE)
		return !str_starts(value, "...");
	return id == F_USER || id == F_CONTAINER || value.p == NULL ||
	    num_parse(value, UINT16_MAX, &port);
}

/* False where there is nothing to tell the record by, or no rule tells it. */
static bool
make_rule(struct buf *b, struct str name, const struct view *view)
{
	enum field_id by[] = { F_EXE, F_CONTAINER, F_USER, port_of(view) };
	size_t i, n = 0;

	b->n = 0;
	buf_puts(b, "allow ");
	buf_add(b, name.p, name.n);
	for (i = 0; i < NELEMS(by); i++) {
		if (view->cols->at[by[i]] < 0 || (by[i] == F_CONTAINER &&
		    view_get(view, F_CONTAINER).p == NULL))
			continue;
		if (!is_sayable(by[i], view_get(view, by[i])))
			return false;
		buf_putc(b, ' ');
		buf_puts(b, field_table[by[i]].name);
		buf_putc(b, '=');
		rule_quote(b, view_get(view, by[i]));
		n++;
	}
	buf_putc(b, '\n');
	return n > 0;
}

/* Each rule once. */
struct suggester {
	struct out *out;
	struct judge *judge;
	struct names said;
	struct buf rule;
	struct view view;
};

static void
suggest_row(struct suggester *s, struct judge_input *in, size_t row)
{
	const struct verdict *v = judge_verdict(s->judge, in->set[row]);
	struct str flags = v->flags, name;
	size_t before;

	if (v->n == 0)
		return;
	view_set(&s->view, stream_cols(&in->stream, row),
	    stream_values(&in->stream, row));
	while (flags.p != NULL) {
		name = str_cut(&flags, ',');
		if (!make_rule(&s->rule, name, &s->view))
			continue;
		before = s->said.n;
		names_id(&s->said, buf_str(&s->rule));
		if (s->said.n == before)
			continue;
		buf_putc(&s->rule, '\0');
		out_text(s->out, s->rule.p);
	}
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
	return out_close(s.out);
}
