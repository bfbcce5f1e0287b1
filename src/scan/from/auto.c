#include "scan/from/reader.h"

enum { KEEP_BYTES = 64 * 1024 };	/* enough lines to decide */

/* Lines that fit no format are kept until it is known which program's messages
 * they are. */
static const struct from_format *const formats[] = { &from_lsof, &from_ss,
	&from_netstat, &from_sockstat };

/* The format that the line fits; NULL: none, or several. */
static const struct from_format *
choose(struct from *in, struct str line)
{
	const struct from_format *found = NULL;
	size_t i, n = 0;

	for (i = 0; i < NELEMS(formats); i++) {
		if (!formats[i]->is_like(in, line))
			continue;
		found = formats[i];
		n++;
	}
	in->doubtful = in->doubtful || n > 1;
	return n == 1 ? found : NULL;
}

static const char doubtful[] = "which program printed this cannot be told: "
    "use --from=NAME";

static void
auto_take(struct from *in, struct str line)
{
	const struct from_format *format = choose(in, line);
	struct str rest;
	size_t lineno = in->lineno;

	buf_add(&in->kept, line.p, line.n);
	buf_putc(&in->kept, '\n');
	if (format == NULL) {
		if (in->kept.n > KEEP_BYTES)
			from_refuse(in, lineno, doubtful);
		return;
	}
	from_begin(in, format);
	rest = buf_str(&in->kept);
	for (in->lineno = 1; rest.n > 0; in->lineno++)
		format->take(in, str_cut(&rest, '\n'));
	in->lineno = lineno;
	buf_free(&in->kept);
}

static void
auto_end(struct from *in)
{
	if (in->doubtful && in->refusal == NULL)
		from_refuse(in, in->lineno, doubtful);
}

const struct from_format from_auto = {
	.program = "lsof, ss, netstat, sockstat or fstat",
	.take = auto_take, .end = auto_end,
	.lacks = FROM_NO_JSON,
};
