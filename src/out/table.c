/*
 * A table, for people: aligned columns, no wider than the terminal.
 *
 * The widths are known once all records are.  Until then each is kept as a run
 * of bytes: its mark, then its cells as they will be shown, escaped and so
 * without a TAB, each with a TAB behind it.
 *
 * On a terminal the sentences of `why' are no column, which would be cut to
 * nothing: they stand below their record, on lines of their own.
 */
#include "out/format.h"

#include <stdlib.h>

#include "lib/escape.h"

/* Of columns that only the stream knows. */
enum { UNKNOWN_RANK = 255, UNKNOWN_LEAST = 20 };

/* Where nothing is cut, a cell that is wider shifts the rest of its line: no
 * one wants to see a long command line as blanks in all others. */
enum { ALIGN_MAX = 80 };

enum { NOTE_INDENT = 4, FLAGS_NOTED = 8 };

/* Stands for what was cut off, as in top(1): ASCII, and one column wide. */
#define CUT_MARK '+'

/* An IPv4 address is shown whole, also as the end of one that is mapped into
 * IPv6; of any other IPv6 address the first groups may have to do: [2001:d+]:22
 */
#define MAPPED "[::ffff:"
enum { IPV6_LEAST = 15, LEAST_MAX = sizeof "[+255.255.255.255]:65535" - 1 };

/* What of a cell is kept where it is cut: its beginning; that and a port; that
 * and as much of a path's end as there is room for. */
enum cell_kind { CELL_TEXT, CELL_ENDPOINT, CELL_PATH };

struct column {
	struct str name;
	size_t at;		/* its first value in a record */
	enum field_id id;
	enum cell_kind kind;	/* of an endpoint, the port is the next value */
	bool held;		/* some record had a value */
	bool note;		/* stands below the record */
};

struct out_table {
	struct column *cols;
	struct layout_col *layout;	/* of each of cols */
	size_t n;
	size_t limit;			/* the terminal's width; 0: nothing is
					 * cut */
	struct buf rows;
};

static bool
is_mapped(struct str s)
{
	return str_starts(s, MAPPED) && memchr(s.p, '.', s.n) != NULL;
}

/* Appends 0.0.0.0:22 or [::]:22, or what there is of it; returns how many
 * columns of it are to stay. */
static size_t
add_endpoint(struct buf *b, struct str addr, struct str port)
{
	bool colon = addr.n > 0 && memchr(addr.p, ':', addr.n) != NULL;
	size_t width, start = b->n;
	struct str cell;

	if (addr.n == 0 && port.n == 0) {
		buf_putc(b, '-');
		return 1;
	}
	if (colon)
		buf_putc(b, '[');
	if (addr.n > 0)
		escape_field(b, addr);
	if (colon)
		buf_putc(b, ']');
	if (port.n > 0) {
		buf_putc(b, ':');
		escape_field(b, port);
	}
	cell = (struct str){ b->p + start, b->n - start };
	width = width_of(cell);
	if (is_mapped(cell))
		width -= sizeof MAPPED - sizeof "[+";
	else if (colon && width > IPV6_LEAST)
		width = IPV6_LEAST;
	return width < LEAST_MAX ? width : LEAST_MAX;
}

/* Of an endpoint. */
static struct str
port_part(struct str s)
{
	const struct str none = STR_LIT("");
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != ':')
		i--;
	if (i < 2)
		return none;
	i -= s.p[i - 2] == ']' ? 2 : 1;
	return (struct str){ s.p + i, s.n - i };
}

/* What of a cell that is cut is kept of its end. */
static struct str
tail_of(enum cell_kind kind, struct str s, size_t room)
{
	const struct str none = STR_LIT("");
	struct str port, tail;

	if (kind == CELL_PATH)
		return width_tail(s, room);
	if (kind == CELL_TEXT)
		return none;
	if (is_mapped(s)) {
		tail = (struct str){ s.p + sizeof MAPPED - 1,
		    s.n - (sizeof MAPPED - 1) };
		return room > 1 ? width_tail(tail, room - 1) : none;
	}
	port = port_part(s);
	return width_of(port) < room ? port : none;
}

/* Appends s, which is wider, cut to width columns. */
static void
add_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width)
{
	struct str tail = tail_of(kind, s, width - 1);
	struct str head = width_head(s, width - 1 - width_of(tail));

	buf_add(b, head.p, head.n);
	buf_putc(b, CUT_MARK);
	buf_add(b, tail.p, tail.n);
}

