/*
 * lsof's table.  A row has its words where the heading has them, but:
 * - size or offset may be empty, and with -K, of a process itself, the two
 *   columns of its task;
 * - the command may have blanks in it: today's versions write \x20, but not all
 *   did.  What a process calls itself may look like any other word, so a place
 *   counts only if all words fit, and of several the rightmost.
 */
#include "scan/lsof/reader.h"

#include "lib/num.h"

enum { MAX_WORDS = 48, TASK_WORDS = 2 };

static const char column_names[COL_COUNT][7] = {
	[COL_PID] = "PID", [COL_TID] = "TID", [COL_PPID] = "PPID",
	[COL_USER] = "USER", [COL_FD] = "FD", [COL_TYPE] = "TYPE",
	[COL_DEVICE] = "DEVICE", [COL_NODE] = "NODE", [COL_NAME] = "NAME",
};

struct table_row {
	struct str word[MAX_WORDS];
	int n;
	const char *end;	/* of the line */
	int blanks;		/* words of the command beyond the first */
	int absent;		/* words of the task that are not there */
	int node;		/* the word that is the protocol, or 0 */
};

static void
split_row(struct table_row *r, struct str line)
{
	r->n = (int)str_words(line, r->word, MAX_WORDS);
	r->end = line.p + line.n;
}

/* Without a heading, the columns that lsof has where no option asks for
 * more. */
static void
usual_columns(struct lsof *l)
{
	static const int usual[COL_COUNT] = {
		[COL_PID] = 1, [COL_TID] = -1, [COL_PPID] = -1, [COL_USER] = 2,
		[COL_FD] = 3, [COL_TYPE] = 4, [COL_DEVICE] = 5, [COL_NODE] = 7,
		[COL_NAME] = 8,
	};

	memcpy(l->column, usual, sizeof usual);
}

static bool
read_heading(struct lsof *l, const struct table_row *r)
{
	int column[COL_COUNT], i, c;

	if (r->n == 0 || !str_is(r->word[0], "COMMAND") ||
	    !str_is(r->word[r->n - 1], column_names[COL_NAME]))
		return false;
	for (c = 0; c < COL_COUNT; c++) {
		column[c] = -1;
		for (i = 1; i < r->n; i++)
			if (str_is(r->word[i], column_names[c]))
				column[c] = i;
	}
	if (column[COL_PID] != 1 || column[COL_FD] < 0 ||
	    column[COL_TYPE] < column[COL_FD] ||
	    column[COL_NODE] != r->n - 2)
		return false;
	memcpy(l->column, column, sizeof column);
	return true;
}

/* A missing value where the line, or the heading, has no such word. */
static struct str
word_of(const struct lsof *l, const struct table_row *r, enum lsof_column c)
{
	int i = l->column[c];

	if (i < 0)
		return STR_NONE;
	i += r->blanks;
	if (c > COL_TID)
		i -= r->absent;
	return i < r->n ? r->word[i] : STR_NONE;
}

static bool
is_small(struct str s)
{
	uint64_t v;

	return num_parse(s, INT32_MAX, &v);
}

/* 10u, *123u, cwd, txt, mem, fp., DEL ... */
static bool
is_fd(struct str s)
{
	return s.n > 0 && (char_is_digit(*s.p) || char_is_lower(*s.p) ||
	    *s.p == '*' || str_is(s, "DEL") || str_is(s, "NOFD"));
}

/* REG, DIR, unix, a_inode, ... and four digits for what has no name. */
static bool
is_type(struct str s)
{
	return s.n > 0 && (char_is_lower(*s.p) || char_is_upper(*s.p) ||
	    (s.n == 4 && char_is_digit(*s.p)));
}

/* TCP, UDP, ICMPV6, ... */
static bool
is_proto(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!char_is_upper(s.p[i]) && !char_is_digit(s.p[i]) &&
		    s.p[i] != '-')
			break;
	return (i > 0 && i == s.n && char_is_upper(*s.p)) ||
	    str_starts(s, "tcp") || str_starts(s, "udp");
}

