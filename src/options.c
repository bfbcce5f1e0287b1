#include "options.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/priv.h"

#ifdef HAVE_CONFIG_H
#include <lib/config.h>
#endif

static int
arg_kind(const struct opt *opt)
{
	if (opt->arg == NULL)
		return no_argument;
	return opt->arg[0] == '[' ? optional_argument : required_argument;
}

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
opts_start(struct opts *o, const struct opt *table, int argc, char **argv)
{
	const struct opt *opt;
	char *letter = o->letters;
	struct option *name = o->names;

	memset(o, 0, sizeof *o);
	o->table = table;
	o->argc = argc;
	o->argv = argv;
	*letter++ = ':';	/* a missing argument is told apart */
	for (opt = table; opt->c != 0; opt++) {
		if (opt->c < OPT_HEADER) {
			*letter++ = (char)opt->c;
			if (opt->arg != NULL)
				*letter++ = ':';
		}
		if (opt->name != NULL)
			*name++ = (struct option){ opt->name, arg_kind(opt),
			    NULL, opt->c };
	}
	opterr = 0;
	/* Options may follow operands, whatever the environment says. */
	unsetenv("POSIXLY_CORRECT");
}

void
opts_bad(const char *option, const char *value, const char *expected)
{
	err_msg("%s=%s: expected %s", option, value, expected);
}

void
opts_bad_name(const char *option, const char *value,
    const char *(*name_at)(unsigned i))
{
	const char *name, *next = name_at(0);
	struct buf names = { 0 };
	unsigned i;

	for (i = 0; (name = next) != NULL; i++) {
		next = name_at(i + 1);
		if (i > 0)
			buf_puts(&names, next != NULL ? ", " : " or ");
		buf_puts(&names, name);
	}
	buf_putc(&names, '\0');
	opts_bad(option, value, names.p);
	buf_free(&names);
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
set_format(struct opts *o, const char *name)
{
	o->out.format = out_format(name);
	if (o->out.format == NULL)
		opts_bad_name("--format", name, out_format_name);
	return o->out.format != NULL;
}

static bool
set_when(const char *option, const char *name, enum out_when *when)
{
	bool ok = out_when(name, when);

	if (!ok)
		opts_bad(option, name, "auto, always or never");
	return ok;
}

/* The common options: 1 done, 0 another one, -1 bad. */
static int
common(struct opts *o, int c)
{
	switch (c) {
	case 'o':
		o->columns = optarg;
		o->out.chosen = true;
		o->out.added = optarg[0] == '+' ? optarg + 1 : NULL;
		return 1;
	case 'F':
		return set_format(o, optarg) ? 1 : -1;
	case 'H':
		o->out.header = OUT_NEVER;
		return 1;
	case OPT_HEADER:
		return set_when("--header", optarg, &o->out.header) ? 1 : -1;
	case 'w':
		o->out.wide = true;
		return 1;
	case OPT_COLOR:
		return set_when("--color", optarg, &o->out.color) ? 1 : -1;
	case 'q':
		o->quiet = true;
		return 1;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return 1;
	case OPT_HELP:
		o->help = true;
		return 1;
	case OPT_VERSION:
		o->version = true;
		return 1;
	}
	return 0;
}

static const struct opt *
find(const struct opts *o, int c)
{
	const struct opt *opt = o->table;

	while (opt->c != 0 && opt->c != c)
		opt++;
	return opt->c != 0 ? opt : NULL;
}

/* An option that getopt_long names is one of ours with an argument too many or
 * too few, or an unknown letter; one that it does not is an unknown word. */
static void
complain(const struct opts *o, int c)
{
	const struct opt *opt = find(o, optopt);
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

int
opts_next(struct opts *o)
{
	int c, done;

	do {
		optopt = 0;
		c = getopt_long(o->argc, o->argv, o->letters, o->names, NULL);
		if (c == '?' || c == ':') {
			complain(o, c);
			return '?';
		}
		done = c < 0 ? 0 : common(o, c);
	} while (done > 0);
	return done < 0 ? '?' : c;
}

static void
add_option(struct buf *b, const struct opt *opt)
{
	char left[64];
	const char *arg = opt->arg != NULL ? opt->arg : "";
	const char *sep = *arg == '\0' || *arg == '[' ? "" : "=";
	size_t n = 0;

	if (opt->help == NULL)
		return;
	if (opt->c < OPT_HEADER)
		n = (size_t)snprintf(left, sizeof left, "  -%c%s", opt->c,
		    opt->name != NULL ? ", " : "");
	else
		n = (size_t)snprintf(left, sizeof left, "      ");
	if (opt->name != NULL)
		snprintf(left + n, sizeof left - n, "--%s%s%s", opt->name, sep,
		    arg);
	else
		snprintf(left + n, sizeof left - n, " %s", arg);
	n = strlen(left);
	buf_puts(b, left);
	do
		buf_putc(b, ' ');
	while (++n < 26);
	buf_puts(b, opt->help);
	buf_putc(b, '\n');
}

void
opts_about_line(struct buf *b, const char *name, const char *what)
{
	char line[160];

	snprintf(line, sizeof line, "  %-14s %s\n", name, what);
	buf_puts(b, line);
}

int
opts_about(const struct opts *o, const char *usage, enum field_id limit,
    const char *more)
{
	struct out *out = out_open(&o->out);
	const struct opt *opt;
	struct buf b = { 0 };
	int i;

	if (o->version && !o->help) {
		buf_puts(&b, err_prog());
		buf_puts(&b, " (prt) " PACKAGE_VERSION "\n");
	} else {
		buf_puts(&b, usage);
		buf_puts(&b, "\nOptions:\n");
		for (opt = o->table; opt->c != 0; opt++)
			add_option(&b, opt);
		buf_puts(&b, "\nFields:\n");
		for (i = 0; i < (int)limit; i++)
			opts_about_line(&b, field_table[i].name,
			    field_table[i].help);
		if (more != NULL)
			buf_puts(&b, more);
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
