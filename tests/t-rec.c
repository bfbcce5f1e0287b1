/* The record stream: what out writes rec reads, and what rec makes of text. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "escape.h"
#include "out.h"
#include "rec.h"

enum { ROUNDS = 3000, MAX_COLS = 20, MAX_ROWS = 6, MAX_PIECES = 6 };

static int count;
static FILE *capture;
static uint64_t seed = UINT64_C(20261124);

static void
ok(bool pass, const char *what)
{
	printf("%sok %d - %s\n", pass ? "" : "not ", ++count, what);
}

static size_t
below(size_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/* The length of the UTF-8 character at p: table 3-7 of the Unicode standard. */
static size_t
utf8(const unsigned char *p, size_t n, uint32_t *cp)
{
	size_t i, len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	unsigned char lo = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char hi = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	if (len == 0 || len > n)
		return 0;
	*cp = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++, lo = 0x80, hi = 0xbf) {
		if (p[i] < lo || p[i] > hi)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	return len;
}

static bool
hostile(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xe0000 && c <= 0xe007f);
}

/* A value as the contract has it, one character after another. */
static void
model(struct buf *b, struct str s, bool first)
{
	const char *at;
	uint32_t cp = 0;
	char hex[5];
	size_t i, n, k;

	if (s.n == 0)
		buf_putc(b, '-');
	for (i = 0; i < s.n; i += n) {
		n = utf8((const unsigned char *)s.p + i, s.n - i, &cp);
		at = memchr("\\\\\tt\nn\rr", s.p[i], 8);
		if (n > 0 && !hostile(cp) && s.p[i] != '\\' &&
		    !(first && i == 0 && s.p[i] == '#') && !str_is(s, "-")) {
			buf_add(b, s.p + i, n);
		} else if (at != NULL && strchr("\\\t\n\r", s.p[i]) != NULL &&
		    s.p[i] != '\0') {
			buf_putc(b, '\\');
			buf_putc(b, s.p[i] == '\t' ? 't' : s.p[i] == '\n' ?
			    'n' : s.p[i] == '\r' ? 'r' : '\\');
		} else {
			n = n > 0 ? n : 1;
			for (k = 0; k < n; k++) {
				snprintf(hex, sizeof hex, "\\x%02x",
				    (unsigned char)s.p[i + k]);
				buf_puts(b, hex);
			}
		}
	}
}

/* Nothing in what was written is what a terminal must not see. */
static bool
is_clean(struct str s)
{
	uint32_t cp = 0;
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = utf8((const unsigned char *)s.p + i, s.n - i, &cp);
		if (n == 0 || (hostile(cp) && cp != '\t' && cp != '\n'))
			return false;
	}
	return true;
}

static struct str
random_value(struct arena *a)
{
	static const struct str pieces[] = {
		{ "\x1b[2J", 4 }, { "\xc2\x9b", 2 }, { "\xe2\x80\xae", 3 },
		{ "\xe2\x80\x8b", 3 }, { "\xef\xbb\xbf", 3 },
		{ "\xf3\xa0\x80\x81", 4 }, { "\xc3", 1 }, { "\xe2\x80", 2 },
		{ "\xf3\xa0\x80", 3 }, { "\xc0\x80", 2 }, { "\xed\xa0\x80", 3 },
		{ "\xf4\x90\x80\x80", 4 }, { "-", 1 }, { "#", 1 }, { "\\", 1 },
		{ "\\x2d", 4 }, { "\t", 1 }, { "\n", 1 }, { "\r", 1 },
		{ "\0", 1 }, { " ", 1 }, { "=", 1 }, { "##end records=1", 15 },
		{ "\x7f", 1 }, { "\xc3\xa9", 2 }, { "\xf0\x9f\x90\xa7", 4 },
		{ "plain", 5 }, { "/usr/bin/python3", 16 },
		{ "\xd8\x9c", 2 }, { "\xe2\x80\xa8", 3 }, { "\xe2\x81\xaf", 3 },
	};
	size_t i, n = below(MAX_PIECES + 2);
	struct buf b = { 0 };
	struct str s;

	if (n > MAX_PIECES)
		return STR_NONE;
	for (i = 0; i < n; i++) {
		s = pieces[below(sizeof pieces / sizeof pieces[0])];
		if (below(2) == 0)
			buf_add(&b, s.p, s.n);
		else
			buf_putc(&b, (char)below(256));
	}
	/* Its own block, so that a sanitizer sees a step behind its end. */
	s = (struct str){ arena_alloc(a, b.n + 1), b.n };
	if (b.n > 0)
		memcpy((char *)s.p, b.p, b.n);
	buf_free(&b);
	return s;
}

