/* t-record-read: which texts are a record stream, and which are a complete one;
 * see prt(5).  Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/escape.h"
#include "out/out.h"
#include "record/reader.h"
#include "tap.h"

enum { SHUFFLES = 2000, MUTANTS = 30000, LINES = 16 };

#define SNAP "##prt 1 time=2026-11-24T03:10:00.123Z host=a\\x20b\n"
#define HEADER "#proto\tstate\tlocal_addr\tlocal_port\tremote_addr\t" \
    "remote_port\tdir\tservice\tnetns\tcontainer\tpid\tprocess\tuser\tuid\t" \
    "fd\tppid\tparent\texe\tcmdline\n"
#define REST "\t-\t-\t-\tssh\t-\t-\t7\t"
#define REST2 "\troot\t0\t3\t1\tinit\t/x\t#y\n"
#define ROW1 "tcp\tLISTEN\t::\t22" REST "a\\tb\\xff" REST2
#define ROW2 "tcp\tLISTEN\t::\t23" REST "\xe4\xb8\xad" REST2
#define ROW3 "udp\tUNCONN\t::\t24" REST "\\x2d" REST2
#define END "##end records=3\n"
#define WHOLE SNAP HEADER ROW1 ROW2 ROW3 END

/* The result of reading, and the sum of the records in any order. */
struct reading {
	bool good;
	enum rec_extent extent;
	size_t rows, lineno;
	uint64_t sum;
	char error[200];
};

static uint64_t
hash(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);	/* FNV-1a */
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Reads a copy without a byte after the text: a sanitizer sees an overrun. */
static struct reading
read_text(struct str text, const struct cols *fields)
{
	struct reading got = { .good = false };
	char *copy = malloc(text.n > 0 ? text.n : 1);
	enum rec_event event;
	struct buf b = { 0 };
	struct rec r;

	if (copy == NULL)
		exit(99);
	memcpy(copy, text.p, text.n);
	rec_start(&r, "t", (struct str){ copy, text.n }, fields);
	while ((event = rec_next(&r)) != REC_EOF && event != REC_ERROR) {
		if (event != REC_ROW)
			continue;
		b.n = 0;
		escape_line(&b, r.v, r.cols.n);
		got.sum += hash(buf_str(&b));
		got.rows++;
	}
	got.good = event == REC_EOF;
	got.extent = rec_extent(&r);
	got.lineno = r.lineno;
	memcpy(got.error, r.error, sizeof got.error);
	rec_stop(&r);
	buf_free(&b);
	free(copy);
	return got;
}

static void
test_cut(void)
{
	struct str whole = STR_LIT(WHOLE);
	struct reading got = read_text(whole, NULL);
	size_t n, bad = 0;

	ok(got.good && got.extent == REC_WHOLE && got.rows == 3, "whole");
	for (n = 1; n < whole.n; n++) {
		got = read_text((struct str){ whole.p, n }, NULL);
		bad += got.good && got.extent != REC_CUT;
	}
	ok(bad == 0, "cut at any byte it is a cut one");
	got = read_text((struct str){ whole.p, 0 }, NULL);
	ok(got.good && got.extent == REC_UNMARKED, "nothing is unmarked");
}

