/* What lsof prints about processes and their files, in both output forms. */
#include "scan/from/lsof.h"

#include "lib/num.h"
#include "scan/from/ends.h"

enum { FD_SUFFIX = 2 };	/* access and lock, after a descriptor's number */

/* A process's name without lsof's escapes; `^K' may be an escape or not. */
static void
decode(struct buf *out, struct str s)
{
	static const char letters[] = "\\btnfr", bytes[] = "\\\b\t\n\f\r";
	const char *letter;
	size_t n;

	out->n = 0;
	for (; s.n > 0; s = str_skip(s, n)) {
		letter = *s.p == '\\' && s.n > 1 ?
		    memchr(letters, s.p[1], sizeof letters - 1) : NULL;
		if (letter != NULL) {
			buf_putc(out, bytes[letter - letters]);
			n = 2;
		} else if (s.n > 3 && s.p[0] == '\\' && s.p[1] == 'x' &&
		    num_hex(s.p[2]) >= 0 && num_hex(s.p[3]) >= 0) {
			buf_putc(out, (char)(num_hex(s.p[2]) << 4 |
			    num_hex(s.p[3])));
			n = 4;
		} else {
			buf_putc(out, *s.p);
			n = 1;
		}
	}
}

/* All fields of the process have been read. */
void
lsof_end_proc(struct lsof *l)
{
	struct found *f = &l->in->found;

	if (f->at != FOUND_NOBODY)
		found_complete(f, f->at, l->proc.p);
	f->at = FOUND_NOBODY;
	l->proc.known = false;
}

bool
lsof_begin_proc(struct lsof *l, struct str pid)
{
	uint64_t v = 0;

	lsof_end_proc(l);
	l->proc.known = num_parse(pid, INT32_MAX, &v);
	l->proc.p = (struct proc){ .pid = (uint32_t)v };
	return l->proc.known;
}

/* Adds the process of the files, complete when the next begins. */
static void
place_proc(struct lsof *l)
{
	struct found *f = &l->in->found;
	struct proc p = { .pid = l->proc.p.pid };

	if (l->proc.known && f->at == FOUND_NOBODY)
		f->at = found_add_proc(f, &p);
}

bool
lsof_set_comm(struct lsof *l, struct str text)
{
	if (from_has_control(text))
		return false;
	if (text.n > 0) {
		decode(&l->proc.comm, text);
		l->proc.p.comm = buf_str(&l->proc.comm);
	}
	return true;
}

bool
lsof_set_user(struct lsof *l, struct str name)
{
	if (name.n > 0) {
		l->proc.user.n = 0;
		buf_add(&l->proc.user, name.p, name.n);
		l->proc.p.user = buf_str(&l->proc.user);
	}
	return true;
}

/* Some dialects print a number above INT_MAX as a negative one. */
bool
lsof_set_uid(struct lsof *l, struct str text)
{
	bool negative = str_take(&text, '-');
	uint64_t v;

	if (!num_parse(text, negative ? INT32_MAX : UINT32_MAX, &v))
		return false;
	l->proc.p.uid = negative ? -(uint32_t)v : (uint32_t)v;
	l->proc.p.has_uid = true;
	return true;
}

bool
lsof_set_ppid(struct lsof *l, struct str text)
{
	uint64_t v;

	if (!num_parse(text, INT32_MAX, &v))
		return false;
	l->proc.p.ppid = (uint32_t)v;
	l->proc.p.has_ppid = true;
	return true;
}

/* An lsof without IPv6 only has `inet'. */
void
lsof_set_type(struct lsof_file *f, struct str text)
{
	static const struct {
		const char *name;
		enum addr_family family;
	} types[] = {
		{ "ipv4", ADDR_INET }, { "ipv6", ADDR_INET6 },
		{ "inet", ADDR_INET }, { "inet6", ADDR_INET6 },
	};
	size_t i;

	f->has_type = true;
	f->is_inet = false;
	for (i = 0; i < NELEMS(types); i++) {
		if (!str_is_like(text, types[i].name))
			continue;
		f->is_inet = true;
		f->family = types[i].family;
	}
}

/* TCP, tcp6, ... */
void
lsof_set_proto(struct lsof_file *f, struct str text)
{
	while (text.n > 3 && (text.p[text.n - 1] == '4' ||
	    text.p[text.n - 1] == '6'))
		text.n--;
	f->has_proto = true;
	f->is_tcp = str_is_like(text, "tcp");
	f->is_udp = str_is_like(text, "udp");
}

/* Any other text says nothing about a socket. */
void
lsof_set_device(struct lsof_file *f, struct str text)
{
	uint64_t v = 0;
	size_t i;

	if (num_parse(text, UINT64_MAX, &f->device_number) ||
	    !str_take_start(&text, "0x") || text.n > 16)
		return;
	for (i = 0; i < text.n; i++) {
		if (num_hex(text.p[i]) < 0)
			return;
		v = v << 4 | (uint64_t)num_hex(text.p[i]);
	}
	f->device_address = v;
}

static bool
is_letter(char c)
{
	return char_is_lower(c) || char_is_upper(c);
}

/* A descriptor with its access mode (`10u', `3rW'), or another word (`txt'; in
 * a table also `*123', the end of one too long for its column). */
