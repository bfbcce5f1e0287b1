/*
 * Guesses the columns of a table whose heading is lost, as after grep.
 *
 * After the pid may come the parent's pid (lsof -R), the group's (-g), or both.
 * A single row does not show that: a command may contain blanks and numbers, so
 * that `a 1 2 root' is either process 1 or process 2.  So all rows are read in
 * each way.  A way is wrong if some row does not fit, or if it gives two
 * processes the same pid, as when the parent's is taken for the pid.  If the
 * other ways do not agree on every pid, nothing is read: another process might
 * be killed for it.
 *
 * Rows are kept until there are enough, or until a heading or the end.
 */
#include "scan/from/lsof-table.h"

#include <stdlib.h>

#include "lib/num.h"

enum {
	NLAYOUTS = 3,			/* numbers after the pid: 0 to 2 */
	KEEP_BYTES = 256 * 1024		/* enough rows to decide */
};

/* A process according to a row; the text is in the arena. */
struct claim {
	uint32_t pid;
	struct str rest;		/* command, numbers, user */
};

struct layout {
	bool fits;			/* all rows so far */
	struct claim *v;		/* one for each row */
	size_t n, cap;
};

static void
set_columns(struct lsof *l, int numbers)
{
	static const int usual[COL_COUNT] = {
		[COL_PID] = 1, [COL_TID] = -1, [COL_PPID] = -1,
		[COL_PGID] = -1, [COL_USER] = 2, [COL_FD] = 3, [COL_TYPE] = 4,
		[COL_DEVICE] = 5, [COL_NODE] = 7, [COL_NAME] = 8,
	};
	int c;

	for (c = 0; c < COL_COUNT; c++)
		l->column[c] = usual[c] > 1 ? usual[c] + numbers : usual[c];
	/* A single number may be the parent's or the group's, so it is not used
	 * as the parent's.  With both, the parent's is the first. */
	if (numbers > 0)
		l->column[COL_PGID] = 1 + numbers;
	if (numbers > 1)
		l->column[COL_PPID] = 2;
	l->pid_end = 0;
}

static bool
guess_fits(struct lsof *l, struct table_row *r)
{
	int i;

	for (i = 0; i < NLAYOUTS; i++) {
		set_columns(l, i);
		if (lsof_place_row(l, r))
			return true;
	}
	return false;
}

/* The words before the descriptor, with one blank between them. */
static struct str
join_words(struct arena *a, struct buf *b, const struct table_row *r, int n)
{
	int i;

	b->n = 0;
	for (i = 0; i < n; i++) {
		buf_add(b, r->word[i].p, r->word[i].n);
		buf_putc(b, ' ');
	}
	return arena_str(a, buf_str(b));
}

static void
claim(struct lsof *l, struct layout *y, struct table_row *r,
    struct arena *arena, struct buf *b)
{
	uint64_t pid = 0;

	num_parse(lsof_row_word(l, r, COL_PID), INT32_MAX, &pid);
	*MEM_PUSH(y->v, y->n, y->cap) = (struct claim){ (uint32_t)pid,
		join_words(arena, b, r, l->column[COL_FD] + r->blanks) };
}

/* Reads each row that fits any of the ways; other rows do not count. */
static void
try_row(struct lsof *l, struct layout y[NLAYOUTS], struct table_row *r,
    struct arena *arena, struct buf *b)
{
	bool fit[NLAYOUTS], any = false;
	int i;

	for (i = 0; i < NLAYOUTS; i++) {
		set_columns(l, i);
		fit[i] = lsof_place_row(l, r);
		any = any || fit[i];
		if (fit[i] && y[i].fits)
			claim(l, &y[i], r, arena, b);
	}
	for (i = 0; any && i < NLAYOUTS; i++)
		y[i].fits = y[i].fits && fit[i];
}

static int
cmp_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int c = num_cmp(x->pid, y->pid);

	return c != 0 ? c : str_cmp(x->rest, y->rest);
}

/* No two processes have the same pid. */
static bool
is_credible(struct layout *y)
{
	size_t i;

	if (y->n > 0)
		qsort(y->v, y->n, sizeof *y->v, cmp_claim);
	for (i = 1; i < y->n; i++)
		if (y->v[i - 1].pid == y->v[i].pid &&
		    !str_eq(y->v[i - 1].rest, y->v[i].rest))
			return false;
	return true;
}

