#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 2048 };

static const char *prog = "prt";

static struct {
	void (*undo)(void *arg);
	void *arg;
} death;

void
err_setprog(const char *name)
{
	prog = name;
}

const char *
err_prog(void)
{
	return prog;
}

/* A message must not move the terminal's cursor: \xHH for such bytes. */
static size_t
make_safe(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + sizeof "\\xHH" < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
	}
	out[n++] = '\n';
	return n;
}

void
err_msg(const char *fmt, ...)
{
	int saved = errno;
	char text[MESSAGE_MAX], safe[2 * MESSAGE_MAX], reason[256] = "";
	size_t n, len = strlen(fmt);
	va_list ap;

	n = (size_t)snprintf(text, sizeof text, "%s: ", prog);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof text - n, fmt, ap);
	va_end(ap);
	if (len > 0 && fmt[len - 1] == ':') {
		n = strlen(text);
		strerror_r(saved, reason, sizeof reason);
		snprintf(text + n, sizeof text - n, " %s", reason);
	}
	n = make_safe(safe, sizeof safe, text);
	/* Nothing is left to tell it to where standard error fails. */
	if (write(STDERR_FILENO, safe, n) < 0)
		errno = saved;
	errno = saved;
}

void
err_at_death(void (*undo)(void *arg), void *arg)
{
	death.undo = undo;
	death.arg = arg;
}

void
err_die(void)
{
	if (death.undo != NULL)
		death.undo(death.arg);
	_Exit(STATUS_TROUBLE);
}

void
err_bell(void)
{
	int saved = errno;

	if (!isatty(STDERR_FILENO) || write(STDERR_FILENO, "\a", 1) < 0)
		errno = saved;
}
