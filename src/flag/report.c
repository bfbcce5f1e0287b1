#include "flag/report.h"

#include <stdlib.h>

#include "lib/escape.h"
#include "lib/num.h"

/* A column that an earlier prt-flag wrote.  A level without flags is not one:
 * the table of heuristics has a level. */
static bool
is_old(const struct cols *c, const struct col *col)
{
	return col->id == F_FLAGS || col->id == F_WHY ||
	    (col->id == F_LEVEL && c->at[F_FLAGS] >= 0);
}

/* Appends the columns that c lacks, except prt-flag's own. */
static void
unite(struct cols *c, const struct cols *more)
{
	size_t i;

	for (i = 0; i < more->n; i++)
		if (!is_old(more, &more->v[i]))
			cols_add(c, more->v[i].name);
}

/* Appends our own columns to the input's, or to the default ones. */
static void
append_own(struct cols *c, const struct report *r)
{
	if (c->n == 0)
		cols_add_defaults(c);
	if (r->level)
		cols_add_field(c, F_LEVEL);
	cols_add_field(c, F_FLAGS);
	if (r->why)
		cols_add_field(c, F_WHY);
}

/* The columns of all inputs.  A header without records counts only if there is
 * no other. */
static void
unite_all(struct cols *c, const struct stream *s)
{
	size_t i;

	for (i = 0; i < s->nparts; i++)
		unite(c, &s->cols[s->parts[i].cols]);
	if (c->n == 0 && s->ncols > 0)
		unite(c, &s->cols[0]);
}

static void
unite_snap(struct cols *c, const struct stream *s, size_t snap)
{
	uint32_t i;

	for (i = s->snaps[snap].parts; i != STREAM_NONE; i = s->parts[i].next)
		unite(c, &s->cols[s->parts[i].cols]);
	if (c->n == 0 && s->ncols > 0)
		unite(c, &s->cols[s->snaps[snap].cols]);
}

void
report_columns(const struct report *r, struct cols *c)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		unite_all(c, &r->inputs[i].stream);
	append_own(c, r);
}

static bool
rings(struct stream *s, size_t row)
{
	int at = stream_cols(s, row)->at[F_CHANGE];

	struct str change = at >= 0 ? stream_values(s, row)[at] : STR_NONE;

	/* a gone record is flagged only if a rule asked for gone ones */
	return at < 0 || str_is(change, "new") || str_is(change, "gone");
}

static bool
any_in(struct judge *j, struct judge_input *in, bool *bell)
{
	const struct verdict *verdict;
	bool any = false;
	size_t i;

	for (i = 0; i < in->stream.nrows; i++) {
		if (in->set[i] == 0)
			continue;
		verdict = judge_verdict(j, in->set[i]);
		any = any || verdict->n > 0;
		if (verdict->bell && !*bell)
			*bell = rings(&in->stream, i);
	}
	return any;
}

bool
report_any(const struct report *r, bool *bell)
{
	bool any = false;
	size_t i;

	*bell = false;
	for (i = 0; i < r->n; i++)
		any = any_in(r->judge, &r->inputs[i], bell) || any;
	return any;
}

/* The head of a snapshot; out points into it until the next one. */
struct head {
	struct snap_room room;
	struct snap snap;
	struct cols cols;
};

/* One snapshot on its way out. */
struct writer {
	const struct report *r;
	struct judge_input *in;
	struct out *out;
	struct head heads[2];		/* the current and the previous one */
	const struct cols *cols;
	struct str *v;			/* a record's values */
	struct buf why;
	struct view view;
	int *from;			/* by column: in cols_now, or -1 */
	size_t kept;			/* the first columns are the record's,
					 * then come ours; 0: not so */
	uint32_t cols_now;		/* from and kept are for these */
	bool marked;			/* some input has a ##prt */
};

static bool
is_own(const struct writer *w, const struct col *col)
{
	return col->id == F_FLAGS || col->id == F_WHY ||
	    (col->id == F_LEVEL && (w->r->level || w->r->columns != NULL));
}

static void
map_columns(struct writer *w, uint32_t cols)
{
	const struct cols *in = &w->in->stream.cols[cols];
	size_t i;

	w->kept = in->n;
	for (i = 0; i < w->cols->n; i++) {
		const struct col *col = &w->cols->v[i];

		w->from[i] = is_own(w, col) ? -1 : cols_find(in, col->name);
		if (i < in->n ? w->from[i] != (int)i : !is_own(w, col))
			w->kept = 0;
	}
	if (in->n > w->cols->n)
		w->kept = 0;
	w->cols_now = cols;
}

