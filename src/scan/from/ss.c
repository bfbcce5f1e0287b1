/*
 * ss(8) of iproute2.  A row may have several lines: those of -e, -i and -m
 * begin with a blank, and a narrow terminal breaks a row between columns.
 *
 * Up to 4.16, which prints IPv6 addresses without brackets, `*' was 0.0.0.0;
 * since then it is an IPv6 socket that also takes IPv4.  Other rows show which
 * one it is.
 *
 * With one protocol (ss -t) there is no Netid: it is TCP if a row has a state
 * of TCP only, else UDP if a row is unconnected.
 */
#include "scan/from/ss.h"

#include <stdlib.h>

#include "lib/num.h"
#include "scan/from/ends.h"

enum { ROW_BYTES = 64 * 1024, COLUMNS = 6 };

/* A row, as far as its lines have been read; the text is in a buffer. */
struct ss_row {
	size_t at, n;		/* of its text, if it is kept */
	size_t line;		/* number of its first line; 0: no row */
	size_t width;		/* row_cut_width of its peer */
	bool broken;		/* a line belongs to no row */
};

struct ss {
	struct buf heading;		/* of this list; one line or more */
	struct buf text;		/* of the last row; it may go on */
	struct ss_row last;
	/* Rows without a Netid, until their protocol is known. */
	struct buf texts;
	struct ss_row *kept;
	size_t nkept, keptcap;
	bool has_states;		/* the heading has that column */
	bool has_netid;			/* a row of this list has one */
	enum sock_proto proto;		/* of rows without one, if not kept */
	bool proto_known, is_unconnected;
	bool star_is_4, star_is_6;
	struct ss_users users;
};

/* The words before a row's ends. */
struct ss_columns {
	bool netid, state, queues;
	struct str proto, name;
	uint32_t rx, tx;
	size_t local;			/* index of the word */
};

static bool
is_one_of(struct str word, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_is(word, names[i]))
			return true;
	return false;
}

static bool
is_netid(struct str word)
{
	static const char *const names[] = { "tcp", "udp", "raw", "sctp",
		"dccp", "mptcp", "icmp6", "nl", "p_raw", "p_dgr", "u_str",
		"u_dgr", "u_seq", "v_str", "v_dgr", "xdp", "ti_rd", "ti_dg",
		"ti_sq", "ti_st", "unknown", "???" };

	return is_one_of(word, names, NELEMS(names));
}

/* Only ss spells states like this: rows of netstat fit no other format. */
static bool
is_state(struct str word)
{
	static const char *const names[] = { "ESTAB", "SYN-SENT", "SYN-RECV",
		"FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN",
		"CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "UNKNOWN",
		"UNDEF" };

	return is_one_of(word, names, NELEMS(names));
}

static void
find_columns(const struct row_words *w, struct ss_columns *c)
{
	size_t i = 0;

	memset(c, 0, sizeof *c);
	c->netid = w->n > 0 && is_netid(w->word[0]);
	if (c->netid)
		c->proto = w->word[i++];
	c->state = i < w->n && is_state(w->word[i]);
	if (c->state)
		c->name = w->word[i++];
	c->queues = i + 1 < w->n && row_number(w->word[i], &c->rx) &&
	    row_number(w->word[i + 1], &c->tx);
	c->local = c->queues ? i + 2 : i;
}

static bool
is_heading(const struct row_words *w, size_t n)
{
	static const char *const words[] = { "Netid", "State", "Recv-Q",
		"Send-Q", "Local", "Address:Port", "Peer", "Process",
		"Address:PortProcess" };
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_one_of(w->word[i], words, NELEMS(words)))
			return false;
	return n > 0;
}

/* True if all words except the last, which may be cut, are of a heading. */
static bool
begins_heading(const struct row_words *w)
{
	return w->n > 3 && (str_is(w->word[0], "Netid") ||
	    str_is(w->word[0], "State") || str_is(w->word[0], "Recv-Q")) &&
	    is_heading(w, w->n - 1);
}

