/*
 * netstat(8) of Linux (net-tools, busybox, toybox), and netstat(1) of macOS and
 * the BSDs, with a dot before the port.
 *
 * IPv6 addresses may be cut: net-tools and busybox cut to 23 bytes with the
 * port, the others to 16 bytes without it.  If one is longer, none is cut (-W,
 * -l).
 */
#include "scan/from/netstat.h"

#include <stdlib.h>

enum { LINUX_BYTES = 23, BSD_BYTES = 16, WIDE_BYTES = 30 };

struct netstat {
	struct netstat_columns columns;
	bool heading_cut;
	bool elsewhere;		/* in a list of others: Unix sockets, ... */
	struct row_last last;
};

/* The first word is a protocol of netstat, whether tcp and udp or another. */
static bool
is_proto(struct str word)
{
	static const char *const names[] = { "tcp", "udp", "raw", "icm",
		"sctp", "dccp", "igmp", "unix", "l2cap", "rfcomm", "ax25",
		"ip4", "ip6", "divert", "mptcp", "div", "esp", "ah", "ipv",
		"kctl", "kevt", "vsock" };
	size_t i;

	for (i = 0; i < NELEMS(names); i++)
		if (str_starts(word, names[i]))
			return true;
	return false;
}

static bool
is_hex(struct str word)
{
	size_t i;

	for (i = 0; i < word.n; i++)
		if (!char_is_digit(word.p[i]) &&
		    (word.p[i] < 'a' || word.p[i] > 'f'))
			return false;
	return word.n > 0;
}

/* The index of the protocol: -A prints kernel addresses before it.  w->n: the
 * line is not a row. */
static size_t
find_proto(const struct row_words *w)
{
	size_t i;

	for (i = 0; i < w->n && i < 3; i++) {
		if (is_proto(w->word[i]))
			return i;
		if (!is_hex(w->word[i]))
			break;
	}
	return w->n;
}

static bool
is_row(const struct row_words *w)
{
	size_t i = find_proto(w);
	uint32_t v;

	return i + 4 < w->n && row_number(w->word[i + 1], &v) &&
	    row_number(w->word[i + 2], &v);
}

/* The length of an end, and the length that cut ones have. */
static size_t
cut_length(struct str end, bool bsd, size_t *most)
{
	*most = bsd ? BSD_BYTES : LINUX_BYTES;
	while (bsd && end.n > 0 && end.p[end.n - 1] != '.')
		end.n--;
	return bsd && end.n > 0 ? end.n - 1 : end.n;
}

static void
judge_length(struct from *in, struct row *r, struct str end)
{
	bool bsd = r->sep == '.';
	size_t most, n = cut_length(end, bsd, &most);

	if (!row_is_ipv6(end))
		return;
	r->narrow = r->narrow || n == most;
	in->wide = in->wide || n > most;
}

static bool
read_ends(struct from *in, const struct row_words *w, size_t i, struct row *r)
{
	const struct netstat *n = in->own;

	r->local = w->word[i + 3];
	r->remote = w->word[i + 4];
	r->sep = row_separator(r->local);
	if (n->columns.known && n->columns.bsd != (r->sep == '.'))
		return false;
	/* there a protocol without a number is IPv4 */
	if (r->sep == '.' && r->family == ADDR_NONE)
		r->family = ADDR_INET;
	judge_length(in, r, r->local);
	judge_length(in, r, r->remote);
	return true;
}

/* Linux always prints a state for a UDP socket with a peer. */
static bool
lacks_state(const struct row *r)
{
	return r->sep == ':' && r->proto == PROTO_UDP && !r->has_state &&
	    !str_ends(r->remote, ":*");
}

static const char *
read_row(struct from *in, const struct row_words *w, size_t i, struct row *r,
    struct row_holder *h)
{
	struct netstat *n = in->own;
	const char *wrong;

	r->has_queues = row_number(w->word[i + 1], &r->rx) &&
	    row_number(w->word[i + 2], &r->tx);
	if (n->heading_cut)
		return "its heading is cut: skipped";
	if (!read_ends(in, w, i, r))
		return "not as its heading has it: skipped";
	wrong = r->sep == ':' ?
	    netstat_rest_linux(&n->columns, w, i + 5, r, h) :
	    netstat_rest_bsd(&n->columns, w, i + 5, r, h);
	if (wrong == NULL && lacks_state(r))
		return "a row that seems to be cut: skipped";
	/* on a BSD the numbers are bytes, not connections */
	if (r->sep == '.' && r->has_state && r->state == STATE_LISTEN)
		r->has_queues = false;
	r->width = w->n == i + 5 ? row_cut_width(in, w, r->remote) : 0;
	return wrong;
}

