/*
 * sockstat(1) of FreeBSD and NetBSD, and fstat(1) of OpenBSD: each row is a
 * descriptor of a process.
 *
 * USER COMMAND PID FD PROTO LOCAL FOREIGN, with a dot before the port on
 * NetBSD, and `?' or `??' for unknown values.  FreeBSD's -s adds the state;
 * what other options add is ignored here.  Without -w it cuts commands to 10
 * bytes and addresses to 21.
 *
 * USER CMD PID FD* internet[6] TYPE PROTO [ADDRESS] LOCAL [ARROW FOREIGN]: the
 * arrow is --> or <-- for TCP and <-> for UDP; after ==> comes a socket that it
 * is spliced to.
 *
 * A command may contain blanks: the numbers are at the last place that fits.
 */
#include <stdlib.h>

#include "lib/num.h"
#include "scan/from/ends.h"
#include "scan/from/row.h"

enum { CUT_BYTES = 21, FIRST_ROWS = 3, COMMAND_MAX = 24 };

struct sockstat {
	bool heading_cut;
	struct row_last last;
	/* If no heading came before the first rows: where their pid ends, and
	 * the line number of the first. */
	size_t pid_end[FIRST_ROWS], nfirst, first_line;
};

static bool
is_unknown(struct str word)
{
	return str_is(word, "?") || str_is(word, "??");
}

/* A heading of either kind; its first words are USER and COMMAND or CMD. */
static bool
is_heading(const struct row_words *w)
{
	return w->n > 1 && str_is(w->word[0], "USER") &&
	    (str_is(w->word[1], "COMMAND") || str_is(w->word[1], "CMD"));
}

static bool
is_cut_heading(const struct row_words *w)
{
	static const char *const last[] = { "ADDRESS", "STATE", "STACK", "CC",
		"FIB", "ENCAPS", "ID", "KVA", "SZ|DV", "DV|SZ", "NAME",
		"XFERS", "KBYTES" };
	size_t i, addresses = 0;

	for (i = 0; i < w->n; i++)
		addresses += str_is(w->word[i], "ADDRESS");
	if (str_is(w->word[1], "COMMAND") && addresses < 2)
		return true;
	for (i = 0; i < NELEMS(last); i++)
		if (str_is(w->word[w->n - 1], last[i]))
			return false;
	return true;
}

static bool
is_fd(struct str word)
{
	uint32_t v;

	return str_take_end(&word, "*") && row_number(word, &v);
}

/* The word is a pid, the next one a descriptor, the third a protocol. */
static bool
is_sockstat(const struct row_words *w, size_t i)
{
	struct row r;
	uint32_t v;

	return i + 4 < w->n && row_proto(&r, w->word[i + 2]) &&
	    (is_unknown(w->word[i]) ? is_unknown(w->word[i + 1]) :
	    row_number(w->word[i], &v) && row_number(w->word[i + 1], &v));
}

static bool
is_fstat(const struct row_words *w, size_t i)
{
	uint32_t v;

	return i + 4 < w->n && row_number(w->word[i], &v) &&
	    is_fd(w->word[i + 1]) && (str_is(w->word[i + 2], "internet") ||
	    str_is(w->word[i + 2], "internet6"));
}

/* The last word that is a pid, in either format; 0: the line is not a row. */
static size_t
find_pid(const struct row_words *w)
{
	size_t i;

	for (i = w->n; i-- > 2; )
		if (is_sockstat(w, i) || is_fstat(w, i))
			return i;
	return 0;
}

/* False if the command contains a possible pid or is longer than a kernel
 * allows, as when two rows were joined. */
static bool
take_command(const struct row_words *w, size_t pid, struct str *command)
{
	const char *end = w->word[pid - 1].p + w->word[pid - 1].n;
	size_t i;

	*command = (struct str){ w->word[1].p, (size_t)(end - w->word[1].p) };
	for (i = 2; i < pid; i++)
		if (is_sockstat(w, i) || is_fstat(w, i))
			return false;
	return command->n <= COMMAND_MAX;
}

static bool
take_holder(const struct row_words *w, size_t pid, struct row_holder *h)
{
	struct str fd = w->word[pid + 1];
	uint64_t v;

	str_take_end(&fd, "*");
	if (is_unknown(w->word[pid]))
		return true;
	if (!row_pid(w->word[pid], &h->p.pid) || !num_parse(fd, INT32_MAX, &v))
		return false;
	h->fd = (uint32_t)v;
	if (!take_command(w, pid, &h->p.comm))
		return false;
	h->p.has_uid = row_number(w->word[0], &h->p.uid);
	if (!h->p.has_uid)
		h->p.user = w->word[0];
	return true;
}

