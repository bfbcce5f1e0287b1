/*
 * The arguments of interpreters, according to their manuals: bash(1), dash(1),
 * python3(1), perlrun(1), ruby(1), node(1), php(1), lua(1), tclsh(1),
 * expect(1), gawk(1), gdb(1), java(1).
 */
#include "scan/linux/script.h"

/* What an option's argument is. */
enum action {
	SKIP = 1,	/* nothing that we need */
	ATTACHED,	/* likewise, in the same word, or missing */
	TEXT,		/* the program itself: no script follows */
	FILES,		/* a file that is run as well */
	PROGRAM,	/* a file, and no script follows */
	MODULE,		/* a name, looked up in folders */
	MAIN,		/* likewise, and no script follows */
	FOLDER,		/* a folder with modules */
	CLASSES,	/* files and folders, separated by colons */
	AGENT,		/* a file, then = and its arguments */
	STDIN		/* none: commands come from standard input */
};

struct rule {
	const char *option;	/* without the first dash, or two */
	enum action action;
};

/* is_wordy: options are words, with one dash or two, -jar. */
struct interpreter {
	const char *names;	/* separated by blanks */
	const struct rule *rules;
	const char *divider, *suffix;	/* of modules */
	bool is_wordy;
	bool has_plus;		/* +x is an option, too */
	bool ends;		/* what follows the program is its own */
	bool has_text;		/* the first operand is the program's text */
	const char *only;	/* operands must end so; NULL: any */
};

static const struct rule shell[] = {
	{ "c", TEXT }, { "o", SKIP }, { "O", SKIP }, { "s", STDIN },
	{ "rcfile", FILES }, { "init-file", FILES }, { .option = NULL }
};

static const struct rule python[] = {
	{ "c", TEXT }, { "m", MAIN }, { "W", SKIP }, { "X", SKIP },
	{ "check-hash-based-pycs", SKIP }, { .option = NULL }
};

static const struct rule perl[] = {
	{ "e", TEXT }, { "E", TEXT }, { "I", FOLDER }, { "M", MODULE },
	{ "m", MODULE }, { "i", ATTACHED }, { "x", ATTACHED },
	{ "F", ATTACHED }, { "d", ATTACHED }, { "D", ATTACHED },
	{ "C", ATTACHED }, { "V", ATTACHED }, { .option = NULL }
};

static const struct rule ruby[] = {
	{ "e", TEXT }, { "I", FOLDER }, { "r", MODULE }, { "C", SKIP },
	{ "E", SKIP }, { "K", ATTACHED }, { "F", ATTACHED },
	{ "T", ATTACHED }, { "W", ATTACHED }, { "i", ATTACHED },
	{ "x", ATTACHED }, { "encoding", SKIP }, { .option = NULL }
};

static const struct rule node[] = {
	{ "r", MODULE }, { "require", MODULE }, { "import", MODULE },
	{ "loader", MODULE }, { "experimental-loader", MODULE },
	{ "e", TEXT }, { "eval", TEXT }, { "p", TEXT }, { "print", TEXT },
	{ "pe", TEXT }, { "C", SKIP }, { "conditions", SKIP },
	{ "env-file", SKIP }, { "title", SKIP }, { "icu-data-dir", SKIP },
	{ "inspect-port", SKIP }, { "disable-warning", SKIP },
	{ .option = NULL }
};

static const struct rule php[] = {
	{ "r", TEXT }, { "B", SKIP }, { "R", TEXT }, { "E", SKIP },
	{ "f", PROGRAM }, { "F", PROGRAM }, { "c", SKIP }, { "d", SKIP },
	{ "S", SKIP }, { "t", SKIP }, { "z", FILES }, { .option = NULL }
};

static const struct rule lua[] = {
	{ "e", SKIP }, { "l", MODULE }, { "j", SKIP }, { "O", ATTACHED },
	{ "b", ATTACHED }, { .option = NULL }
};

static const struct rule tcl[] = {
	{ "encoding", SKIP }, { .option = NULL }
};

static const struct rule expect[] = {
	{ "c", SKIP }, { "f", PROGRAM }, { "b", PROGRAM }, { .option = NULL }
};

static const struct rule awk[] = {
	{ "f", PROGRAM }, { "file", PROGRAM }, { "e", TEXT },
	{ "source", TEXT }, { "E", PROGRAM }, { "exec", PROGRAM },
	{ "i", FILES }, { "include", FILES }, { "l", SKIP },
	{ "load", SKIP }, { "v", SKIP }, { "assign", SKIP },
	{ "F", SKIP }, { "field-separator", SKIP }, { "W", SKIP },
	{ .option = NULL }
};

