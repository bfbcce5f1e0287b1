/* t-out: json, csv and tables; see src/out/out.h.  Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/escape.h"
#include "lib/num.h"
#include "out/format.h"
#include "tap.h"

enum { FUZZ_ROWS = 2000, FUZZ_MAX = 24 };

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

/* Ends start; what was written, and a NUL, goes to text. */
static void
stop(struct out *o, int saved, FILE *file, struct buf *text)
{
	char block[4096];
	size_t n;

	if (!out_close(o) || dup2(saved, STDOUT_FILENO) < 0)
		exit(99);
	close(saved);
	rewind(file);
	text->n = 0;
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		buf_add(text, block, n);
	buf_putc(text, '\0');
	text->n--;
	fclose(file);
}

static void
ok_text(struct buf *text, const char *want, const char *what)
{
	bool good = strcmp(text->p, want) == 0;

	ok(good, what);
	if (!good)
		printf("# got %s\n", text->p);
	buf_free(text);
}

/* One record with one value. */
static void
ok_value(const char *format, enum field_id id, struct str value,
    const char *want)
{
	struct out_opts opts = { .format = out_format(format),
		.header = OUT_NEVER };
	struct buf text = { 0 };
	struct cols cols;
	struct out *o;
	FILE *file;
	int saved;
	char name[80];

	cols_init(&cols);
	cols_add_field(&cols, id);
	o = start(&opts, &saved, &file);
	out_snapshot(o, NULL, &cols);
	out_row(o, &value, OUT_PLAIN);
	stop(o, saved, file, &text);
	snprintf(name, sizeof name, "%s: %s", format, want);
	name[strcspn(name, "\r\n")] = '\0';
	ok_text(&text, want, name);
	cols_free(&cols);
}

static void
test_json(void)
{
	static const struct {
		enum field_id id;
		struct str value;
		const char *want;
	} cases[] = {
		{ F_PID, { "0", 1 }, "0" },
		{ F_PID, { "18446744073709551616", 20 },
		    "18446744073709551616" },
		{ F_PID, { "-1.50", 5 }, "-1.50" },
		{ F_PID, { "", 0 }, "null" },
		{ F_PID, { "007", 3 }, "null" },
		{ F_PID, { "-", 1 }, "null" },
		{ F_PID, { "1.", 2 }, "null" },
		{ F_PID, { ".5", 2 }, "null" },
		{ F_PID, { "0x10", 4 }, "null" },
		{ F_PID, { "1e9", 3 }, "null" },
		{ F_PID, { "NaN", 3 }, "null" },
		{ F_PID, { "1 2", 3 }, "null" },
		{ F_PID, { "1\0", 2 }, "null" },
		{ F_FD, { "3", 1 }, "[3]" },
		{ F_FD, { "0,x,2,", 6 }, "[0,null,2,null]" },
		{ F_FLAGS, { "a,b\"c", 5 }, "[\"a\",\"b\\\"c\"]" },
		{ F_FLAGS, { NULL, 0 }, "null" },
		{ F_WAS, { "user=root", 9 }, "{\"user\":\"root\"}" },
		{ F_WAS, { "a=b\\,c\\=d\\\\,e=", 14 },
		    "{\"a\":\"b,c=d\\\\\",\"e\":\"\"}" },
		{ F_WAS, { "a=b=c,d", 7 }, "{\"a\":\"b=c\",\"d\":null}" },
		{ F_WAS, { "a\\", 2 }, "{\"a\\\\\":null}" },
		{ F_WAS, { ",", 1 }, "{\"\":null,\"\":null}" },
		{ F_WAS, { "\0=\0", 3 }, "{\"\\u0000\":\"\\u0000\"}" },
		{ F_USER, { "123", 3 }, "\"123\"" },
		{ F_USER, { "-", 1 }, "\"-\"" },
		{ F_USER, { "\"\\/", 3 }, "\"\\\"\\\\/\"" },
		{ F_USER, { "a\tb\x7f", 4 }, "\"a\\u0009b\\u007f\"" },
		{ F_USER, { "\xc3\xa9\xff\xc3", 4 },
		    "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ F_USER, { "\xed\xa0\x80", 3 }, "\"\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd\"" },
		{ F_USER, { "\xe2\x80\xae", 3 }, "\"\\u202e\"" },
		{ F_USER, { "\xf3\xa0\x80\x81", 4 }, "\"\\udb40\\udc01\"" },
		{ F_USER, { "\xc2\x9b", 2 }, "\"\\u009b\"" },
	};
	char want[128];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(want, sizeof want, "{\"%s\":%s}\n",
		    field_table[cases[i].id].name, cases[i].want);
		ok_value("json", cases[i].id, cases[i].value, want);
	}
}

