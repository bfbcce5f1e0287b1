#include "flag/report.h"

#include <stdlib.h>

#include "flag/why.h"

/* Appends the columns that c has not yet, but for what we append ourselves. */
static void
unite(struct cols *c, const struct cols *more)
{
	size_t i;

	for (i = 0; i < more->n; i++)
		if (more->v[i].id != F_FLAGS && more->v[i].id != F_WHY)
			cols_add(c, more->v[i].name);
}

/* To the columns of the input; without any, to the default ones. */
static void
append_own(struct cols *c, bool why)
{
	if (c->n == 0)
		cols_add_defaults(c);
	cols_add_field(c, F_FLAGS);
	if (why)
		cols_add_field(c, F_WHY);
}

/* Of one snapshot, or with snap < 0 of all. */
static void
unite_segs(struct cols *c, const struct stream *s, int64_t snap)
{
	size_t i;

	for (i = 0; i < s->nparts; i++)
		if (snap < 0 || s->groups[s->parts[i].group].snap == snap)
			unite(c, &s->segs[s->parts[i].seg].cols);
	/* Without any record the header alone tells. */
	if (c->n == 0 && s->nsegs > 0)
		unite(c, &s->segs[snap < 0 ? 0 : s->snaps[snap].seg].cols);
}

void
report_columns(const struct report *r, struct cols *c)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		unite_segs(c, &r->inputs[i].stream, -1);
	append_own(c, r->why);
}

static bool
rings(const struct judge_input *in, const struct stream_row *row, struct str *v,
    struct buf *unescaped)
{
	int at = stream_cols(&in->stream, row)->at[F_CHANGE];

	if (at < 0)
		return true;
	stream_split(&in->stream, row, v, unescaped);
	return str_is(v[at], "new");
}