/* The lines of records as out writes them on standard output, to text. */
static void
write_out(const struct snap *snap, const struct cols *cols,
    const struct str *v, size_t rows, struct buf *text)
{
	struct out_opts opts = { .format = out_format("tsv") };
	int saved = dup(STDOUT_FILENO);
	struct out *o;
	size_t i, n;

	fflush(stdout);
	rewind(capture);
	if (saved < 0 || ftruncate(fileno(capture), 0) != 0 ||
	    dup2(fileno(capture), STDOUT_FILENO) < 0)
		exit(99);
	o = out_open(&opts);
	out_snapshot(o, snap, cols);
	for (i = 0; i < rows; i++)
		out_row(o, v + i * cols->n, OUT_PLAIN);
	if (!out_close(o) || dup2(saved, STDOUT_FILENO) < 0)
		exit(99);
	close(saved);
	rewind(capture);
	for (text->n = 0; ; text->n += n) {
		n = fread(buf_room(text, 65536), 1, 65536, capture);
		if (n == 0)
			break;
	}
}

static bool
same(struct str a, struct str b)
{
	return str_eq(a, b) && (a.n > 0 || b.p == NULL);
}

/* Writes, checks the bytes, and reads back. */
static bool
trip(const struct snap *snap, const struct cols *cols, const struct str *v,
    size_t rows)
{
	struct buf text = { 0 }, want = { 0 };
	size_t i, body, row = 0, n = cols->n;
	enum rec_event event;
	bool good, end = false;
	struct rec r;

	write_out(snap, cols, v, rows, &text);
	for (i = 0; i < rows * n; i++) {
		model(&want, v[i], i % n == 0);
		buf_putc(&want, i % n == n - 1 ? '\n' : '\t');
	}
	/* Behind the first two lines. */
	for (body = 0, i = 0; i < 2; body++)
		i += text.p[body] == '\n';
	good = is_clean(buf_str(&text)) && text.n >= body + want.n &&
	    (want.n == 0 || memcmp(text.p + body, want.p, want.n) == 0);
	rec_start(&r, "-", buf_str(&text), NULL);
	while (good && !end) {
		event = rec_next(&r);
		if (event == REC_SNAP) {
			good = r.snap.n == snap->n && r.lineno == 1;
			for (i = 0; good && i < snap->n; i++)
				good = str_eq(r.snap.v[i].key, snap->v[i].key) &&
				    same(snap->v[i].value, r.snap.v[i].value);
		} else if (event == REC_COLS) {
			good = cols_equal(&r.cols, cols) && r.lineno == 2;
		} else if (event == REC_ROW) {
			good = row < rows && r.lineno == row + 3;
			for (i = 0; good && i < n; i++)
				good = same(v[row * n + i], r.v[i]);
			row++;
		} else {
			good = event == REC_EOF && row == rows &&
			    rec_extent(&r) == REC_WHOLE;
			end = true;
		}
	}
	rec_stop(&r);
	buf_free(&text);
	buf_free(&want);
	return good;
}

static void
random_trips(void)
{
	static const char *const names[MAX_COLS] = {
		"a", "b", "c", "d", "proto", "state", "g", "pid", "i", "j",
		"k", "l", "m", "n", "cmdline", "p", "q", "r", "s", "t1_",
	};
	static struct str v[MAX_COLS * MAX_ROWS];
	bool good = true;
	size_t round, i, rows;

	for (round = 0; good && round < ROUNDS; round++) {
		struct snap snap = { .n = 0 };
		struct arena a = { 0 };
		struct cols cols;

		cols_init(&cols);
		for (i = below(MAX_COLS) + 1; i > 0; i--)
			cols_add(&cols, str_from(names[i - 1]));
		rows = below(MAX_ROWS + 1);
		for (i = 0; i < rows * cols.n; i++)
			v[i] = random_value(&a);
		snap_set(&snap, "time", random_value(&a));
		for (i = below(4); i > 0; i--)
			snap_set(&snap, names[i], random_value(&a));
		good = trip(&snap, &cols, v, rows);
		cols_free(&cols);
		arena_free(&a);
	}
	ok(good, "random values, written and read, are the same");
	if (!good)
		printf("# round %zu\n", round);
}