static bool
is_cut_heading(const struct ss *s)
{
	struct row_words w;
	size_t i, ends = 0;

	row_split(&w, buf_str(&s->heading));
	for (i = 0; i < w.n; i++)
		ends += str_starts(w.word[i], "Address:Port");
	return w.n > 0 && (ends != 2 || !is_heading(&w, w.n));
}

/* `ss state established' prints no column State, as its heading shows. */
static bool
starts_row(const struct ss *s, const struct row_words *w)
{
	bool stateless = s->heading.n > 0 && !s->has_states;
	struct ss_columns c;

	find_columns(w, &c);
	if (c.netid && !c.state)
		return w->n == 1 || (stateless && c.queues);
	return c.state && (c.queues || w->n == 1 || w->n > 2);
}

static void
take_detail(struct row *r, struct str word)
{
	uint64_t v = 0;

	if (str_take_start(&word, "ino:") && num_parse(word, UINT64_MAX, &v)) {
		r->inode = v;
		r->has_uid = true;
	} else if (str_take_start(&word, "uid:")) {
		row_number(word, &r->uid);
	} else if (str_take_start(&word, "sk:") && word.n <= 16) {
		for (; word.n > 0 && num_hex(*word.p) >= 0;
		    word = str_skip(word, 1))
			v = v << 4 | (uint64_t)num_hex(*word.p);
		r->cookie = word.n == 0 ? v : 0;
	}
}

/* Values from -p, -o and -e contain a colon. */
static bool
is_keyed(struct str word)
{
	return memchr(word.p, ':', word.n) != NULL || word.n == 0;
}

/* Reads what follows the ends.  A control group may have any name, so values of
 * the socket from -p and -e come before it.  False if it cannot be understood,
 * such as another row on the same line.  If it is not whole, its last word may
 * be cut. */
static bool
take_details(struct ss *s, struct row *r, struct str rest, bool whole)
{
	bool in_group = false, other = false, netid = false;
	struct str word;

	while (rest.p != NULL && rest.n > 0) {
		if (!in_group && str_starts(rest, "users:(")) {
			if (other || !ss_users_take(&s->users, &rest))
				return false;
			continue;
		}
		word = str_cut(&rest, ' ');
		in_group = in_group || str_starts(word, "cgroup:");
		other = other || !is_keyed(word);
		if (netid && is_state(word))
			return false;
		netid = is_netid(word) || (netid && word.n == 0);
		if (!in_group && (whole || rest.p != NULL))
			take_detail(r, word);
		if (str_is(word, "v6only:0"))
			r->v6only = V6ONLY_NO;
		else if (str_is(word, "v6only:1"))
			r->v6only = V6ONLY_YES;
	}
	return true;
}

/* An end may show what `*' means in the other rows. */
static void
note_style(struct ss *s, struct str end)
{
	struct str rest = end;

	if (str_starts(end, "[") || str_starts(end, "0.0.0.0:")) {
		s->star_is_6 = true;
		return;
	}
	str_cut(&rest, ':');
	if (rest.p != NULL && memchr(rest.p, ':', rest.n) != NULL)
		s->star_is_4 = true;
}

static enum sock_state
state_of(struct str name)
{
	return str_is(name, "UNCONN") ? STATE_BOUND : from_state(name);
}

static void
read_row(struct from *in, const struct ss_row *row, struct str text)
{
	struct ss *s = in->own;
	struct row r = { .line = row->line, .length = text.n, .sep = ':',
		.width = row->width };
	struct row_words w;
	struct ss_columns c;

	row_split(&w, text);
	find_columns(&w, &c);
	if (!c.netid)
		r.proto = s->proto;
	if (row->broken || is_cut_heading(s)) {
		row_refuse(in, row->line, text.n, row->broken ? row_open :
		    "its heading is cut: skipped");
		return;
	}
	if (c.netid && !row_proto(&r, c.proto)) {
		in->good++;
		return;
	}
	if (w.n < c.local + 2) {
		row_refuse(in, row->line, text.n, "no address and port");
		return;
	}
	r.local = w.word[c.local];
	r.remote = w.word[c.local + 1];
	r.has_state = c.state;
	r.state = state_of(c.name);
	r.has_queues = r.has_backlog = c.queues;
	r.rx = c.rx;
	r.tx = c.tx;
	s->users.n = 0;
	if (w.n > c.local + 2 && !take_details(s, &r, str_skip(text,
	    (size_t)(w.word[c.local + 2].p - text.p)), text.n < in->heading)) {
		row_refuse(in, row->line, text.n, "processes or details that "
		    "cannot be understood: skipped");
		return;
	}
	note_style(s, r.local);
	note_style(s, r.remote);
	/* only an IPv6 socket has v6only */
	if (r.v6only != V6ONLY_UNKNOWN)
		r.family = ADDR_INET6;
	r.holder = s->users.v;
	r.nholders = s->users.n;
	row_add(in, &r);
}

