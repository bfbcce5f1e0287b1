/*
 * Fuzz entry: lines of ps: one to three numbers and a text.
 */
#include "fuzz.h"
#include "lib/num.h"
#include "scan/tools/tools.h"

/* Numbers and text, written with a blank between them, read the same. */
static void
check_again(int n, const uint32_t *number, struct str text)
{
	uint32_t again[PS_NUMBERS];
	struct str last;
	struct buf b = { 0 };
	int i;

	for (i = 0; i < n; i++) {
		char *p = buf_room(&b, NUM_MAX);

		b.n += (size_t)(num_format(p, number[i]) - p);
		if (i < n - 1 || text.n > 0)
			buf_putc(&b, ' ');
	}
	buf_add(&b, text.p, text.n);
	check(ps_parse(buf_str(&b), n, again, &last), "a line that is none");
	check(memcmp(again, number, (size_t)n * sizeof *again) == 0,
	    "other numbers");
	check(str_eq(last, text), "another text");
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, line, last;
	uint32_t number[PS_NUMBERS];
	int n;

	while (text.p != NULL) {
		line = str_cut(&text, '\n');
		for (n = 1; n <= PS_NUMBERS; n++) {
			if (!ps_parse(line, n, number, &last))
				continue;
			check(last.p == NULL ? last.n == 0 : last.p + last.n ==
			    line.p + line.n, "a text that ends elsewhere");
			check_again(n, number, last);
		}
	}
	return 0;
}
