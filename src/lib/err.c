#include "lib/err.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/str.h"

enum { MESSAGE_MAX = 2048 };

static const char *prog = "prt";

static struct {
	void (*undo)(void *arg);
	void *arg;
} death;

/* The mapped files; prt-diff has two. */
static struct {
	uintptr_t start, end;		/* 0: free */
	const char *name;
} maps[2];
static pthread_mutex_t maps_lock = PTHREAD_MUTEX_INITIALIZER;

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

/* Escapes bytes that might move the terminal's cursor: \xHH. */
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
	/* If standard error fails, there is nowhere to report it. */
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

/* SIGBUS: a page of a mapped file no longer exists. */
static void
lose_map(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	size_t i;

	(void)sig;
	(void)context;
	for (i = 0; i < NELEMS(maps); i++)
		if (at >= maps[i].start && at < maps[i].end)
			err_msg("%s: cannot be read any more: was it changed "
			    "meanwhile?", maps[i].name);
	err_die();
}

/* True if there is room for one more. */
static bool
add_map(uintptr_t start, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < NELEMS(maps); i++) {
		if (maps[i].start != 0)
			continue;
		maps[i].name = name;
		maps[i].end = start + n;
		maps[i].start = start;
		return true;
	}
	return false;
}

bool
err_map(const void *p, size_t n, const char *name)
{
	struct sigaction act = { .sa_sigaction = lose_map,
		.sa_flags = SA_SIGINFO };
	bool ok = sigaction(SIGBUS, &act, NULL) == 0;

	pthread_mutex_lock(&maps_lock);
	ok = ok && add_map((uintptr_t)p, n, name);
	pthread_mutex_unlock(&maps_lock);
	return ok;
}

void
err_unmap(const void *p)
{
	size_t i;

	pthread_mutex_lock(&maps_lock);
	for (i = 0; i < NELEMS(maps); i++)
		if (maps[i].start == (uintptr_t)p)
			maps[i].start = maps[i].end = 0;
	pthread_mutex_unlock(&maps_lock);
}

void
err_bell(void)
{
	int saved = errno;

	if (!isatty(STDERR_FILENO) || write(STDERR_FILENO, "\a", 1) < 0)
		errno = saved;
}
