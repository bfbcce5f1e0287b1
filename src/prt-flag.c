/*
 * prt-flag: what looks wrong.
 */
#include <stdlib.h>
#include <unistd.h>

#include "flag/report.h"
#include "lib/err.h"
#include "lib/input.h"
#include "lib/priv.h"
#include "options.h"

static const char usage[] =
    "Usage: prt-flag [OPTION]... [FILE]...\n"
    "       prt-flag -l\n"
    "Append to each record of prt-scan or prt-diff what looks wrong with it.\n"
    "\n"
    "Examples:\n"
    "  prt-scan | prt-flag -s --why             what looks wrong, and why\n"
    "  prt-scan | prt-flag -s -F table | less   the same, to be read\n"
    "  prt-scan -l | prt-flag -s --disable=all -e 'flag lan "
    "local_scope!=loopback'\n"
    "  prt-scan | prt-flag -e 'allow * process=sshd' -e 'flag py "
    "process~python'\n"
    "  prt-scan | prt-flag --suggest            rules that allow all of it\n"
    "  prt-scan | prt-diff --header=always -S state | prt-flag -s\n";

static const char more[] =
    "\n"
    "Exit status: 0 done; 1 nothing is flagged (-q, --exit-code); 2 trouble.\n"
    "Manuals: prt-flag(1), prt-rules(5); prt(5), the fields; prt-recipes(7), "
    "jobs.\n";

struct options {
	struct opts common;
	struct judge judge;
	struct report report;
	struct cols fields;		/* of --fields */
	bool suggest, list;
	bool no_defaults;
	const char **files;		/* of -f */
	size_t nfiles, files_cap;
	const char **rules;		/* of -e */
	size_t nrules, rules_cap;
};

/* --enable and --disable: names between commas, or all. */
static bool
switch_heuristics(struct options *o, const char *option, const char *list,
    bool on)
{
	struct str names = str_from(list), name;
	int i, found;

	do {
		name = str_cut(&names, ',');
		found = heur_find(name);
		if (found < 0 && !str_is(name, "all")) {
			opts_bad(option, list, "names of heuristics "
			    "(prt-flag -l), or all");
			return false;
		}
		for (i = 0; i < HEUR_COUNT; i++) {
			if (found >= 0 && i != found)
				continue;
			o->judge.wish.on[i] = on;
			o->judge.wish.asked[i] = on && found >= 0;
		}
	} while (names.p != NULL);
	return true;
}

static bool
take_enable(void *options, const char *arg)
{
	return switch_heuristics(options, "--enable", arg, true);
}

static bool
take_disable(void *options, const char *arg)
{
	return switch_heuristics(options, "--disable", arg, false);
}

static bool
take_level(void *options, const char *arg)
{
	struct options *o = options;
	int level = heur_level_find(str_from(arg));

	if (level < 0) {
		opts_bad("--min-level", arg, "low, medium or high");
		return false;
	}
	o->judge.least = (enum heur_level)level;
	return true;
}

static bool
take_file(void *options, const char *arg)
{
	struct options *o = options;

	*MEM_PUSH(o->files, o->nfiles, o->files_cap) = arg;
	return true;
}

static bool
take_rule(void *options, const char *arg)
{
	struct options *o = options;

	*MEM_PUSH(o->rules, o->nrules, o->rules_cap) = arg;
	return true;
}

static bool
take_fields(void *options, const char *arg)
{
	struct options *o = options;

	return opts_fields(&o->fields, "--fields", arg, SIZE_MAX);
}

static const struct opt table[] = {
	{ 's', "select", NULL, "print only what is flagged",
	    OPT_FLAG(report.select), .group = "What to print" },
	{ 0, "why", NULL, "append a sentence for each flag",
	    OPT_FLAG(report.why) },
	{ 'f', "rules", "FILE", "rules of this file, not the default ones",
	    .take = take_file, .group = "What to flag" },
	{ 'e', "rule", "RULE", "one rule more", .take = take_rule },
	{ 'X', "no-default-rules", NULL,
	    "no rules of /etc/prt/rules, ~/.config/prt/rules",
	    OPT_FLAG(no_defaults) },
	{ 0, "enable", "NAMES", "turn on heuristics that are off, or all",
	    .take = take_enable },
	{ 0, "disable", "NAMES", "turn off heuristics, or all",
	    .take = take_disable },
	{ 0, "min-level", "LEVEL", "only what is low, medium or high at least",
	    .take = take_level },
	{ 0, "suggest", NULL, "print rules that allow what is flagged",
	    OPT_FLAG(suggest) },
	{ 'l', "list", NULL, "print the heuristics", OPT_FLAG(list) },
	{ 0, "fields", "LIST", "columns of input without a header",
	    .take = take_fields },
	{ .name = NULL }
};

static bool
read_options(struct options *o, int argc, char **argv)
{
	int i;

	cols_init(&o->fields);
	for (i = 0; i < HEUR_COUNT; i++)
		o->judge.wish.on[i] = heur_table[i].on;
	if (!opts_read(&o->common, table, argc, argv))
		return false;
	o->common.out.quiet = o->report.select;
	o->report.level = out_makes_table(&o->common.out);
	o->judge.wish.explain = o->report.why;
	return true;
}