static bool
take_address(struct str word, uint64_t *address)
{
	uint64_t v = 0;

	if (!str_take_start(&word, "0x") || word.n == 0 || word.n > 16)
		return false;
	for (; word.n > 0; word = str_skip(word, 1)) {
		if (num_hex(*word.p) < 0)
			return false;
		v = v << 4 | (uint64_t)num_hex(*word.p);
	}
	*address = v;
	return true;
}

/* After the ends come numbers, names from -S and -C, and the state. */
static bool
take_rest(const struct row_words *w, size_t i, struct row *r)
{
	enum sock_state state;

	for (; i < w->n; i++) {
		state = row_is_half_state(w->word[i]) ? STATE_NONE :
		    from_state(w->word[i]);
		if (state != STATE_NONE && char_is_upper(*w->word[i].p)) {
			r->has_state = true;
			r->state = state;
		} else if (char_is_upper(*w->word[i].p)) {
			return false;
		} else {
			take_address(w->word[i], &r->device);
		}
	}
	return true;
}

static void
judge_length(struct from *in, struct row *r, struct str end)
{
	if (!row_is_ipv6(end))
		return;
	r->narrow = r->narrow || end.n == CUT_BYTES;
	in->wide = in->wide || end.n > CUT_BYTES;
}

static const char *
read_sockstat(struct from *in, const struct row_words *w, size_t pid,
    struct row *r)
{
	row_proto(r, w->word[pid + 2]);
	r->local = w->word[pid + 3];
	r->remote = w->word[pid + 4];
	if (is_unknown(r->local))
		return NULL;
	if (is_unknown(r->remote))
		r->remote = STR_NONE;
	r->sep = row_separator(r->local);
	/* on NetBSD an IPv4 protocol has no number after it */
	if (r->sep == '.' && r->family == ADDR_NONE)
		r->family = ADDR_INET;
	if (r->sep == ':') {
		judge_length(in, r, r->local);
		judge_length(in, r, w->word[pid + 4]);
	}
	if (w->n == pid + 5)
		r->width = row_cut_width(in, w, w->word[pid + 4]);
	return take_rest(w, pid + 5, r) ? NULL :
	    "a state that is not known, or cut: skipped";
}

static bool
is_arrow(struct str word)
{
	return str_is(word, "-->") || str_is(word, "<--") ||
	    str_is(word, "<->") || str_is(word, "->") || str_is(word, "<-");
}

/* A row without a peer may have lost it. */
static const char *
read_fstat(struct from *in, const struct row_words *w, size_t pid,
    struct row *r)
{
	bool v6 = str_is(w->word[pid + 2], "internet6");
	size_t i = pid + 4;

	if (!row_proto(r, w->word[i++]))
		return NULL;
	r->family = v6 ? ADDR_INET6 : ADDR_INET;
	r->v6only = V6ONLY_UNKNOWN;
	r->sep = ':';
	if (i < w->n && take_address(w->word[i], &r->device))
		i++;
	if (i >= w->n)
		return "no ends: skipped (OpenBSD's fstat has them)";
	r->local = w->word[i++];
	if (i < w->n && is_arrow(w->word[i])) {
		if (i + 1 >= w->n)
			return "a row that seems to be cut: skipped";
		r->remote = w->word[i + 1];
		i += 2;
	}
	if (r->remote.p == NULL && w->line.n >= in->heading)
		r->width = w->line.n;
	else if (i == w->n)
		r->width = row_cut_width(in, w, w->word[i - 1]);
	return i == w->n || str_ends(w->word[i], "==>") ||
	    str_starts(w->word[i], "<==") || char_is_digit(*w->word[i].p) ?
	    NULL : "more than fstat has: skipped";
}

static void
take_row(struct from *in, struct str line, size_t lineno)
{
	const struct sockstat *s = in->own;
	struct row r = { .line = lineno, .length = line.n };
	struct row_holder h = { .fd = HOLDER_NO_FD };
	struct row_words w;
	const char *wrong = NULL;
	size_t pid;

	row_split(&w, line);
	pid = find_pid(&w);
	if (s->heading_cut)
		wrong = "its heading is cut: skipped";
	else if (!take_holder(&w, pid, &h))
		wrong = "which process it is cannot be told: skipped";
	else if (is_sockstat(&w, pid))
		wrong = read_sockstat(in, &w, pid, &r);
	else
		wrong = read_fstat(in, &w, pid, &r);
	if (wrong != NULL) {
		row_refuse(in, lineno, line.n, wrong);
		return;
	}
	if (r.local.p == NULL || is_unknown(r.local)) {
		in->good++;
		return;
	}
	r.holder = &h;
	r.nholders = h.p.pid != 0;
	row_add(in, &r);
}

