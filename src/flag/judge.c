#include "flag/judge.h"

#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"

/* The heuristics to try for each kind of record under one header. */
struct plan {
	uint32_t cols;		/* the header's number, STREAM_NONE at first */
	size_t n[VIEW_ANY + 1];
	unsigned char v[VIEW_ANY + 1][HEUR_COUNT];
};

static void
set_put(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

static void
set_drop(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

static bool
set_has(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

/* Numbers a record's set of items; the empty set is 0. */
static uint32_t
set_id(struct judge *j, const uint64_t *bits)
{
	return names_id(&j->sets, (struct str){ (const char *)bits,
	    j->words * sizeof *bits }) - 1;
}

static const uint64_t *
set_bits(const struct judge *j, uint32_t id)
{
	/* Aligned, since it comes from an arena. */
	return (const void *)names_text(&j->sets, id + 1).p;
}

static void
name_items(struct judge *j)
{
	size_t i;

	for (i = 0; i < j->nitems; i++) {
		struct str name = i < HEUR_COUNT ?
		    str_from(heur_table[i].name) : judge_rule(j, i)->name;

		j->name_of[i] = str_is(name, "*") ? 0 :
		    names_id(&j->names, name);
	}
}

void
judge_start(struct judge *j)
{
	size_t i;

	j->nitems = HEUR_COUNT + j->rules.n;
	j->words = j->nitems / 64 + 1;
	j->bits = mem_alloc(j->words * sizeof *j->bits);
	set_id(j, j->bits);
	j->later = mem_alloc(j->nitems * sizeof *j->later);
	j->later_bits = mem_alloc(j->words * sizeof *j->later_bits);
	j->again_bits = mem_alloc(j->words * sizeof *j->again_bits);
	j->name_of = mem_alloc(j->nitems * sizeof *j->name_of);
	name_items(j);
	for (i = 0; i < j->nitems; i++) {
		bool again = i < HEUR_COUNT ? heur_table[i].confirm != NULL :
		    judge_rule(j, i)->ages;

		if (again)
			set_put(j->again_bits, i);
		if (again || (i >= HEUR_COUNT && judge_rule(j, i)->counts)) {
			set_put(j->later_bits, i);
			j->later[j->nlater++] = i;
		}
	}
}

void
judge_free(struct judge *j)
{
	rules_free(&j->rules);
	names_free(&j->sets);
	names_free(&j->names);
	arena_free(&j->arena);
	free(j->bits);
	free(j->later);
	free(j->later_bits);
	free(j->again_bits);
	free(j->name_of);
	free(j->verdicts);
}

/* What others must keep for the heuristics and rules in force. */
static unsigned
needs_of(const struct judge *j)
{
	unsigned needs = 0;
	size_t i;

	for (i = 0; i < HEUR_COUNT; i++)
		if (j->wish.on[i])
			needs |= heur_table[i].needs;
	for (i = 0; i < j->rules.n; i++)
		if (j->rules.v[i].counts)
			needs |= OTHERS_OWNERS;
	return needs;
}

static void
make_plan(struct judge *j, struct plan *p, uint32_t number,
    const struct cols *cols)
{
	unsigned kind;
	int i;

	memset(p, 0, sizeof *p);
	p->cols = number;
	for (i = 0; i < HEUR_COUNT; i++) {
		if (!j->wish.on[i] || !heur_has_fields(&heur_table[i], cols))
			continue;
		for (kind = 1; kind <= VIEW_ANY; kind <<= 1)
			if (heur_table[i].kinds & kind)
				p->v[kind][p->n[kind]++] = (unsigned char)i;
	}
	rules_bind(&j->rules, cols);
}

/* The set of items that a record raises by itself. */
static uint32_t
look_at(struct judge *j, const struct plan *p, struct view *v)
{
	enum view_kind role = view_role(v);
	size_t i, n = 0;

	for (i = 0; !v->gone && i < p->n[role]; i++) {
		const struct heur *h = &heur_table[p->v[role][i]];

		if (h->suspect(v) && (j->least == HEUR_LOW ||
		    heur_level_of(h, v) >= j->least)) {
			set_put(j->bits, p->v[role][i]);
			n++;
		}
	}
	for (i = 0; i < j->rules.n; i++) {
		if (rule_may(&j->rules.v[i], v) &&
		    rule_looks(&j->rules.v[i], v)) {
			set_put(j->bits, HEUR_COUNT + i);
			n++;
		}
	}
	if (n == 0)
		return 0;
	i = set_id(j, j->bits);
	memset(j->bits, 0, j->words * sizeof *j->bits);
	return (uint32_t)i;
}

static void
take_record(struct judge *j, struct judge_input *in, const struct plan *p,
    struct view *v)
{
	view_set(v, &in->stream.cols[p->cols], in->stream.rec.v);
	others_add(&in->others, v);
	*MEM_PUSH(in->set, in->nset, in->set_cap) = look_at(j, p, v);
}

/* The heuristics that need this of other records. */
static uint64_t
that_need(enum others_need need)
{
	uint64_t bits = 0;
	int i;

	for (i = 0; i < HEUR_COUNT; i++)
		if (heur_table[i].needs & need)
			bits |= UINT64_C(1) << i;
	return bits;
}

/* Asks for the holders of sockets, and the users of ports, that may be
 * flagged. */
static void
want_others(struct judge *j, struct judge_input *in, const uint64_t *off)
{
	const uint64_t of_socks = that_need(OTHERS_SOCKETS);
	const uint64_t of_ports = that_need(OTHERS_PORTS);
	struct stream *s = &in->stream;
	uint64_t bits;
	uint32_t i;

	for (i = 0; i < s->nrows; i++) {
		if (in->set[i] == 0)
			continue;
		bits = set_bits(j, in->set[i])[0] & ~off[stream_snap(s, i)];
		if (bits & of_socks)
			others_want(&in->others, i);
		if (bits & of_ports)
			others_want_port(&in->others, i);
	}
	others_settle(&in->others);
}

static bool
is_so(const struct judge *j, size_t item, struct heur_case *c, bool split)
{
	if (item < HEUR_COUNT)
		return heur_table[item].confirm == NULL ||
		    heur_table[item].confirm(c);
	return rule_is(judge_rule(j, item), others_connections(c->o, c->row),
	    split ? view_age(c->v, c->snap) : -1);
}

static bool
any_of(const struct judge *j, const uint64_t *mask)
{
	size_t w;

	for (w = 0; w < j->words; w++)
		if (j->bits[w] & mask[w])
			return true;
	return false;
}

/* Judges a record again; j->bits holds its set. */
static void
look_again(struct judge *j, struct judge_input *in, uint32_t row,
    struct view *v)
{
	struct stream *s = &in->stream;
	struct heur_case c = { v, row, &in->others,
	    &in->snaps[stream_snap(s, row)] };
	bool split = any_of(j, j->again_bits);
	size_t i;

	if (split)
		view_set(v, stream_cols(s, row), stream_values(s, row));
	for (i = 0; i < j->nlater; i++)
		if (set_has(j->bits, j->later[i]) &&
		    !is_so(j, j->later[i], &c, split))
			set_drop(j->bits, j->later[i]);
	in->set[row] = set_id(j, j->bits);
}

static void
judge_rows(struct judge *j, struct judge_input *in, const uint64_t *off)
{
	struct stream *s = &in->stream;
	struct view v = { 0 };
	size_t size = j->words * sizeof *j->bits;
	uint32_t i;

	for (i = 0; i < s->nrows; i++) {
		if (in->set[i] == 0)
			continue;
		memcpy(j->bits, set_bits(j, in->set[i]), size);
		if (!any_of(j, j->later_bits))
			continue;
		j->bits[0] &= ~off[stream_snap(s, i)];
		look_again(j, in, i, &v);
	}
	memset(j->bits, 0, size);
}

static void
judge_rest(struct judge *j, struct judge_input *in)
{
	struct stream *s = &in->stream;
	uint64_t *off;
	size_t i;

	in->nsnaps = s->nsnaps > 0 ? s->nsnaps : s->ncols > 0;
	off = mem_alloc(in->nsnaps * sizeof *off);
	in->snaps = mem_alloc(in->nsnaps * sizeof *in->snaps);
	for (i = 0; i < in->nsnaps; i++) {
		view_snap_read(&in->snaps[i], s, i);
		off[i] = scope_off(&in->snaps[i]);
	}
	scope_explain(&j->wish, s, in->snaps, in->nsnaps);
	if (s->extent == REC_CUT)
		err_msg("%s: cut short: only what needs no other record is "
		    "judged", s->name);
	want_others(j, in, off);
	judge_rows(j, in, off);
	free(off);
}

bool
judge_read(struct judge *j, struct judge_input *in, int fd,
    const char *path, const struct cols *fields)
{
	struct plan p = { .cols = STREAM_NONE };
	struct view v = { 0 };
	struct stream *s = &in->stream;
	uint32_t cols;

	others_start(&in->others, needs_of(j), s);
	stream_start(s, input_name(path), fd, fields);
	while (stream_next(s) == REC_ROW) {
		cols = stream_part(s, s->nrows - 1)->cols;
		if (p.cols != cols)
			make_plan(j, &p, cols, &s->cols[cols]);
		take_record(j, in, &p, &v);
	}
	/* With --fields no header can be missing. */
	if (!stream_check(s) || (fields == NULL && !stream_check_any(s)))
		return false;
	judge_rest(j, in);
	return true;
}

void
judge_free_input(struct judge_input *in)
{
	others_free(&in->others);
	stream_free(&in->stream);
	free(in->snaps);
	free(in->set);
}

static bool
is_allow(const struct judge *j, size_t item)
{
	return item >= HEUR_COUNT &&
	    judge_rule(j, item)->action == RULE_ALLOW;
}

/* Marks the flags that an allow rule takes away. */
static void
take_allowed(const struct judge *j, const uint64_t *bits, bool *taken)
{
	size_t i;

	for (i = HEUR_COUNT; i < j->nitems; i++) {
		if (!set_has(bits, i) || !is_allow(j, i))
			continue;
		if (j->name_of[i] == 0)
			memset(taken, true, j->names.n + 1);
		else
			taken[j->name_of[i]] = true;
	}
}

static void
add_flag(struct judge *j, struct verdict *v, struct buf *flags, size_t item)
{
	struct str name = names_text(&j->names, j->name_of[item]);

	if (flags->n > 0)
		buf_putc(flags, ',');
	buf_add(flags, name.p, name.n);
	if (item >= HEUR_COUNT && judge_rule(j, item)->action == RULE_BELL)
		v->bell = true;
}

static void
reach(struct judge *j, struct verdict *v, const uint64_t *bits)
{
	bool *taken = mem_alloc(j->names.n + 1);
	uint32_t *items = arena_alloc(&j->arena,
	    j->names.n * sizeof *items);
	struct buf flags = { 0 };
	size_t i;

	take_allowed(j, bits, taken);
	for (i = 0; i < j->nitems; i++) {
		if (!set_has(bits, i) || is_allow(j, i) ||
		    taken[j->name_of[i]])
			continue;
		taken[j->name_of[i]] = true;
		items[v->n++] = (uint32_t)i;
		add_flag(j, v, &flags, i);
	}
	v->known = true;
	v->items = items;
	if (v->n > 0)
		v->flags = arena_str(&j->arena, buf_str(&flags));
	buf_free(&flags);
	free(taken);
}

const struct verdict *
judge_verdict(struct judge *j, uint32_t set)
{
	while (j->nverdicts <= set)
		MEM_PUSH_ZERO(j->verdicts, j->nverdicts, j->verdict_cap);
	if (!j->verdicts[set].known)
		reach(j, &j->verdicts[set], set_bits(j, set));
	return &j->verdicts[set];
}
