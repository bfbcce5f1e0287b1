#include "scan/from/row.h"

#include "lib/num.h"
#include "scan/from/ends.h"

enum { PORT_DIGITS = 5 };

const char row_open[] = "a row that the next line may belong to: skipped";

void
row_split(struct row_words *w, struct str line)
{
	w->line = line;
	w->n = str_words(line, w->word, ROW_WORDS);
}

struct str
row_rest(const struct row_words *w, size_t i)
{
	struct str s = STR_NONE;

	if (i >= w->n)
		return s;
	s.p = w->word[i].p;
	s.n = (size_t)(w->line.p + w->line.n - s.p);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

bool
row_number(struct str s, uint32_t *v)
{
	uint64_t n;

	if (!num_parse(s, UINT32_MAX, &n))
		return false;
	*v = (uint32_t)n;
	return true;
}

bool
row_pid(struct str s, uint32_t *pid)
{
	uint64_t n;

	if (!num_parse(s, INT32_MAX, &n) || n == 0)
		return false;
	*pid = (uint32_t)n;
	return true;
}

bool
row_proto(struct row *r, struct str word)
{
	bool tcp = str_take_start(&word, "tcp");

	if (!tcp && !str_take_start(&word, "udp"))
		return false;
	r->proto = tcp ? PROTO_TCP : PROTO_UDP;
	r->family = ADDR_NONE;
	if (str_is(word, "4"))
		r->family = ADDR_INET;
	else if (str_is(word, "6") || str_is(word, "46"))
		r->family = ADDR_INET6;
	else
		return word.n == 0;
	if (str_is(word, "46"))
		r->v6only = V6ONLY_NO;
	return true;
}

/* A port of five digits, or `*', is complete. */
size_t
row_cut_width(const struct from *in, const struct row_words *w, struct str end)
{
	size_t digits = 0;

	if (end.p + end.n != w->line.p + w->line.n ||
	    (in->heading > 0 && w->line.n < in->heading))
		return 0;
	while (digits < end.n && char_is_digit(end.p[end.n - 1 - digits]))
		digits++;
	return digits == PORT_DIGITS || str_ends(end, "*") ? 0 : w->line.n;
}

/* The state allows such ends. */
static bool
fits_state(const struct row *r, const struct from_side *remote)
{
	bool peer = remote->addr.family != ADDR_NONE;

	if (!r->has_state || r->proto != PROTO_TCP ||
	    r->state == STATE_NONE || r->state == STATE_CLOSED)
		return true;
	return peer == (r->state != STATE_LISTEN && r->state != STATE_BOUND);
}

static const char *
read_ends(const struct from *in, const struct row *r, struct from_ends *c,
    struct from_side *local, struct from_side *remote)
{
	const char *wrong = NULL;

	*c = (struct from_ends){ r->family, r->proto, r->sep, in->services,
		"" };
	memset(remote, 0, sizeof *remote);
	if (r->remote.p != NULL)
		wrong = from_end_read(c, r->remote, remote);
	/* an end may show the family of a socket that has none */
	if (c->family == ADDR_NONE)
		c->family = remote->addr.family;
	if (wrong == NULL)
		wrong = from_end_read(c, r->local, local);
	if (wrong == NULL && (remote->any ||
	    (remote->addr.family != ADDR_NONE &&
	    local->addr.family == ADDR_NONE)))
		return "no address and port";
	if (wrong == NULL && !fits_state(r, remote))
		return "a state that its ends do not have: skipped";
	return wrong;
}

static void
make_entry(struct found_entry *e, const struct row *r,
    const struct from_ends *c, const struct from_side *local,
    const struct from_side *remote)
{
	struct sock *s = &e->sock;

	memset(e, 0, sizeof *e);
	s->proto = (unsigned char)r->proto;
	s->local = local->addr;
	s->local_port = local->port;
	s->remote = remote->addr;
	s->remote_port = remote->port;
	if (r->proto == PROTO_TCP)
		s->state = (unsigned char)(r->has_state ? r->state :
		    STATE_NONE);
	else
		s->state = remote->addr.family == ADDR_NONE ? STATE_UNCONN :
		    STATE_ESTABLISHED;
	s->userless = !r->has_uid;
	s->uid = r->uid;
	s->queueless = !r->has_queues;
	s->rx_queue = r->rx;
	s->tx_queue = r->tx;
	s->has_backlog = r->has_backlog && s->state == STATE_LISTEN;
	s->v6only = (unsigned char)(local->addr.family == ADDR_INET6 ?
	    r->v6only : V6ONLY_UNKNOWN);
	s->timewait = s->state == STATE_TIME_WAIT;
	s->inode = r->inode;
	s->cookie = r->cookie;
	s->ifname = c->scope[0] != '\0' ? c->scope : NULL;
	e->device = r->device;
	e->fd = HOLDER_NO_FD;
	e->line = r->line;
	e->width = r->width;
	e->narrow = r->narrow;
}

char
row_separator(struct str end)
{
	while (end.n > 0 && end.p[end.n - 1] != ':' && end.p[end.n - 1] != '.')
		end.n--;
	return end.n > 0 ? end.p[end.n - 1] : ':';
}

bool
row_is_ipv6(struct str end)
{
	struct str rest = end;

	str_cut(&rest, ':');
	return rest.p != NULL && (row_separator(end) == '.' ||
	    memchr(rest.p, ':', rest.n) != NULL);
}

void
row_end(struct from *in, struct row_last *last, bool bad,
    void (*take)(struct from *in, struct str line, size_t lineno))
{
	size_t line = last->line;

	last->line = 0;
	if (line != 0 && bad)
		from_complain(in, line, row_open);
	else if (line != 0)
		take(in, buf_str(&last->text), line);
}

void
row_begin(struct from *in, struct row_last *last, struct str line)
{
	in->known = true;
	if (line.n > in->widest)
		in->widest = line.n;
	last->line = in->lineno;
	last->text.n = 0;
	buf_add(&last->text, line.p, line.n);
}

void
row_refuse(struct from *in, size_t line, size_t length, const char *wrong)
{
	if (length > in->widest_bad)
		in->widest_bad = length;
	from_complain(in, line, wrong);
}

bool
row_add(struct from *in, const struct row *r)
{
	struct from_side local = { .port = 0 }, remote;
	struct from_ends c;
	struct found_entry e;
	const char *wrong = read_ends(in, r, &c, &local, &remote);
	size_t i;

	if (wrong != NULL) {
		row_refuse(in, r->line, r->length, wrong);
		return false;
	}
	in->good++;
	if (local.addr.family == ADDR_NONE && !local.any)
		return true;
	make_entry(&e, r, &c, &local, &remote);
	in->found.at = FOUND_NOBODY;
	if (r->nholders == 0)
		found_add(in, &e);
	for (i = 0; i < r->nholders; i++) {
		in->found.at = found_add_proc(&in->found, &r->holder[i].p);
		e.fd = r->holder[i].fd;
		found_add(in, &e);
	}
	in->found.at = FOUND_NOBODY;
	return true;
}

static bool
is_cut(const struct from *in, const struct found_entry *e)
{
	return e->width > 0 && e->width == in->widest;
}

static bool
is_narrow(const struct from *in, const struct found_entry *e)
{
	(void)in;
	return e->narrow;
}

/* In rows that are too long, cut(1) leaves only the start of the port, which is
 * another port.  Such rows all have the same width, and none is wider. */
void
row_drop_cut(struct from *in)
{
	const struct found *f = &in->found;
	const struct found_entry *first = NULL;
	bool several = in->widest_bad == in->widest;
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (!is_cut(in, &f->v[i]))
			continue;
		if (first == NULL)
			first = &f->v[i];
		several = several || sock_cmp(&first->sock, &f->v[i].sock) != 0;
	}
	if (several)
		found_drop(in, is_cut, "a row that may be cut, as others are "
		    "as long: skipped");
	if (!in->wide)
		found_drop(in, is_narrow, "an address that its program may "
		    "have cut (netstat and sockstat have -W or -w): skipped");
}