/* The columns that -o named stay, whatever they hold. */
static bool
is_chosen(const struct out_opts *opts, struct str name)
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

/* Column i and the one after it are an address and its port, and the user has
 * not named them one by one. */
static bool
is_endpoint(const struct out *o, size_t i)
{
	const struct col *c = o->cols->v;

	if (i + 1 == o->cols->n || (o->opts.chosen && o->opts.added == NULL))
		return false;
	return (c[i].id == F_LOCAL_ADDR && c[i + 1].id == F_LOCAL_PORT) ||
	    (c[i].id == F_REMOTE_ADDR && c[i + 1].id == F_REMOTE_PORT);
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
	l->rank = UNKNOWN_RANK;
	l->least = UNKNOWN_LEAST;
	if (c->id != FIELD_NONE) {
		l->rank = field_table[c->id].rank;
		l->least = field_table[c->id].least;
	}
	if (is_endpoint(o, at)) {
		c->kind = CELL_ENDPOINT;
		c->name.n -= sizeof "_addr" - 1;
		l->least = c->name.n;	/* table_row knows better */
	} else if (c->id == F_EXE)
		c->kind = CELL_PATH;
	if (is_chosen(&o->opts, c->name))
		l->rank = 0;
	if (o->opts.header != OUT_NEVER)
		l->width = c->name.n;
}

static void
table_begin(struct out *o)
{
	struct out_table *t = mem_alloc(sizeof *t);
	size_t i;

	o->table = t;
	t->cols = mem_alloc(o->cols->n * sizeof *t->cols);
	t->layout = mem_alloc(o->cols->n * sizeof *t->layout);
	for (i = 0; i < o->cols->n; i += is_endpoint(o, i) ? 2 : 1)
		add_column(o, i);
}

static void
table_row(struct out *o, const struct str *v, enum out_mark mark)
{
	struct out_table *t = o->table;
	struct buf *b = &t->rows;
	size_t i, start, width, least;

	buf_putc(b, (char)mark);
	for (i = 0; i < t->n; i++) {
		struct column *c = &t->cols[i];
		struct layout_col *l = &t->layout[i];

		start = b->n;
		if (c->kind == CELL_ENDPOINT) {
			least = add_endpoint(b, v[c->at], v[c->at + 1]);
			if (least > l->least)
				l->least = least;
		} else
			escape_field(b, v[c->at]);
		width = width_of((struct str){ b->p + start, b->n - start });
		if (width > l->width)
			l->width = width;
		c->held = c->held || v[c->at].n > 0 ||
		    (c->kind == CELL_ENDPOINT && v[c->at + 1].n > 0);
		buf_putc(b, '\t');
	}
}

/* What stands below the record, unless the user wants it as a column. */
static bool
is_note(const struct out *o, const struct column *c)
{
	return o->table->limit > 0 && c->id == F_WHY &&
	    !is_chosen(&o->opts, c->name);
}

/* Each of the sentences below a record begins with its flag. */
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

/* Who has what is asked, and that no one can say is an answer. */
static bool
is_answer(enum field_id id)
{
	return id == F_PID || id == F_PROCESS;
}

/* Decides on the columns; without a record all of them might hold something. */
static void
lay_out(struct out *o)
{
	struct out_table *t = o->table;
	size_t i;

	t->limit = o->opts.wide ? 0 : out_term_width();
	for (i = 0; i < t->n; i++) {
		t->cols[i].note = is_note(o, &t->cols[i]);
		t->layout[i].shown = !t->cols[i].note && (t->cols[i].held ||
		    o->rows == 0 || o->opts.wide ||
		    is_answer(t->cols[i].id) ||
		    is_chosen(&o->opts, t->cols[i].name));
		if (t->limit == 0 && t->layout[i].width > ALIGN_MAX)
			t->layout[i].width = ALIGN_MAX;
	}
	for (i = 0; i < t->n; i++)
		t->layout[i].least = least_of(t, i);
	if (t->limit > 0)
		layout_fit(t->layout, t->n, t->limit, !o->opts.chosen);
}

static void
add_blanks(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_putc(b, ' ');
}

/* Appends s as column i, which starts behind a gap if it is not the line's
 * first. */