/* Appends the values that decided, in the words of a rule; only the beginning
 * of a long value. */
static void
add_facts(struct buf *b, const struct heur *h, const struct view *view)
{
	enum { LONGEST = 80 };
	const char *before = ": ";
	int i;

	for (i = 0; i < HEUR_FACTS && h->facts[i] != FIELD_NONE; i++) {
		const struct field *field = &field_table[h->facts[i]];
		struct str value = view_get(view, h->facts[i]);
		bool cut = value.n > LONGEST;

		if (value.p == NULL)
			continue;
		buf_puts(b, before);
		buf_puts(b, field->name);
		buf_putc(b, '=');
		value.n = escape_cut(value, LONGEST);
		if (field->type == FIELD_NUMBERS || field->type == FIELD_NAMES)
			buf_add(b, value.p, value.n);
		else
			rule_quote(b, value);
		buf_puts(b, cut ? "..." : "");
		before = " ";
	}
}

static void
add_heuristic(struct buf *b, const struct heur *h, struct view *view)
{
	buf_puts(b, h->name);
	buf_puts(b, " (");
	buf_puts(b, heur_level_name(heur_level_of(h, view)));
	if (h->attack != NULL) {
		buf_puts(b, ", ");
		buf_puts(b, h->attack);
	}
	buf_puts(b, "): ");
	buf_puts(b, h->sentence);
	add_facts(b, h, view);
}

static void
add_rule(struct buf *b, const struct rule *rule)
{
	buf_add(b, rule->name.p, rule->name.n);
	buf_puts(b, ": the rule at ");
	buf_puts(b, rule->file);
	buf_putc(b, ':');
	num_add(b, rule->line);
}

/* Appends a sentence for each flag of the verdict. */
static void
add_why(struct buf *b, const struct judge *j, const struct verdict *v,
    struct view *view)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_puts(b, "; ");
		if (v->items[i] < HEUR_COUNT)
			add_heuristic(b, &heur_table[v->items[i]], view);
		else
			add_rule(b, judge_rule(j, v->items[i]));
	}
}

static struct str
why(struct writer *w, size_t row, const struct verdict *v)
{
	struct stream *s = &w->in->stream;

	if (v->n == 0)
		return STR_NONE;
	view_set(&w->view, stream_cols(s, row), stream_values(s, row));
	w->why.n = 0;
	add_why(&w->why, w->r->judge, v, &w->view);
	return buf_str(&w->why);
}

/* The highest level of the heuristics; -1 if only rules flagged the record. */
static int
highest_level(struct writer *w, size_t row, const struct verdict *v)
{
	struct stream *s = &w->in->stream;
	int highest = -1, one;
	size_t i;

	view_set(&w->view, stream_cols(s, row), stream_values(s, row));
	for (i = 0; i < v->n; i++) {
		one = v->items[i] < HEUR_COUNT ? (int)heur_level_of(
		    &heur_table[v->items[i]], &w->view) : -1;
		highest = one > highest ? one : highest;
	}
	return highest;
}

static struct str
level(struct writer *w, size_t row, const struct verdict *v)
{
	int highest = highest_level(w, row, v);

	return highest < 0 ? STR_NONE : str_from(heur_level_name(
	    (enum heur_level)highest));
}

/* The color of the highest level; a rule without a level counts as medium. */
static enum out_mark
mark_of(struct writer *w, size_t row, const struct verdict *v)
{
	int highest;

	if (v->n == 0 || !out_is_table(w->out))
		return OUT_PLAIN;
	highest = highest_level(w, row, v);
	if (highest == HEUR_HIGH)
		return OUT_BAD;
	return highest == HEUR_LOW ? OUT_PLAIN : OUT_ODD;
}

/* Our own columns first: the input line may serve unchanged for the rest. */
static void
write_record(struct writer *w, size_t row, const struct verdict *verdict)
{
	const struct stream_row *in = &w->in->stream.rows[row];
	size_t i, n = w->cols->n;
	const struct str *v;

	for (i = w->kept; i < n; i++) {
		if (w->cols->v[i].id == F_FLAGS)
			w->v[i] = verdict->flags;
		else if (w->cols->v[i].id == F_WHY)
			w->v[i] = why(w, row, verdict);
		else if (w->cols->v[i].id == F_LEVEL)
			w->v[i] = level(w, row, verdict);
	}
	if (w->kept > 0 && out_line(w->out, (struct str){ in->line, in->len },
	    w->v + w->kept, n - w->kept))
		return;
	v = stream_values(&w->in->stream, row);
	for (i = 0; i < n; i++)
		if (!is_own(w, &w->cols->v[i]))
			w->v[i] = w->from[i] >= 0 ? v[w->from[i]] : STR_NONE;
	out_row(w->out, w->v, mark_of(w, row, verdict));
}

