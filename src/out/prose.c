/* Sentences in a table, whole, in lines broken between words. */
#include "out/table.h"

static void
add_blanks(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_putc(b, ' ');
}

/* Where to end a line of s that has room for n bytes: after a blank. */
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

struct str
prose_line(struct str *s, size_t room)
{
	struct str line = width_head(*s, room);

	if (line.n == 0)
		line.n = s->n;	/* not even one word fits */
	line.n = word_end(*s, line.n);
	*s = str_skip(*s, line.n);
	while (str_take(s, ' '))
		;
	while (str_take_end(&line, " "))
		;
	return line;
}

void
prose_add(struct buf *b, struct str s, size_t indent, size_t limit)
{
	size_t room = limit > indent ? limit - indent : 1;
	struct str line;

	while (s.n > 0) {
		line = prose_line(&s, room);
		add_blanks(b, indent);
		buf_add(b, line.p, line.n);
		buf_putc(b, '\n');
	}
}

/* True if s begins with `; NAME: ' or `; NAME ('. */
static bool
begins_sentence(struct str s, struct str name)
{
	s = str_skip(s, 2);
	if (name.n == 0 || s.n < name.n + 2 ||
	    !str_eq((struct str){ s.p, name.n }, name))
		return false;
	s = str_skip(s, name.n);
	return str_starts(s, ": ") || str_starts(s, " (");
}

struct str
prose_sentence(struct str *why, struct str *flags)
{
	struct str next, s = *why;
	size_t i;

	str_cut(flags, ',');
	next = *flags;
	next = str_cut(&next, ',');
	for (i = 0; i + 2 < s.n; i++)
		if (s.p[i] == ';' && s.p[i + 1] == ' ' &&
		    begins_sentence(str_skip(s, i), next)) {
			*why = str_skip(s, i + 2);
			s.n = i;
			return s;
		}
	*why = STR_NONE;
	return s;
}
