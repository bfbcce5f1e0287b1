#include "scan/from/reader.h"

#include <stdlib.h>

enum { LINE_BYTES = 64 * 1024 };	/* their lines are shorter */

void
from_begin(struct from *in, const struct from_format *format)
{
	in->format = format;
	in->own = format->open != NULL ? format->open() : NULL;
}

struct from *
from_open(const struct from_format *format, const struct services *services,
    from_note *note, void *arg)
{
	struct from *in = mem_alloc(sizeof *in);

	in->services = services;
	in->note = note;
	in->arg = arg;
	in->found.at = FOUND_NOBODY;
	from_begin(in, format);
	return in;
}

void
from_close(struct from *in)
{
	buf_free(&in->line);
	buf_free(&in->plain);
	buf_free(&in->kept);
	found_free(&in->found);
	if (in->format->close != NULL)
		in->format->close(in->own);
	free(in);
}

struct str
from_plain(struct from *in, struct str line)
{
	static const char fixed[] = "\xc2\xa0";
	bool blank = true, next;

	while (str_take_start(&line, "> "))	/* quoted in a mail */
		;
	if (line.n == 0 || (memchr(line.p, '\t', line.n) == NULL &&
	    memchr(line.p, 0xc2, line.n) == NULL))
		return line;
	for (in->plain.n = 0; line.n > 0; blank = next) {
		next = *line.p == ' ' || *line.p == '\t';
		if (next) {
			buf_putc(&in->plain, ' ');
			line = str_skip(line, 1);
			continue;
		}
		next = str_starts(line, fixed) && (blank || line.n == 2 ||
		    line.p[2] == ' ' || line.p[2] == '\t' ||
		    str_starts(str_skip(line, 2), fixed));
		if (next) {
			buf_putc(&in->plain, ' ');
			line = str_skip(line, 2);
			continue;
		}
		buf_putc(&in->plain, *line.p);
		line = str_skip(line, 1);
	}
	return buf_str(&in->plain);
}

bool
from_has_control(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

/* A terminal's driver turns LF into CR LF, and two drivers into CR CR LF; these
 * programs never print a CR themselves. */
static void
drop_crs(struct from *in, struct str *line)
{
	if (str_ends(*line, "\r") && in->cr_line == 0)
		in->cr_line = in->lineno;
	while (str_take_end(line, "\r"))
		;
}

static bool
refuse_json(struct from *in, size_t lineno, struct str line)
{
	if (in->known || !str_starts(line, "{"))
		return false;
	from_refuse(in, lineno, in->format->lacks);
	return true;
}

/* Removes the mark that editors or consoles put before a text. */
static void
take_mark(struct from *in, struct str *line)
{
	if (str_starts(*line, "\xff\xfe") || str_starts(*line, "\xfe\xff"))
		from_refuse(in, in->lineno, "UTF-16, not what was printed: "
		    "convert it to UTF-8");
	str_take_start(line, "\xef\xbb\xbf");
}

static void
count_line(struct from *in, struct str line)
{
	if (++in->lineno == 1)
		take_mark(in, &line);
	if (in->refusal != NULL)
		return;
	if (refuse_json(in, in->lineno, line))
		return;
	drop_crs(in, &line);
	if (line.n > LINE_BYTES) {
		from_complain(in, in->lineno, "a line too long: skipped");
		line.n = 0;
	}
	in->format->take(in, line);
}

/* Keeps the start of a line whose end has not been read. */
static void
keep_part(struct from *in, const char *p, size_t n)
{
	size_t room = LINE_BYTES + 1 - in->line.n;

	buf_add(&in->line, p, n < room ? n : room);
}

void
from_feed(struct from *in, const char *p, size_t n)
{
	const char *lf;
	size_t len;

	for (; n > 0; p += len + 1, n -= len + 1) {
		lf = memchr(p, '\n', n);
		len = lf != NULL ? (size_t)(lf - p) : n;
		if (lf != NULL && in->line.n == 0) {
			count_line(in, (struct str){ p, len });
			continue;
		}
		keep_part(in, p, len);
		if (lf == NULL)
			return;
		count_line(in, buf_str(&in->line));
		in->line.n = 0;
	}
}

enum from_status
from_end(struct from *in)
{
	struct found *f = &in->found;

	in->format->end(in);
	if (in->line.n > 0 && in->refusal == NULL &&
	    !refuse_json(in, in->lineno + 1, buf_str(&in->line)))
		from_complain(in, in->lineno + 1,
		    "the last line is cut: skipped");
	if (f->rows)
		found_number_rows(f);
	found_join(f);
	if (in->refusal != NULL)
		return FROM_REFUSED;
	if (!in->known)
		return FROM_UNKNOWN;
	return in->bad > 0 && in->good == 0 && f->n == 0 ? FROM_UNREAD :
	    FROM_READ;
}

size_t
from_count(const struct from *in)
{
	return in->found.n;
}

const char *
from_program(const struct from *in)
{
	return in->format->program;
}

bool
from_is_held_only(const struct from *in)
{
	return in->format->held_only;
}

const char *
from_refusal(const struct from *in, size_t *line)
{
	*line = in->refusal_line;
	return in->refusal;
}

size_t
from_cr_line(const struct from *in)
{
	return in->cr_line;
}