static void
test_extents(void)
{
	static const struct {
		const char *what, *text;
		enum rec_extent want;
		size_t rows;
	} cases[] = {
		{ "without ##prt", HEADER ROW1 ROW2 ROW3 END, REC_CUT, 3 },
		{ "without ##end", SNAP HEADER ROW1 ROW2 ROW3, REC_CUT, 3 },
		{ "without a header", SNAP ROW1 ROW2 ROW3 END, REC_WHOLE, 3 },
		{ "without a record", SNAP HEADER ROW1 ROW3 END,
		    REC_SELECTION, 2 },
		{ "records alone", ROW1 ROW2, REC_UNMARKED, 2 },
		{ "no records", SNAP HEADER "##end records=0\n", REC_WHOLE, 0 },
		{ "no header either", SNAP "##end records=0\n", REC_WHOLE, 0 },
		{ "two snapshots", WHOLE WHOLE, REC_WHOLE, 6 },
		{ "two, the first one cut", SNAP HEADER ROW1 WHOLE, REC_CUT,
		    4 },
		{ "two, the second one cut", WHOLE SNAP HEADER ROW1, REC_CUT,
		    4 },
		{ "two, and all # lines first", SNAP SNAP HEADER HEADER END END
		    ROW1 ROW1 ROW2 ROW2 ROW3 ROW3, REC_WHOLE, 6 },
		{ "a header behind its records", SNAP ROW1 ROW2 ROW3 HEADER
		    END, REC_WHOLE, 3 },
		{ "other columns later", HEADER ROW1 "#pid\tzz\n7\tx\n",
		    REC_UNMARKED, 2 },
		{ "comments", "# x\n##\n##x y\n##prtx\n##endx\n# \xff\x1b\n"
		    HEADER ROW1 "## \xe2\x80\xae\n", REC_UNMARKED, 1 },
		{ "raw control bytes in a value", "#pid\tzz\n7\ta\x1b\r\x7f b\n",
		    REC_UNMARKED, 1 },
		{ "an empty line, of one column", "#zz\n\n", REC_UNMARKED, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reading got = read_text(str_from(cases[i].text), NULL);

		ok(got.good && got.extent == cases[i].want &&
		    got.rows == cases[i].rows, cases[i].what);
		if (!got.good)
			printf("# line %zu: %s\n", got.lineno, got.error);
	}
}

#define PAIR "#pid\tzz\n"

#define NOHEADER "no header, and "
static const struct {
	struct str text;
	size_t lineno;
	const char *error;
} errors[] = {
#define ERR(text, line, error) { { (text), sizeof(text) - 1 }, line, error }
	ERR("7\tx\n", 1, NOHEADER "2 fields: "),
	ERR("\n", 1, "no header and no TAB: "),
	ERR(SNAP "dccp" "\tx\tx\t1" REST "x" REST2, 2, NOHEADER "19"),
	ERR("vsock\tx\tx\t4294967296" REST "x" REST2, 1, NOHEADER "19"),
	ERR("tcp\tx\tx\t65536" REST "x" REST2, 1, NOHEADER "19"),
	ERR("tcp\tx\tx\tssh" REST "x" REST2, 1, NOHEADER "19"),
	ERR(ROW1 ROW2 PAIR, 3, "this header does not fit"),
	ERR(PAIR "7\n", 2, "1 field, expected 2"),
	ERR(PAIR "7\tx\ty\n", 2, "3 fields, expected 2"),
	ERR(PAIR "7\tx\t\n", 2, "3 fields, expected 2"),
	ERR(PAIR "\n", 2, "1 field, expected 2"),
	ERR(PAIR "7\t\\q\n", 2, "an escape other than"),
	ERR(PAIR "7\t\\X41\n", 2, "an escape other than"),
	ERR(PAIR "7\t\\0\n", 2, "an escape other than"),
	ERR(PAIR "7\t\\x1\n", 2, "\\x needs two hex digits"),
	ERR(PAIR "7\t\\x\n", 2, "\\x needs two hex digits"),
	ERR(PAIR "7\\x1\t2\n", 2, "\\x needs two hex digits"),
	ERR(PAIR "7\t\\xg0\n", 2, "\\x needs two hex digits"),
	ERR(PAIR "7\tx\\\n", 2, "a \\ at the end of a value"),
	ERR(PAIR "7\\\tx\n", 2, "a \\ at the end of a value"),
	ERR(PAIR "7\tx\r\n", 2, "ends in CR LF"),
	ERR("#pid\tzz\r\n7\tx\r\n", 1, "ends in CR LF"),
	ERR(SNAP "\r\n", 2, "ends in CR LF"),
	ERR(PAIR "7\tx\0y\n", 2, "a NUL byte"),
	ERR("# \0\n" PAIR, 1, "a NUL byte"),
	ERR("\xef\xbb\xbf" PAIR, 1, "starts with a byte order mark"),
	ERR("#pid\tzz\tpid\n", 1, "not a header (#name<TAB>name...): "
	    "field pid"),
	ERR("#pid\tzz\tzz\n", 1, "not a header"),
	ERR("#\n", 1, "not a header"), ERR("#pid\t\n", 1, "not a header"),
	ERR("#Pid\n", 1, "not a header"),
	ERR("#pid zz\n", 1, "not a header"),
	ERR("#9p\n", 1, "not a header"), ERR("#_p\n", 1, "not a header"),
	ERR("#p\\x41\n", 1, "not a header"),
	ERR("#!/bin/sh\n", 1, "not a header"),
	ERR("##prt\n", 1, "expected ##prt 1"),
	ERR("##prt 2 time=x\n", 1, "expected ##prt 1"),
	ERR("##prt 11\n", 1, "expected ##prt 1"),
	ERR("##prt 1 x\n", 1, "expected key=value"),
	ERR("##prt 1 =x\n", 1, "expected key=value"),
	ERR("##prt 1 x1=\n", 1, "expected key=value"),
	ERR("##prt 1 x=1 y=2 x=1\n", 1, "a key of ##prt twice"),
	ERR("##prt 1 x=\\q\n", 1, "an escape other than"),
	ERR("##prt 1 x=\\x4\n", 1, "\\x needs two hex digits"),
	ERR("##end\n", 1, "expected ##end records=NUMBER"),
	ERR("##end records=\n", 1, "expected ##end records=NUMBER"),
	ERR("##end records=-1\n", 1, "expected ##end records=NUMBER"),
	ERR("##end records=01\n", 1, "expected ##end records=NUMBER"),
	ERR("##end records=1 \n", 1, "expected ##end records=NUMBER"),
	ERR("##end records=18446744073709551616\n", 1,
	    "expected ##end records=NUMBER"),
	ERR("##end records=18446744073709551615\n##end records=1\n", 2,
	    "expected ##end records=NUMBER"),
	ERR(SNAP HEADER ROW1 "##end records=0\n", 4,
	    "1 records, more than the 0 of ##end"),
	ERR(WHOLE ROW1, 7, "4 records, more than the 3 of ##end"),
#undef ERR
};
#undef NOHEADER

static void
test_errors(void)
{
	size_t i;

	for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		struct reading got = read_text(errors[i].text, NULL);
		bool good = !got.good && got.lineno == errors[i].lineno &&
		    strncmp(got.error, errors[i].error,
		    strlen(errors[i].error)) == 0;

		ok(good, errors[i].error);
		if (!good)
			printf("# case %zu: line %zu: %s\n", i, got.lineno,
			    got.error);
	}
}

