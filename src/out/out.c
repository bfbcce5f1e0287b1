#include "out/format.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"

static const struct out_format *const formats[] = {
	&out_tsv, &out_table, &out_json, &out_csv,
};

const struct out_format *
out_format(const char *name)
{
	size_t i;

	for (i = 0; i < NELEMS(formats); i++)
		if (strcmp(name, formats[i]->name) == 0)
			return formats[i];
	return NULL;
}

const char *
out_format_name(unsigned i)
{
	return i < NELEMS(formats) ? formats[i]->name : NULL;
}

bool
out_makes_table(struct out_opts *opts)
{
	if (opts->format == NULL)
		opts->format = isatty(STDOUT_FILENO) ? &out_table : &out_tsv;
	return opts->format == &out_table;
}

struct out *
out_open(const struct out_opts *opts)
{
	struct out *o = mem_alloc(sizeof *o);

	o->opts = *opts;
	out_makes_table(&o->opts);
	return o;
}

bool
out_is_table(const struct out *o)
{
	return o->opts.format == &out_table;
}

static void
begin_snapshot(struct out *o)
{
	o->begun = true;
	if (o->opts.format->begin != NULL)
		o->opts.format->begin(o);
}

static void
end_snapshot(struct out *o)
{
	if (o->begun && o->opts.format->end != NULL)
		o->opts.format->end(o);
	o->begun = o->cut = false;
	o->rows = 0;
}

void
out_snapshot(struct out *o, const struct snap *snap, const struct cols *cols)
{
	end_snapshot(o);
	o->snap = snap;
	o->cols = cols;
	if (o->opts.header == OUT_ALWAYS ||
	    (o->opts.header == OUT_AUTO && !o->opts.quiet))
		begin_snapshot(o);
}

void
out_row(struct out *o, const struct str *v, enum out_mark mark)
{
	if (o->failed)
		return;
	if (!o->begun)
		begin_snapshot(o);
	o->rows++;
	o->opts.format->row(o, v, mark);
	out_spill(o);
}

bool
out_line(struct out *o, struct str line, const struct str *more, size_t n)
{
	if (o->opts.format->line == NULL)
		return false;
	if (o->failed)
		return true;
	if (!o->begun)
		begin_snapshot(o);
	if (!o->opts.format->line(o, line, more, n))
		return false;
	o->rows++;
	out_spill(o);
	return true;
}

void
out_cut(struct out *o)
{
	o->cut = true;
}

void
out_text(struct out *o, const char *text)
{
	if (!o->failed)
		buf_puts(&o->buf, text);
}

bool
out_close(struct out *o)
{
	bool ok;

	end_snapshot(o);
	out_finish(o);
	ok = !o->failed;
	if (!ok) {
		errno = o->error;
		err_msg("standard output:");
	}
	buf_free(&o->buf);
	buf_free(&o->header);
	free(o);
	return ok;
}