/* Finds the protocol; size or offset before it may be empty. */
static bool
find_node(const struct lsof *l, struct table_row *r)
{
	int i = l->column[COL_NODE] + r->blanks - r->absent, least;

	least = i - 1;
	for (; i >= least; i--) {
		if (i >= r->n || !is_proto(r->word[i]))
			continue;
		r->node = i;
		return true;
	}
	return false;
}

/* The words fit the columns, with so many more in the command. */
static bool
fits(const struct lsof *l, struct table_row *r, int blanks, int absent)
{
	struct str type, fd;
	struct lsof_file f = { .fd = 0 };

	r->blanks = blanks;
	r->absent = absent;
	r->node = 0;
	type = word_of(l, r, COL_TYPE);
	fd = word_of(l, r, COL_FD);
	if (!is_small(word_of(l, r, COL_PID)) || !is_fd(fd) ||
	    !lsof_set_fd(&f, fd) || !is_type(type))
		return false;
	if (l->column[COL_TID] >= 0 && absent == 0 &&
	    !is_small(word_of(l, r, COL_TID)))
		return false;
	lsof_set_type(&f, type);
	if (f.is_inet)
		return find_node(l, r);
	return blanks == 0;
}

static bool
find_place(const struct lsof *l, struct table_row *r)
{
	int absent = l->column[COL_TID] >= 0 ? TASK_WORDS : 0, blanks;

	if (fits(l, r, 0, 0) || fits(l, r, 0, absent))
		return true;
	for (blanks = r->n; blanks > 0; blanks--)
		if (fits(l, r, blanks, 0) || fits(l, r, blanks, absent))
			return true;
	return false;
}

static void
set_proc(struct lsof *l, const struct table_row *r)
{
	const struct str *last = &r->word[r->blanks];
	struct str user = word_of(l, r, COL_USER);

	lsof_begin_proc(l, word_of(l, r, COL_PID));
	lsof_set_comm(l, (struct str){ r->word[0].p,
		(size_t)(last->p + last->n - r->word[0].p) });
	lsof_set_user(l, user);
	lsof_set_uid(l, user);		/* lsof -l has numbers there */
	lsof_set_ppid(l, word_of(l, r, COL_PPID));
}

static void
take_socket(struct lsof *l, const struct table_row *r)
{
	struct lsof_file f = { .line = l->lineno };
	const struct str *node = &r->word[r->node];

	lsof_set_fd(&f, word_of(l, r, COL_FD));
	lsof_set_type(&f, word_of(l, r, COL_TYPE));
	lsof_set_device(&f, word_of(l, r, COL_DEVICE));
	lsof_set_proto(&f, *node);
	f.has_name = r->node + 1 < r->n;
	if (f.has_name) {
		f.name.p = r->word[r->node + 1].p;
		f.name.n = (size_t)(r->end - f.name.p);
	}
	set_proc(l, r);
	lsof_end_file(l, &f);
}

/* An empty line, or what lsof -r prints between two lists. */
static bool
is_rule(const struct table_row *r)
{
	return r->n == 0 || (r->n == 1 && str_starts(r->word[0], "====="));
}

void
lsof_take_row(struct lsof *l, struct str line)
{
	struct table_row r;

	split_row(&r, line);
	if (is_rule(&r) || read_heading(l, &r))
		return;
	if (!find_place(l, &r))
		lsof_complain(l, l->lineno, "not a row of lsof's table: "
		    "skipped");
	else if (r.node > 0)
		take_socket(l, &r);
}

bool
lsof_sniff_table(struct lsof *l, struct str line)
{
	struct table_row r;

	split_row(&r, line);
	if (read_heading(l, &r))
		return true;
	usual_columns(l);
	if (!find_place(l, &r) || r.node == 0)
		return false;
	take_socket(l, &r);
	return true;
}
