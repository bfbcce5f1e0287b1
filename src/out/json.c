/* JSON, RFC 8259: an object on each line. */
#include "out/format.h"

#include "lib/escape.h"

/* The longest text written as a number: twice the digits of our longest.
 * Python's json refuses integers of more than 4300 digits. */
enum { NUMBER_MAX = 40 };

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

static void
add_unit(struct buf *b, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	char text[] = { '\\', 'u', digits[unit >> 12 & 15],
		digits[unit >> 8 & 15], digits[unit >> 4 & 15],
		digits[unit & 15] };

	buf_add(b, text, sizeof text);
}

/* Writes a character as UTF-16, for \u. */
static void
add_escaped(struct buf *b, uint32_t cp)
{
	if (cp > 0xffff) {
		add_unit(b, 0xd800 | (cp - 0x10000) >> 10);
		cp = 0xdc00 | (cp & 0x3ff);
	}
	add_unit(b, cp);
}

static size_t
plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == '"' ||
		    s.p[i] == '\\')
			break;
	return i;
}

/* Writes the first character of s, escaped; returns its length. */
static size_t
add_char(struct buf *b, struct str s)
{
	uint32_t cp;
	size_t n = escape_decode(s.p, s.n, &cp);

	if (n == 0) {
		buf_puts(b, REPLACEMENT);
		return 1;
	}
	if (cp == '"' || cp == '\\')
		buf_putc(b, '\\');
	if (escape_hostile(cp))
		add_escaped(b, cp);
	else
		buf_add(b, s.p, n);
	return n;
}

static void
add_text(struct buf *b, struct str s)
{
	size_t n;

	buf_putc(b, '"');
	while (s.n > 0) {
		n = plain(s);
		buf_add(b, s.p, n);
		if (n < s.n)
			n += add_char(b, str_skip(s, n));
		s = str_skip(s, n);
	}
	buf_putc(b, '"');
}

static size_t
take_digits(struct str *s)
{
	size_t n = 0;

	while (n < s->n && char_is_digit(s->p[n]))
		n++;
	*s = str_skip(*s, n);
	return n;
}

/* A number of RFC 8259 without an exponent. */
static bool
is_json_number(struct str s)
{
	size_t n;
	bool zero;

	if (s.n > NUMBER_MAX)
		return false;
	str_take(&s, '-');
	zero = s.n > 0 && *s.p == '0';
	n = take_digits(&s);
	if (n == 0 || (zero && n > 1))
		return false;
	return s.n == 0 || (str_take(&s, '.') && take_digits(&s) > 0 &&
	    s.n == 0);
}

/* Text in place of a number (somebody edited the record) becomes null, unknown:
 * a string would be another type, and 0 a lie. */
static void
add_number(struct buf *b, struct str s)
{
	if (is_json_number(s))
		buf_add(b, s.p, s.n);
	else
		buf_puts(b, "null");
}

/* An array of comma-separated numbers. */
static void
add_numbers(struct buf *b, struct str s)
{
	buf_putc(b, '[');
	for (;;) {
		add_number(b, str_cut(&s, ','));
		if (s.p == NULL)
			break;
		buf_putc(b, ',');
	}
	buf_putc(b, ']');
}

/*
 * Moves the part of s before the first character in ends to word, which is
 * emptied first; drops backslashes that escape the next character.  Returns the
 * character at which it ended, which is cut off too, or '\0' at the end of s.
 */
static char
cut_part(struct str *s, const char *ends, struct buf *word)
{
	char c;

	word->n = 0;
	for (; s->n > 0; *s = str_skip(*s, 1)) {
		c = *s->p;
		if (c != '\0' && strchr(ends, c) != NULL) {
			*s = str_skip(*s, 1);
			return c;
		}
		if (c == '\\' && s->n > 1)
			*s = str_skip(*s, 1);
		buf_putc(word, *s->p);
	}
	return '\0';
}

/* An array of strings. */
static void
add_names(struct buf *b, struct str s)
{
	struct buf word = { 0 };
	char end, sep = '[';

	do {
		buf_putc(b, sep);
		sep = ',';
		end = cut_part(&s, ",", &word);
		add_text(b, buf_str(&word));
	} while (end != '\0');
	buf_putc(b, ']');
	buf_free(&word);
}

/* An object of `name=value,name=value'. */
static void
add_pairs(struct buf *b, struct str s)
{
	struct buf word = { 0 };
	char end, sep = '{';

	do {
		buf_putc(b, sep);
		sep = ',';
		end = cut_part(&s, "=,", &word);
		add_text(b, buf_str(&word));
		buf_putc(b, ':');
		if (end == '=') {
			end = cut_part(&s, ",", &word);
			add_text(b, buf_str(&word));
		} else
			buf_puts(b, "null");
	} while (end != '\0');
	buf_putc(b, '}');
	buf_free(&word);
}

static void
json_value(struct buf *b, enum field_id id, struct str s)
{
	enum field_type type =
	    id == FIELD_NONE ? FIELD_TEXT : field_table[id].type;

	if (s.n == 0) {
		buf_puts(b, "null");
		return;
	}
	switch (type) {
	case FIELD_TEXT:
		add_text(b, s);
		break;
	case FIELD_NUMBER:
		add_number(b, s);
		break;
	case FIELD_NUMBERS:
		add_numbers(b, s);
		break;
	case FIELD_NAMES:
		add_names(b, s);
		break;
	case FIELD_PAIRS:
		add_pairs(b, s);
		break;
	}
}

static void
json_row(struct out *o, const struct str *v, enum out_mark mark)
{
	const struct col *c = o->cols->v;
	size_t i;

	(void)mark;
	for (i = 0; i < o->cols->n; i++) {
		buf_puts(&o->buf, i == 0 ? "{\"" : ",\"");
		buf_add(&o->buf, c[i].name.p, c[i].name.n);
		buf_puts(&o->buf, "\":");
		json_value(&o->buf, c[i].id, v[i]);
	}
	buf_puts(&o->buf, "}\n");
}

const struct out_format out_json = { .name = "json", .row = json_row };
