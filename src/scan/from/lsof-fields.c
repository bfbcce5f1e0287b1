/*
 * lsof's field output, OUTPUT FOR OTHER PROGRAMS in lsof(8): a letter and a
 * value, each followed by LF or, with -F0, by NUL; then a process or a file
 * ends with LF.
 *
 * The fields of a file end at the next file's f.  Some versions leave the f out
 * unless it is asked for: then they end at a field that the file already had.
 *
 * A process's own fields come first in its set, and once.  If one is repeated,
 * or follows a file, the p of another process is lost, as after a cut capture:
 * what follows is not this process's.
 */
#include "scan/from/lsof.h"

#include "lib/num.h"

static void
begin_file(struct lsof *l)
{
	lsof_end_file(l, &l->file);
	memset(&l->file, 0, sizeof l->file);
	l->by_f = l->has_info = l->info_over = false;
}

/* A field other than T: if the file already had it, it is the next file's. */
static void
take_part(struct lsof *l, bool had)
{
	if (had)
		begin_file(l);
	l->info_over = l->has_info;
}

static bool
begin_set(struct lsof *l, struct str pid)
{
	begin_file(l);
	l->told = 0;
	l->has_files = false;
	return lsof_begin_proc(l, pid);
}

static bool
take_p(struct lsof *l, struct str value)
{
	return begin_set(l, value);
}

/* The mark between two lists of lsof -r. */
static bool
take_m(struct lsof *l, struct str value)
{
	(void)value;
	begin_set(l, STR_NONE);
	return true;
}

static bool
take_f(struct lsof *l, struct str value)
{
	begin_file(l);
	l->by_f = true;
	return lsof_set_fd(&l->file, value);
}

static bool
take_t(struct lsof *l, struct str value)
{
	take_part(l, l->file.has_type);
	lsof_set_type(&l->file, value);
	return true;
}

static bool
take_proto(struct lsof *l, struct str value)
{
	take_part(l, l->file.has_proto);
	lsof_set_proto(&l->file, value);
	return true;
}

static bool
take_n(struct lsof *l, struct str value)
{
	take_part(l, l->file.has_name);
	l->name.n = 0;
	buf_add(&l->name, value.p, value.n);
	l->file.has_name = true;
	l->file.name = buf_str(&l->name);
	l->file.line = l->in->lineno;
	return true;
}

static bool
take_d(struct lsof *l, struct str value)
{
	take_part(l, false);
	lsof_set_device(&l->file, value);
	return true;
}

static bool
take_i(struct lsof *l, struct str value)
{
	take_part(l, false);
	return num_parse(value, UINT64_MAX, &l->file.inode);
}

/* The T fields of a file follow each other. */
static bool
take_info(struct lsof *l, struct str value)
{
	if (l->info_over && !l->by_f)
		begin_file(l);
	l->has_info = true;
	l->info_over = false;
	return lsof_set_info(&l->file, value);
}

static bool
pass_over(struct lsof *l, struct str value)
{
	(void)l;
	(void)value;
	return true;
}

static const struct {
	char letter;
	bool of_process;
	bool (*take)(struct lsof *l, struct str value);
	const char *wrong;
} fields[] = {
	{ 'p', false, take_p, "no process number: its sockets have no owner" },
	{ 'm', false, take_m, NULL },
	{ 'K', true, pass_over, NULL },
	{ 'M', true, pass_over, NULL },
	{ 'g', true, pass_over, NULL },
	{ 'R', true, lsof_set_ppid, "no process number: passed over" },
	{ 'c', true, lsof_set_comm, "a control character: passed over" },
	{ 'u', true, lsof_set_uid, "no user number: passed over" },
	{ 'L', true, lsof_set_user, NULL },
	{ 'f', false, take_f, "no descriptor: passed over" },
	{ 't', false, take_t, NULL },
	{ 'P', false, take_proto, NULL },
	{ 'n', false, take_n, NULL },
	{ 'd', false, take_d, NULL },
	{ 'i', false, take_i, "no inode number: passed over" },
	{ 'T', false, take_info, "no number: passed over" },
};

/* Checks field i of the table when it arrives. */
static void
watch_set(struct lsof *l, size_t i)
{
	if (fields[i].take == take_p || fields[i].take == take_m) {
		l->has_set = true;
		return;
	}
	if (!l->has_set)	/* p is always there: the start is cut */
		from_complain(l->in, l->in->lineno, "the number of this "
		    "process is lost: its sockets have no owner");
	l->has_set = true;
	if (!fields[i].of_process) {
		l->has_files = true;
		return;
	}
	if (l->has_files || (l->told & 1U << i) != 0) {
		if (l->proc.known)
			from_complain(l->in, l->in->lineno, "the number of "
			    "this process is lost: its sockets have no owner");
		begin_set(l, STR_NONE);
	}
	l->told |= 1U << i;
}

static void
take_field(struct lsof *l, struct str field)
{
	struct str value = str_skip(field, 1);
	size_t i;

	for (i = 0; i < NELEMS(fields); i++) {
		if (*field.p != fields[i].letter)
			continue;
		watch_set(l, i);
		if (!fields[i].take(l, value))
			from_complain(l->in, l->in->lineno, fields[i].wrong);
		return;
	}
	/* Any letter may be a field of some dialect.  Anything else may be the
	 * rest of a wrapped name. */
	if (!char_is_lower(*field.p) && !char_is_upper(*field.p)) {
		l->file.is_broken = l->file.has_name;
		from_complain(l->in, l->in->lineno,
		    "not a field of lsof's: skipped");
	}
}

void
lsof_take_fields(struct lsof *l, struct str line)
{
	struct str field;

	while (line.n > 0) {
		field = str_cut(&line, '\0');
		if (field.n > 0)
			take_field(l, field);
	}
}

bool
lsof_sniff_fields(struct str line)
{
	static const char sure[][6] = { "PTCP", "PUDP", "tIPv4",
		"tIPv6" };
	struct str value = str_cut(&line, '\0');
	uint64_t v;
	size_t i;

	for (i = 0; i < NELEMS(sure); i++)
		if (str_is(value, sure[i]))
			return true;
	if (str_starts(value, "TST=") || str_starts(value, "TQR="))
		return true;
	return (str_take(&value, 'p') || str_take(&value, 'f')) &&
	    num_parse(value, INT32_MAX, &v);
}
