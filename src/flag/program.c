#include "flag/program.h"

/* By the names that Debian's alternatives give them too. */
static const struct {
	struct str name;
	enum prog_class class;
} programs[] = {
#define P(name, class) { { (name), sizeof(name) - 1 }, (class) }
	P("sh", PROG_SHELL), P("bash", PROG_SHELL), P("dash", PROG_SHELL),
	P("ash", PROG_SHELL), P("zsh", PROG_SHELL), P("ksh", PROG_SHELL),
	P("mksh", PROG_SHELL), P("csh", PROG_SHELL), P("tcsh", PROG_SHELL),
	P("fish", PROG_SHELL),
	P("python", PROG_INTERPRETER), P("perl", PROG_INTERPRETER),
	P("ruby", PROG_INTERPRETER), P("node", PROG_INTERPRETER),
	P("php", PROG_INTERPRETER), P("lua", PROG_INTERPRETER),
	P("nc", PROG_RELAY), P("nc.openbsd", PROG_RELAY),
	P("nc.traditional", PROG_RELAY), P("ncat", PROG_RELAY),
	P("netcat", PROG_RELAY), P("socat", PROG_RELAY),
	P("openssl", PROG_CLIENT), P("telnet", PROG_CLIENT),
	P("ssh", PROG_SSH),
#undef P
};

static struct str
basename_of(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_skip(path, i);
}

static struct str
cut_version(struct str name)
{
	while (name.n > 0 && (char_is_digit(name.p[name.n - 1]) ||
	    name.p[name.n - 1] == '.'))
		name.n--;
	return name;
}

/* Of `busybox nc -l', `/bin/nc -l' or `-sh' the nc or sh. */
static struct str
applet(struct str cmdline)
{
	struct str name = basename_of(str_cut(&cmdline, ' '));

	if (str_is(name, "busybox") && cmdline.n > 0)
		name = basename_of(str_cut(&cmdline, ' '));
	if (name.n > 1)
		str_take(&name, '-');
	return name;
}

static struct str
name_of(struct str exe, struct str comm, struct str cmdline)
{
	struct str name;

	if (exe.p == NULL)
		return cut_version(comm);
	name = cut_version(basename_of(str_undeleted(exe)));
	if (name.n == 7 && memcmp(name.p, "busybox", 7) == 0 &&
	    cmdline.p != NULL)
		return applet(cmdline);
	return name;
}

unsigned
prog_class(struct str exe, struct str comm, struct str cmdline)
{
	struct str name = name_of(exe, comm, cmdline);
	size_t i;

	if (name.n < 2)
		return 0;
	for (i = 0; i < NELEMS(programs); i++)
		if (programs[i].name.n == name.n &&
		    programs[i].name.p[0] == name.p[0] &&
		    str_eq(programs[i].name, name))
			return programs[i].class;
	return 0;
}

/* Most differ in their second letter: that first. */
static bool
begins(struct str s, struct str prefix)
{
	return s.n >= prefix.n && s.p[1] == prefix.p[1] &&
	    memcmp(s.p, prefix.p, prefix.n) == 0;
}

static const struct str folders[] = {
	{ "/tmp/", 5 }, { "/var/tmp/", 9 }, { "/dev/", 5 },
	{ "/run/user/", 10 },
};

/* A path too long to be read, of which not even the beginning is known.  Nobody
 * installs a program there. */
static bool
is_cut_off(struct str path)
{
	return str_starts(path, "...");
}

bool
prog_is_temporary(struct str path)
{
	size_t i;

	if (is_cut_off(path))
		return true;
	for (i = 0; i < NELEMS(folders); i++)
		if (begins(path, folders[i]))
			return true;
	return false;
}

bool
prog_is_temporary_folder(struct str path)
{
	size_t i;

	for (i = 0; i < NELEMS(folders); i++)
		if (path.n + 1 == folders[i].n &&
		    memcmp(path.p, folders[i].p, path.n) == 0)
			return true;
	return prog_is_temporary(path);
}

bool
prog_is_elsewhere(struct str path)
{
	return str_ends(path, " (elsewhere)");
}

bool
prog_poses_as_installed(struct str exe)
{
	static const char *const installed[] = { "/usr/", "/bin/", "/sbin/",
		"/lib", "/opt/" };
	size_t i;

	for (i = 0; i < NELEMS(installed); i++)
		if (str_starts(exe, installed[i]))
			return prog_is_elsewhere(exe);
	return false;
}

/*
 * Python, Perl, Ruby, Node, PHP and Lua take their program in one of three
 * ways: as text or module of an option (-c, -e, -m, -E and long ones with a =),
 * from standard input, or as the first word that is not an option.
 */
struct str
prog_script(struct str cmdline)
{
	struct str word;

	str_cut(&cmdline, ' ');
	while (cmdline.p != NULL) {
		word = str_cut(&cmdline, ' ');
		if (word.n == 0)
			continue;
		if (word.p[0] != '-')
			return word;
		if (word.n < 2)
			return STR_NONE;
		if (word.n == 2 && strchr("WXIrd", word.p[1]) != NULL)
			str_cut(&cmdline, ' ');		/* its argument */
		else if (word.n == 2 && strchr("ceEm", word.p[1]) != NULL)
			return STR_NONE;
	}
	return STR_NONE;
}

/* Threads that every kernel has. */
static const struct str threads[] = {
#define T(name) { (name), sizeof(name) - 1 }
	T("kworker"), T("kthreadd"), T("ksoftirqd/"), T("kswapd"),
	T("kcompactd"), T("khugepaged"), T("kdevtmpfs"), T("kauditd"),
	T("khungtaskd"), T("kblockd"), T("kintegrityd"), T("migration/"),
	T("rcu_"), T("cpuhp/"), T("irq/"), T("jbd2/"), T("oom_reaper"),
#undef T
};

static bool
in_brackets(struct str s)
{
	return s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
}

static bool
is_thread(struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(threads); i++)
		if (begins(name, threads[i]))
			return true;
	return false;
}

/* Arguments may follow [kworker/0:1].  After another name in brackets they are
 * a title, such as `[celeryd: a@b] -active-'. */
bool
prog_poses_as_kernel(struct str comm, struct str cmdline)
{
	struct str word;

	if (in_brackets(cmdline) || in_brackets(comm) || is_thread(comm))
		return true;
	word = str_cut(&cmdline, ' ');
	if (!in_brackets(word))
		return false;
	word.p++;
	word.n -= 2;
	return is_thread(word);
}
