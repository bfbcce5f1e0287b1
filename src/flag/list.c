/* The table of heuristics as a record stream. */
#include "flag/report.h"

#include "flag/scope.h"

enum { NAME, LEVEL, DEFAULT, FIELDS, SCOPE, ATTACK, SENTENCE, EXCUSE,
	NCOLUMNS };
static const char *const names[NCOLUMNS] = {
	"name", "level", "default", "fields", "scope", "attack", "sentence",
	"excuse",
};

/* In a table the column `default' is named after its value. */
#define DEFAULT_SHORT "on"

void
report_list_columns(struct cols *c, bool all)
{
	int i;

	for (i = 0; i < NCOLUMNS; i++) {
		if (all || i == NAME || i == LEVEL || i == SENTENCE)
			cols_add(c, str_from(names[i]));
		else if (i == DEFAULT)
			cols_add(c, STR_LIT(DEFAULT_SHORT));
	}
}

static size_t
find_column(struct str name)
{
	size_t i = 0;

	if (str_is(name, DEFAULT_SHORT))
		return DEFAULT;
	while (!str_is(name, names[i]))
		i++;
	return i;
}

static struct str
fields_of(const struct heur *h, struct buf *b)
{
	int i;

	b->n = 0;
	for (i = 0; i < HEUR_FIELDS && h->fields[i] != FIELD_NONE; i++) {
		if (i > 0)
			buf_putc(b, ',');
		buf_puts(b, field_table[h->fields[i]].name);
	}
	return buf_str(b);
}

static void
write_one(struct out *out, const struct heur *h, const struct cols *cols,
    struct buf *fields)
{
	static const enum out_mark marks[] = { [HEUR_LOW] = OUT_PLAIN,
		[HEUR_MEDIUM] = OUT_ODD, [HEUR_HIGH] = OUT_BAD };
	struct str v[NCOLUMNS], row[NCOLUMNS];
	size_t i;

	v[NAME] = str_from(h->name);
	v[LEVEL] = str_from(heur_level_name(h->level));
	v[DEFAULT] = h->on ? STR_LIT("on") : STR_LIT("off");
	v[FIELDS] = fields_of(h, fields);
	v[SCOPE] = str_from(scope_name(h->scope));
	v[ATTACK] = h->attack != NULL ? str_from(h->attack) : STR_NONE;
	v[SENTENCE] = str_from(h->sentence);
	v[EXCUSE] = h->excuse != NULL ? str_from(h->excuse) : STR_NONE;
	for (i = 0; i < cols->n; i++)
		row[i] = v[find_column(cols->v[i].name)];
	out_row(out, row, marks[h->level]);
}

bool
report_list(const struct cols *cols, const struct out_opts *opts)
{
	struct out_opts prose = *opts;
	struct out *out;
	struct buf fields = { 0 };
	int i;
	bool ok;

	prose.prose = true;
	out = out_open(&prose);
	out_snapshot(out, NULL, cols);
	for (i = 0; i < HEUR_COUNT; i++)
		write_one(out, &heur_table[i], cols, &fields);
	ok = out_close(out);
	buf_free(&fields);
	return ok;
}
