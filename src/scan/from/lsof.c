#include "scan/from/lsof.h"

#include <stdlib.h>

static void
sniff(struct lsof *l, struct str line)
{
	if (line.n == 0)
		return;
	if (lsof_sniff_fields(line)) {
		l->take = lsof_take_fields;
		lsof_take_fields(l, line);
	} else if (!lsof_sniff_table(l, line)) {
		from_complain(l->in, l->in->lineno,
		    "not a line of lsof's: skipped");
	}
}

static void *
lsof_open(void)
{
	return mem_alloc(sizeof(struct lsof));
}

static void
lsof_close(void *own)
{
	struct lsof *l = own;

	buf_free(&l->name);
	buf_free(&l->rows);
	buf_free(&l->row);
	buf_free(&l->proc.comm);
	buf_free(&l->proc.user);
	free(l);
}

static bool
lsof_is_like(struct from *in, struct str line)
{
	struct lsof *l = lsof_open();
	bool like;

	l->in = in;
	like = lsof_sniff_fields(line) || lsof_is_table(l, line);
	lsof_close(l);
	return like;
}

static void
lsof_take(struct from *in, struct str line)
{
	struct lsof *l = in->own;

	l->in = in;
	if (l->take != NULL)
		l->take(l, line);
	else
		sniff(l, line);
	in->known = l->take != NULL;
}

static void
lsof_end(struct from *in)
{
	struct lsof *l = in->own;

	l->in = in;
	if (l->rows.n > 0 && in->refusal == NULL)
		lsof_guess_end(l);
	if (l->take == lsof_take_row)
		lsof_end_rows(l);
	if (l->take == lsof_take_fields)
		lsof_end_file(l, &l->file);
	lsof_end_proc(l);
	lsof_drop_cut(l);
}

/* lsof -J and -j print a socket's state but not its ends, as seen with 4.99.7:
 * json_print_file uses Lf->nm, which an internet socket lacks. */
const struct from_format from_lsof = {
	.program = "lsof", .held_only = true,
	.lacks = "JSON, in which lsof does not tell the ends of sockets: use "
	    "lsof -F",
	.open = lsof_open, .close = lsof_close, .is_like = lsof_is_like,
	.take = lsof_take, .end = lsof_end,
};
