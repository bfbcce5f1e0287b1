/* t-ps: the reader of ps's lines, and its lists of pids; see
 * src/scan/tools/tools.h.  Prints TAP. */
#include <stdio.h>
#include <string.h>

#include "scan/tools/tools.h"
#include "tap.h"

static const struct {
	int n;
	const char *line, *want;
} ps_lines[] = {
	{ 3, "    1     0     0 systemd", "1 0 0 systemd" },
	{ 3, "12345 1 501 a b  c", "12345 1 501 a b  c" },
	{ 3, "12345     1   501  x", "12345 1 501  x" },
	{ 3, "  437     1    -2 nobody", "437 1 4294967294 nobody" },
	{ 1, "7 sh -c  echo  1", "7 sh -c  echo  1" },
	{ 3, "7 1 0 ", "7 1 0" }, { 3, "7 1 0", "7 1 0" },
	{ 3, "7 1 x y", "bad" }, { 3, "7 1", "bad" }, { 3, "", "bad" },
	{ 1, "-7 x", "bad" }, { 1, "4294967296 x", "bad" },
	{ 3, "  PID  PPID   UID UCOMM", "bad" },
};

static void
test_ps(void)
{
	static const uint32_t pids[] = { 1, 22, 333, 4294967295 };
	uint32_t number[PS_NUMBERS];
	struct buf list = { 0 };
	struct str last;
	size_t i, n;
	int k;

	for (i = 0; i < sizeof ps_lines / sizeof ps_lines[0]; i++) {
		struct buf b = { 0 };

		if (!ps_parse(str_from(ps_lines[i].line), ps_lines[i].n,
		    number, &last))
			buf_puts(&b, "bad");
		else
			for (k = 0; k <= ps_lines[i].n; k++) {
				if (k > 0 && (k < ps_lines[i].n || last.n > 0))
					buf_putc(&b, ' ');
				if (k < ps_lines[i].n)
					add_number(&b, number[k]);
				else
					buf_add(&b, last.p, last.n);
			}
		ok_buf(&b, ps_lines[i].want, "ps", ps_lines[i].line);
		buf_free(&b);
	}
	n = ps_list(&list, pids, 4, 1000);
	ok_of(n == 4 && str_is(buf_str(&list), "1,22,333,4294967295"), "ps",
	    "a list of all");
	list.n = 0;
	n = ps_list(&list, pids + 1, 3, 25);
	ok_of(n == 2 && str_is(buf_str(&list), "22,333"), "ps",
	    "a list of as many as fit");
	list.n = 0;
	n = ps_list(&list, pids, 4, 0);
	ok_of(n == 1 && str_is(buf_str(&list), "1"), "ps", "one at least");
	buf_free(&list);
}

int
main(void)
{
	test_ps();
	return tap_end();
}