bool
lsof_set_fd(struct lsof_file *f, struct str text)
{
	uint64_t v;
	size_t i;

	if (text.n > 0 && (is_letter(*text.p) || *text.p == '*'))
		return true;
	if (text.n > 1 && text.p[0] == '0' && char_is_digit(text.p[1]))
		return false;
	if (!num_take(&text, INT32_MAX, &v) || text.n > FD_SUFFIX)
		return false;
	for (i = 0; i < text.n; i++)
		if (!is_letter(text.p[i]) && text.p[i] != '-')
			return false;
	f->has_fd = true;
	f->fd = (uint32_t)v;
	return true;
}

/* ST=STATE, QR=BYTES, QS=BYTES; other keys are not needed. */
bool
lsof_set_info(struct lsof_file *f, struct str word)
{
	struct str value = word, key = str_cut(&value, '=');
	bool rx = str_is(key, "QR"), tx = str_is(key, "QS");
	uint64_t v;

	if (str_is(key, "ST")) {
		f->has_state = true;
		f->state = from_state(value);
		return true;
	}
	if (!rx && !tx)
		return true;
	if (!num_parse(value, UINT32_MAX, &v))
		return false;
	if (rx) {
		f->has_rx = true;
		f->rx = (uint32_t)v;
	} else {
		f->has_tx = true;
		f->tx = (uint32_t)v;
	}
	return true;
}

/* Adds the values in parentheses after the name; T fields take precedence. */
static void
add_info(struct lsof *l, struct lsof_file *f, struct str info)
{
	struct lsof_file more = { .fd = 0 };
	struct str word;

	while (info.p != NULL && info.n > 0) {
		word = str_cut(&info, ' ');
		if (memchr(word.p, '=', word.n) == NULL) {
			more.has_state = true;
			more.state = from_state(word);
		} else if (!lsof_set_info(&more, word)) {
			from_complain(l->in, f->line, "a bad number in the "
			    "parentheses: passed over");
		}
	}
	if (!f->has_state) {
		f->has_state = more.has_state;
		f->state = more.state;
	}
	if (!f->has_rx && !f->has_tx) {
		f->has_rx = more.has_rx;
		f->has_tx = more.has_tx;
		f->rx = more.rx;
		f->tx = more.tx;
	}
}

/* What BSDs print in place of the ends of a socket that has none. */
static bool
is_nowhere(struct str name)
{
	return name.n == 0 || str_starts(name, "no PCB") ||
	    str_starts(name, "no more information") ||
	    str_starts(name, "can't identify protocol");
}

/* An internet socket of a supported protocol. */
static bool
is_socket(struct lsof *l, const struct lsof_file *f)
{
	if (!f->has_name || (f->has_type && !f->is_inet) ||
	    is_nowhere(f->name))
		return false;
	if (f->has_proto)
		return f->is_tcp || f->is_udp;
	/* Only TCP has a state. */
	if (!f->has_state && f->name.p[0] != '/')
		from_complain(l->in, f->line, "no protocol is told (lsof -F P "
		    "tells it): skipped");
	return f->has_state;
}

static void
make_entry(struct found_entry *e, const struct lsof_file *f,
    const struct lsof_name *n)
{
	struct sock *s = &e->sock;

	memset(e, 0, sizeof *e);
	s->proto = f->is_udp ? PROTO_UDP : PROTO_TCP;
	s->local = n->local;
	s->local_port = n->local_port;
	s->remote = n->remote;
	s->remote_port = n->remote_port;
	if (!f->is_udp)
		s->state = (unsigned char)(f->has_state ? f->state :
		    STATE_NONE);
	else
		s->state = n->remote.family == ADDR_NONE ? STATE_UNCONN :
		    STATE_ESTABLISHED;
	s->userless = true;
	s->queueless = !f->has_rx || !f->has_tx;
	s->rx_queue = f->rx;
	s->tx_queue = f->tx;
	s->inode = f->inode != 0 ? f->inode : f->device_number;
	s->ifname = n->scope[0] != '\0' ? n->scope : NULL;
	e->device = f->device_address != 0 ? f->device_address :
	    f->device_number;
	e->fd = f->has_fd ? f->fd : HOLDER_NO_FD;
	e->line = f->line;
	e->width = f->width;
}

static void
take_socket(struct lsof *l, struct lsof_file *f)
{
	struct lsof_name n = { .local_port = 0 };
	struct found_entry e;
	const char *wrong;

	wrong = lsof_name_parse(&n, f->name, f->family,
	    f->is_udp ? PROTO_UDP : PROTO_TCP, l->in->services);
	if (wrong == NULL && f->is_broken)
		wrong = "a name that the next line may belong to: skipped";
	if (wrong != NULL) {
		l->cut_width = f->width;
		from_complain(l->in, f->line, wrong);
		return;
	}
	if (n.info.p != NULL)
		f->width = 0;
	add_info(l, f, n.info);
	if (f->width == 0 && f->is_tcp)
		l->has_states = true;
	if (n.local.family == ADDR_NONE && !n.any)
		return;
	make_entry(&e, f, &n);
	place_proc(l);
	found_add(l->in, &e);
}

void
lsof_end_file(struct lsof *l, const struct lsof_file *file)
{
	struct lsof_file f = *file;
	size_t bad = l->in->bad;

	if (is_socket(l, &f))
		take_socket(l, &f);
	if (l->in->bad == bad && (f.has_type || f.has_name))
		l->in->good++;
}
