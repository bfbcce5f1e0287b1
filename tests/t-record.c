/* t-record: a written record stream reads the same, whatever its bytes; see
 * prt(5).  Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/escape.h"
#include "out/out.h"
#include "record/reader.h"
#include "tap.h"

enum { STREAMS = 1500, ROWS = 4, COLS = 8, CELLS = ROWS * COLS, KEYS = 4,
	VALUE_MAX = 64 };

static size_t
put_utf8(char *p, uint32_t cp)
{
	static const uint32_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	size_t more = cp <= 0x7f ? 0 : cp <= 0x7ff ? 1 : cp <= 0xffff ? 2 : 3, i;

	p[0] = (char)(lead[more] | cp >> 6 * more);
	for (i = 1; i <= more; i++)
		p[i] = (char)(0x80 | (cp >> 6 * (more - i) & 0x3f));
	return more + 1;
}

/* Missing, or bytes of several kinds: any; bytes with a meaning somewhere;
 * characters around the hostile ones, and invalid ones. */
static struct str
random_value(char *p)
{
	static const char picks[] = "\\\\\\\t\n\r\0 -##x0123456789abcdefnrtx=\x7f"
	    "\x1b\x9b\xc2\xe2\x80\xae\xed\xa0\xef\xbb\xbf\xf3\xf4\x90\xff";
	static const uint32_t edges[] = { 0x0, 0x1f, 0x7f, 0x80, 0x9f, 0x61c,
		0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0xd800, 0xdfff,
		0xfeff, 0xe0000, 0xe007f, 0x10ffff };
	uint32_t kind = tap_pick(5);
	size_t n = 0, len = tap_pick(12);

	if (kind == 4)
		return STR_NONE;
	for (; len > 0; len--) {
		if (kind == 0)
			p[n++] = (char)tap_pick(256);
		else if (kind == 1)
			p[n++] = picks[tap_pick(sizeof picks - 1)];
		else
			n += put_utf8(p + n, (edges[tap_pick(sizeof edges /
			    sizeof edges[0])] + tap_pick(3) - (kind == 2)) &
			    0x1fffff);
	}
	return n > 0 ? (struct str){ p, n } : STR_NONE;
}

/* The length of the character at p, by RFC 3629's grammar byte by byte; 0 if
 * there is none.  Not the way of lib/escape.c, which is under test. */
static size_t
char_len(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t len;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (forms[i].len > n || (forms[i].len > 1 &&
		    (p[1] < forms[i].low || p[1] > forms[i].high)))
			return 0;
		for (k = 2; k < forms[i].len; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		return forms[i].len;
	}
	return 0;
}

