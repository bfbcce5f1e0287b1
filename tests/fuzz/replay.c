/*
 * Gives a fuzz entry each file of its corpus: t-fuzz-NAME those of
 * tests/fuzz/corpus/NAME.  Prints TAP; what goes wrong ends the program.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fuzz.h"
#include "input.h"

static void
replay(const char *path, size_t number)
{
	struct buf text = { 0 };

	if (!input_read(path, "a file", &text))
		exit(1);
	LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&text).p, text.n);
	printf("ok %zu - %s\n", number, strrchr(path, '/') + 1);
	fflush(stdout);
	buf_free(&text);
}

int
main(int argc, char **argv)
{
	const char *dir = getenv("PRT_SRCDIR");
	const char *name = strrchr(argv[0], '-');
	char pattern[1024];
	glob_t g;
	size_t i;

	err_setprog("replay");
	if (argc > 1)
		for (i = 1; i < (size_t)argc; i++)
			replay(argv[i], i);
	if (argc > 1)
		return 0;
	snprintf(pattern, sizeof pattern, "%s/tests/fuzz/corpus/%s/*",
	    dir != NULL ? dir : ".", name != NULL ? name + 1 : "");
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("Bail out! no file is %s\n", pattern);
		return 1;
	}
	printf("1..%zu\n", g.gl_pathc);
	for (i = 0; i < g.gl_pathc; i++)
		replay(g.gl_pathv[i], i + 1);
	globfree(&g);
	return 0;
}