static bool
agree(const struct layout *a, const struct layout *b)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->v[i].pid != b->v[i].pid)
			return false;
	return true;
}

/* How many numbers follow the pid, -1 if that is unclear.  The ways that fit
 * have claims for the same rows, in the same order. */
static int
choose(struct layout y[NLAYOUTS])
{
	bool same = true;
	int i, best = -1, nfits = 0;

	for (i = 0; i < NLAYOUTS; i++) {
		if (!y[i].fits)
			continue;
		same = same && (best < 0 || agree(&y[best], &y[i]));
		best = i;
		nfits++;
	}
	if (same || nfits < 2)
		return best;
	for (i = 0, best = -1, nfits = 0; i < NLAYOUTS; i++) {
		if (!y[i].fits || !is_credible(&y[i]))
			continue;
		best = i;
		nfits++;
	}
	return nfits == 1 ? best : -1;
}

static int
guess(struct lsof *l)
{
	struct layout y[NLAYOUTS] = { { .fits = true }, { .fits = true },
		{ .fits = true } };
	struct str rest = buf_str(&l->rows), line;
	struct arena arena = { NULL, 0, 0 };
	struct buf b = { 0 };
	struct table_row r;
	int i, numbers;

	while (rest.n > 0) {
		line = str_cut(&rest, '\n');
		lsof_split_row(&r, line);
		if (!lsof_is_rule(&r))
			try_row(l, y, &r, &arena, &b);
	}
	numbers = choose(y);
	for (i = 0; i < NLAYOUTS; i++)
		free(y[i].v);
	buf_free(&b);
	arena_free(&arena);
	return numbers;
}

/* Whether the pid is at another place in the first row than in the next two:
 * then tail(1) left only the end of that row, which is another command's. */
static bool
is_first_cut(const struct lsof *l)
{
	struct str rest = buf_str(&l->rows);
	struct table_row r;
	size_t end[3];
	int n = 0;

	while (n < 3 && rest.n > 0) {
		lsof_split_row(&r, str_cut(&rest, '\n'));
		if (lsof_is_rule(&r))
			continue;
		if (!lsof_place_row(l, &r))
			return false;
		end[n++] = lsof_row_pid_end(l, &r);
	}
	return n == 3 && end[0] != end[1] && end[1] == end[2];
}

void
lsof_guess_end(struct lsof *l)
{
	struct str rest = buf_str(&l->rows), line;
	size_t lineno = l->in->lineno;
	int numbers = guess(l);

	if (numbers < 0) {
		from_refuse(l->in, l->rows_line, "which column is the pid "
		    "cannot be told: keep lsof's heading, or use lsof -F");
		return;
	}
	set_columns(l, numbers);
	l->take = lsof_take_row;
	l->in->lineno = l->rows_line;
	if (is_first_cut(l)) {
		from_complain(l->in, l->in->lineno++,
		    "a row whose start is cut: skipped");
		str_cut(&rest, '\n');
	}
	for (; rest.n > 0; l->in->lineno++) {
		line = str_cut(&rest, '\n');
		lsof_take_row(l, line);
	}
	l->in->lineno = lineno;
	buf_free(&l->rows);
}

static void
guess_row(struct lsof *l, struct str line)
{
	struct table_row r;

	line = from_plain(l->in, line);
	lsof_split_row(&r, line);
	if (lsof_is_heading(&r)) {
		lsof_guess_end(l);
		if (l->in->refusal == NULL)
			lsof_take_row(l, line);
		return;
	}
	if (l->rows.n == 0)
		l->rows_line = l->in->lineno;
	buf_add(&l->rows, line.p, line.n);
	buf_putc(&l->rows, '\n');
	if (l->rows.n >= KEEP_BYTES)
		lsof_guess_end(l);
}

bool
lsof_is_table(struct lsof *l, struct str line)
{
	struct table_row r;

	lsof_split_row(&r, from_plain(l->in, line));
	return lsof_read_heading(l, &r) || guess_fits(l, &r);
}

bool
lsof_sniff_table(struct lsof *l, struct str line)
{
	struct table_row r;

	line = from_plain(l->in, line);
	lsof_split_row(&r, line);
	if (lsof_read_heading(l, &r)) {
		l->take = lsof_take_row;
		return true;
	}
	if (!guess_fits(l, &r))
		return false;
	l->take = guess_row;
	guess_row(l, line);
	return true;
}
