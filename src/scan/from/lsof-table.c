/*
 * lsof's table.  The words of a row are where the heading has them, except:
 * - size or offset may be empty, and with -K, for a process itself, the two
 *   columns of its task;
 * - the command may contain blanks: today's versions write \x20, but not all
 *   did.  A process's name may look like any other word, so a place counts only
 *   if all words fit, and the rightmost of several places wins.
 * A number in such a command may be the pid, and what looks like the pid the
 * parent's: for example in a row of lsof -R whose heading is lost.  The pid is
 * accepted only below the heading's PID.
 */
#include "scan/from/lsof-table.h"

#include "lib/num.h"

enum { TASK_WORDS = 2 };

static const char column_names[COL_COUNT][7] = {
	[COL_PID] = "PID", [COL_TID] = "TID", [COL_PPID] = "PPID",
	[COL_PGID] = "PGID", [COL_USER] = "USER", [COL_FD] = "FD",
	[COL_TYPE] = "TYPE", [COL_DEVICE] = "DEVICE", [COL_NODE] = "NODE",
	[COL_NAME] = "NAME",
};

void
lsof_split_row(struct table_row *r, struct str line)
{
	r->n = (int)str_words(line, r->word, TABLE_WORDS);
	r->start = line.p;
	r->end = line.p + line.n;
}

/* Where word i of the row ends. */
static size_t
end_of(const struct table_row *r, int i)
{
	return (size_t)(r->word[i].p + r->word[i].n - r->start);
}

bool
lsof_is_heading(const struct table_row *r)
{
	return r->n > 1 && str_is(r->word[0], "COMMAND") &&
	    str_is(r->word[1], "PID");
}

bool
lsof_read_heading(struct lsof *l, const struct table_row *r)
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
	l->pid_end = end_of(r, column[COL_PID]);
	return true;
}

/* A missing value if the line, or the heading, has no such word. */
struct str
lsof_row_word(const struct lsof *l, const struct table_row *r,
    enum lsof_column c)
{
	int i = l->column[c];

	if (i < 0)
		return STR_NONE;
	i += r->blanks;
	if (c > COL_TID)
		i -= r->absent;
	return i >= 0 && i < r->n ? r->word[i] : STR_NONE;
}

static bool
is_small(struct str s)
{
	uint64_t v;

	return num_parse(s, INT32_MAX, &v);
}

/* The row has a number in that column, or the table has no such column. */
static bool
has_number(const struct lsof *l, const struct table_row *r, enum lsof_column c)
{
	return l->column[c] < 0 || is_small(lsof_row_word(l, r, c));
}

/* cwd, txt, L12 ..., FD in lsof(8).  Other words do not count: such a word
 * could be the user, in the row of a file that is not a socket. */
static bool
is_fd_name(struct str s)
{
	static const char names[][5] = { "DEL", "NOFD", "ctty", "cwd", "err",
		"fp.", "jld", "ltx", "m86", "mem", "mmap", "pd", "rtd", "tr",
		"twd", "txt", "v86" };
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		if (str_is(s, names[i]))
			return true;
	return s.n == 3 && (*s.p == 'L' || *s.p == 'M') &&
	    num_hex(s.p[1]) >= 0 && num_hex(s.p[2]) >= 0;
}

/* 10u, *123u, or one of these names. */
static bool
is_fd(struct str s)
{
	struct lsof_file f = { .fd = 0 };

	if (s.n > 1 && *s.p == '*')
		return char_is_digit(s.p[1]);
	if (s.n > 0 && char_is_digit(*s.p))
		return lsof_set_fd(&f, s);
	return is_fd_name(s);
}

