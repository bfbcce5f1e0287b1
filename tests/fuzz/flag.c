/*
 * Fuzz entry: rules, and a stream that prt-flag reads and judges.  The input is
 * rules, a line %%, and the stream.
 */
#include "flag/report.h"
#include "fuzz.h"

static int
print(struct report *r, const char *format, bool wide)
{
	struct out_opts opts = { .format = out_format(format), .wide = wide };
	int fd = fuzz_catch();

	check(report_records(r, &opts), "not printed");
	return fd;
}

/* Suggestions are valid rules, whatever the names of processes are. */
static void
suggest(struct report *r)
{
	struct out_opts opts = { .quiet = true };
	struct rules rules = { 0 };
	struct rule_error e;
	struct buf text;
	int fd = fuzz_catch();

	check(report_suggest(r, &opts), "not suggested");
	text = fuzz_caught(fd);
	check(rules_parse(&rules, "rules", 1, buf_str(&text), &e), e.text);
	rules_free(&rules);
	buf_free(&text);
}

/* Each record has the flags of its set, and the set has only known ones. */
static void
check_rows(struct judge *j, const struct judge_input *in)
{
	size_t i, k, most = HEUR_COUNT + j->rules.n;

	for (i = 0; i < in->stream.nrows; i++) {
		const struct verdict *v = judge_verdict(j, in->set[i]);

		check((v->n > 0) == (v->flags.p != NULL),
		    "flags without a cause");
		for (k = 0; k < v->n; k++)
			check(v->items[k] < most, "raised by nothing");
	}
}

static void
judge(const struct rules *rules, struct str stream)
{
	struct judge j = { .wish = { .explain = true }, .rules = *rules };
	struct judge_input in = { .snaps = NULL };
	struct report r = { .judge = &j, .inputs = &in, .n = 1, .why = true };
	struct rule_error e;
	bool bell;
	size_t i;

	for (i = 0; i < HEUR_COUNT; i++)
		j.wish.on[i] = true;
	judge_start(&j);
	if (judge_read(&j, &in, fuzz_file(stream), "stream", NULL) && rules_check(&j.rules, &e)) {
		check_rows(&j, &in);
		report_any(&r, &bell);
		fuzz_caught_stream(print(&r, "tsv", false));
		close(print(&r, "table", false));
		close(print(&r, "csv", true));
		suggest(&r);
	}
	judge_free_input(&in);
	judge_free(&j);		/* the rules, too */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str stream = { (const char *)data, size };
	struct str text = fuzz_part(&stream);
	struct rules rules = { 0 };
	struct rule_error e;

	if (rules_parse(&rules, "rules", 1, text, &e))
		judge(&rules, stream);
	else
		rules_free(&rules);
	return 0;
}
