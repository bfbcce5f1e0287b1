#include "scan/from/reading.h"

#include "lib/err.h"

enum { MAX_WARNINGS = 10 };

static void
note(void *arg, size_t line, const char *wrong)
{
	struct from_reading *r = arg;

	if (++r->bad <= MAX_WARNINGS)
		err_msg("%s:%zu: %s", r->name, line, wrong);
}

void
from_reading_begin(struct from_reading *r, const char *name,
    const struct from_format *format, const struct services *services)
{
	*r = (struct from_reading){ .name = name };
	r->in = from_open(format, services, note, r);
}

void
from_reading_take(void *arg, const char *p, size_t n)
{
	struct from_reading *r = arg;

	r->bytes += n;
	from_feed(r->in, p, n);
}

/* Empty or unreadable output counts as a failure of the program: otherwise a
 * comparison would show all sockets as gone. */
bool
from_reading_end(struct from_reading *r)
{
	enum from_status end = from_end(r->in);
	size_t line = from_cr_line(r->in);
	const char *why, *program = from_program(r->in);

	if (line > 0)
		err_msg("%s:%zu: lines end in CR LF: read without the CR",
		    r->name, line);
	if (r->bad > MAX_WARNINGS)
		err_msg("%s: %zu such lines in all", r->name, r->bad);
	why = from_refusal(r->in, &line);
	if (r->bytes == 0)
		err_msg("%s: empty: did %s fail?", r->name, program);
	else if (end == FROM_UNKNOWN)
		err_msg("%s: not the output of %s", r->name, program);
	else if (end == FROM_UNREAD)
		err_msg("%s: no line of it could be read", r->name);
	else if (end == FROM_REFUSED)
		err_msg("%s:%zu: %s", r->name, line, why);
	return end == FROM_READ;
}

void
from_reading_give(const struct from_reading *r, const struct scan_request *req,
    struct scan *sc)
{
	from_give(r->in, req->filter, sc);
	sc->held_only = from_is_held_only(r->in);
	if (r->bad > 0)
		sc->incomplete = true;
}
