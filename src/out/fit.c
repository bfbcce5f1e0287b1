/* Which columns a table shows, and how wide, depending on their values. */
#include "out/table.h"

#include <stdlib.h>

enum { FLAGS_NOTED = 8 };

/* If nothing is cut, a wider cell shifts the rest of its line: better than to
 * pad all other lines to the width of a long command line. */
enum { ALIGN_MAX = 80 };

/* The ranks of the columns that people look for first; also in layout.c. */
enum { MAIN_RANKS = 5 };

/* Netns and container share a column to make room up to this rank. */
enum { PLACE_RANKS = 9 };

/* In a narrower terminal sentences stand below their record. */
enum { PROSE_WIDTH = 60 };

/* An address may be this wide if that keeps it different from others. */
enum { APART_MAX = 32 };

bool
table_chosen(const struct out_opts *opts, struct str name)
{
	const struct field_group *g;
	struct str list, word;

	if (!opts->chosen || opts->added == NULL)
		return opts->chosen;
	list = str_from(opts->added);
	while (list.p != NULL) {
		word = str_cut(&list, ',');
		g = field_group(word);
		if (str_eq(word, name) || (g != NULL &&
		    field_group_has(g, field_find(name))))
			return true;
	}
	return false;
}

bool
table_is_own(const struct out_opts *opts)
{
	return opts->chosen && opts->added == NULL;
}

static size_t
find_column(const struct out_table *t, enum field_id id)
{
	size_t i = 0;

	while (i < t->n && t->cols[i].id != id)
		i++;
	return i;
}

struct str
table_fold(const struct out_table *t, const char *cells)
{
	size_t i, netns = find_column(t, F_NETNS);
	struct str cell = table_cell(&cells);

	for (i = 0; i < netns; i++)
		cell = table_cell(&cells);
	return cell;
}

static void
measure_cell(struct out_table *t, size_t i, struct str s)
{
	struct layout_col *l = &t->layout[i];
	size_t width = width_of(s), least;

	if (t->cols[i].more > 0 && memchr(s.p, ' ', s.n) == NULL)
		width += t->cols[i].more;
	if (width > l->width)
		l->width = width;
	if (t->cols[i].kind == CELL_ENDPOINT) {
		least = cell_endpoint_least(s);
		if (least > l->least)
			l->least = least;
	}
}

/* The number in front of ` +N'. */
static struct str
number_of(struct str s)
{
	return str_cut(&s, ' ');
}

static void
measure(struct out *o)
{
	struct out_table *t = o->table;
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		t->layout[i].width = o->opts.header != OUT_NEVER ?
		    t->cols[i].name.n : 0;
		if (t->cols[i].kind == CELL_ENDPOINT)
			t->layout[i].least = t->cols[i].name.n;
	}
	for (k = 0; k < t->nlines; k++) {
		const char *cells = t->text.p + t->lines[k].at, *p = cells;

		for (i = 0; !t->lines[k].more && i < t->n; i++) {
			struct str s = table_cell(&p);

			if (t->cols[i].folded && str_is(s, "-"))
				s = table_fold(t, cells);
			measure_cell(t, i, t->cols[i].more > 0 ?
			    number_of(s) : s);
		}
	}
}

/* The last column, with whole sentences. */
static bool
is_prose(const struct out *o, size_t i)
{
	return o->table->limit > 0 && i + 1 == o->table->n &&
	    (o->opts.prose || o->table->cols[i].id == F_WHY);
}

/* The column stands below the record, unless the user chose it as a column and
 * there is room. */
static bool
is_note(const struct out *o, size_t i)
{
	const struct column *c = &o->table->cols[i];

	return (o->table->limit > 0 && c->id == F_WHY &&
	    !table_chosen(&o->opts, c->name)) ||
	    (is_prose(o, i) && o->table->limit < PROSE_WIDTH);
}

/* Each sentence below a record begins with its flag. */
static size_t
least_of(const struct out_table *t, size_t i)
{
	size_t j;

	if (t->cols[i].id == F_FLAGS)
		for (j = 0; j < t->n; j++)
			if (t->cols[j].note)
				return FLAGS_NOTED;
	return t->layout[i].least;
}

/* The question is who has a port, so an unknown owner is an answer too. */
static bool
is_answer(enum field_id id)
{
	return id == F_PID || id == F_PROCESS;
}

/* Columns without a value are left out; without records, those of high rank. */
static bool
is_shown(const struct out *o, size_t i)
{
	const struct column *c = &o->table->cols[i];

	if (c->note)
		return false;
	return o->opts.wide || is_answer(c->id) ||
	    table_chosen(&o->opts, c->name) || (o->rows > 0 ? c->held :
	    o->table->layout[i].rank <= MAIN_RANKS);
}

