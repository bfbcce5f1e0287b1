/* What standard output is, if it is a terminal. */
#include "out/format.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"

enum { DEFAULT_WIDTH = 80, MAX_WIDTH = 32767 };

size_t
out_term_width(void)
{
	const char *text = getenv("COLUMNS");
	uint64_t width;

	if (text != NULL && num_parse(str_from(text), MAX_WIDTH, &width) &&
	    width > 0)
		return (size_t)width;
	if (!isatty(STDOUT_FILENO))
		return 0;
#ifdef TIOCGWINSZ	/* in no POSIX before 2024, but on every system */
	{
		struct winsize size;

		/* A terminal of which no one said the size has 0. */
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		    size.ws_col > 0)
			return size.ws_col;
	}
#endif
	return DEFAULT_WIDTH;
}

/* https://no-color.org: of any value but an empty one. */
bool
out_term_color(enum out_when when)
{
	const char *no = getenv("NO_COLOR");

	if (when == OUT_AUTO)
		return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
	return when == OUT_ALWAYS;
}
