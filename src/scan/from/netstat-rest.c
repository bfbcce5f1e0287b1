/*
 * What netstat prints after the ends of a socket.
 *
 * Linux (net-tools, busybox, toybox): state, with -ee the user and the inode,
 * with -p PID/NAME, cut to a width, or `-', with -o the timer.  Names contain
 * blanks: net-tools prints the name that a process gives itself.
 *
 * macOS, -v: state, sizes, pid, and other words, which depend on the version
 * (netstat.tproj/inet.c, print_socket_stats_format).  UDP has no state.
 */
#include "scan/from/netstat.h"

#include "lib/num.h"
#include "scan/from/ends.h"

enum { PROGRAM_MAX = 20, MACOS_PID_MAX = 99999,
	MACOS_NAME_MAX = 33 };	/* 2 * MAXCOMLEN, and a colon */

static bool
find_word(const struct row_words *w, const char *name, size_t *at)
{
	for (*at = 0; *at < w->n; ++*at)
		if (str_is(w->word[*at], name))
			return true;
	return false;
}

/* Words of all headings.  After a BSD's state only the pid is used. */
static bool
is_known_word(struct str word)
{
	static const char *const words[] = { "Proto", "Recv-Q", "Send-Q",
		"Local", "Foreign", "Address", "State", "(state)",
		"TCP-State", "User", "Inode", "PID/Program", "name", "Name",
		"Timer", "Security", "Context", "rxbytes", "txbytes", "rhiwat",
		"shiwat", "pid", "epid", "process:pid", "state", "options",
		"gencnt", "flags", "flags1", "usecnt", "rtncnt", "fltrs",
		"Tcpcb", "PCB", "Socket", "Flowhash", "(scope)" };
	size_t i;

	for (i = 0; i < NELEMS(words); i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

bool
netstat_heading(struct netstat_columns *c, const struct row_words *w, bool *cut)
{
	size_t proto, state = 0, at, i;
	bool linux_state;

	*cut = false;
	if (!find_word(w, "Proto", &proto) || proto > 2 ||
	    proto + 2 >= w->n || !str_is(w->word[proto + 1], "Recv-Q") ||
	    !str_is(w->word[proto + 2], "Send-Q"))
		return false;
	memset(c, 0, sizeof *c);
	c->known = true;
	linux_state = find_word(w, "State", &state);
	c->bsd = !linux_state && (find_word(w, "(state)", &state) ||
	    find_word(w, "TCP-State", &state));
	*cut = (!linux_state && !c->bsd) ||
	    (!is_known_word(w->word[w->n - 1]) && linux_state) ||
	    str_is(w->word[w->n - 1], "PID/Program") ||
	    str_is(w->word[w->n - 1], "Security");
	c->user = find_word(w, "Inode", &at);
	c->program = find_word(w, "PID/Program", &at);
	c->timer = find_word(w, "Timer", &at);
	c->pid = -1;
	c->named = find_word(w, "process:pid", &i);
	if (c->bsd && (c->named || find_word(w, "pid", &i)) && i > state) {
		c->pid = (int)(i - state) - 1;
		c->behind = (int)(w->n - i) - 1;
		*cut = *cut || !is_known_word(w->word[w->n - 1]);
	}
	return true;
}

/* PID/NAME; the name, up to the end of text, may be missing.  Both are cut to a
 * width of 20: a longer text was joined with another line. */
static bool
take_program(struct str text, struct row_holder *h)
{
	struct str name = text, pid = str_cut(&name, '/');

	if (text.n > PROGRAM_MAX || name.p == NULL ||
	    !row_pid(pid, &h->p.pid))
		return false;
	if (name.n > 0)
		h->p.comm = name;
	return true;
}

/* off (0.00/0/0) and other timers of net-tools, at the end of the text. */
static bool
drop_timer(struct str *text)
{
	static const char *const names[] = { "off", "on", "on2", "on3", "on4",
		"keepalive", "timewait", "probe", "unkn-" };
	struct str rest = *text;
	size_t i, n;

	if (!str_ends(rest, ")"))
		return false;
	while (rest.n > 0 && rest.p[rest.n - 1] != '(')
		rest.n--;
	if (!str_take_end(&rest, "(") || !str_take_end(&rest, " "))
		return false;
	for (n = rest.n; n > 0 && rest.p[n - 1] != ' '; n--)
		;
	for (i = 0; i < NELEMS(names); i++) {
		if (!str_starts(str_skip(rest, n), names[i]))
			continue;
		while (n > 0 && rest.p[n - 1] == ' ')
			n--;
		text->n = n;
		return true;
	}
	return false;
}

/* `ID INODE' from -ee: a uid or user name, and a number. */
static bool
has_user(const struct netstat_columns *c, const struct row_words *w, size_t i)
{
	struct str slash = i < w->n ? w->word[i] : STR_NONE;
	uint64_t v;

	if (c->known)
		return c->user;
	str_cut(&slash, '/');
	return i + 1 < w->n && slash.p == NULL &&
	    num_parse(w->word[i + 1], UINT64_MAX, &v);
}

const char *
netstat_rest_linux(const struct netstat_columns *c, const struct row_words *w,
    size_t i, struct row *r, struct row_holder *h)
{
	static const char cut[] = "a row that seems to be cut: skipped";
	struct str text;

	r->has_state = i < w->n && (from_state(w->word[i]) != STATE_NONE ||
	    str_is(w->word[i], "UNKNOWN"));
	if (r->has_state)
		r->state = from_state(w->word[i++]);
	if (r->proto == PROTO_TCP && !r->has_state)
		return cut;
	if (r->has_state && row_is_half_state(w->word[i - 1]) && i == w->n &&
	    !str_ends(w->line, " "))
		return cut;
	if (has_user(c, w, i)) {
		if (i + 1 >= w->n || !num_parse(w->word[i + 1], UINT64_MAX,
		    &r->inode))
			return cut;
		r->has_uid = row_number(w->word[i], &r->uid);
		/* the inode may be cut */
		if (!str_ends(w->line, " ") && i + 2 == w->n)
			r->inode = 0;
		i += 2;
	}
	text = row_rest(w, i);
	if (!c->known || c->timer)
		drop_timer(&text);
	if (text.n == 0)
		return c->program ? cut : NULL;
	if (c->known && !c->program)
		return "more than its heading has: skipped";
	/* -Z adds a context */
	if (*text.p == '-' && (text.n == 1 || text.p[1] == ' '))
		return NULL;
	return take_program(text, h) ? NULL :
	    "no PID/NAME where one should be: skipped";
}

/* NAME:PID; the name may contain blanks and colons. */
static bool
take_named(struct str text, struct row_holder *h)
{
	size_t n = text.n;
	uint64_t pid;

	while (n > 0 && char_is_digit(text.p[n - 1]))
		n--;
	if (n == 0 || n > MACOS_NAME_MAX || text.p[n - 1] != ':' ||
	    !num_parse(str_skip(text, n), INT32_MAX, &pid))
		return false;
	h->p.pid = (uint32_t)pid;
	if (n > 1)
		h->p.comm = (struct str){ text.p, n - 1 };
	return true;
}

/* From word first to word last. */
static struct str
join(const struct row_words *w, size_t first, size_t last)
{
	const char *end = w->word[last].p + w->word[last].n;

	return (struct str){ w->word[first].p,
		(size_t)(end - w->word[first].p) };
}

static bool
has_length(const struct row_words *w, size_t i, size_t n)
{
	return i < w->n && w->word[i].n == n;
}

/* A pid, and the pid that it acts for; sizes are larger numbers. */
static bool
are_pids(const struct row_words *w, size_t i)
{
	uint32_t a, b;

	return row_number(w->word[i], &a) && a <= MACOS_PID_MAX &&
	    row_number(w->word[i + 1], &b) && b <= MACOS_PID_MAX;
}

/* Without a heading: what known versions of macOS print. */
static void
guess_columns(struct netstat_columns *c, const struct row_words *w, size_t i)
{
	size_t n = w->n - i;

	c->pid = -1;
	if ((n == 4 && are_pids(w, i + 2)) ||
	    (n == 6 && str_starts(w->word[i + 4], "0x")) ||
	    (n == 12 && has_length(w, i + 4, 5) && has_length(w, i + 5, 8) &&
	    has_length(w, i + 6, 16))) {
		c->pid = 2;
		c->behind = (int)n - 3;
	} else if (n == 14 && has_length(w, i + 6, 5) &&
	    has_length(w, i + 7, 8) && has_length(w, i + 8, 16)) {
		c->pid = 4;
		c->behind = 9;
	} else if (n >= 13 && has_length(w, w->n - 8, 5) &&
	    has_length(w, w->n - 7, 8) && has_length(w, w->n - 6, 16)) {
		c->pid = 4;
		c->behind = 8;
		c->named = true;
	}
}

const char *
netstat_rest_bsd(const struct netstat_columns *columns,
    const struct row_words *w, size_t i, struct row *r, struct row_holder *h)
{
	struct netstat_columns c = *columns;
	size_t pid, last;

	r->has_state = i < w->n && from_state(w->word[i]) != STATE_NONE &&
	    !row_is_half_state(w->word[i]);
	if (r->has_state)
		r->state = from_state(w->word[i++]);
	if (r->proto == PROTO_TCP && !r->has_state)
		return "a row that seems to be cut: skipped";
	if (!c.known)
		guess_columns(&c, w, i);
	if (c.pid < 0)
		return NULL;
	pid = i + (size_t)c.pid;
	last = w->n - 1 - (size_t)c.behind;
	if (w->n < pid + 1 + (size_t)c.behind || (!c.named && last != pid))
		return "another number of columns than its heading has: "
		    "skipped";
	if (c.named)
		return take_named(join(w, pid, last), h) ? NULL :
		    "no NAME:PID where one should be: skipped";
	/* 0: the kernel, or no process */
	return row_number(w->word[pid], &h->p.pid) ? NULL :
	    "no process number where one should be: skipped";
}