/* n values of up to four bytes each, made of a number by fill. */
static void
all_values(size_t n, size_t (*fill)(char *p, size_t i), const char *what)
{
	char *bytes = mem_alloc(n * 4);
	struct str *v = mem_alloc(n * sizeof *v);
	struct snap snap = { .n = 0 };
	struct cols cols;
	size_t i;

	cols_init(&cols);
	cols_add(&cols, STR_LIT("a"));
	cols_add(&cols, STR_LIT("b"));
	for (i = 0; i < n; i++)
		v[i] = (struct str){ bytes + 4 * i, fill(bytes + 4 * i, i) };
	ok(trip(&snap, &cols, v, n / 2), what);
	cols_free(&cols);
	free(v);
	free(bytes);
}

static size_t
two_bytes(char *p, size_t i)
{
	p[0] = (char)(i >> 8);
	p[1] = (char)i;
	return 2;
}

/* Surrogates and what is above U+10FFFF come out as bytes that are none. */
static size_t
code_point(char *p, size_t i)
{
	size_t n = i < 0x80 ? 1 : i < 0x800 ? 2 : i < 0x10000 ? 3 : 4, k;

	for (k = n; k-- > 1; i >>= 6)
		p[k] = (char)(0x80 | (i & 0x3f));
	p[0] = (char)(n == 1 ? i : (0xf00u >> n & 0xf0u) | i);
	return n;
}

/* Reads text, and tells what there was: `cols NAMES;', `LINE VALUES;', `snap;',
 * then the extent or `LINE: error'. */
static void
tell(struct buf *b, struct str text, const struct cols *fields)
{
	static const char *const extents[] = {
		[REC_UNMARKED] = "unmarked", [REC_WHOLE] = "whole",
		[REC_SELECTION] = "selection", [REC_CUT] = "cut",
	};
	char *copy = malloc(text.n > 0 ? text.n : 1), number[32];
	enum rec_event event;
	struct rec r;
	size_t i;

	if (copy == NULL)
		exit(99);
	memcpy(copy, text.p, text.n);
	rec_start(&r, "-", (struct str){ copy, text.n }, fields);
	while ((event = rec_next(&r)) != REC_EOF && event != REC_ERROR) {
		snprintf(number, sizeof number, "%zu", r.lineno);
		buf_puts(b, event == REC_SNAP ? rec_closed(&r) ? "snap" :
		    "snap after cut" : event == REC_COLS ? "cols" : number);
		for (i = 0; event != REC_SNAP && i < r.cols.n; i++) {
			struct str s = event == REC_COLS ? r.cols.v[i].name :
			    r.v[i];

			buf_putc(b, ' ');
			buf_add(b, s.n > 0 ? s.p : "-", s.n > 0 ? s.n : 1);
		}
		buf_putc(b, ';');
	}
	snprintf(number, sizeof number, "%zu: ", r.lineno);
	buf_puts(b, event == REC_ERROR ? number : extents[rec_extent(&r)]);
	buf_puts(b, event == REC_ERROR ? r.error : ".");
	rec_stop(&r);
	free(copy);
}

/* What is told of the n bytes at text begins with want. */
static void
reads_n(const char *text, size_t n, const char *names, const char *want,
    const char *what)
{
	struct str list = names != NULL ? str_from(names) : STR_NONE;
	struct buf b = { 0 };
	struct cols fields;

	cols_init(&fields);
	while (list.p != NULL)
		cols_add(&fields, str_cut(&list, ' '));
	tell(&b, (struct str){ text, n }, names != NULL ? &fields : NULL);
	ok(str_starts(buf_str(&b), want), what);
	if (!str_starts(buf_str(&b), want))
		printf("# got: %.*s\n", (int)b.n, b.p);
	cols_free(&fields);
	buf_free(&b);
}

static void
reads(const char *text, const char *want, const char *what)
{
	reads_n(text, strlen(text), NULL, want, what);
}