static void
test_fields(void)
{
	struct cols c;
	struct reading got;

	cols_init(&c);
	cols_add(&c, STR_LIT("local_port"));
	cols_add(&c, STR_LIT("mine"));
	got = read_text(STR_LIT("22\tx\n"), &c);
	ok(got.good && got.rows == 1, "fields named by the user");
	got = read_text(STR_LIT("22\tx\n#local_port\tmine\n23\ty\n"), &c);
	ok(got.good && got.rows == 2, "and the same by a header behind");
	got = read_text(STR_LIT("22\tx\n#mine\tlocal_port\ny\t23\n"), &c);
	ok(!got.good && got.lineno == 2, "or others");
	got = read_text(STR_LIT("#mine\ty\tz\n1\t2\t3\n"), &c);
	ok(got.good && got.rows == 1, "a header before them all is what counts");
	cols_free(&c);
}

/* sort may have moved the lines. */
static void
test_order(void)
{
	struct str line[LINES], rest = STR_LIT(WHOLE "# x\n## y\n");
	struct reading want = read_text(STR_LIT(WHOLE), NULL), got;
	struct buf b = { 0 };
	size_t n = 0, i, at, bad = 0;

	while (rest.n > 0)
		line[n++] = str_cut(&rest, '\n');
	for (i = 0; i < SHUFFLES; i++) {
		size_t k;

		b.n = 0;
		for (k = 0; k < n; k++) {
			struct str moved = line[k];

			at = k + tap_pick((uint32_t)(n - k));
			line[k] = line[at];
			line[at] = moved;
			buf_add(&b, line[k].p, line[k].n);
			buf_putc(&b, '\n');
		}
		got = read_text(buf_str(&b), NULL);
		bad += !(got.good && got.extent == REC_WHOLE &&
		    got.rows == want.rows && got.sum == want.sum);
	}
	ok(bad == 0, "in any order of lines it is the same");
	buf_free(&b);
}

static void
mutate(struct buf *b)
{
	static const char picks[] = "\t\n\r\\\\#-\0\xef\x1bx0= \x7f\xe2\x80\xae";
	uint32_t times = 1 + tap_pick(4);

	for (; times > 0 && b->n > 0; times--) {
		size_t at = tap_pick((uint32_t)b->n);

		switch (tap_pick(3)) {
		case 0:
			b->p[at] = (char)tap_pick(256);
			break;
		case 1:
			b->p[at] = picks[tap_pick(sizeof picks - 1)];
			break;
		default:
			memmove(b->p + at, b->p + at + 1, b->n - at - 1);
			b->n--;
		}
	}
}

/* Writes all events in their one form. */
static bool
rewrite(struct str text, struct buf *b)
{
	enum rec_event event;
	struct rec r;
	size_t i;

	rec_start(&r, "t", text, NULL);
	while ((event = rec_next(&r)) != REC_EOF && event != REC_ERROR) {
		if (event == REC_SNAP)
			snap_format(b, &r.snap);
		for (i = 0; event == REC_COLS && i < r.cols.n; i++) {
			buf_putc(b, i == 0 ? '#' : '\t');
			buf_add(b, r.cols.v[i].name.p, r.cols.v[i].name.n);
		}
		if (event == REC_COLS)
			buf_putc(b, '\n');
		if (event == REC_ROW)
			escape_line(b, r.v, r.cols.n);
	}
	rec_stop(&r);
	return event == REC_EOF;
}

/* What was read from a damaged stream is written so that it reads the same. */
static void
test_mutants(void)
{
	size_t i, good = 0, bad = 0;

	for (i = 0; i < MUTANTS; i++) {
		struct buf text = { 0 }, once = { 0 }, twice = { 0 };

		buf_puts(&text, WHOLE);
		mutate(&text);
		if (rewrite(buf_str(&text), &once)) {
			good++;
			bad += !rewrite(buf_str(&once), &twice) ||
			    !str_eq(buf_str(&once), buf_str(&twice));
		}
		buf_free(&text);
		buf_free(&once);
		buf_free(&twice);
	}
	ok(good > MUTANTS / 10 && good < MUTANTS, "some damage is none");
	ok(bad == 0, "what is read of it has one form");
}

int
main(void)
{
	test_cut();
	test_extents();
	test_errors();
	test_fields();
	test_order();
	test_mutants();
	return tap_end();
}
