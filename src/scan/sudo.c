#include "scan/sudo.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/err.h"
#include "scan/machine.h"
#include "scan/run.h"

enum { SUDO_REFUSED = 1, SIGNAL_BASE = 128, OPTIONS_MAX = 5 };

/* -k: sudo forgets an earlier password, so it reads the one line of standard
 * input, unless this user needs no password (NOPASSWD).  -p '': no prompt,
 * since a program answers. */
static const struct way {
	const char *name;	/* the argument of --sudo=; NULL: none */
	const char *options[OPTIONS_MAX];
	bool own_stderr;
} ways[] = {
	[SUDO_TRY] = { NULL, { "-n" }, false },
	[SUDO_ASK] = { "ask", { NULL }, true },
	[SUDO_STDIN] = { "stdin", { "-k", "-S", "-p", "" }, false },
};

bool
sudo_mode(const char *arg, enum sudo_mode *mode)
{
	int i;

	for (i = SUDO_TRY; i <= SUDO_STDIN; i++) {
		const char *name = ways[i].name;

		if (arg == NULL || name == NULL ? arg == name :
		    strcmp(arg, name) == 0) {
			*mode = (enum sudo_mode)i;
			return true;
		}
	}
	return false;
}

/* Builds sudo's arguments, which the caller frees. */
static const char **
make_argv(const struct way *way, const char *self, int argc, char **argv,
    bool answers)
{
	const char **v = mem_alloc(((size_t)argc + OPTIONS_MAX + 7) *
	    sizeof *v);
	size_t n = 0;
	int i;

	v[n++] = "sudo";
	for (i = 0; i < OPTIONS_MAX && way->options[i] != NULL; i++)
		v[n++] = way->options[i];
	/* sudoers(5) may set another default */
	v[n++] = "-u";
	v[n++] = "root";
	v[n++] = "--";
	v[n++] = self;
	if (answers)
		v[n++] = "--elevated";
	for (i = 1; i < argc; i++)
		if (argv[i] != NULL)
			v[n++] = argv[i];
	return v;
}

/* It died of a signal: die of the same one. */
static void
die_of(int signal_number)
{
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Our exit status for that of sudo, which is the program's; -1: refused. */
static int
translate(int status, bool answers)
{
	int code;

	if (status == -1)
		return -1;
	if (WIFSIGNALED(status)) {
		die_of(WTERMSIG(status));
		return STATUS_TROUBLE;
	}
	code = WEXITSTATUS(status);
	if (code == SUDO_REFUSED)
		return -1;
	if (code == STATUS_DONE)
		return STATUS_DONE;
	if (answers && code == SUDO_STATUS_NO)
		return STATUS_NO;
	if (code == SIGNAL_BASE + SIGPIPE)
		die_of(SIGPIPE);
	return STATUS_TROUBLE;
}

int
sudo_run(enum sudo_mode mode, int argc, char **argv, bool answers)
{
	const struct way *way = &ways[mode];
	struct buf path = { 0 }, self = { 0 };
	struct run r = { .name = "sudo", .own_stderr = way->own_stderr,
		.said = true };
	const char **args;
	int status = -1;

	if (run_find("sudo", NULL, &path) && sys_self(argv[0], &self)) {
		args = make_argv(way, self.p, argc, argv, answers);
		r.path = path.p;
		r.argv = args;
		status = translate(run_program(&r), answers);
		free(args);
	}
	buf_free(&path);
	buf_free(&self);
	if (status != -1)
		return status;
	if (mode == SUDO_TRY) {
		err_msg("sudo: refused: scanning without it");
		return -1;
	}
	if (!r.said)
		err_msg("sudo: refused");
	return STATUS_TROUBLE;
}