static bool
any_in(struct judge *j, const struct judge_input *in, bool *bell)
{
	const struct stream *s = &in->stream;
	struct str *v = mem_alloc(stream_width(s) * sizeof *v);
	const struct verdict *verdict;
	struct buf unescaped = { 0 };
	bool any = false;
	size_t i;

	for (i = 0; i < s->nrows; i++) {
		if (s->rows[i].set == 0)
			continue;
		verdict = judge_verdict(j, s->rows[i].set);
		any = any || verdict->n > 0;
		if (verdict->bell && !*bell)
			*bell = rings(in, &s->rows[i], v, &unescaped);
	}
	buf_free(&unescaped);
	free(v);
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

/* One snapshot on its way out. */
struct writer {
	const struct report *r;
	const struct judge_input *in;
	struct out *out;
	const struct cols *cols;
	struct head *heads;
	struct str *v, *in_v;		/* a record's values, out and in */
	struct buf unescaped, why;
	struct fact fact;
	int *from;			/* by column: position in seg, or -1 */
	size_t kept;			/* as many columns are those of seg, and
					 * then come ours; 0: they are not */
	uint32_t seg;			/* that from and kept are for */
	bool mapped;
	bool marked;			/* some input has a ##prt */
};

static bool
is_own(const struct col *col)
{
	return col->id == F_FLAGS || col->id == F_WHY;
}

static void
map_columns(struct writer *w, uint32_t seg)
{
	const struct cols *in = &w->in->stream.segs[seg].cols;
	size_t i;

	w->kept = in->n;
	for (i = 0; i < w->cols->n; i++) {
		const struct col *col = &w->cols->v[i];

		w->from[i] = is_own(col) ? -1 : cols_find(in, col->name);
		if (i < in->n ? w->from[i] != (int)i : !is_own(col))
			w->kept = 0;
	}
	if (in->n > w->cols->n)
		w->kept = 0;
	w->seg = seg;
	w->mapped = true;
}

/* A sentence for each flag of the row. */
static struct str
why(struct writer *w, const struct stream_row *row, const struct verdict *v)
{
	if (v->n == 0)
		return STR_NONE;
	stream_split(&w->in->stream, row, w->in_v, &w->unescaped);
	fact_set(&w->fact, stream_cols(&w->in->stream, row), w->in_v);
	w->why.n = 0;
	why_add(&w->why, w->r->judge, v, &w->fact);
	return buf_str(&w->why);
}

/* First what is ours: with that alone the line may do for the rest. */
static void
write_row(struct writer *w, const struct stream_row *row)
{
	const struct verdict *verdict = judge_verdict(w->r->judge, row->set);
	size_t i, n = w->cols->n;

	for (i = w->kept; i < n; i++) {
		if (w->cols->v[i].id == F_FLAGS)
			w->v[i] = verdict->flags;
		else if (w->cols->v[i].id == F_WHY)
			w->v[i] = why(w, row, verdict);
	}
	if (w->kept > 0 && out_line(w->out, row->line, w->v + w->kept,
	    n - w->kept))
		return;
	stream_split(&w->in->stream, row, w->in_v, &w->unescaped);
	for (i = 0; i < n; i++)
		if (!is_own(&w->cols->v[i]))
			w->v[i] = w->from[i] >= 0 ? w->in_v[w->from[i]] :
			    STR_NONE;
	out_row(w->out, w->v, verdict->n > 0 ? OUT_ODD : OUT_PLAIN);
}

static void
write_rows(struct writer *w, const uint32_t *order, uint32_t n)
{
	const struct stream *s = &w->in->stream;
	uint32_t i, seg;

	w->mapped = false;
	for (i = 0; i < n; i++) {
		const struct stream_row *row = &s->rows[order[i]];

		if (w->r->select &&
		    judge_verdict(w->r->judge, row->set)->n == 0)
			continue;
		seg = s->parts[row->part].seg;
		if (!w->mapped || w->seg != seg)
			map_columns(w, seg);
		write_row(w, row);
	}
}

/* The row numbers of a stream, those of each snapshot together and in order;
 * the caller frees. */
static uint32_t *
sort_rows(const struct stream *s)
{
	uint32_t *order = mem_alloc(s->nrows * sizeof *order);
	size_t *at = mem_alloc((s->nsnaps + 1) * sizeof *at);
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		at[i + 1] = at[i] + s->snaps[i].rows;
	for (i = 0; i < s->nrows; i++)
		order[at[stream_snap_of(s, &s->rows[i])]++] = (uint32_t)i;
	free(at);
	return order;
}

/* The head of a snapshot, which module out wants to keep. */
struct head {
	struct head *next;
	struct snap snap;
	struct cols cols;
};

/* Where there are as many keys as there may be, the last one makes way. */
static void
set_partial(struct snap *s)
{
	if (!snap_set(s, "partial", STR_LIT("1"))) {
		s->n--;
		snap_set(s, "partial", STR_LIT("1"));
	}
}

static struct head *
make_head(const struct writer *w, const struct stream_snap *ss, uint32_t snap)
{
	const struct report *r = w->r;
	struct head *h = mem_alloc(sizeof *h);

	h->snap = ss->snap;
	/* What was selected by us, or by grep before us, or belongs to no
	 * snapshot must not look whole to those who read on. */
	if (r->select || w->in->stream.extent == REC_SELECTION || !ss->named)
		set_partial(&h->snap);
	cols_init(&h->cols);
	if (r->columns != NULL) {
		cols_copy(&h->cols, r->columns);
		return h;
	}
	unite_segs(&h->cols, &w->in->stream, snap);
	append_own(&h->cols, r->why);
	return h;
}

static void
write_snap(struct writer *w, uint32_t snap, const uint32_t *order)
{
	const struct stream_snap *ss = &w->in->stream.snaps[snap];
	struct head *h = make_head(w, ss, snap);

	h->next = w->heads;
	w->heads = h;
	w->cols = &h->cols;
	w->v = mem_alloc(h->cols.n * sizeof *w->v);
	w->from = mem_alloc(h->cols.n * sizeof *w->from);
	/* Beside others it needs a ##prt too: else it is more than they say. */
	out_snapshot(w->out, w->marked ? &h->snap : NULL, &h->cols);
	if (w->in->stream.extent == REC_CUT)
		out_cut(w->out);
	write_rows(w, order, ss->rows);
	free(w->v);
	free(w->from);
}

static void
write_input(struct writer *w)
{
	const struct stream *s = &w->in->stream;
	uint32_t *order = sort_rows(s), i, at = 0;

	w->in_v = mem_alloc(stream_width(s) * sizeof *w->in_v);
	for (i = 0; i < s->nsnaps; i++) {
		write_snap(w, i, order + at);
		at += s->snaps[i].rows;
	}
	free(w->in_v);
	free(order);
}

static void
free_heads(struct head *h)
{
	struct head *next;

	for (; h != NULL; h = next) {
		next = h->next;
		cols_free(&h->cols);
		free(h);
	}
}

bool
report_records(const struct report *r, const struct out_opts *opts)
{
	struct writer w = { .r = r, .out = out_open(opts) };
	size_t i;
	bool ok;

	/* A stream's nameless one comes last. */
	for (i = 0; i < r->n; i++)
		w.marked |= r->inputs[i].stream.nsnaps > 0 &&
		    r->inputs[i].stream.snaps[0].named;
	for (i = 0; i < r->n; i++) {
		w.in = &r->inputs[i];
		write_input(&w);
	}
	buf_free(&w.unescaped);
	buf_free(&w.why);
	ok = out_close(w.out);
	free_heads(w.heads);
	return ok;
}
