#include "lib/escape.h"

#include "lib/num.h"

static const char hexdigits[] = "0123456789abcdef";

/* The four bytes that are escaped by a letter, and their letters. */
static const char bytes[] = "\\\t\n\r", letters[] = "\\tnr";

size_t
escape_decode(const char *p, size_t n, uint32_t *cp)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t min;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	unsigned char c = n > 0 ? (unsigned char)p[0] : 0xff;
	size_t len, i;
	uint32_t v;

	for (len = 0; (c & forms[len].mask) != forms[len].lead; len++)
		if (len == 3)
			return 0;
	if (len >= n)
		return 0;
	v = c & (unsigned char)~forms[len].mask;
	for (i = 1; i <= len; i++) {
		c = (unsigned char)p[i];
		if ((c & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (c & 0x3f);
	}
	if (v < forms[len].min || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return len + 1;
}

size_t
escape_cut(struct str s, size_t max)
{
	size_t at = s.n < max ? s.n : max, back, n;
	uint32_t cp;

	for (back = 1; back <= 4 && back <= at; back++) {
		n = escape_decode(s.p + at - back, s.n - (at - back), &cp);
		if (n > 0)
			return n > back ? at - back : at;
	}
	return at;
}

bool
escape_hostile(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
	};
	size_t i;

	for (i = 0; i < NELEMS(ranges); i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Sets the top bit of some byte if any of the eight bytes is 0. */
static uint64_t
find_zero(uint64_t v)
{
	return (v - EACH_BYTE(1)) & ~v & EACH_BYTE(0x80);
}

/* True if all n bytes at p, at most eight, are plain: tests them as one word,
 * padded with blanks. */
static bool
are_plain(const char *p, size_t n)
{
	uint64_t v = EACH_BYTE(' '), odd;

	if (n == sizeof v)
		memcpy(&v, p, sizeof v);
	else
		memcpy(&v, p, n);
	odd = (v | ((v - EACH_BYTE(0x20)) & ~v)) & EACH_BYTE(0x80);
	odd |= find_zero(v ^ EACH_BYTE(0x7f));
	odd |= find_zero(v ^ EACH_BYTE('\\'));
	return odd == 0;
}

/* The length of the longest beginning of s that needs no escape. */
static size_t
clean(struct str s)
{
	uint32_t cp;
	size_t i = 0, n;

	while (i < s.n) {
		n = s.n - i < 8 ? s.n - i : 8;
		if (are_plain(s.p + i, n)) {
			i += n;
			continue;
		}
		if (is_plain(s.p[i])) {
			i++;
			continue;
		}
		if (s.p[i] == '\\')
			break;
		n = escape_decode(s.p + i, s.n - i, &cp);
		if (n == 0 || escape_hostile(cp))
			break;
		i += n;
	}
	return i;
}

static void
add_byte(struct buf *b, char c)
{
	const char *at = memchr(bytes, c, sizeof bytes - 1);
	unsigned char u = (unsigned char)c;

	buf_putc(b, '\\');
	if (at != NULL) {
		buf_putc(b, letters[at - bytes]);
		return;
	}
	buf_putc(b, 'x');
	buf_putc(b, hexdigits[u >> 4]);
	buf_putc(b, hexdigits[u & 15]);
}

/* Escapes and appends the first character of s: all bytes if it is hostile, one
 * byte if it is invalid UTF-8.  Returns the rest. */
static struct str
add_first(struct buf *b, struct str s)
{
	uint32_t cp;
	size_t n = escape_decode(s.p, s.n, &cp);

	for (n = n > 0 ? n : 1; n > 0; n--, s.n--)
		add_byte(b, *s.p++);
	return s;
}

void
escape_add(struct buf *b, struct str s)
{
	size_t n;

	for (;;) {
		n = clean(s);
		buf_add(b, s.p, n);
		s = str_skip(s, n);
		if (s.n == 0)
			return;
		s = add_first(b, s);
	}
}

void
escape_controls(struct buf *b, struct str s)
{
	size_t n;

	for (;;) {
		n = clean(s);
		while (n < s.n && s.p[n] == '\\')
			n++;
		buf_add(b, s.p, n);
		s = str_skip(s, n);
		if (s.n == 0)
			return;
		if (n == 0)
			s = add_first(b, s);
	}
}

/* Also escapes what would read as a missing value or a comment. */
void
escape_field(struct buf *b, struct str s)
{
	if (s.n == 0)
		buf_putc(b, '-');
	else if (s.n == 1 && *s.p == '-')
		buf_puts(b, "\\x2d");
	else
		escape_add(b, s);
}

void
escape_line(struct buf *b, const struct str *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(b, '\t');
		if (i == 0 && v[i].n > 0 && *v[i].p == '#') {
			buf_puts(b, "\\x23");
			escape_add(b, str_skip(v[i], 1));
		} else {
			escape_field(b, v[i]);
		}
	}
	buf_putc(b, '\n');
}

/* Sets the high bit of each byte that is c, if c is below 0x80. */
static uint64_t
bytes_of(uint64_t v, unsigned char c)
{
	return ~((v ^ EACH_BYTE(c)) + EACH_BYTE(0x7f)) & EACH_BYTE(0x80);
}

/* True if escaping would change some of the eight bytes, or a value is empty.
 * *tab: the byte before them is a TAB. */
static bool
is_changed(const char *p, uint64_t *tab)
{
	uint64_t v = num_load(p), tabs = bytes_of(v, '\t');
	uint64_t controls = ~(v + EACH_BYTE(0x80 - 0x20)) & EACH_BYTE(0x80);
	uint64_t empty = tabs & (tabs << 8 | *tab);

	*tab = tabs >> 56;
	return ((v & EACH_BYTE(0x80)) | (controls & ~tabs) |
	    bytes_of(v, '\\') | bytes_of(v, 0x7f) | empty) != 0;
}

bool
escape_is_line(struct str line)
{
	char last[sizeof(uint64_t)];
	const char *p = line.p;
	size_t n = line.n;
	uint64_t tab = 0;

	if (n == 0 || *p == '\t' || *p == '#' || p[n - 1] == '\t')
		return false;
	for (; n >= sizeof last; p += sizeof last, n -= sizeof last)
		if (is_changed(p, &tab))
			return false;
	memset(last, ' ', sizeof last);
	memcpy(last, p, n);
	return !is_changed(last, &tab);
}

const char *
escape_undo(struct str s, char *dst, size_t *n)
{
	const char *at;
	char *d = dst;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\\') {
			*d++ = s.p[i];
			continue;
		}
		if (++i == s.n)
			return "a \\ at the end of a value";
		at = memchr(letters, s.p[i], sizeof letters - 1);
		if (at != NULL) {
			*d++ = bytes[at - letters];
			continue;
		}
		if (s.p[i] != 'x')
			return "an escape other than \\\\ \\t \\n \\r \\xHH";
		if (s.n - i < 3 || num_hex(s.p[i + 1]) < 0 ||
		    num_hex(s.p[i + 2]) < 0)
			return "\\x needs two hex digits after it";
		*d++ = (char)(num_hex(s.p[i + 1]) << 4 | num_hex(s.p[i + 2]));
		i += 2;
	}
	*n = (size_t)(d - dst);
	return NULL;
}
