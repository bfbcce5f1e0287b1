/*
 * A table, for people: aligned columns, no wider than the terminal.
 *
 * The widths are known after the last record.  Until then each record is kept
 * as bytes: its cells as they will be shown, each followed by a TAB, which no
 * escaped cell contains.
 *
 * On a terminal a column of the sentences of `why' would be cut to nothing:
 * they stand on lines of their own, below their record.
 */
#include "out/table.h"

#include <stdlib.h>

/* For columns that are not in the field table. */
enum { UNKNOWN_RANK = 255, UNKNOWN_LEAST = 20 };

enum { NOTE_INDENT = 4 };

/* Columns i and i + 1 are an address and its port, not listed by the user. */
static bool
is_endpoint(const struct out *o, size_t i)
{
	const struct col *c = o->cols->v;

	if (i + 1 == o->cols->n || table_is_own(&o->opts))
		return false;
	return (c[i].id == F_LOCAL_ADDR && c[i + 1].id == F_LOCAL_PORT) ||
	    (c[i].id == F_REMOTE_ADDR && c[i + 1].id == F_REMOTE_PORT);
}

/* The column comes first, as a mark without a name. */
static bool
is_mark(const struct out *o, const struct col *col)
{
	return col->id != FIELD_NONE && field_table[col->id].mark &&
	    !o->opts.wide && !table_chosen(&o->opts, col->name);
}

static bool
names_field(const struct out *o, enum field_id id)
{
	return table_chosen(&o->opts, str_from(field_table[id].name));
}

/* The container column also shows where a proxy leads, unless the user chose
 * one of these columns. */
static bool
tells_targets(const struct out *o)
{
	return o->cols->at[F_CONTAINER] >= 0 && !o->opts.wide &&
	    !names_field(o, F_CONTAINER) && !names_field(o, F_TARGET) &&
	    !names_field(o, F_TARGET_CONTAINER);
}

static bool
is_told(const struct out *o, const struct col *col)
{
	return (col->id == F_TARGET || col->id == F_TARGET_CONTAINER) &&
	    tells_targets(o);
}

static enum cell_kind
kind_of(const struct out *o, size_t at)
{
	if (is_endpoint(o, at))
		return CELL_ENDPOINT;
	switch (o->cols->v[at].id) {
	case F_EXE:
		return CELL_PATH;
	case F_CONTAINER:
	case F_NETNS:
		return CELL_NAME;
	default:
		return CELL_TEXT;
	}
}

static void
add_column(struct out *o, size_t at)
{
	struct out_table *t = o->table;
	struct column *c = &t->cols[t->n];
	struct layout_col *l = &t->layout[t->n++];

	c->name = o->cols->v[at].name;
	c->at = at;
	c->id = o->cols->v[at].id;
	c->kind = kind_of(o, at);
	c->right = c->id != FIELD_NONE && c->kind != CELL_ENDPOINT &&
	    field_table[c->id].type == FIELD_NUMBER;
	l->rank = UNKNOWN_RANK;
	l->least = UNKNOWN_LEAST;
	if (c->id != FIELD_NONE) {
		l->rank = field_table[c->id].rank;
		l->least = field_table[c->id].least;
	}
	l->address = c->kind == CELL_ENDPOINT;
	if (l->address)
		c->name.n -= sizeof "_addr" - 1;
	if (is_mark(o, &o->cols->v[at]))
		c->name.n = 0;
	if (table_chosen(&o->opts, c->name))
		l->rank = 0;
}

/* The columns distinguish the rows of one socket from those of another. */
static bool
has_ends(const struct cols *cols)
{
	return cols->at[F_LOCAL_ADDR] >= 0 && cols->at[F_LOCAL_PORT] >= 0 &&
	    cols->at[F_REMOTE_ADDR] >= 0 && cols->at[F_REMOTE_PORT] >= 0;
}

static void
table_begin(struct out *o)
{
	struct out_table *t = mem_alloc(sizeof *t);
	const struct cols *cols = o->cols;
	size_t i;

	o->table = t;
	t->exact = o->opts.wide;
	t->merge = !t->exact && has_ends(cols) &&
	    !(table_is_own(&o->opts) && cols->at[F_PID] >= 0);
	t->now = cell_now(o->snap);
	t->cols = mem_alloc(cols->n * sizeof *t->cols);
	t->layout = mem_alloc(cols->n * sizeof *t->layout);
	for (i = 0; i < cols->n; i++)
		if (is_mark(o, &cols->v[i]))
			add_column(o, i);
	for (i = 0; i < cols->n; i += is_endpoint(o, i) ? 2 : 1)
		if (!is_mark(o, &cols->v[i]) && !is_told(o, &cols->v[i]))
			add_column(o, i);
}