/* REG, DIR, unix, a_inode, ... or four digits for a type without a name. */
static bool
is_type(struct str s)
{
	uint64_t v;

	if (s.n > 0 && (char_is_lower(*s.p) || char_is_upper(*s.p)))
		return s.n > 2;
	return s.n == 4 && num_take(&s, INT32_MAX, &v) && s.n == 0;
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

/* Finds the protocol; the size or offset before it may be empty. */
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

/* The words fit the columns if the command has that many more words. */
static bool
fits(const struct lsof *l, struct table_row *r, int blanks, int absent)
{
	struct str type, fd;
	struct lsof_file f = { .fd = 0 };

	r->blanks = blanks;
	r->absent = absent;
	r->node = 0;
	type = lsof_row_word(l, r, COL_TYPE);
	fd = lsof_row_word(l, r, COL_FD);
	if (!has_number(l, r, COL_PID) || !has_number(l, r, COL_PPID) ||
	    !has_number(l, r, COL_PGID) || !is_fd(fd) || !is_type(type))
		return false;
	if (absent == 0 && !has_number(l, r, COL_TID))
		return false;
	lsof_set_type(&f, type);
	if (f.is_inet)
		return find_node(l, r);
	/* A descriptor without an access mode may be the parent's pid, and the
	 * type the user. */
	return blanks == 0 && !is_small(fd);
}

bool
lsof_place_row(const struct lsof *l, struct table_row *r)
{
	int absent = l->column[COL_TID] >= 0 ? TASK_WORDS : 0, blanks;

	if (from_has_control((struct str){ r->start,
	    (size_t)(r->end - r->start) }))
		return false;
	if (fits(l, r, 0, 0) || fits(l, r, 0, absent))
		return true;
	for (blanks = r->n; blanks > 0; blanks--)
		if (fits(l, r, blanks, 0) || fits(l, r, blanks, absent))
			return true;
	return false;
}

size_t
lsof_row_pid_end(const struct lsof *l, const struct table_row *r)
{
	return end_of(r, r->blanks + l->column[COL_PID]);
}

/* The command contains a number that may be the pid. */
static bool
is_doubtful(const struct lsof *l, const struct table_row *r)
{
	bool number = false, narrow = true;
	int i;

	for (i = 1; i <= r->blanks; i++) {
		number = number || is_small(r->word[i]);
		narrow = narrow && end_of(r, i) == end_of(r, i - 1) + 1 +
		    r->word[i].n;
	}
	return number && (!narrow || l->has_escapes || l->pid_end == 0 ||
	    lsof_row_pid_end(l, r) != l->pid_end);
}

static void
set_proc(struct lsof *l, const struct table_row *r)
{
	const struct str *last = &r->word[r->blanks];
	struct str user = lsof_row_word(l, r, COL_USER);

	lsof_begin_proc(l, lsof_row_word(l, r, COL_PID));
	lsof_set_comm(l, (struct str){ r->word[0].p,
		(size_t)(last->p + last->n - r->word[0].p) });
	lsof_set_user(l, user);
	lsof_set_uid(l, user);		/* lsof -l has numbers there */
	lsof_set_ppid(l, lsof_row_word(l, r, COL_PPID));
}

/* toybox, Android's lsof, prints the inode as NODE, no device, and the protocol
 * at the start of the name. */
static void
set_device(struct lsof *l, const struct table_row *r, struct lsof_file *f)
{
	struct str device = lsof_row_word(l, r, COL_DEVICE);

	if (str_starts(device, "0t"))
		device = r->word[r->node - 1];
	lsof_set_device(f, device);
}

static void
take_socket(struct lsof *l, const struct table_row *r)
{
	struct lsof_file f = { .line = l->in->lineno,
		.width = (size_t)(r->end - r->start) };
	const struct str *node = &r->word[r->node];

	lsof_set_fd(&f, lsof_row_word(l, r, COL_FD));
	lsof_set_type(&f, lsof_row_word(l, r, COL_TYPE));
	set_device(l, r, &f);
	lsof_set_proto(&f, *node);
	f.has_name = r->node + 1 < r->n;
	if (f.has_name) {
		f.name.p = r->word[r->node + 1].p;
		f.name.n = (size_t)(r->end - f.name.p);
	}
	set_proc(l, r);
	lsof_end_file(l, &f);
}

/* An empty line, or the line that lsof -r prints between two lists. */
bool
lsof_is_rule(const struct table_row *r)
{
	return r->n == 0 || (r->n == 1 && str_starts(r->word[0], "====="));
}

/* True if lsof wrote \\x20 for a blank: then commands contain no blanks. */
static bool
has_escape(const struct table_row *r)
{
	struct str command = { r->start, 0 };
	size_t i;

	command.n = end_of(r, r->blanks);
	for (i = 0; i + 4 <= command.n; i++)
		if (memcmp(command.p + i, "\\x20", 4) == 0)
			return true;
	return false;
}

static void
take_row(struct lsof *l, struct table_row *r)
{
	l->has_escapes = l->has_escapes || has_escape(r);
	if (r->node > 0 && is_doubtful(l, r))
		from_complain(l->in, l->in->lineno, "which number is the pid "
		    "cannot be told: skipped (lsof -F tells it)");
	else if (r->node > 0)
		take_socket(l, r);
	else
		l->in->good++;
}

/* Takes the row that was kept, unless bad says what is wrong with it. */
static void
end_row(struct lsof *l, const char *bad)
{
	size_t lineno = l->in->lineno;
	struct table_row r;

	if (l->row_line == 0)
		return;
	l->in->lineno = l->row_line;
	l->row_line = 0;
	lsof_split_row(&r, buf_str(&l->row));
	if (bad != NULL)
		from_complain(l->in, l->in->lineno, bad);
	else if (lsof_place_row(l, &r))
		take_row(l, &r);
	l->in->lineno = lineno;
}

void
lsof_end_rows(struct lsof *l)
{
	end_row(l, NULL);
}

static void
keep_row(struct lsof *l, struct str line)
{
	l->row.n = 0;
	buf_add(&l->row, line.p, line.n);
	l->row_line = l->in->lineno;
}

/* The row may continue: it does not end in parentheses. */
static bool
is_unfinished(const struct lsof *l)
{
	struct str row = buf_str(&l->row);

	return l->row_line > 0 && !str_ends(row, ")");
}

/* `(STATE)', which did not fit on the line of its row. */
static bool
is_end_of_row(const struct table_row *r)
{
	return r->n > 0 && *r->word[0].p == '(' &&
	    str_ends(r->word[r->n - 1], ")");
}

/* Keeps each row until the next line turns out not to be its end. */
void
lsof_take_row(struct lsof *l, struct str line)
{
	struct table_row r;
	bool placed;

	line = from_plain(l->in, line);
	lsof_split_row(&r, line);
	if (is_end_of_row(&r) && is_unfinished(l)) {
		buf_putc(&l->row, ' ');
		buf_add(&l->row, line.p, line.n);
		return;
	}
	placed = !lsof_is_rule(&r) && lsof_place_row(l, &r);
	if (placed) {
		end_row(l, NULL);
		keep_row(l, line);
		return;
	}
	if (lsof_is_rule(&r) || lsof_is_heading(&r)) {
		end_row(l, NULL);
		lsof_read_heading(l, &r);
		return;
	}
	if (is_unfinished(l))
		end_row(l, "a row that the next line may belong to: skipped");
	from_complain(l->in, l->in->lineno,
	    "not a row of lsof's table: skipped");
}