static void
add_cell(struct buf *b, const struct out_table *t, size_t i, struct str s,
    bool first)
{
	const struct column *c = &t->cols[i];
	size_t start, width = width_of(s), room = t->layout[i].width;
	bool right = c->id != FIELD_NONE && c->kind != CELL_ENDPOINT &&
	    field_table[c->id].type == FIELD_NUMBER;

	add_blanks(b, first ? 0 : LAYOUT_GAP);
	if (right && width < room)
		add_blanks(b, room - width);
	start = b->n;
	if (width > room && t->limit > 0) {
		add_cut(b, c->kind, s, room);
		width = width_of((struct str){ b->p + start, b->n - start });
	} else
		buf_add(b, s.p, s.n);
	if (!right && width < room)
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

			/* No toupper: it asks the locale. */
			buf_putc(&name, c >= 'a' && c <= 'z' ?
			    (char)(c - 'a' + 'A') : c);
		}
		add_cell(b, t, i, buf_str(&name), b->n == start);
	}
	end_line(b, start, "");
	buf_free(&name);
}

/* Where a line of s that has room for n bytes is to end: behind a blank. */
static size_t
word_end(struct str s, size_t n)
{
	size_t i = n;

	if (n == s.n || s.p[n] == ' ')
		return n;
	while (i > 0 && s.p[i - 1] != ' ')
		i--;
	return i > 0 ? i : n;
}

/* Appends s in lines of at most limit columns, broken between words where that
 * can be. */
static void
add_note(struct buf *b, struct str s, size_t limit)
{
	size_t start, n, room = limit > NOTE_INDENT ? limit - NOTE_INDENT : 1;

	while (s.n > 0) {
		n = width_head(s, room).n;
		if (n == 0)
			n = s.n;	/* not even one fits */
		n = word_end(s, n);
		start = b->n;
		add_blanks(b, NOTE_INDENT);
		buf_add(b, s.p, n);
		end_line(b, start, "");
		while (n < s.n && s.p[n] == ' ')
			n++;
		s = (struct str){ s.p + n, s.n - n };
	}
}

/* Appends what stands below the record at p, after its mark. */
static void
add_notes(struct buf *b, const struct out_table *t, const char *p)
{
	const char *end = t->rows.p + t->rows.n, *tab;
	struct str s;
	size_t i;

	for (i = 0; i < t->n; i++, p = tab + 1) {
		tab = memchr(p, '\t', (size_t)(end - p));
		s = (struct str){ p, (size_t)(tab - p) };
		if (t->cols[i].note && !str_is(s, "-"))
			add_note(b, s, t->limit);
	}
}

/* Appends the record at p; returns what is behind it. */
static const char *
add_record(struct buf *b, const struct out_table *t, const char *p, bool color)
{
	static const char *const colors[] = {
		[OUT_PLAIN] = "", [OUT_GOOD] = "\033[32m",
		[OUT_BAD] = "\033[31m", [OUT_ODD] = "\033[33m",
	};
	const char *on = color ? colors[(unsigned char)*p] : "";
	const char *end = t->rows.p + t->rows.n, *cells = ++p, *tab;
	size_t i, start;

	buf_puts(b, on);
	start = b->n;
	for (i = 0; i < t->n; i++) {
		tab = memchr(p, '\t', (size_t)(end - p));
		if (t->layout[i].shown)
			add_cell(b, t, i, (struct str){ p, (size_t)(tab - p) },
			    b->n == start);
		p = tab + 1;
	}
	end_line(b, start, *on != '\0' ? "\033[0m" : "");
	add_notes(b, t, cells);
	return p;
}

static void
write_table(struct out *o)
{
	const struct out_table *t = o->table;
	const char *p = t->rows.p;
	bool color = out_term_color(o->opts.color);
	uint64_t i;

	if (o->rows == 0 && o->opts.header == OUT_NEVER)
		return;
	if (o->wrote || o->buf.n > 0)
		buf_putc(&o->buf, '\n');	/* there was a table before */
	if (o->opts.header != OUT_NEVER)
		add_heading(&o->buf, t);
	for (i = 0; i < o->rows && !o->failed; i++) {
		p = add_record(&o->buf, t, p, color);
		out_spill(o);
	}
}

static void
table_end(struct out *o)
{
	struct out_table *t = o->table;

	lay_out(o);
	write_table(o);
	buf_free(&t->rows);
	free(t->layout);
	free(t->cols);
	free(t);
	o->table = NULL;
}

const struct out_format out_table = {
	.name = "table", .begin = table_begin, .row = table_row,
	.end = table_end,
};
