#include "flag/why.h"

#include "lib/num.h"

static void
add_heuristic(struct buf *b, const struct heur *h, struct fact *f)
{
	enum heur_level level = h->level_of != NULL ? h->level_of(f) :
	    h->level;

	buf_puts(b, h->name);
	buf_puts(b, " (");
	buf_puts(b, heur_level_name(level));
	if (h->attack != NULL) {
		buf_puts(b, ", ");
		buf_puts(b, h->attack);
	}
	buf_puts(b, "): ");
	buf_puts(b, h->sentence);
}

static void
add_rule(struct buf *b, const struct rule *rule)
{
	buf_add(b, rule->name.p, rule->name.n);
	buf_puts(b, ": the rule at ");
	buf_puts(b, rule->file);
	buf_putc(b, ':');
	num_add(b, rule->line);
}

void
why_add(struct buf *b, const struct judge *j, const struct verdict *v,
    struct fact *f)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_puts(b, "; ");
		if (v->items[i] < HEUR_COUNT)
			add_heuristic(b, &heur_table[v->items[i]], f);
		else
			add_rule(b, judge_rule(j, v->items[i]));
	}
}
