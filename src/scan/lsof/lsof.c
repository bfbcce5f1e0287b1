#include "scan/lsof/reader.h"

#include <stdlib.h>

enum { LINE_BYTES = 64 * 1024 };	/* longer lines are none of lsof's */

static void
sniff(struct lsof *l, struct str line)
{
	if (line.n == 0)
		return;
	if (lsof_sniff_fields(line)) {
		l->take = lsof_take_fields;
		lsof_take_fields(l, line);
	} else if (!lsof_sniff_table(l, line)) {
		lsof_complain(l, l->lineno, "not a line of lsof's: skipped");
	}
}

struct lsof *
lsof_open(const struct services *services, lsof_note *note, void *arg)
{
	struct lsof *l = mem_alloc(sizeof *l);

	l->services = services;
	l->note = note;
	l->arg = arg;
	l->take = sniff;
	l->proc.at = LSOF_NOBODY;
	return l;
}

void
lsof_close(struct lsof *l)
{
	buf_free(&l->line);
	buf_free(&l->name);
	buf_free(&l->rows);
	buf_free(&l->row);
	buf_free(&l->plain);
	buf_free(&l->proc.comm);
	buf_free(&l->proc.user);
	lsof_found_free(&l->found);
	free(l);
}

/* A terminal's driver makes LF a CR LF, and where one is behind another a CR CR
 * LF: lsof itself writes \r for a CR. */
static void
drop_crs(struct lsof *l, struct str *line)
{
	if (str_ends(*line, "\r") && l->cr_line == 0)
		l->cr_line = l->lineno;
	while (str_take_end(line, "\r"))
		;
}

/* The JSON of lsof -J and -j has a socket's state but not its ends, as seen
 * with 4.99.7: json_print_file has Lf->nm, which an internet socket has not. */
static bool
refuse_json(struct lsof *l, size_t lineno, struct str line)
{
	if (l->take != sniff || !str_starts(line, "{"))
		return false;
	lsof_refuse(l, lineno, "JSON, in which lsof does not tell the ends "
	    "of sockets: use lsof -F");
	return true;
}

/* What an editor or a console puts in front of a text. */
static void
take_mark(struct lsof *l, struct str *line)
{
	if (str_starts(*line, "\xff\xfe") || str_starts(*line, "\xfe\xff"))
		lsof_refuse(l, l->lineno, "UTF-16, not what lsof wrote: "
		    "convert it to UTF-8");
	str_take_start(line, "\xef\xbb\xbf");
}

static void
count_line(struct lsof *l, struct str line)
{
	if (++l->lineno == 1)
		take_mark(l, &line);
	if (l->refusal != NULL)
		return;
	if (refuse_json(l, l->lineno, line))
		return;
	drop_crs(l, &line);
	if (line.n > LINE_BYTES)
		lsof_complain(l, l->lineno, "a line too long: skipped");
	else
		l->take(l, line);
}

/* Keeps the start of a line whose end is still to come. */
static void
keep_part(struct lsof *l, const char *p, size_t n)
{
	size_t room = LINE_BYTES + 1 - l->line.n;

	buf_add(&l->line, p, n < room ? n : room);
}

void
lsof_feed(struct lsof *l, const char *p, size_t n)
{
	const char *lf;
	size_t len;

	for (; n > 0; p += len + 1, n -= len + 1) {
		lf = memchr(p, '\n', n);
		len = lf != NULL ? (size_t)(lf - p) : n;
		if (lf != NULL && l->line.n == 0) {
			count_line(l, (struct str){ p, len });
			continue;
		}
		keep_part(l, p, len);
		if (lf == NULL)
			return;
		count_line(l, buf_str(&l->line));
		l->line.n = 0;
	}
}

enum lsof_end
lsof_end(struct lsof *l)
{
	bool known = l->take != sniff;

	if (l->rows.n > 0 && l->refusal == NULL)
		lsof_guess_end(l);
	if (l->take == lsof_take_row)
		lsof_end_rows(l);
	if (l->take == lsof_take_fields)
		lsof_end_file(l, &l->file);
	if (l->line.n > 0 && l->refusal == NULL &&
	    !refuse_json(l, l->lineno + 1, buf_str(&l->line)))
		lsof_complain(l, l->lineno + 1,
		    "the last line is cut: skipped");
	lsof_end_proc(l);
	lsof_found_drop_cut(l);
	lsof_found_join(l);
	if (l->refusal != NULL)
		return LSOF_REFUSED;
	if (!known)
		return LSOF_UNKNOWN;
	return l->bad > 0 && l->good == 0 && l->found.n == 0 ? LSOF_UNREAD :
	    LSOF_READ;
}

size_t
lsof_count(const struct lsof *l)
{
	return l->found.n;
}

const char *
lsof_refusal(const struct lsof *l, size_t *line)
{
	*line = l->refusal_line;
	return l->refusal;
}

size_t
lsof_cr_line(const struct lsof *l)
{
	return l->cr_line;
}