/* Appends what answers at a proxy's port, such as docker/web :80, instead of
 * the proxy's own container.  False if the record is not a proxy's. */
static bool
add_target(struct buf *b, const struct cols *cols, const struct str *v)
{
	int at = cols->at[F_TARGET], in = cols->at[F_TARGET_CONTAINER];
	struct str target = at >= 0 ? v[at] : STR_NONE;
	struct str container = in >= 0 ? v[in] : STR_NONE;

	if (container.n == 0 && target.n == 0)
		return false;
	if (container.n == 0) {
		cell_add(b, target);
		return true;
	}
	cell_add(b, container);
	while (target.n > 0 && memchr(target.p + 1, ':', target.n - 1) != NULL)
		target = str_skip(target, 1);
	if (target.n > 0 && *target.p == ':') {
		buf_putc(b, ' ');
		cell_add(b, target);
	}
	return true;
}

static void
add_value(struct out *o, const struct column *c, const struct str *v)
{
	struct out_table *t = o->table;
	struct buf *b = &t->text;
	struct str value = v[c->at], brief;
	bool chosen = table_chosen(&o->opts, c->name);

	if (c->kind == CELL_ENDPOINT) {
		cell_endpoint(b, value, v[c->at + 1]);
		return;
	}
	if (c->id == F_CONTAINER && tells_targets(o) &&
	    add_target(b, o->cols, v))
		return;
	if (!t->exact && !chosen && c->id == F_SERVICE &&
	    cell_is_misnomer(o->cols, v))
		value = STR_NONE;
	brief = t->exact || chosen ? STR_NONE : cell_brief(c->id, value);
	if (brief.n > 0)
		buf_add(b, brief.p, brief.n);
	else if (t->exact)
		cell_add(b, value);
	else
		cell_show(b, c->id, value, &t->now);
}

static void
table_row(struct out *o, const struct str *v, enum out_mark mark)
{
	struct out_table *t = o->table;
	struct line *line = MEM_PUSH_ZERO(t->lines, t->nlines, t->linecap);
	size_t i, start;

	line->at = t->text.n;
	line->mark = (unsigned char)mark;
	for (i = 0; i < t->n; i++) {
		start = t->text.n;
		add_value(o, &t->cols[i], v);
		if (t->text.n - start != 1 || t->text.p[start] != '-' ||
		    t->cols[i].name.n == 0)
			t->cols[i].held = true;
		buf_putc(&t->text, '\t');
	}
	if (t->merge)
		alike_add(t);
}

static void
add_blanks(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_putc(b, ' ');
}

/* Appends s as column i: cut, or padded with blanks to its width. */
static void
add_cell(struct buf *b, const struct out_table *t, size_t i, struct str s)
{
	const struct column *c = &t->cols[i];
	size_t room = t->layout[i].width, width = width_of(s), start = b->n;
	size_t after = 0;

	if (width > room && t->limit > 0) {
		cell_cut(b, c->kind, s, room);
		width = width_of((struct str){ b->p + start, b->n - start });
	} else {
		if (c->right && c->more > 0 && memchr(s.p, ' ', s.n) == NULL &&
		    width + c->more <= room)
			after = c->more;
		if (c->right && width + after < room)
			add_blanks(b, room - width - after);
		buf_add(b, s.p, s.n);
	}
	if (c->right)
		add_blanks(b, after);
	else if (width < room)
		add_blanks(b, room - width);
}

/* Ends the line that begins at start. */
static void
end_line(struct buf *b, size_t start, const char *after)
{
	while (b->n > start && b->p[b->n - 1] == ' ')
		b->n--;
	buf_puts(b, after);
	buf_putc(b, '\n');
}

static void
add_heading(struct buf *b, const struct out_table *t)
{
	struct buf name = { 0 };
	size_t i, j, start = b->n;

	for (i = 0; i < t->n; i++) {
		if (!t->layout[i].shown)
			continue;
		name.n = 0;
		for (j = 0; j < t->cols[i].name.n; j++) {
			char c = t->cols[i].name.p[j];

			/* Not toupper: it depends on the locale. */
			buf_putc(&name, char_is_lower(c) ?
			    (char)(c - 'a' + 'A') : c);
		}
		add_blanks(b, b->n == start ? 0 : LAYOUT_GAP);
		add_cell(b, t, i, buf_str(&name));
	}
	end_line(b, start, "");
	buf_free(&name);
}

