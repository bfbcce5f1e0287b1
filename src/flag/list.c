/* The table of heuristics as a record stream. */
#include "flag/report.h"

#include "flag/scope.h"

static const char *const names[] = {
	"name", "level", "default", "fields", "scope", "attack", "sentence",
	"excuse",
};
enum { NAME, LEVEL, DEFAULT, FIELDS, SCOPE, ATTACK, SENTENCE, EXCUSE,
	NCOLUMNS };

void
report_list_columns(struct cols *c)
{
	int i;

	for (i = 0; i < NCOLUMNS; i++)
		cols_add(c, str_from(names[i]));
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
write_one(struct out *out, const struct heur *h, const struct cols *all,
    const struct cols *cols, struct buf *fields)
{
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
		row[i] = v[cols_find(all, cols->v[i].name)];
	out_row(out, row, OUT_PLAIN);
}

bool
report_list(const struct cols *cols, const struct cols *all,
    const struct out_opts *opts)
{
	struct out *out = out_open(opts);
	struct buf fields = { 0 };
	int i;
	bool ok;

	out_snapshot(out, NULL, cols);
	for (i = 0; i < HEUR_COUNT; i++)
		write_one(out, &heur_table[i], all, cols, &fields);
	ok = out_close(out);
	buf_free(&fields);
	return ok;
}
