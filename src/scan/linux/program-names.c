/*
 * Programs by their names, and their names in arguments.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "scan/linux/programs.h"

/* A version may follow the name, as in python3.11. */
static const struct {
	const char *name;
	enum program_class class;
} known[] = {
	{ "ash", PROGRAM_SHELL }, { "bash", PROGRAM_SHELL },
	{ "csh", PROGRAM_SHELL }, { "dash", PROGRAM_SHELL },
	{ "elvish", PROGRAM_SHELL }, { "fish", PROGRAM_SHELL },
	{ "ksh", PROGRAM_SHELL }, { "lksh", PROGRAM_SHELL },
	{ "mksh", PROGRAM_SHELL }, { "nu", PROGRAM_SHELL },
	{ "oksh", PROGRAM_SHELL }, { "pdksh", PROGRAM_SHELL },
	{ "posh", PROGRAM_SHELL }, { "rbash", PROGRAM_SHELL },
	{ "rksh", PROGRAM_SHELL }, { "rzsh", PROGRAM_SHELL },
	{ "sash", PROGRAM_SHELL }, { "sh", PROGRAM_SHELL },
	{ "static-sh", PROGRAM_SHELL }, { "tcsh", PROGRAM_SHELL },
	{ "yash", PROGRAM_SHELL }, { "zsh", PROGRAM_SHELL },
	{ "awk", PROGRAM_INTERPRETER }, { "bun", PROGRAM_INTERPRETER },
	{ "deno", PROGRAM_INTERPRETER }, { "expect", PROGRAM_INTERPRETER },
	{ "gawk", PROGRAM_INTERPRETER }, { "gdb", PROGRAM_INTERPRETER },
	{ "guile", PROGRAM_INTERPRETER }, { "java", PROGRAM_INTERPRETER },
	{ "julia", PROGRAM_INTERPRETER }, { "lua", PROGRAM_INTERPRETER },
	{ "luajit", PROGRAM_INTERPRETER }, { "mawk", PROGRAM_INTERPRETER },
	{ "nawk", PROGRAM_INTERPRETER }, { "node", PROGRAM_INTERPRETER },
	{ "nodejs", PROGRAM_INTERPRETER },
	{ "original-awk", PROGRAM_INTERPRETER },
	{ "perl", PROGRAM_INTERPRETER }, { "php", PROGRAM_INTERPRETER },
	{ "pypy", PROGRAM_INTERPRETER }, { "python", PROGRAM_INTERPRETER },
	{ "ruby", PROGRAM_INTERPRETER }, { "tclsh", PROGRAM_INTERPRETER },
	{ "wish", PROGRAM_INTERPRETER },
	{ "nc", PROGRAM_RELAY }, { "nc.openbsd", PROGRAM_RELAY },
	{ "nc.traditional", PROGRAM_RELAY }, { "ncat", PROGRAM_RELAY },
	{ "netcat", PROGRAM_RELAY }, { "openssl", PROGRAM_RELAY },
	{ "socat", PROGRAM_RELAY }, { "telnet", PROGRAM_RELAY },
	{ "busybox", PROGRAM_MANY }, { "toybox", PROGRAM_MANY },
};

/* A version, as in ksh93 or perl5.36-x86_64-linux-gnu, or `-static'. */
static bool
is_version(struct str s)
{
	size_t i = 0;

	while (i < s.n && (char_is_digit(s.p[i]) || s.p[i] == '.'))
		i++;
	s = str_skip(s, i);
	return s.n == 0 || str_is(s, "-static") ||
	    (i > 0 && s.p[0] == '-' && memmem(s.p, s.n, "-linux-", 7) != NULL);
}

enum program_class
programs_class(struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(known); i++) {
		struct str rest = name;

		if (str_take_start(&rest, known[i].name) && is_version(rest))
			return known[i].class;
	}
	return PROGRAM_OTHER;
}

/* Cuts off the name of ld.so, ld.so(8), and its options. */
static void
skip_loader(struct str *args)
{
	static const char *const with_value[] = { "--argv0", "--audit",
		"--glibc-hwcaps-mask", "--glibc-hwcaps-prepend",
		"--inhibit-rpath", "--library-path", "--preload" };
	size_t i;

	str_cut(args, '\0');
	while (args->p != NULL && str_starts(*args, "--")) {
		struct str word = str_cut(args, '\0');

		for (i = 0; i < NELEMS(with_value); i++)
			if (str_is(word, with_value[i]))
				str_cut(args, '\0');
	}
}

struct str
program_take_name(struct str *args, const struct program_seen *seen)
{
	struct str name;

	if (seen->is_loaded)
		skip_loader(args);
	name = str_basename(str_cut(args, '\0'));
	if (name.p != NULL && seen->class == PROGRAM_MANY &&
	    programs_class(name) == PROGRAM_MANY)
		name = str_basename(str_cut(args, '\0'));
	if (name.p != NULL)
		str_take(&name, '-');
	return name;
}

struct str
program_exe(struct programs *ps, uint32_t pid)
{
	char path[NUM_MAX + sizeof "/exe"], link[PATH_MAX];
	ssize_t n;

	memcpy(num_format(path, pid), "/exe", sizeof "/exe");
	n = readlinkat(ps->proc, path, link, sizeof link);
	return n <= 0 ? STR_NONE : arena_str(&ps->sc->arena, str_basename(
	    str_undeleted((struct str){ link, (size_t)n })));
}
