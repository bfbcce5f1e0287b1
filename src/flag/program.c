#include "flag/program.h"

#include "flag/script.h"

/* Includes the names that Debian's alternatives use.  Sorted. */
static const struct {
	struct str name;
	unsigned class;
} programs[] = {
#define P(name, class, lang) { { (name), sizeof(name) - 1 }, \
	(class) | SCRIPT_##lang << PROG_LANG_SHIFT }
	P("PhoenixMiner", PROG_MINER, NONE),
	P("SRBMiner-MULTI", PROG_MINER, NONE),
	P("ash", PROG_SHELL, SHELL),
	P("awk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("bash", PROG_SHELL | PROG_DIALS, SHELL),
	P("bfgminer", PROG_MINER, NONE),
	P("bore", PROG_TUNNEL, NONE),
	P("bun", PROG_INTERPRETER, NODE),
	P("bwk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("bzminer", PROG_MINER, NONE),
	P("ccminer", PROG_MINER, NONE),
	P("cgminer", PROG_MINER, NONE),
	P("chisel", PROG_TUNNEL, NONE),
	P("cpuminer", PROG_MINER, NONE),
	P("cryptcat", PROG_RELAY, NONE),
	P("csh", PROG_SHELL, SHELL),
	P("dash", PROG_SHELL, SHELL),
	P("dbclient", PROG_SSH, NONE),
	P("deno", PROG_INTERPRETER, NODE),
	P("dnscat", PROG_TUNNEL, NONE),
	P("dnscat2", PROG_TUNNEL, NONE),
	P("dropbear", PROG_SSHD, NONE),
	P("elvish", PROG_SHELL, SHELL),
	P("emacs", PROG_INTERPRETER, VIM),
	P("emacs-gtk", PROG_INTERPRETER, VIM),
	P("emacs-nox", PROG_INTERPRETER, VIM),
	P("ethminer", PROG_MINER, NONE),
	P("expect", PROG_INTERPRETER, TCL),
	P("fish", PROG_SHELL, SHELL),
	P("frpc", PROG_TUNNEL, NONE),
	P("gawk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("gdb", PROG_INTERPRETER, GDB),
	P("gminer", PROG_MINER, NONE),
	P("gnutls-cli", PROG_CLIENT, NONE),
	P("gnutls-cli-debug", PROG_CLIENT, NONE),
	P("guile", PROG_INTERPRETER, TCL),
	P("hhvm", PROG_INTERPRETER, PHP),
	P("hush", PROG_SHELL, SHELL),
	P("icmptx", PROG_TUNNEL, NONE),
	P("iodine", PROG_TUNNEL, NONE),
	P("ipython", PROG_INTERPRETER, PYTHON),
	P("java", 0, JAVA),
	P("jimsh", PROG_INTERPRETER, TCL),
	P("jruby", PROG_INTERPRETER, RUBY),
	P("jshell", 0, JAVA),
	P("ksh", PROG_SHELL | PROG_DIALS, SHELL),
	P("lksh", PROG_SHELL | PROG_DIALS, SHELL),
	P("lldb", PROG_INTERPRETER, GDB),
	P("loksh", PROG_SHELL | PROG_DIALS, SHELL),
	P("lolMiner", PROG_MINER, NONE),
	P("lua", PROG_INTERPRETER, LUA),
	P("luajit", PROG_INTERPRETER, LUA),
	P("mawk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("micropython", PROG_INTERPRETER, PYTHON),
	P("minerd", PROG_MINER, NONE),
	P("mksh", PROG_SHELL, SHELL),
	P("nanominer", PROG_MINER, NONE),
	P("nawk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("nbminer", PROG_MINER, NONE),
	P("nc", PROG_RELAY, NONE),
	P("nc.openbsd", PROG_RELAY, NONE),
	P("nc.traditional", PROG_RELAY, NONE),
	P("ncat", PROG_RELAY, NONE),
	P("netcat", PROG_RELAY, NONE),
	P("ngrok", PROG_TUNNEL, NONE),
	P("node", PROG_INTERPRETER, NODE),
	P("nodejs", PROG_INTERPRETER, NODE),
	P("nvim", PROG_INTERPRETER, VIM),
	P("oksh", PROG_SHELL | PROG_DIALS, SHELL),
	P("openssl", PROG_CLIENT, NONE),
	P("original-awk", PROG_INTERPRETER | PROG_AWK, AWK),
	P("perl", PROG_INTERPRETER, PERL),
	P("php", PROG_INTERPRETER, PHP),
	P("php-cgi", PROG_INTERPRETER, PHP),
	P("posh", PROG_SHELL, SHELL),
	P("ptunnel", PROG_TUNNEL, NONE),
	P("ptunnel-ng", PROG_TUNNEL, NONE),
	P("pwsh", PROG_SHELL | PROG_DIALS, SHELL),
	P("pypy", PROG_INTERPRETER, PYTHON),
	P("python", PROG_INTERPRETER, PYTHON),
	P("rathole", PROG_TUNNEL, NONE),
	P("rbash", PROG_SHELL | PROG_DIALS, SHELL),
	P("revsocks", PROG_TUNNEL, NONE),
	P("rksh", PROG_SHELL | PROG_DIALS, SHELL),
	P("ruby", PROG_INTERPRETER, RUBY),
	P("rzsh", PROG_SHELL | PROG_DIALS, SHELL),
	P("sash", PROG_SHELL, SHELL),
	P("sh", PROG_SHELL | PROG_DIALS, SHELL),
	P("socat", PROG_RELAY, NONE),
	P("ssh", PROG_SSH, NONE),
	P("sshd", PROG_SSHD, NONE),
	P("sshd-auth", PROG_SSHD, NONE),
	P("sshd-session", PROG_SSHD, NONE),
	P("t-rex", PROG_MINER, NONE),
	P("tclsh", PROG_INTERPRETER, TCL),
	P("tcsh", PROG_SHELL, SHELL),
	P("teamredminer", PROG_MINER, NONE),
	P("telnet", PROG_CLIENT, NONE),
	P("texlua", PROG_INTERPRETER, LUA),
	P("vi", PROG_INTERPRETER, VIM),
	P("vim", PROG_INTERPRETER, VIM),
	P("vim.athena", PROG_INTERPRETER, VIM),
	P("vim.basic", PROG_INTERPRETER, VIM),
	P("vim.gtk", PROG_INTERPRETER, VIM),
	P("vim.nox", PROG_INTERPRETER, VIM),
	P("vim.tiny", PROG_INTERPRETER, VIM),
	P("wish", PROG_INTERPRETER, TCL),
	P("xmr-stak", PROG_MINER, NONE),
	P("xmrig", PROG_MINER, NONE),
	P("xonsh", PROG_SHELL | PROG_DIALS, SHELL),
	P("yash", PROG_SHELL | PROG_DIALS, SHELL),
	P("zsh", PROG_SHELL | PROG_DIALS, SHELL),
#undef P
};

struct str
prog_file(struct str exe)
{
	return str_basename(str_undeleted(exe));
}

bool
prog_is_among(struct str word, const char *list)
{
	struct str words = str_from(list);

	while (words.n > 0)
		if (str_eq(str_cut(&words, ' '), word))
			return true;
	return false;
}

struct str
prog_take_word(struct str *rest)
{
	struct str word = STR_NONE;

	while (rest->p != NULL && word.n == 0)
		word = str_cut(rest, ' ');
	return word.n > 0 ? word : STR_NONE;
}

void
prog_skip_loader(struct str *rest)
{
	static const char args[] = "--library-path --preload --argv0 "
	    "--audit --glibc-hwcaps-prepend --glibc-hwcaps-mask "
	    "--inhibit-rpath";
	struct str word;

	prog_take_word(rest);
	while (str_starts(*rest, "--")) {
		word = prog_take_word(rest);
		if (prog_is_among(word, args))
			prog_take_word(rest);
	}
}

struct str
prog_loaded(struct str cmdline)
{
	prog_skip_loader(&cmdline);
	return prog_take_word(&cmdline);
}

static struct str
cut_version(struct str name)
{
	while (name.n > 0 && (char_is_digit(name.p[name.n - 1]) ||
	    name.p[name.n - 1] == '.'))
		name.n--;
	return name;
}

static unsigned
find(struct str name)
{
	size_t low = 0, high = NELEMS(programs), mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = str_cmp(name, programs[mid].name);
		if (c == 0)
			return programs[mid].class;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}

/* A suffix after the version, or a part that does not belong to the name:
 * bash-static, perl5.36-x86_64-linux-gnu, luajit-2.1.0-beta3. */
static struct str
cut_variant(struct str name)
{
	size_t i;

	if (str_take_end(&name, "-static"))
		return cut_version(name);
	for (i = 0; i < name.n && !char_is_digit(name.p[i]); i++)
		;
	name.n = i == name.n ? 0 : i;
	str_take_end(&name, "-");
	return name;
}

unsigned
prog_class_of(struct str name)
{
	enum { LONGEST = 40 };
	unsigned class;

	name = cut_version(name);
	if (name.n < 2 || name.n > LONGEST)
		return 0;
	class = find(name);
	return class != 0 ? class : find(cut_variant(name));
}

static bool
is_busybox(struct str name)
{
	return str_starts(name, "busybox") || str_starts(name, "toybox");
}

bool
prog_is_loader(struct str exe)
{
	struct str name = prog_file(exe);

	return str_starts(name, "ld-linux") || str_starts(name, "ld-musl") ||
	    (str_starts(name, "ld-2.") && str_ends(name, ".so")) ||
	    str_is(name, "ld.so") || str_starts(name, "ld64.so");
}

/* For `busybox nc -l', `/bin/nc -l' or `-sh' this is the nc or sh. */
static struct str
applet(struct str cmdline)
{
	struct str name = str_basename(str_cut(&cmdline, ' '));

	if (is_busybox(name) && cmdline.n > 0)
		name = str_basename(str_cut(&cmdline, ' '));
	if (name.n > 1)
		str_take(&name, '-');
	return name;
}

static struct str
name_of(struct str exe, struct str comm, struct str cmdline)
{
	struct str name;

	if (exe.p == NULL)
		return comm;
	name = prog_file(exe);
	if (name.n < 5 || cmdline.p == NULL)
		return name;
	if (is_busybox(name))
		return applet(cmdline);
	if (prog_is_loader(name))
		return str_basename(prog_loaded(cmdline));
	return name;
}

unsigned
prog_class(struct str exe, struct str comm, struct str cmdline)
{
	return prog_class_of(name_of(exe, comm, cmdline));
}

bool
prog_is_elsewhere(struct str path)
{
	return str_ends(path, " (elsewhere)");
}

bool
prog_is_installed(struct str exe)
{
	static const char *const installed[] = { "/usr/", "/bin/", "/sbin/",
		"/lib", "/opt/" };
	size_t i;

	for (i = 0; i < NELEMS(installed); i++)
		if (str_starts(exe, installed[i]))
			return true;
	return false;
}

bool
prog_is_known(struct str exe, const char *list)
{
	return prog_is_installed(exe) && !prog_is_elsewhere(exe) &&
	    prog_is_among(prog_file(exe), list);
}

bool
prog_poses_as_installed(struct str exe)
{
	return prog_is_elsewhere(exe) && prog_is_installed(exe);
}