static const struct rule gdb[] = {
	{ "x", FILES }, { "command", FILES }, { "ix", FILES },
	{ "init-command", FILES }, { "ex", SKIP }, { "eval-command", SKIP },
	{ "iex", SKIP }, { "init-eval-command", SKIP }, { "p", SKIP },
	{ "pid", SKIP }, { "cd", SKIP }, { "d", SKIP }, { "c", SKIP },
	{ "core", SKIP }, { "e", SKIP }, { "exec", SKIP }, { "s", SKIP },
	{ "symbols", SKIP }, { "D", SKIP }, { "tty", SKIP },
	{ .option = NULL }
};

static const struct rule java[] = {
	{ "jar", PROGRAM }, { "cp", CLASSES }, { "classpath", CLASSES },
	{ "class-path", CLASSES }, { "p", CLASSES },
	{ "module-path", CLASSES }, { "javaagent", AGENT },
	{ "agentpath", AGENT }, { "m", TEXT }, { "module", TEXT },
	{ "add-modules", SKIP }, { "add-opens", SKIP },
	{ "add-exports", SKIP }, { "add-reads", SKIP }, { "source", SKIP },
	{ .option = NULL }
};

static const struct rule no_rules[] = { { .option = NULL } };

static const struct interpreter interpreters[] = {
	{ .names = "ash bash csh dash fish ksh lksh mksh oksh pdksh posh rbash "
	    "rksh rzsh sash sh static-sh tcsh yash zsh",
	    .rules = shell, .has_plus = true },
	{ .names = "python pypy", .rules = python, .divider = ".",
	    .suffix = ".py", .ends = true },
	{ .names = "perl", .rules = perl, .divider = "::", .suffix = ".pm" },
	{ .names = "ruby", .rules = ruby, .suffix = ".rb" },
	{ .names = "node nodejs", .rules = node, .suffix = ".js" },
	{ .names = "php", .rules = php },
	{ .names = "lua luajit", .rules = lua, .divider = ".",
	    .suffix = ".lua" },
	{ .names = "tclsh wish", .rules = tcl, .is_wordy = true },
	{ .names = "expect", .rules = expect },
	{ .names = "awk gawk mawk nawk original-awk", .rules = awk,
	    .has_text = true },
	{ .names = "gdb", .rules = gdb, .is_wordy = true, .has_text = true },
	{ .names = "java", .rules = java, .is_wordy = true, .ends = true,
	    .only = ".java" },
	{ .names = "bun deno elvish guile julia nu", .rules = no_rules },
};

/* The state of a parse. */
struct script_args {
	const struct interpreter *i;
	struct str args;	/* what is left of them */
	struct script_found *found;
	struct str folder[SCRIPT_FILES];
	size_t nfolder;
	bool done;		/* no script follows */
};

static bool
has_name(const char *names, struct str name)
{
	struct str rest = str_from(names);

	while (rest.p != NULL)
		if (str_eq(str_cut(&rest, ' '), name))
			return true;
	return false;
}

/* Finds it by its name, without a version such as that of python3.11. */
static const struct interpreter *
find_interpreter(struct str name)
{
	struct str base = name;
	size_t n = 0, i;

	while (n < base.n && !char_is_digit(base.p[n]))
		n++;
	base.n = n;
	str_take_end(&base, "-static");
	for (i = 0; i < NELEMS(interpreters); i++)
		if (has_name(interpreters[i].names, base))
			return &interpreters[i];
	return NULL;
}

static void
add_file(struct script_args *a, struct str path)
{
	struct script_found *f = a->found;

	if (path.n > 0 && f->n < SCRIPT_FILES)
		f->v[f->n++] = (struct script_file){ .path = path };
}

static bool
is_path(struct str s)
{
	return str_starts(s, "/") || str_starts(s, "./") ||
	    str_starts(s, "../");
}

/* -Mx=y imports y of x; -M-x does not name a module. */
static void
add_module(struct script_args *a, struct str name)
{
	struct script_found *f = a->found;
	struct script_file file = { .divider = a->i->divider,
		.suffix = a->i->suffix };
	size_t i;

	name = str_cut(&name, '=');
	if (is_path(name)) {
		add_file(a, name);
		return;
	}
	file.path = name;
	if (name.n == 0 || file.suffix == NULL)
		return;
	for (i = 0; i <= a->nfolder && f->n < SCRIPT_FILES; i++) {
		file.folder = i < a->nfolder ? a->folder[i] : STR_NONE;
		f->v[f->n++] = file;
	}
}