static void
choose(struct out *o)
{
	struct out_table *t = o->table;
	size_t i;

	for (i = 0; i < t->n; i++)
		t->cols[i].note = is_note(o, i);
	for (i = 0; i < t->n; i++) {
		struct column *c = &t->cols[i];

		t->layout[i].shown = is_shown(o, i);
		t->layout[i].least = least_of(t, i);
		c->prose = is_prose(o, i) && !c->note;
		if (t->limit == 0 && t->layout[i].width > ALIGN_MAX)
			t->layout[i].width = ALIGN_MAX;
	}
}

/* Fits copies of the columns: another try may follow. */
static void
fit(const struct out *o, struct layout_col *v)
{
	const struct out_table *t = o->table;

	memcpy(v, t->layout, t->n * sizeof *v);
	layout_fit(v, t->n, t->limit, !o->opts.chosen);
}

/* There is no room for a column that a person would miss. */
static bool
lacks_column(const struct out_table *t, const struct layout_col *v)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->layout[i].shown && !v[i].shown &&
		    t->layout[i].rank <= PLACE_RANKS)
			return true;
	return false;
}

/*
 * Netns and container distinguish records that otherwise look the same, so one
 * of them stays.  If both have values but no room, they share the column `in'.
 */
static void
keep_places(struct out *o, struct layout_col *v)
{
	struct out_table *t = o->table;
	size_t netns = find_column(t, F_NETNS);
	size_t container = find_column(t, F_CONTAINER);
	bool is_netns = netns < t->n && t->layout[netns].shown;
	bool is_container = container < t->n && t->layout[container].shown;

	if (o->rows == 0 || table_is_own(&o->opts) ||
	    (!is_netns && !is_container))
		return;
	if (is_netns && is_container) {
		if (!lacks_column(t, v))
			return;
		t->layout[netns].shown = false;
		t->cols[container].folded = true;
		t->cols[container].name = STR_LIT("in");
		measure(o);
	}
	if (is_container)
		t->layout[container].rank = 1;
	else
		t->layout[netns].rank = 1;
	fit(o, v);
}

static int
compare_strs(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The different cells of column i that are wider than its smallest width; *n is
 * their number.  The caller frees. */
static struct str *
wide_cells(const struct out_table *t, size_t i, size_t *n)
{
	struct str *v = mem_alloc(t->nlines * sizeof *v);
	size_t j, k, found = 0;

	*n = 0;
	for (k = 0; k < t->nlines; k++) {
		const char *p = t->text.p + t->lines[k].at;
		struct str s = table_cell(&p);

		for (j = 0; j < i; j++)
			s = table_cell(&p);
		if (!t->lines[k].more && width_of(s) > t->layout[i].least)
			v[found++] = s;
	}
	qsort(v, found, sizeof *v, compare_strs);
	for (k = 0; k < found; k++)
		if (k == 0 || !str_eq(v[k], v[*n - 1]))
			v[(*n)++] = v[k];
	return v;
}

/* No two of the n cells at v look the same when cut to width. */
static bool
are_apart(const struct str *v, size_t n, size_t width)
{
	struct names seen = { 0 };
	struct buf b = { 0 };
	size_t k;
	bool apart;

	for (k = 0; k < n; k++) {
		b.n = 0;
		if (width_of(v[k]) > width)
			cell_cut(&b, CELL_ENDPOINT, v[k], width);
		else
			buf_add(&b, v[k].p, v[k].n);
		names_id(&seen, buf_str(&b));
	}
	apart = seen.n == n;
	names_free(&seen);
	buf_free(&b);
	return apart;
}

/* Cuts addresses as far as they stay different, if that is possible. */
static void
keep_apart(struct out *o, struct layout_col *v)
{
	struct out_table *t = o->table;
	bool changed = false;
	size_t i, n, width;

	for (i = 0; i < t->n; i++) {
		struct layout_col *l = &t->layout[i];
		struct str *cells;

		if (t->cols[i].kind != CELL_ENDPOINT || !v[i].shown ||
		    v[i].width >= l->width)
			continue;
		cells = wide_cells(t, i, &n);
		for (width = v[i].width; width < l->width &&
		    width <= APART_MAX; width++)
			if (are_apart(cells, n, width))
				break;
		free(cells);
		if (width > v[i].width && width <= APART_MAX) {
			l->least = width;
			changed = true;
		}
	}
	if (changed)
		fit(o, v);
}

void
table_lay_out(struct out *o)
{
	struct out_table *t = o->table;
	struct layout_col *v;

	t->limit = o->opts.wide ? 0 : out_term_width();
	measure(o);
	choose(o);
	if (t->limit == 0)
		return;
	v = mem_alloc(t->n * sizeof *v);
	fit(o, v);
	keep_places(o, v);
	keep_apart(o, v);
	free(t->layout);
	t->layout = v;
}