/* Apart from tabs and LFs, the text has no byte that prt(5) escapes. */
static bool
is_harmless(struct str text)
{
	static const unsigned char head[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i, n, left = text.n;

	for (; left > 0; p += n, left -= n) {
		uint32_t c;

		n = char_len(p, left);
		if (n == 0)
			return false;
		c = p[0] & head[n];
		for (i = 1; i < n; i++)
			c = c << 6 | (p[i] & 0x3f);
		if ((c < 0x20 && c != '\t' && c != '\n') ||
		    (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
		    (c >= 0x200b && c <= 0x200f) ||
		    (c >= 0x2028 && c <= 0x202e) ||
		    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		    (c >= 0xe0000 && c <= 0xe007f))
			return false;
	}
	return true;
}

/* A stream to write. */
struct stream {
	struct cols cols;
	struct snap_room snap;
	struct str v[ROWS][COLS];
	char bytes[CELLS + KEYS][VALUE_MAX];
};

static void
make_stream(struct stream *s)
{
	static const char *const keys[] = { "time", "host", "x", "scope" };
	static const char *const unknown[] = { "zz", "a_1", "q" };
	size_t n = 1 + tap_pick(COLS), i, k;

	cols_init(&s->cols);
	while (s->cols.n < n)
		cols_add(&s->cols, str_from(tap_pick(4) == 0 ? unknown[tap_pick(3)] :
		    field_table[tap_pick(FIELD_COUNT)].name));
	s->snap.n = 0;
	for (i = 0; i < KEYS; i++)
		snap_set(&s->snap, keys[i],
		    random_value(s->bytes[CELLS + i]));
	for (i = 0; i < ROWS; i++)
		for (k = 0; k < n; k++)
			s->v[i][k] = random_value(s->bytes[i * COLS + k]);
}

/* Makes standard output a file of ours while records are written. */
static struct out *
start(const struct out_opts *opts, int *saved, FILE **file)
{
	fflush(stdout);
	*file = tmpfile();
	*saved = dup(STDOUT_FILENO);
	if (*file == NULL || *saved < 0 ||
	    dup2(fileno(*file), STDOUT_FILENO) < 0)
		exit(99);
	return out_open(opts);
}

static void
stop(struct out *o, int saved, FILE *file, struct buf *text)
{
	char block[4096];
	size_t n;

	if (!out_close(o) || dup2(saved, STDOUT_FILENO) < 0)
		exit(99);
	close(saved);
	rewind(file);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		buf_add(text, block, n);
	fclose(file);
}

static void
write_stream(const struct stream *s, struct buf *text)
{
	struct out_opts opts = { .format = out_format("tsv") };
	struct out *o;
	struct snap snap = snap_of(&s->snap);
	FILE *file;
	int saved, i;

	o = start(&opts, &saved, &file);
	out_snapshot(o, &snap, &s->cols);
	for (i = 0; i < ROWS; i++)
		out_row(o, s->v[i], OUT_PLAIN);
	stop(o, saved, file, text);
}

static bool
same_snap(const struct snap *a, const struct snap *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (!str_eq(a->v[i].key, b->v[i].key) ||
		    !str_eq(a->v[i].value, b->v[i].value) ||
		    (a->v[i].value.p == NULL) != (b->v[i].value.p == NULL))
			return false;
	return a->n == b->n;
}

/* Reads one event, after the one before. */
static bool
reads_back(const struct stream *s, struct str text)
{
	struct snap snap = snap_of(&s->snap);
	struct rec r;
	bool good;
	size_t i, k;

	rec_start(&r, "t", text, NULL);
	good = rec_next(&r) == REC_SNAP && same_snap(&snap, &r.snap) &&
	    rec_next(&r) == REC_COLS && cols_equal(&s->cols, &r.cols);
	for (i = 0; good && i < ROWS; i++) {
		good = rec_next(&r) == REC_ROW && r.lineno == i + 3;
		for (k = 0; good && k < s->cols.n; k++)
			good = str_eq(s->v[i][k], r.v[k]) &&
			    (s->v[i][k].p == NULL) == (r.v[k].p == NULL);
	}
	good = good && rec_next(&r) == REC_EOF && rec_extent(&r) == REC_WHOLE;
	rec_stop(&r);
	return good;
}

/* Each line, except the first and the last, has as many fields as there are
 * columns, none of them empty. */
static bool
has_shape(const struct stream *s, struct str text)
{
	size_t lines = 0, fields;

	for (; text.n > 0; lines++) {
		struct str line = str_cut(&text, '\n');

		if (lines == 0 || lines == ROWS + 2)
			continue;
		if (line.p[0] == '#' && lines != 1)
			return false;
		for (fields = 0; line.p != NULL; fields++)
			if (str_cut(&line, '\t').n == 0)
				return false;
		if (fields != s->cols.n)
			return false;
	}
	return lines == ROWS + 3;
}

static void
test_random(void)
{
	static struct stream s;
	unsigned i, same = 0, harmless = 0, shaped = 0;

	for (i = 0; i < STREAMS; i++) {
		struct buf text = { 0 };

		make_stream(&s);
		write_stream(&s, &text);
		same += reads_back(&s, buf_str(&text));
		harmless += is_harmless(buf_str(&text));
		shaped += has_shape(&s, buf_str(&text));
		buf_free(&text);
		cols_free(&s.cols);
	}
	ok(same == STREAMS, "any bytes in any field come back the same");
	ok(harmless == STREAMS, "nothing that is to be escaped leaves raw");
	ok(shaped == STREAMS, "no field is empty, none reads as two");
}

static void
test_forms(void)
{
	static const struct {
		struct str value;
		const char *first, *later;
	} cases[] = {
		{ { NULL, 0 }, "-", "-" }, { { "", 0 }, "-", "-" },
		{ { "-", 1 }, "\\x2d", "\\x2d" }, { { "--", 2 }, "--", "--" },
		{ { "-\0", 2 }, "-\\x00", "-\\x00" },
		{ { "#", 1 }, "\\x23", "#" }, { { "##", 2 }, "\\x23#", "##" },
		{ { " #", 2 }, " #", " #" }, { { " ", 1 }, " ", " " },
		{ { "\\", 1 }, "\\\\", "\\\\" },
		{ { "\\x2d", 4 }, "\\\\x2d", "\\\\x2d" },
		{ { "\t\n\r", 3 }, "\\t\\n\\r", "\\t\\n\\r" },
		{ { "\x0b\x7f", 2 }, "\\x0b\\x7f", "\\x0b\\x7f" },
		{ { "\xc2\x85", 2 }, "\\xc2\\x85", "\\xc2\\x85" },
		{ { "\xc2\xa0", 2 }, "\xc2\xa0", "\xc2\xa0" },
		{ { "\xc3", 1 }, "\\xc3", "\\xc3" },
		{ { "\xc0\x80", 2 }, "\\xc0\\x80", "\\xc0\\x80" },
		{ { "\xe4\xb8\xad\xe4\xb8", 5 }, "\xe4\xb8\xad\\xe4\\xb8",
		    "\xe4\xb8\xad\\xe4\\xb8" },
	};
	struct buf b = { 0 };
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str v[] = { cases[i].value, cases[i].value };
		char want[64];

		b.n = 0;
		escape_line(&b, v, 2);
		snprintf(want, sizeof want, "%s\t%s\n", cases[i].first,
		    cases[i].later);
		if (!str_is(buf_str(&b), want)) {
			printf("# got: %.*s", (int)b.n, b.p);
			good = false;
		}
	}
	ok(good, "each value has its one form");
	buf_free(&b);
}

int
main(void)
{
	test_forms();
	test_random();
	return tap_end();
}