static void
act(struct script_args *a, enum action action, struct str value)
{
	a->done |= action == TEXT || action == PROGRAM || action == MAIN;
	switch (action) {
	case FILES:
	case PROGRAM:
		add_file(a, value);
		break;
	case MODULE:
	case MAIN:
		add_module(a, value);
		break;
	case FOLDER:
		if (a->nfolder < SCRIPT_FILES && value.n > 0)
			a->folder[a->nfolder++] = value;
		break;
	case CLASSES:
		while (value.p != NULL)
			add_file(a, str_cut(&value, ':'));
		break;
	case AGENT:
		add_file(a, str_cut(&value, '='));
		break;
	case STDIN:
		a->found->by_stdin = a->done = true;
		break;
	case SKIP:
	case ATTACHED:
	case TEXT:
		break;
	}
}

static const struct rule *
find_rule(const struct interpreter *i, struct str option)
{
	const struct rule *r = i->rules;

	while (r->option != NULL && !str_is(option, r->option))
		r++;
	return r->option != NULL ? r : NULL;
}

/* Takes an option's argument from the word, or the next one. */
static void
take_value(struct script_args *a, const struct rule *r, struct str value)
{
	if (value.p == NULL && r->action != STDIN && r->action != ATTACHED)
		value = str_cut(&a->args, '\0');
	act(a, r->action, value);
}

/* --option=value, --option value; and java's -option:value. */
static bool
take_long(struct script_args *a, struct str word)
{
	struct str value = word, name = str_cut(&value, '=');
	const struct rule *r = find_rule(a->i, name);

	if (r == NULL) {
		value = word;
		name = str_cut(&value, ':');
		r = value.p != NULL ? find_rule(a->i, name) : NULL;
	}
	if (r != NULL)
		take_value(a, r, value);
	return r != NULL;
}

/* -abc: each letter is an option, until one takes the rest. */
static void
take_letters(struct script_args *a, struct str word)
{
	for (; word.n > 0; word = str_skip(word, 1)) {
		const struct rule *r = find_rule(a->i,
		    (struct str){ word.p, 1 });
		struct str rest = str_skip(word, 1);

		if (r == NULL)
			continue;
		/* arguments of a shell's -c and -o follow the whole word */
		if (a->i->rules == shell) {
			take_value(a, r, STR_NONE);
			continue;
		}
		take_value(a, r, rest.n > 0 ? rest : STR_NONE);
		break;
	}
}

static void
take_option(struct script_args *a, struct str word)
{
	if (str_take_start(&word, "--"))
		take_long(a, word);
	else if (!a->i->is_wordy)
		take_letters(a, str_skip(word, 1));
	else
		take_long(a, str_skip(word, 1));
}

/* Takes the first word that is not an option. */
static void
take_operand(struct script_args *a, struct str word)
{
	if (!a->i->has_text && (a->i->only == NULL ||
	    str_ends(word, a->i->only)))
		add_file(a, word);
	a->done = true;
}

static bool
is_option(const struct script_args *a, struct str word)
{
	return word.n > 1 && (word.p[0] == '-' ||
	    (word.p[0] == '+' && a->i->has_plus));
}

void
script_parse(struct str name, struct str args, struct script_found *found)
{
	struct script_args a = { .i = find_interpreter(name), .args = args,
		.found = found };
	struct str word;
	bool only = false;	/* operands follow */

	found->n = 0;
	found->by_stdin = false;
	if (a.i == NULL)
		return;
	/* what follows -e may still name modules */
	while (a.args.n > 0) {
		word = str_cut(&a.args, '\0');
		if (only || !is_option(&a, word)) {
			if (str_is(word, "-"))
				break;
			if (!a.done)
				take_operand(&a, word);
			return;
		}
		only = str_is(word, "--");
		if (!only)
			take_option(&a, word);
		if (a.done && a.i->ends)
			break;
	}
	found->by_stdin |= !a.done && !a.i->has_text;
}

/* Appends the parts of a path to b, which does not end in a slash. */
static void
add_parts(struct buf *b, size_t start, struct str path)
{
	while (path.p != NULL) {
		struct str part = str_cut(&path, '/');

		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (b->n > start && b->p[--b->n] != '/')
				;
			continue;
		}
		buf_putc(b, '/');
		buf_add(b, part.p, part.n);
	}
}

void
script_join(struct buf *b, struct str cwd, struct str path)
{
	size_t start = b->n;

	if (!str_starts(path, "/"))
		add_parts(b, start, cwd);
	add_parts(b, start, path);
	if (b->n == start)
		buf_putc(b, '/');
}
