/* Which records of a table share a row, and what that row shows. */
#include "out/table.h"

#include "lib/num.h"

struct str
table_cell(const char **p)
{
	const char *start = *p, *tab = strchr(start, '\t');

	*p = tab + 1;
	return (struct str){ start, (size_t)(tab - start) };
}

static enum field_alike
alike_of(const struct column *c)
{
	return c->id == FIELD_NONE ? ALIKE_NEVER : field_table[c->id].alike;
}

/* Hashes the cells that tell rows apart; 0 if the process is unknown, so that
 * no other row can be like it. */
static uint64_t
hash_line(struct out_table *t, const struct line *line)
{
	const char *p = t->text.p + line->at;
	uint64_t h = line->mark;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct str cell = table_cell(&p);

		if (t->cols[i].id == F_PID && str_is(cell, "-"))
			return 0;
		if (alike_of(&t->cols[i]) == ALIKE_NEVER)
			h = map_hash(&t->rows, h, cell);
	}
	return h;
}

static bool
are_alike(const struct out_table *t, const struct line *a,
    const struct line *b)
{
	const char *p = t->text.p + a->at, *q = t->text.p + b->at;
	size_t i;

	if (a->mark != b->mark)
		return false;
	for (i = 0; i < t->n; i++) {
		struct str x = table_cell(&p), y = table_cell(&q);

		if (alike_of(&t->cols[i]) == ALIKE_NEVER && !str_eq(x, y))
			return false;
	}
	return true;
}

void
alike_add(struct out_table *t)
{
	uint32_t n = (uint32_t)t->nlines;
	struct line *line = &t->lines[n - 1], *first, *last;
	uint64_t h = hash_line(t, line);
	uint32_t *row;

	if (h == 0)
		return;
	row = map_at(&t->rows, h);
	if (*row == 0) {
		*row = n;
		line->last = n;
		return;
	}
	first = &t->lines[*row - 1];
	if (!are_alike(t, first, line))
		return;
	last = &t->lines[first->last - 1];
	last->next = n;
	first->last = n;
	line->more = true;
}

/* Cell i of a line. */
static struct str
cell_at(const struct out_table *t, const struct line *line, size_t i)
{
	const char *p = t->text.p + line->at;
	struct str cell = table_cell(&p);

	while (i-- > 0)
		cell = table_cell(&p);
	return cell;
}

/* The number of values in column i of the lines of row k. */
static size_t
count_values(struct out_table *t, size_t k, size_t i)
{
	const struct line *line = &t->lines[k];
	size_t before = t->words.n;
	struct buf word = { 0 };
	struct str cell;

	for (;;) {
		cell = cell_at(t, line, i);
		word.n = 0;
		buf_add(&word, (const char *)&k, sizeof k);
		buf_add(&word, (const char *)&i, sizeof i);
		buf_add(&word, cell.p, cell.n);
		names_id(&t->words, buf_str(&word));
		if (line->next == 0)
			break;
		line = &t->lines[line->next - 1];
	}
	buf_free(&word);
	return t->words.n - before;
}

/* Appends cell i of row k, and the number of other values. */
static void
add_counted(struct out_table *t, size_t k, size_t i, struct buf *b)
{
	struct str cell = cell_at(t, &t->lines[k], i);
	size_t n = 1;

	if (alike_of(&t->cols[i]) == ALIKE_COUNTED)
		n = count_values(t, k, i);
	buf_add(b, cell.p, cell.n);
	if (n > 1) {
		size_t start = b->n;

		buf_puts(b, " +");
		num_add(b, n - 1);
		if (t->cols[i].right && b->n - start > t->cols[i].more)
			t->cols[i].more = b->n - start;
	}
	buf_putc(b, '\t');
}

void
alike_finish(struct out_table *t)
{
	struct buf b = { 0 };
	size_t i, k;

	for (k = 0; k < t->nlines; k++) {
		struct line *line = &t->lines[k];

		if (line->next == 0 || line->more)
			continue;
		b.n = 0;
		for (i = 0; i < t->n; i++)
			add_counted(t, k, i, &b);
		line->at = t->text.n;
		buf_add(&t->text, b.p, b.n);
	}
	buf_free(&b);
}
