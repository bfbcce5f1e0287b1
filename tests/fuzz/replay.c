/*
 * Runs a fuzz entry on each file of its corpus: t-fuzz-NAME on those in
 * tests/fuzz/corpus/NAME.  Prints TAP; a failure ends the program.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/err.h"
#include "lib/input.h"

/* TAP's own stream: an entry may write to standard output, and close it. */
static FILE *
open_tap(void)
{
	int fd = dup(STDOUT_FILENO);

	return fd >= 0 ? fdopen(fd, "w") : NULL;
}

static void
replay(FILE *tap, const char *path, size_t number)
{
	struct buf text = { 0 };
	uint8_t *data;

	if (!input_slurp(path, SIZE_MAX, &text)) {
		err_msg("%s:", path);
		exit(1);
	}
	/* of its exact size: a sanitizer sees an overrun */
	data = mem_alloc(text.n);
	memcpy(data, buf_str(&text).p, text.n);
	LLVMFuzzerTestOneInput(data, text.n);
	fprintf(tap, "ok %zu - %s\n", number, strrchr(path, '/') + 1);
	fflush(tap);
	free(data);
	buf_free(&text);
}

int
main(int argc, char **argv)
{
	const char *dir = getenv("PRT_SRCDIR");
	const char *name = strrchr(argv[0], '-');
	FILE *tap = open_tap();
	char pattern[1024];
	glob_t g;
	size_t i;

	err_setprog("replay");
	if (tap == NULL)
		return 1;
	for (i = 1; i < (size_t)argc; i++)
		replay(tap, argv[i], i);
	if (argc > 1)
		return 0;
	snprintf(pattern, sizeof pattern, "%s/tests/fuzz/corpus/%s/*",
	    dir != NULL ? dir : ".", name != NULL ? name + 1 : "");
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(tap, "Bail out! no file is %s\n", pattern);
		return 1;
	}
	fprintf(tap, "1..%zu\n", g.gl_pathc);
	for (i = 0; i < g.gl_pathc; i++)
		replay(tap, g.gl_pathv[i], i + 1);
	globfree(&g);
	return 0;
}