/* Reads the rows that were kept: their protocol will not become clearer. */
static void
read_kept(struct from *in)
{
	struct ss *s = in->own;
	size_t i;

	for (i = 0; i < s->nkept; i++) {
		const struct ss_row *row = &s->kept[i];

		if (s->has_netid)
			from_complain(in, row->line,
			    "no Netid, which others have: skipped");
		else if (!s->proto_known)
			from_complain(in, row->line, "which protocol it is "
			    "cannot be told (ss -tu tells it): skipped");
		else
			read_row(in, row, (struct str){ s->texts.p + row->at,
			    row->n });
	}
	s->nkept = 0;
	s->texts.n = 0;
}

static void
end_list(struct from *in)
{
	struct ss *s = in->own;

	if (!s->proto_known && s->is_unconnected) {
		s->proto = PROTO_UDP;
		s->proto_known = true;
	}
	read_kept(in);
	s->has_netid = s->proto_known = s->is_unconnected = false;
	s->heading.n = 0;
	s->has_states = false;
	in->found.list++;
}

static void
keep_row(struct ss *s, const struct ss_row *row)
{
	struct ss_row *kept = MEM_PUSH(s->kept, s->nkept, s->keptcap);

	*kept = *row;
	kept->at = s->texts.n;
	kept->n = s->text.n;
	buf_add(&s->texts, s->text.p, s->text.n);
}

/* Ends the last row. */
static void
end_row(struct from *in)
{
	struct ss *s = in->own;
	struct ss_row row = s->last;
	struct row_words w;
	struct ss_columns c;

	if (row.line == 0)
		return;
	s->last.line = 0;
	row_split(&w, buf_str(&s->text));
	find_columns(&w, &c);
	if (c.netid) {
		s->has_netid = true;
		read_row(in, &row, buf_str(&s->text));
		return;
	}
	if (str_is(c.name, "UNCONN")) {
		s->is_unconnected = true;
	} else if (!str_is(c.name, "ESTAB") && !s->proto_known &&
	    !s->has_netid) {
		s->proto = PROTO_TCP;
		s->proto_known = true;
		read_kept(in);
	}
	keep_row(s, &row);
	if (s->proto_known)
		read_kept(in);
}

/* What a continued line may begin with. */
static bool
goes_on(struct str line)
{
	static const char *const keys[] = { "users:((", "timer:(", "uid:",
		"ino:", "sk:", "fwmark:", "cgroup:", "v6only:", "mem:(",
		"skmem:(" };
	size_t i;

	if (*line.p == ' ')
		return true;
	for (i = 0; i < NELEMS(keys); i++)
		if (str_starts(line, keys[i]))
			return true;
	return false;
}

/* The list of processes begins but does not end. */
static bool
is_open(const struct str text)
{
	struct ss_users u = { .n = 0 };
	struct str rest = text;
	bool open = false;

	while (!open && rest.p != NULL) {
		if (str_starts(rest, "cgroup:"))
			break;
		open = str_starts(rest, "users:(") && !ss_users_take(&u, &rest);
		str_cut(&rest, ' ');
	}
	free(u.v);
	return open;
}

static void
add_line(struct from *in, struct str line)
{
	struct ss *s = in->own;
	struct str word[COLUMNS];
	bool whole = str_words(buf_str(&s->text), word, COLUMNS) == COLUMNS;

	if (s->text.n + line.n > ROW_BYTES || (whole && !goes_on(line)) ||
	    is_open(buf_str(&s->text)))
		s->last.broken = true;
	if (s->last.broken)
		return;
	buf_putc(&s->text, ' ');
	buf_add(&s->text, line.p, line.n);
}

