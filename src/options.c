#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/priv.h"

enum { OPTS_MAX = 64, NO_LETTER = 256 };

bool
opts_begin(const char *prog)
{
	err_setprog(prog);
	if (!priv_check())
		return false;
	out_guard_descriptors();
	return true;
}

void
opts_bad(const char *option, const char *value, const char *expected)
{
	err_msg("%s=%s: expected %s", option, value, expected);
}

int
opts_choose(const char *option, const char *value,
    const char *(*name_at)(unsigned i))
{
	const char *name, *next;
	struct buf names = { 0 };
	unsigned i;

	for (i = 0; (name = name_at(i)) != NULL; i++)
		if (strcmp(value, name) == 0)
			return (int)i;
	for (i = 0; (name = name_at(i)) != NULL; i++) {
		next = name_at(i + 1);
		if (i > 0)
			buf_puts(&names, next != NULL ? ", " : " or ");
		buf_puts(&names, name);
	}
	buf_putc(&names, '\0');
	opts_bad(option, value, names.p);
	buf_free(&names);
	return -1;
}

bool
opts_fields(struct cols *c, const char *option, const char *list, size_t max)
{
	struct str rest = str_from(list);

	cols_free(c);
	do {
		if (cols_add(c, str_cut(&rest, ',')) && c->n <= max)
			continue;
		opts_bad(option, list, "different fields, between commas");
		return false;
	} while (rest.p != NULL);
	return true;
}

static bool
take_columns(void *options, const char *arg)
{
	struct opts *o = options;

	o->columns = arg;
	o->fields = strcmp(arg, "help") == 0;
	o->out.chosen = true;
	o->out.added = arg[0] == '+' ? arg + 1 : NULL;
	return true;
}

static bool
take_format(void *options, const char *arg)
{
	struct opts *o = options;

	o->out.format = out_format(arg);
	return opts_choose("--format", arg, out_format_name) >= 0;
}

static const char *
when_name(unsigned i)
{
	static const char *const names[] = { [OUT_AUTO] = "auto",
		[OUT_ALWAYS] = "always", [OUT_NEVER] = "never" };

	return i < NELEMS(names) ? names[i] : NULL;
}

/* ls(1) and others take their --color without an argument. */
static void
suggest_when(const struct opts *o, const char *option, const char *arg)
{
	if (arg != NULL && arg == o->argv[optind - 1])
		err_msg("%s: for an operand '%s': %s=auto %s", option, arg,
		    option, arg);
}

static bool
set_when(struct opts *o, enum out_when *when, const char *option,
    const char *arg)
{
	int i = opts_choose(option, arg, when_name);

	*when = i >= 0 ? (enum out_when)i : OUT_AUTO;
	if (i < 0)
		suggest_when(o, option, arg);
	return i >= 0;
}

/* -H is --header=never. */
static bool
take_header(void *options, const char *arg)
{
	struct opts *o = options;

	return set_when(o, &o->out.header, "--header",
	    arg != NULL ? arg : "never");
}

static bool
take_color(void *options, const char *arg)
{
	struct opts *o = options;

	return set_when(o, &o->out.color, "--color", arg);
}

#define FLAG(member) .flag = offsetof(struct opts, member)

/* The options of all three programs, after those of the program's table. */
static const struct opt common[] = {
	{ 'o', "output", "LIST",
	    "columns: `help' lists them, `all', `+' and more",
	    .take = take_columns, .group = "Output" },
	{ 'F', "format", "FORMAT",
	    "tsv, table, json or csv; json is JSON Lines",
	    .take = take_format },
	{ 'H', "no-header", NULL, "no line of names, and none with ##",
	    .take = take_header },
	{ 0, "header", "WHEN", "these lines: auto, always, never",
	    .take = take_header },
	{ 'w', "wide", NULL, "a table as wide as it needs: nothing cut",
	    FLAG(out.wide) },
	{ 0, "color", "WHEN", "colors in a table: auto, always, never",
	    .take = take_color },
	{ 'q', "quiet", NULL, "print nothing: only the exit status",
	    FLAG(quiet) },
	{ 0, "exit-code", NULL, "print, and give the exit status of -q",
	    FLAG(exit_code) },
	{ 'h', "help", NULL, "print this and exit", FLAG(help) },
	{ 'V', "version", NULL, "print the version and exit", FLAG(version) },
	{ .name = NULL }
};