/* The record's list of flags. */
static struct str
flags_of(const struct out_table *t, const char *cells)
{
	struct str cell;
	size_t i;

	for (i = 0; i < t->n; i++) {
		cell = table_cell(&cells);
		if (t->cols[i].id == F_FLAGS)
			return cell;
	}
	return STR_NONE;
}

/* Appends the lines below the record: a paragraph for each flag. */
static void
add_notes(struct buf *b, const struct out_table *t, const char *cells)
{
	struct str flags = flags_of(t, cells), s;
	size_t i;

	for (i = 0; i < t->n; i++) {
		s = table_cell(&cells);
		if (!t->cols[i].note || str_is(s, "-"))
			continue;
		while (s.n > 0)
			prose_add(b, prose_sentence(&s, &flags), NOTE_INDENT,
			    t->limit);
	}
}

static const char *
color_of(const struct line *line, bool color)
{
	static const char *const colors[] = {
		[OUT_PLAIN] = "", [OUT_GOOD] = "\033[32m",
		[OUT_BAD] = "\033[31m", [OUT_ODD] = "\033[33m",
		[OUT_OPEN] = "\033[33m",
	};

	return color ? colors[line->mark] : "";
}

/* Appends the local end in the color for open ports. */
static void
add_open(struct buf *b, const struct out_table *t, size_t i, struct str s,
    const char *on)
{
	size_t end, start = b->n;
	struct buf cell = { 0 };

	add_cell(&cell, t, i, s);
	for (end = cell.n; end > 0 && cell.p[end - 1] == ' '; )
		end--;
	buf_puts(b, on);
	buf_add(b, cell.p, end);
	buf_puts(b, b->n > start + end ? "\033[0m" : "");
	buf_add(b, cell.p + end, cell.n - end);
	buf_free(&cell);
}

static void
add_record(struct buf *b, const struct out_table *t, const struct line *line,
    bool color)
{
	const char *on = color_of(line, color), *end = "\033[0m";
	const char *cells = t->text.p + line->at, *p = cells;
	struct str s, rest = STR_NONE;
	size_t i, start, indent = 0;

	if (line->mark == OUT_OPEN || *on == '\0')
		end = "";
	buf_puts(b, line->mark == OUT_OPEN ? "" : on);
	start = b->n;
	for (i = 0; i < t->n; i++) {
		s = table_cell(&p);
		if (t->cols[i].folded && str_is(s, "-"))
			s = table_fold(t, cells);
		if (!t->layout[i].shown)
			continue;
		add_blanks(b, indent > 0 ? LAYOUT_GAP : 0);
		indent += indent > 0 ? LAYOUT_GAP : 0;
		if (t->cols[i].prose) {
			rest = s;
			s = prose_line(&rest, t->layout[i].width);
		} else {
			indent += t->layout[i].width;
		}
		if (line->mark == OUT_OPEN && t->cols[i].id == F_LOCAL_ADDR)
			add_open(b, t, i, s, on);
		else
			add_cell(b, t, i, s);
	}
	end_line(b, start, end);
	if (rest.n > 0)
		prose_add(b, rest, indent, t->limit);
	add_notes(b, t, cells);
}

static void
write_table(struct out *o)
{
	const struct out_table *t = o->table;
	bool color = out_term_color(o->opts.color);
	size_t i;

	if (t->nlines == 0 && o->opts.header == OUT_NEVER)
		return;
	if (o->wrote || o->buf.n > 0)
		buf_putc(&o->buf, '\n');	/* a table came before */
	if (o->opts.header != OUT_NEVER)
		add_heading(&o->buf, t);
	for (i = 0; i < t->nlines && !o->failed; i++) {
		if (t->lines[i].more)
			continue;
		add_record(&o->buf, t, &t->lines[i], color);
		out_spill(o);
	}
}

static void
table_end(struct out *o)
{
	struct out_table *t = o->table;

	alike_finish(t);
	table_lay_out(o);
	write_table(o);
	buf_free(&t->text);
	map_free(&t->rows);
	names_free(&t->words);
	free(t->lines);
	free(t->layout);
	free(t->cols);
	free(t);
	o->table = NULL;
}

const struct out_format out_table = {
	.name = "table", .begin = table_begin, .row = table_row,
	.end = table_end,
};