static void
begin_row(struct from *in, struct str line, const struct row_words *w)
{
	struct ss *s = in->own;
	struct ss_columns c;

	end_row(in);
	s->text.n = 0;
	buf_add(&s->text, line.p, line.n);
	s->last = (struct ss_row){ .line = in->lineno };
	find_columns(w, &c);
	if (w->n > c.local + 1)
		s->last.width = row_cut_width(in, w, w->word[c.local + 1]);
	if (line.n > in->widest)
		in->widest = line.n;
}

/* Takes a line of a heading; the first one begins a list. */
static void
take_heading(struct from *in, struct str line, const struct row_words *w)
{
	struct ss *s = in->own;
	bool first = begins_heading(w) || str_is(w->word[0], "Netid") ||
	    str_is(w->word[0], "State");
	size_t i;

	end_row(in);
	if (first) {
		end_list(in);
		in->known = true;
	}
	in->heading = first ? line.n : 0;
	for (i = 0; i < w->n; i++)
		s->has_states = s->has_states || str_is(w->word[i], "State");
	buf_add(&s->heading, line.p, line.n);
	buf_putc(&s->heading, ' ');
}

/* A TAB is part of a process's name, not from pasting. */
static bool
has_odd_name(struct str line)
{
	const char *p;

	for (; line.n > 0 && !str_starts(line, "users:(("); )
		line = str_skip(line, 1);
	p = line.n > 0 ? memchr(line.p, '\t', line.n) : NULL;
	if (p == NULL)
		return false;
	line = str_skip(line, (size_t)(p - line.p));
	return memchr(line.p, ')', line.n) != NULL;
}

static void
ss_take(struct from *in, struct str line)
{
	struct ss *s = in->own;
	bool odd = has_odd_name(line);
	struct row_words w;

	line = from_plain(in, line);
	row_split(&w, line);
	if (odd || from_has_control(line)) {
		end_row(in);
		from_complain(in, in->lineno, "a control character: skipped");
	} else if (begins_heading(&w) || (is_heading(&w, w.n) &&
	    (w.n > 1 || s->last.line == 0))) {
		take_heading(in, line, &w);
	} else if (w.n == 0) {
		return;
	} else if (starts_row(s, &w)) {
		in->known = true;
		begin_row(in, line, &w);
	} else if (s->last.line != 0) {
		add_line(in, line);
	} else {
		from_complain(in, in->lineno, "not a line of ss's: skipped");
	}
}

/* Gives `*' the family that the other rows show. */
static void
resolve_stars(struct from *in)
{
	const struct ss *s = in->own;
	size_t i;

	if (s->star_is_4 == s->star_is_6)
		return;
	for (i = 0; i < in->found.n; i++) {
		struct sock *sock = &in->found.v[i].sock;

		if (sock->local.family == ADDR_NONE)
			sock->local.family = s->star_is_6 ? ADDR_INET6 :
			    ADDR_INET;
	}
}

static void
ss_end(struct from *in)
{
	if (in->refusal != NULL)
		return;
	end_row(in);
	end_list(in);
	resolve_stars(in);
	row_drop_cut(in);
	in->found.rows = true;
}

static void *
ss_open(void)
{
	return mem_alloc(sizeof(struct ss));
}

static void
ss_close(void *own)
{
	struct ss *s = own;

	buf_free(&s->heading);
	buf_free(&s->text);
	buf_free(&s->texts);
	free(s->kept);
	free(s->users.v);
	free(s);
}

static bool
ss_is_like(struct from *in, struct str line)
{
	const struct ss none = { .has_netid = false };
	struct row_words w;

	row_split(&w, from_plain(in, line));
	return begins_heading(&w) || (starts_row(&none, &w) && w.n > 3);
}

const struct from_format from_ss = {
	.program = "ss", .lacks = FROM_NO_JSON,
	.open = ss_open, .close = ss_close, .is_like = ss_is_like,
	.take = ss_take, .end = ss_end,
};