/* The next option of both tables; NULL after the last. */
static const struct opt *
next_option(const struct opt *opt)
{
	if ((++opt)->name == NULL)
		opt = opt == &common[NELEMS(common) - 1] ? NULL : common;
	return opt;
}

/* Finds an option by the value of getopt_long: its letter, or its index. */
static const struct opt *
find_option(const struct opts *o, int c)
{
	const struct opt *opt = o->table;
	int i;

	for (i = NO_LETTER; opt != NULL; opt = next_option(opt), i++)
		if (c == (opt->letter != 0 ? opt->letter : i))
			break;
	return opt;
}

/* If optopt is set, a known option has an argument too many or too few, or a
 * letter is unknown; if it is 0, a long option is unknown. */
static void
complain(const struct opts *o, int c)
{
	const struct opt *opt = find_option(o, optopt);
	const char *see = err_prog();

	if (optopt == 0)
		err_msg("option %s: unknown (see %s --help)",
		    o->argv[optind - 1], see);
	else if (opt == NULL)
		err_msg("option -%c: unknown (see %s --help)", optopt, see);
	else
		err_msg("option --%s: %s (see %s --help)", opt->name,
		    c == ':' ? "needs an argument" : "takes no argument", see);
}

static bool
take_option(struct opts *o, const struct opt *opt)
{
	void *options = o;

	if (opt->take != NULL)
		return opt->take(options, optarg);
	if (opt->flag != 0)
		*(bool *)((char *)options + opt->flag) = true;
	if (opt->text != 0)
		*(const char **)(void *)((char *)options + opt->text) = optarg;
	return true;
}