/* order: the row numbers; NULL: they are 0 to n - 1. */
static void
write_rows(struct writer *w, const uint32_t *order, uint32_t n)
{
	const struct verdict *verdict;
	uint32_t i, row, cols;

	w->cols_now = STREAM_NONE;
	for (i = 0; i < n; i++) {
		row = order != NULL ? order[i] : i;
		verdict = judge_verdict(w->r->judge, w->in->set[row]);
		if (w->r->select && verdict->n == 0)
			continue;
		cols = stream_part(&w->in->stream, row)->cols;
		if (w->cols_now != cols)
			map_columns(w, cols);
		write_record(w, row, verdict);
	}
}

/* Sorts the row numbers of a stream by snapshot, keeping their order; the
 * caller frees. */
static uint32_t *
sort_rows(const struct stream *s)
{
	uint32_t *order = mem_alloc(s->nrows * sizeof *order);
	size_t *at = mem_alloc((s->nsnaps + 1) * sizeof *at);
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		at[i + 1] = at[i] + s->snaps[i].rows;
	for (i = 0; i < s->nrows; i++)
		order[at[stream_snap(s, i)]++] = (uint32_t)i;
	free(at);
	return order;
}

/* If the snapshot has no room for another key, overwrites the last. */
static void
set_partial(struct snap_room *r)
{
	if (!snap_set(r, "partial", STR_LIT("1"))) {
		r->n--;
		snap_set(r, "partial", STR_LIT("1"));
	}
}

static void
make_head(const struct writer *w, struct head *h, size_t snap)
{
	const struct stream *s = &w->in->stream;
	const struct snap *from = &s->snaps[snap].snap;

	h->room.n = from->n;
	if (from->n > 0)
		memcpy(h->room.v, from->v, from->n * sizeof *from->v);
	/* A selection (ours, or grep's before us) and records of no snapshot
	 * must not look whole to later readers. */
	if (w->r->select || s->extent == REC_SELECTION || s->nsnaps == 0)
		set_partial(&h->room);
	h->snap = snap_of(&h->room);
	cols_free(&h->cols);
	if (w->r->columns != NULL) {
		cols_copy(&h->cols, w->r->columns);
		return;
	}
	unite_snap(&h->cols, s, snap);
	append_own(&h->cols, w->r);
}

static void
write_snap(struct writer *w, size_t snap, const uint32_t *order)
{
	struct head *h = &w->heads[0];

	if (w->cols == &h->cols)
		h = &w->heads[1];
	make_head(w, h, snap);
	w->cols = &h->cols;
	w->v = mem_alloc(h->cols.n * sizeof *w->v);
	w->from = mem_alloc(h->cols.n * sizeof *w->from);
	/* If any input has a ##prt, this one needs one too, or its records
	 * would count towards the snapshot before it. */
	out_snapshot(w->out, w->marked ? &h->snap : NULL, &h->cols);
	if (w->in->stream.extent == REC_CUT)
		out_cut(w->out);
	write_rows(w, order, w->in->stream.snaps[snap].rows);
	free(w->v);
	free(w->from);
}

static void
write_input(struct writer *w)
{
	const struct stream *s = &w->in->stream;
	uint32_t *order = s->nsnaps > 1 ? sort_rows(s) : NULL;
	size_t i, at = 0;

	for (i = 0; i < w->in->nsnaps; i++) {
		write_snap(w, i, order != NULL ? order + at : NULL);
		at += s->snaps[i].rows;
	}
	free(order);
}

bool
report_records(const struct report *r, const struct out_opts *opts)
{
	struct writer w = { .r = r, .out = out_open(opts) };
	size_t i;
	bool ok;

	cols_init(&w.heads[0].cols);
	cols_init(&w.heads[1].cols);
	for (i = 0; i < r->n; i++)
		w.marked |= r->inputs[i].stream.nsnaps > 0;
	for (i = 0; i < r->n; i++) {
		w.in = &r->inputs[i];
		write_input(&w);
	}
	buf_free(&w.why);
	ok = out_close(w.out);
	cols_free(&w.heads[0].cols);
	cols_free(&w.heads[1].cols);
	return ok;
}
