#include "flag/script.h"

#include "flag/program.h"

/*
 * Options as letters, which may share one dash, and as long words.  The
 * argument of a letter is the rest of its word or else the next word; for TAIL
 * it is only the rest of its word.
 */
enum { TEXT, ARG, FILE_ARG, TAIL, NKINDS };

static const struct lang {
	const char *letters[NKINDS];
	/* Separated by blanks, with their dashes. */
	const char *words[TAIL];
	bool word;		/* the first word not an option is a file */
	bool modules;		/* FILE_ARG may be the name of a module */
} langs[SCRIPT_NLANGS] = {
	[SCRIPT_SHELL] = { { "c", "oO", "", "" },
	    { "--command", "", "--rcfile --init-file" }, true, false },
	[SCRIPT_PYTHON] = { { "cm", "WX", "", "" }, { "", "", "" },
	    true, false },
	[SCRIPT_PERL] = { { "eE", "I", "", "MmDxilF0CV" }, { "", "", "" },
	    true, false },
	[SCRIPT_RUBY] = { { "e", "IC", "r", "WTKEFxi0" }, { "", "", "" },
	    true, true },
	[SCRIPT_NODE] = { { "ep", "C", "r", "" }, { "--eval --print", "",
	    "--require --import --loader --experimental-loader" },
	    true, true },
	[SCRIPT_PHP] = { { "rRBE", "dStczgT", "fF", "" }, { "--run", "",
	    "--file" }, true, false },
	[SCRIPT_LUA] = { { "e", "lj", "", "" }, { "", "", "" }, true, false },
	[SCRIPT_TCL] = { { "c", "", "f", "" }, { "", "", "" }, true, false },
	[SCRIPT_AWK] = { { "e", "vFl", "fEi", "" }, { "--source", "--assign",
	    "--file --exec --include" }, false, false },
	[SCRIPT_JAVA] = { { "", "", "", "abdefghiklmnorstuvwxyzADEXV" },
	    { "-m --module", "-p --module-path --add-modules",
	    "-jar -cp -classpath --class-path" }, false, false },
	[SCRIPT_GDB] = { { "", "p", "xs", "abcdefghijklmnoqrtuvwyz" },
	    { "", "-ex -iex -eval-command --eval-command -p -pid",
	    "-x -command --command" }, true, false },
	[SCRIPT_VIM] = { { "", "cT", "Su", "" }, { "", "--cmd", "" },
	    false, false },
};

/* Handles an option of that kind; its argument is attached or else the next
 * word.  Returns a file, or a missing value. */
static struct str
take_argument(struct script_args *a, int kind, struct str attached)
{
	struct str arg = attached;

	if (kind == TAIL)
		return STR_NONE;
	if (kind == TEXT) {
		a->text = true;
		a->rest = STR_NONE;
		return STR_NONE;
	}
	if (attached.n == 0)
		arg = prog_take_word(&a->rest);
	if (kind != FILE_ARG || arg.n == 0 || (langs[a->lang].modules &&
	    arg.p[0] != '/' && arg.p[0] != '.'))
		return STR_NONE;
	if (a->lang == SCRIPT_JAVA)
		return str_cut(&arg, ':');
	return arg;
}

static struct str
take_letters(struct script_args *a, struct str word)
{
	size_t i;
	int kind;

	for (i = 1; i < word.n && word.p[i] != '\0'; i++)
		for (kind = 0; kind < NKINDS; kind++)
			if (strchr(langs[a->lang].letters[kind],
			    word.p[i]) != NULL)
				return take_argument(a, kind,
				    str_skip(word, i + 1));
	return STR_NONE;
}

static struct str
take_option(struct script_args *a, struct str word)
{
	struct str value = word, name = str_cut(&value, '=');
	int kind;

	for (kind = 0; kind < TAIL; kind++)
		if (prog_is_among(name, langs[a->lang].words[kind]))
			return take_argument(a, kind, value);
	return str_starts(word, "--") ? STR_NONE : take_letters(a, word);
}

static bool
is_option(const struct script_args *a, struct str word)
{
	return word.n > 1 && (word.p[0] == '-' ||
	    (word.p[0] == '+' && a->lang == SCRIPT_SHELL));
}

struct str
script_next(struct script_args *a)
{
	struct str word, file;

	while (a->rest.p != NULL && a->lang != SCRIPT_NONE) {
		word = prog_take_word(&a->rest);
		if (is_option(a, word) && !str_is(word, "--")) {
			file = take_option(a, word);
			if (file.n > 0)
				return file;
			continue;
		}
		if (str_is(word, "--"))
			word = prog_take_word(&a->rest);
		a->rest = STR_NONE;
		if (word.n > 0 && !str_is(word, "-") &&
		    (langs[a->lang].word || str_ends(word, ".java")))
			return word;
	}
	return STR_NONE;
}

void
script_start(struct script_args *a, unsigned class, struct str exe,
    struct str cmdline)
{
	struct str first;

	*a = (struct script_args){ .lang = class >> PROG_LANG_SHIFT,
		.rest = cmdline };
	if (exe.p != NULL && prog_is_loader(exe))
		prog_skip_loader(&a->rest);
	first = str_basename(prog_take_word(&a->rest));
	if (str_starts(first, "busybox") || str_starts(first, "toybox"))
		prog_take_word(&a->rest);
}

struct str
script_main(unsigned class, struct str exe, struct str cmdline)
{
	struct script_args a;
	struct str file, last = STR_NONE;

	script_start(&a, class, exe, cmdline);
	while ((file = script_next(&a)).n > 0)
		last = file;
	return a.text ? STR_NONE : last;
}

/* The first word is a shell's name. */
static bool
has_shells_name(struct str cmdline)
{
	struct str word = str_cut(&cmdline, ' ');

	str_take(&word, '-');
	word = str_basename(word);
	return prog_class_of(word) & PROG_SHELL ||
	    str_starts(word, "busybox") || str_starts(word, "toybox") ||
	    str_starts(word, "ld");
}

bool
script_is_bare(unsigned class, struct str exe, struct str cmdline)
{
	struct script_args a;
	bool file = false;

	if (!(class & PROG_SHELL))
		return false;
	if (!has_shells_name(cmdline))
		return true;
	script_start(&a, class, exe, cmdline);
	while (script_next(&a).n > 0)
		file = true;
	return !a.text && !file;
}