static void
take_row(struct from *in, struct str line, size_t lineno)
{
	struct row r = { .line = lineno, .length = line.n };
	struct row_holder h = { .fd = HOLDER_NO_FD };
	struct row_words w;
	const char *wrong;
	size_t i;

	row_split(&w, line);
	i = find_proto(&w);
	if (!row_proto(&r, w.word[i])) {
		in->good++;
		return;
	}
	wrong = read_row(in, &w, i, &r, &h);
	if (wrong != NULL) {
		row_refuse(in, lineno, line.n, wrong);
		return;
	}
	r.holder = &h;
	r.nholders = h.p.pid != 0;
	row_add(in, &r);
}

static void
end_row(struct from *in, bool bad)
{
	struct netstat *n = in->own;

	row_end(in, &n->last, bad, take_row);
}

/* `Active Internet connections', in English.  The word Proto, in the next line,
 * is the same in every netstat. */
static bool
is_title(const struct row_words *w)
{
	return w->n > 1 && (str_is(w->word[0], "Active") ||
	    str_is(w->word[0], "Registered"));
}

/* A heading of Unix sockets, without a title. */
static bool
is_other_heading(const struct row_words *w)
{
	return w->n > 2 && (str_is(w->word[1], "RefCnt") ||
	    (str_is(w->word[0], "Address") && str_is(w->word[1], "Type")) ||
	    str_is(w->word[0], "Proto/ID"));
}

/* The columns of macOS's -l and FreeBSD's -W are wide enough. */
static bool
has_wide_columns(const struct row_words *w)
{
	const char *local = NULL;
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (str_is(w->word[i], "Local"))
			local = w->word[i].p;
		if (str_is(w->word[i], "Foreign") && local != NULL)
			return w->word[i].p - local > WIDE_BYTES;
	}
	return false;
}

/* Takes a title or a heading. */
static bool
take_heading(struct from *in, const struct row_words *w)
{
	struct netstat *n = in->own;
	struct netstat_columns columns;
	bool cut, title = is_title(w) || is_other_heading(w);

	if (!title && !netstat_heading(&columns, w, &cut))
		return false;
	end_row(in, false);
	if (title) {
		n->elsewhere = !str_is(w->word[1], "Internet");
		return true;
	}
	n->columns = columns;
	n->heading_cut = cut;
	n->elsewhere = false;
	in->known = true;
	in->heading = w->line.n;
	in->wide = in->wide || (columns.bsd && has_wide_columns(w));
	in->found.list++;
	return true;
}

static void
begin_row(struct from *in, struct str line)
{
	struct netstat *n = in->own;

	end_row(in, false);
	n->elsewhere = false;
	row_begin(in, &n->last, line);
}

/* A row of another protocol, or of another part of the output. */
static bool
is_other(const struct netstat *n, const struct row_words *w)
{
	struct row r;

	return !row_proto(&r, w->word[0]) &&
	    (n->elsewhere || is_proto(w->word[0]));
}

static void
netstat_take(struct from *in, struct str line)
{
	struct row_words w;

	line = from_plain(in, line);
	row_split(&w, line);
	if (w.n == 0 || (!from_has_control(line) && take_heading(in, &w)))
		return;
	if (from_has_control(line)) {
		end_row(in, false);
		from_complain(in, in->lineno, "a control character: skipped");
	} else if (is_row(&w)) {
		begin_row(in, line);
	} else if (is_other(in->own, &w)) {
		end_row(in, false);
		in->good++;
	} else {
		end_row(in, true);
		from_complain(in, in->lineno,
		    "not a row of netstat's: skipped");
	}
}

static void
netstat_end(struct from *in)
{
	if (in->refusal != NULL)
		return;
	end_row(in, false);
	row_drop_cut(in);
	in->found.rows = true;
}

static void *
netstat_open(void)
{
	return mem_alloc(sizeof(struct netstat));
}

static void
netstat_close(void *own)
{
	struct netstat *n = own;

	buf_free(&n->last.text);
	free(n);
}

static bool
netstat_is_like(struct from *in, struct str line)
{
	struct netstat_columns c;
	struct row_words w;
	bool cut;

	row_split(&w, from_plain(in, line));
	return is_row(&w) || netstat_heading(&c, &w, &cut);
}

const struct from_format from_netstat = {
	.program = "netstat", .lacks = FROM_NO_JSON,
	.open = netstat_open, .close = netstat_close,
	.is_like = netstat_is_like, .take = netstat_take, .end = netstat_end,
};