bool
opts_read(struct opts *o, const struct opt *table, int argc, char **argv)
{
	char letters[2 * OPTS_MAX + 2], *letter = letters;
	struct option names[OPTS_MAX + 1] = { { NULL, 0, NULL, 0 } };
	const struct opt *opt;
	int i = 0, c;

	o->table = table;
	o->argc = argc;
	o->argv = argv;
	*letter++ = ':';	/* report a missing argument as `:' */
	for (opt = table; opt != NULL; opt = next_option(opt), i++) {
		names[i].name = opt->name;
		if (opt->arg != NULL)
			names[i].has_arg = *opt->arg == '[' ?
			    optional_argument : required_argument;
		names[i].val = opt->letter != 0 ? opt->letter : NO_LETTER + i;
		if (opt->letter != 0)
			*letter++ = opt->letter;
		if (opt->letter != 0 && opt->arg != NULL)
			*letter++ = ':';
	}
	*letter = '\0';
	opterr = 0;
	/* Options may follow operands, whatever the environment says. */
	unsetenv("POSIXLY_CORRECT");
	while (optopt = 0,
	    (c = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		opt = find_option(o, c);
		if (opt == NULL) {	/* ? or : */
			complain(o, c);
			return false;
		}
		if (!take_option(o, opt))
			return false;
	}
	return true;
}

static void
add_option(struct buf *b, const struct opt *opt)
{
	const char *arg = opt->arg != NULL ? opt->arg : "";
	const char *sep = *arg == '\0' || *arg == '[' ? "" : "=";
	char line[160], letter[] = "    ";

	if (opt->letter != 0)
		memcpy(letter, (char[]){ '-', opt->letter, ',' }, 3);
	snprintf(line, sizeof line, "  %s--%s%s%s", letter, opt->name, sep,
	    arg);
	buf_puts(b, line);
	snprintf(line, sizeof line, "%*s %s\n", strlen(line) < 25 ?
	    25 - (int)strlen(line) : 0, "", opt->help);
	buf_puts(b, line);
}

void
opts_about_line(struct buf *b, const char *name, const char *what)
{
	char line[160];

	snprintf(line, sizeof line, "  %-14s %s\n", name, what);
	buf_puts(b, line);
}

enum { HELP_WIDTH = 79, HELP_INDENT = 1 };

/* A list of words in the help: its indent, and the current column. */
struct list {
	struct buf *b;
	size_t indent, column;
};

static void
add_word(struct list *l, const char *word)
{
	size_t i, n = strlen(word);

	if (l->column + 1 + n > HELP_WIDTH) {
		buf_putc(l->b, '\n');
		for (i = 0; i < l->indent; i++)
			buf_putc(l->b, ' ');
		l->column = l->indent;
	}
	buf_putc(l->b, ' ');
	buf_puts(l->b, word);
	l->column += 1 + n;
}

/* Only the names of the fields. */
static void
add_fields(struct buf *b, enum field_id limit)
{
	struct list l = { b, HELP_INDENT, HELP_WIDTH };
	int i;

	buf_puts(b, "\nFields, for -o; `-o help' says what they are:");
	for (i = 0; i < (int)limit; i++)
		add_word(&l, field_table[i].name);
	buf_putc(b, '\n');
}

/* The groups, and the fields that each stands for. */
static void
add_groups(struct buf *b)
{
	const struct field_group *g;
	size_t i;

	buf_puts(b, "\nGroups of fields, for -o:\n");
	for (g = field_groups; g->name != NULL; g++) {
		struct list l = { .b = b };
		char line[HELP_WIDTH];

		l.indent = l.column = (size_t)snprintf(line, sizeof line,
		    "  %-14s", g->name);
		buf_puts(b, line);
		for (i = 0; g->fields[i] != FIELD_NONE; i++)
			add_word(&l, field_table[g->fields[i]].name);
		buf_putc(b, '\n');
	}
}

static void
add_help(struct buf *b, const struct opts *o, const char *usage,
    enum field_id limit, const char *more)
{
	const struct opt *opt;

	buf_puts(b, usage);
	for (opt = o->table; opt != NULL; opt = next_option(opt)) {
		if (opt->group != NULL) {
			buf_putc(b, '\n');
			buf_puts(b, opt->group);
			buf_puts(b, ":\n");
		}
		if (opt->help != NULL)
			add_option(b, opt);
	}
	add_fields(b, limit);
	add_groups(b);
	buf_puts(b, more);
}

bool
opts_ask(const struct opts *o)
{
	return o->help || o->version || o->fields;
}

int
opts_about(const struct opts *o, const char *usage, enum field_id limit,
    const char *more)
{
	struct out *out = out_open(&o->out);
	struct buf b = { 0 };
	int i;

	if (o->help) {
		add_help(&b, o, usage, limit, more);
	} else if (o->version) {
		buf_puts(&b, err_prog());
		buf_puts(&b, " (prt) " PACKAGE_VERSION "\n");
	} else {
		buf_puts(&b, "Fields:\n");
		for (i = 0; i < (int)limit; i++)
			opts_about_line(&b, field_table[i].name,
			    field_table[i].help);
	}
	buf_putc(&b, '\0');
	out_text(out, b.p);
	buf_free(&b);
	return out_close(out) ? STATUS_DONE : STATUS_TROUBLE;
}

bool
opts_columns(struct opts *o, struct cols *c, const struct cols *base,
    struct cols_known known)
{
	struct str bad;

	if (o->columns == NULL) {
		cols_copy(c, base);
		return true;
	}
	if (cols_parse(c, str_from(o->columns), base, known, &bad))
		return true;
	if (cols_find(c, bad) >= 0)
		err_msg("-o %s: field '%.*s' is named twice", o->columns,
		    (int)bad.n, bad.p);
	else
		err_msg("-o %s: unknown field '%.*s' (see %s --help)",
		    o->columns, (int)bad.n, bad.p, err_prog());
	return false;
}