static void
end_row(struct from *in, bool bad)
{
	struct sockstat *s = in->own;

	row_end(in, &s->last, bad, take_row);
}

static void
begin_row(struct from *in, const struct row_words *w, size_t pid)
{
	struct sockstat *s = in->own;
	struct str line = w->line;

	end_row(in, false);
	if (s->nfirst < FIRST_ROWS && in->heading == 0)
		s->pid_end[s->nfirst++] = (size_t)(w->word[pid].p +
		    w->word[pid].n - line.p);
	if (s->first_line == 0)
		s->first_line = in->heading == 0 ? in->lineno : SIZE_MAX;
	row_begin(in, &s->last, line);
}

/* Rows of files, Unix sockets and other protocols. */
static bool
is_other(const struct row_words *w)
{
	static const char *const types[] = { "stream", "dgram", "seqpac",
		"seqpack", "seq", "rdm", "raw", "raw4", "raw6", "raw46",
		"divert", "divert4", "divert6", "icmp", "icmp4", "icmp6",
		"sctp4", "sctp6", "sctp46", "unix", "internet", "internet6" };
	static const char *const fds[] = { "wd", "root", "text", "tr", "mmap",
		"jail", "ctty" };
	uint32_t v;
	size_t i, t;

	for (i = 3; i + 1 < w->n; i++) {
		bool pid = row_number(w->word[i - 1], &v) ||
		    is_unknown(w->word[i - 1]);

		for (t = 0; pid && t < NELEMS(fds); t++)
			if (str_is(w->word[i], fds[t]))
				return true;
		for (t = 0; pid && t < NELEMS(types); t++)
			if (str_is(w->word[i + 1], types[t]))
				return true;
		if (pid && (is_fd(w->word[i]) || (row_number(w->word[i], &v) &&
		    *w->word[i + 1].p == '/')))
			return true;
	}
	return false;
}

static void
take_heading(struct from *in, const struct row_words *w)
{
	struct sockstat *s = in->own;

	end_row(in, false);
	s->heading_cut = is_cut_heading(w);
	in->known = true;
	in->heading = w->line.n;
}

static void
sockstat_take(struct from *in, struct str line)
{
	struct row_words w;
	size_t pid;

	line = from_plain(in, line);
	row_split(&w, line);
	if (w.n == 0)
		return;
	pid = find_pid(&w);
	if (from_has_control(line)) {
		end_row(in, false);
		from_complain(in, in->lineno, "a control character: skipped");
	} else if (is_heading(&w)) {
		take_heading(in, &w);
	} else if (pid > 0) {
		begin_row(in, &w, pid);
	} else if (in->known && is_other(&w)) {
		end_row(in, false);
		in->good++;
	} else {
		end_row(in, true);
		from_complain(in, in->lineno, "not a row of sockstat's or "
		    "fstat's: skipped");
	}
}

static bool
is_first(const struct from *in, const struct found_entry *e)
{
	const struct sockstat *s = in->own;

	return e->line == s->first_line;
}

static void
sockstat_end(struct from *in)
{
	const struct sockstat *s = in->own;

	if (in->refusal != NULL)
		return;
	end_row(in, false);
	row_drop_cut(in);
	if (s->nfirst == FIRST_ROWS && s->pid_end[0] != s->pid_end[1] &&
	    s->pid_end[1] == s->pid_end[2])
		found_drop(in, is_first, "a row whose start is cut: skipped");
}

static void *
sockstat_open(void)
{
	return mem_alloc(sizeof(struct sockstat));
}

static void
sockstat_close(void *own)
{
	struct sockstat *s = own;

	buf_free(&s->last.text);
	free(s);
}

static bool
sockstat_is_like(struct from *in, struct str line)
{
	struct row_words w;

	row_split(&w, from_plain(in, line));
	return (is_heading(&w) && w.n > 4 && str_is(w.word[2], "PID") &&
	    str_is(w.word[3], "FD")) || find_pid(&w) > 0;
}

const struct from_format from_sockstat = {
	.program = "sockstat or fstat", .lacks = FROM_NO_JSON,
	.held_only = true, .open = sockstat_open, .close = sockstat_close,
	.is_like = sockstat_is_like, .take = sockstat_take,
	.end = sockstat_end,
};