static int
list(struct options *o)
{
	struct out_opts *out = &o->common.out;
	struct cols all, base, cols;
	bool ok;

	if (optind < o->common.argc) {
		err_msg("-l: '%s': no operand goes with it",
		    o->common.argv[optind]);
		return STATUS_TROUBLE;
	}
	cols_init(&all);
	cols_init(&base);
	cols_init(&cols);
	report_list_columns(&all, true);
	report_list_columns(&base, !out_makes_table(out) || out->wide);
	ok = opts_columns(&o->common, &cols, &base,
	    (struct cols_known){ (enum field_id)0, &all }) &&
	    report_list(&cols, out);
	cols_free(&all);
	cols_free(&base);
	cols_free(&cols);
	return ok ? STATUS_DONE : STATUS_TROUBLE;
}

/* Standard input read a second time is empty, which looks like no records. */
static bool
check_stdin(const struct options *o)
{
	size_t i, n = optind == o->common.argc;
	int k;

	for (i = 0; i < o->nfiles; i++)
		n += input_is_stdin(o->files[i]);
	for (k = optind; k < o->common.argc; k++)
		n += input_is_stdin(o->common.argv[k]);
	if (n > 1)
		err_msg("%s: can be read but once, as rules (-f -) or as one "
		    "FILE", input_name(NULL));
	return n <= 1;
}

/* Reads all inputs: standard input if there is no operand. */
static bool
read_inputs(struct options *o)
{
	struct report *r = &o->report;
	size_t operands = (size_t)(o->common.argc - optind), i;
	size_t n = operands > 0 ? operands : 1;

	r->inputs = mem_alloc(n * sizeof *r->inputs);
	for (i = 0; i < n; i++) {
		const char *path = operands > 0 ?
		    o->common.argv[optind + (int)i] : NULL;
		int fd = input_open(path, "prt-scan | prt-flag");

		if (fd < 0)
			return false;
		if (i == n - 1)		/* all files are open */
			priv_keep(0);
		r->n++;
		if (!judge_read(&o->judge, &r->inputs[i], fd, path,
		    o->fields.n > 0 ? &o->fields : NULL))
			return false;
	}
	return true;
}

static bool
write_records(struct options *o)
{
	struct report *r = &o->report;
	struct cols base, known, chosen;
	bool ok;

	if (o->common.columns == NULL)
		return report_records(r, &o->common.out);
	cols_init(&base);
	cols_init(&known);
	cols_init(&chosen);
	report_columns(r, &base);
	cols_copy(&known, &base);
	cols_add_field(&known, F_WHY);
	cols_add_field(&known, F_LEVEL);
	r->columns = &chosen;
	ok = opts_columns(&o->common, &chosen, &base,
	    (struct cols_known){ (enum field_id)0, &known }) &&
	    report_records(r, &o->common.out);
	cols_free(&base);
	cols_free(&known);
	cols_free(&chosen);
	return ok;
}

static bool
read_rules(struct options *o)
{
	struct rules *r = &o->judge.rules;
	size_t i;

	if (o->nfiles == 0 && !o->no_defaults && !rules_load_defaults(r))
		return false;
	for (i = 0; i < o->nfiles; i++)
		if (!rules_load(r, o->files[i]))
			return false;
	for (i = 0; i < o->nrules; i++)
		if (!rules_load_option(r, o->rules[i], i + 1))
			return false;
	return true;
}

static bool
check_rules(const struct options *o)
{
	struct rule_error e;

	return rules_check(&o->judge.rules, &e) || rules_complain(&e);
}

/* True if part of an input was missing; a message has said so. */
static bool
is_cut(const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->inputs[i].stream.extent == REC_CUT)
			return true;
	return false;
}

static int
flag(struct options *o)
{
	struct report *r = &o->report;
	bool any, bell, ok = true;

	priv_keep(PRIV_READ);
	if (!check_stdin(o) || !read_rules(o))
		return STATUS_TROUBLE;
	judge_start(&o->judge);
	r->judge = &o->judge;
	if (!read_inputs(o) || !check_rules(o))
		return STATUS_TROUBLE;
	any = report_any(r, &bell);
	if (o->suggest && !o->common.quiet)
		ok = report_suggest(r, &o->common.out);
	else if (!o->common.quiet)
		ok = write_records(o);
	if (bell)
		err_bell();
	if (!ok || is_cut(r))
		return STATUS_TROUBLE;
	return (o->common.quiet || o->common.exit_code) && !any ? STATUS_NO :
	    STATUS_DONE;
}

static void
free_options(struct options *o)
{
	size_t i;

	for (i = 0; i < o->report.n; i++)
		judge_free_input(&o->report.inputs[i]);
	free(o->report.inputs);
	judge_free(&o->judge);
	cols_free(&o->fields);
	free(o->files);
	free(o->rules);
}

int
main(int argc, char **argv)
{
	struct options o;
	int status = STATUS_TROUBLE;

	memset(&o, 0, sizeof o);
	if (!opts_begin("prt-flag"))
		return STATUS_TROUBLE;
	if (read_options(&o, argc, argv)) {
		if (opts_ask(&o.common))
			status = opts_about(&o.common, usage, FIELD_COUNT,
			    more);
		else if (o.list)
			status = list(&o);
		else
			status = flag(&o);
	}
	free_options(&o);
	return status;
}