static void
test_csv(void)
{
	static const struct {
		struct str value;
		const char *want;
	} cases[] = {
		{ { "a b", 3 }, "a b\r\n" },
		{ { NULL, 0 }, "\"\"\r\n" },
		{ { "a,\"b\"", 5 }, "\"a,\"\"b\"\"\"\r\n" },
		{ { "\"", 1 }, "\"\"\"\"\r\n" },
		{ { "=1,2", 4 }, "\"'=1,2\"\r\n" },
		{ { "+1", 2 }, "'+1\r\n" },
		{ { "-1", 2 }, "'-1\r\n" },
		{ { "@a", 2 }, "'@a\r\n" },
		{ { "\xef\xbc\x9d" "1", 4 }, "'\xef\xbc\x9d" "1\r\n" },
		{ { "\t=1", 3 }, "\\t=1\r\n" },
		{ { "\r\n", 2 }, "\\r\\n\r\n" },
		{ { "\0=", 2 }, "\\x00=\r\n" },
		{ { "a\x1b\\\xff", 4 }, "a\\x1b\\\\xff\r\n" },
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ok_value("csv", F_USER, cases[i].value, cases[i].want);
}

/* Two snapshots with the same columns and two records each. */
static void
ok_snapshots(struct out_opts opts, const char *want, const char *what)
{
	static const enum field_id ids[] = { F_LOCAL_ADDR, F_LOCAL_PORT,
		F_STATE, F_DIR, F_PID, F_USER };
	static const struct str v[] = {
		{ "::", 2 }, { "22", 2 }, { NULL, 0 }, { NULL, 0 },
		{ "7", 1 }, { "-", 1 },
		{ "1.2.3.4", 7 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 },
		{ "12", 2 }, { "a\xe4\xb8\x80\n", 5 },
	};
	struct buf text = { 0 };
	struct cols cols;
	struct out *o;
	FILE *file;
	int i, saved;

	cols_init(&cols);
	for (i = 0; i < (int)(sizeof ids / sizeof ids[0]); i++)
		cols_add_field(&cols, ids[i]);
	o = start(&opts, &saved, &file);
	for (i = 0; i < 2; i++) {
		out_snapshot(o, NULL, &cols);
		out_row(o, v, OUT_GOOD);
		out_row(o, v + cols.n, OUT_PLAIN);
	}
	stop(o, saved, file, &text);
	ok_text(&text, want, what);
	cols_free(&cols);
}

static void
test_snapshots(void)
{
	struct out_opts opts = { .format = out_format("csv") };

#define ROWS "::,22,,,7,'-\r\n1.2.3.4,,,,12,a\xe4\xb8\x80\\n\r\n"
	ok_snapshots(opts, "local_addr,local_port,state,dir,pid,user\r\n"
	    ROWS ROWS, "csv of two snapshots has one header line");
#undef ROWS
	opts.format = out_format("table");
#define TABLE "LOCAL   PID USER\n[::]:22   7 \\x2d\n" \
	"1.2.3.4  12 a\xe4\xb8\x80\\n\n"
	ok_snapshots(opts, TABLE "\n" TABLE, "two tables, a line between");
#undef TABLE
	opts.chosen = true;
	opts.header = OUT_NEVER;
#define TABLE "::      22 - -  7 \\x2d\n1.2.3.4  - - - 12 a\xe4\xb8\x80\\n\n"
	ok_snapshots(opts, TABLE "\n" TABLE, "-o: all, under their names");
#undef TABLE
	opts.added = "pid,dir";
	opts.color = OUT_ALWAYS;
#define TABLE "\33[32m[::]:22 -  7 \\x2d\33[0m\n" \
	"1.2.3.4 - 12 a\xe4\xb8\x80\\n\n"
	ok_snapshots(opts, TABLE "\n" TABLE, "-o +: what it adds is kept");
#undef TABLE
}

/* Except for line ends, every byte is safe on a terminal. */
static bool
is_safe(struct str s)
{
	uint32_t cp;
	size_t n;

	while (s.n > 0) {
		n = escape_decode(s.p, s.n, &cp);
		if (n == 0 || (escape_hostile(cp) && cp != '\n' && cp != '\r'))
			return false;
		s.p += n;
		s.n -= n;
	}
	return true;
}

/* Random bytes; half of them have a meaning in some format. */
static struct str
random_value(char *p, unsigned *seed)
{
	static const char picks[] = "\xe2\x80\xae\xed\xa0\xf0\x9f\xff\xc2\x9b"
	    "\\\"',=:;-+@\t\r\n\x1b\x7f[]%0123456789. #x\0";
	size_t i, n;

	*seed = *seed * 1103515245 + 12345;
	n = (*seed >> 16) % FUZZ_MAX;
	for (i = 0; i < n; i++) {
		*seed = *seed * 1103515245 + 12345;
		p[i] = *seed >> 30 & 1 ? (char)(*seed >> 16 & 255) :
		    picks[(*seed >> 16 & 0x3fff) % (sizeof picks - 1)];
	}
	return (struct str){ p, n };
}

static void
test_random(const char *format)
{
	struct out_opts opts = { .format = out_format(format) };
	char bytes[FIELD_COUNT][FUZZ_MAX];
	struct str v[FIELD_COUNT];
	struct buf text = { 0 };
	struct cols cols;
	unsigned seed = 1;
	struct out *o;
	int i, j, saved;
	FILE *file;

	cols_init(&cols);
	for (i = 0; i < FIELD_COUNT; i++)
		cols_add_field(&cols, (enum field_id)i);
	o = start(&opts, &saved, &file);
	out_snapshot(o, NULL, &cols);
	for (i = 0; i < FUZZ_ROWS; i++) {
		for (j = 0; j < FIELD_COUNT; j++)
			v[j] = random_value(bytes[j], &seed);
		out_row(o, v, (enum out_mark)(i % 4));
	}
	stop(o, saved, file, &text);
	printf("# %s\n", format);
	ok(is_safe(buf_str(&text)), "random bytes get to no terminal");
	for (i = 0; text.n > 0; text.n--)
		i += text.p[text.n - 1] == '\n';
	ok(i == FUZZ_ROWS + (strcmp(format, "json") != 0),
	    "as many lines as records");
	cols_free(&cols);
	buf_free(&text);
}

static void
test_width(void)
{
	struct str s = STR_LIT("a\xe4\xb8\x80" "e\xcc\x81z");

	ok(width_of(s) == 5, "a wide character is two columns, a mark none");
	ok(width_head(s, 2).n == 1, "no half of a wide character, from behind");
	ok(width_head(s, 4).n == 7, "a letter keeps its mark");
	ok(width_tail(s, 2).n == 4, "from the front too");
	ok(width_tail(s, 1).n == 1, "a mark goes with its letter");
	ok(width_tail(s, 9).n == s.n, "all of it");
	ok(width_head(s, 0).n == 0, "nothing of it");
}

/* The widths that layout_fit chooses, as text; 0 for columns left out. */
static void
ok_layout(size_t limit, bool clip, const char *want, const char *text)
{
	struct layout_col v[] = {
		{ 10, 5, 0, false, true }, { 50, 20, 1, true, true },
		{ 5, 5, 9, false, false }, { 7, 20, 6, false, true },
		{ 90, 30, 10, false, true },
	};
	struct buf got = { 0 };
	char digits[NUM_MAX];
	size_t i;

	layout_fit(v, sizeof v / sizeof v[0], limit, clip);
	for (i = 0; i < sizeof v / sizeof v[0]; i++) {
		buf_putc(&got, ' ');
		buf_add(&got, digits, (size_t)(num_format(digits,
		    v[i].shown ? v[i].width : 0) - digits));
	}
	ok(str_is(buf_str(&got), want), text);
	if (!str_is(buf_str(&got), want))
		printf("# got%.*s\n", (int)got.n, got.p);
	buf_free(&got);
}

static void
test_layout(void)
{
	ok_layout(160, true, " 10 50 0 7 90", "all fit");
	ok_layout(159, true, " 10 50 0 7 89", "the widest is cut");
	ok_layout(100, true, " 10 40 0 7 40", "both wide ones are");
	ok_layout(97, true, " 10 38 0 7 39", "the last gets what is over");
	ok_layout(96, true, " 10 38 0 7 38", "an address is cut for one more");
	ok_layout(66, true, " 10 47 0 7 0", "but only as far as it may be");
	ok_layout(38, true, " 10 27 0 0 0", "and the next one goes");
	ok_layout(26, true, " 5 20 0 0 0", "all are cut as far as may be");
	ok_layout(25, true, " 10 0 0 0 0", "rank 0 stays");
	ok_layout(3, true, " 3 0 0 0 0", "and is cut where nothing helps");
	ok_layout(3, false, " 5 0 0 0 0", "or is too wide");
}

int
main(void)
{
	test_json();
	test_csv();
	test_snapshots();
	test_random("json");
	test_random("csv");
	test_random("table");
	test_width();
	test_layout();
	return tap_end();
}
