/*
 * str: a counted run of bytes, the type of values in every module.
 *
 * A str owns nothing: it points into a line buffer, an arena or a literal, and
 * is valid as long as that.  The bytes are raw (unescaped) and may include any
 * byte, NUL included; p == NULL is a missing value, `-' in a record.
 */
#ifndef LIB_STR_H
#define LIB_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct str {
	const char *p;
	size_t n;
};

/* The number of elements of an array. */
#define NELEMS(a) (sizeof(a) / sizeof(a)[0])

#define STR_NONE ((struct str){ NULL, 0 })
#define STR_LIT(s) ((struct str){ (s), sizeof(s) - 1 })

/* ASCII only, in any locale. */
static inline bool
char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
char_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
char_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline struct str
str_from(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_is(struct str a, const char *s)
{
	return str_eq(a, str_from(s));
}

/* The same, ignoring case. */
static inline bool
str_is_like(struct str a, const char *s)
{
	return a.n == strlen(s) && strncasecmp(a.p, s, a.n) == 0;
}

/* Compares bytes; a prefix sorts before longer strings. */
static inline int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool
str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && (n == 0 ||
	    (a.p != NULL && memcmp(a.p, prefix, n) == 0));
}

static inline bool
str_ends(struct str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && memcmp(a.p + a.n - n, suffix, n) == 0;
}

/* part occurs somewhere in a. */
static inline bool
str_has(struct str a, const char *part)
{
	size_t n = strlen(part), i;

	for (i = 0; a.p != NULL && i + n <= a.n; i++)
		if (a.p[i] == part[0] && memcmp(a.p + i, part, n) == 0)
			return true;
	return false;
}

/* s without its first n bytes; n is 0 for a missing value. */
static inline struct str
str_skip(struct str s, size_t n)
{
	return (struct str){ n > 0 ? s.p + n : s.p, s.n - n };
}

/* Cuts c off the start of s; false if s begins with another byte. */
static inline bool
str_take(struct str *s, char c)
{
	if (s->n == 0 || *s->p != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* Cuts prefix off the start of s; false if s does not begin with it. */
static inline bool
str_take_start(struct str *s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_skip(*s, strlen(prefix));
	return true;
}

/* Cuts suffix off the end of s; false if s does not end with it. */
static inline bool
str_take_end(struct str *s, const char *suffix)
{
	if (!str_ends(*s, suffix))
		return false;
	s->n -= strlen(suffix);
	return true;
}

/* What follows the last slash of a path; the whole path if it has none. */
static inline struct str
str_basename(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_skip(path, i);
}

/* The path in exe without the mark of a file that was deleted or replaced, or
 * that is not the machine's file at that path. */
static inline struct str
str_undeleted(struct str exe)
{
	if (str_ends(exe, ")")) {
		str_take_end(&exe, " (deleted)");
		str_take_end(&exe, " (replaced)");
		str_take_end(&exe, " (elsewhere)");
	}
	return exe;
}

/* Cuts s at the first c: returns what is before it and leaves in *s what is
 * after it.  Without a c, returns all of s and leaves a missing value. */
static inline struct str
str_cut(struct str *s, char c)
{
	const char *q = s->n > 0 ? memchr(s->p, c, s->n) : NULL;
	struct str head = *s;

	if (q == NULL) {
		*s = STR_NONE;
		return head;
	}
	head.n = (size_t)(q - s->p);
	*s = str_skip(*s, head.n + 1);
	return head;
}

/* Splits a line at blanks into at most max words; returns their number. */
static inline size_t
str_words(struct str line, struct str *word, size_t max)
{
	size_t n = 0;

	while (line.p != NULL && n < max) {
		word[n] = str_cut(&line, ' ');
		n += word[n].n > 0;
	}
	return n;
}

#endif
