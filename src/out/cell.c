/* What a table shows of a value, in full and when there is no room. */
#include "out/table.h"

#include "lib/escape.h"
#include "lib/num.h"
#include "lib/timestamp.h"

/* An IPv4 address is always shown whole, also at the end of an IPv4-mapped one.
 * Another IPv6 address may be cut to its middle: [2001:+1:7334]:22 */
#define MAPPED "[::ffff:"
enum { IPV6_LEAST = 15, LEAST_MAX = sizeof "[+255.255.255.255]:65535" - 1 };

enum { TICKS = 100 };	/* ticks a second: proc_pid_stat(5), and USER_HZ of all
			 * machines that prt was built for */

/* Only root can bind lower ports: a service name is right there. */
enum { SYSTEM_PORTS = 1024 };

static int64_t
number_of(struct str s)
{
	uint64_t v;

	return num_parse(s, INT64_MAX, &v) ? (int64_t)v : -1;
}

struct cell_now
cell_now(const struct snap *snap)
{
	struct cell_now now = { -1, -1 };

	if (snap == NULL)
		return now;
	if (!timestamp_parse(snap_get(snap, "time"), &now.time))
		now.time = -1;
	now.up = number_of(snap_get(snap, "up"));
	return now;
}

void
cell_add(struct buf *b, struct str v)
{
	if (v.n == 0)
		buf_putc(b, '-');
	else if (v.n == 1 && *v.p == '-')
		buf_puts(b, "\\x2d");
	else
		escape_controls(b, v);
}

/* As in ls -h: one decimal for small numbers. */
static void
add_scaled(struct buf *b, uint64_t v, const char *const *units, unsigned step)
{
	uint64_t rest = 0;

	while (v >= step && units[1] != NULL) {
		rest = v % step * 10 / step;
		v /= step;
		units++;
	}
	num_add(b, v);
	if (v < 10 && rest > 0) {
		buf_putc(b, '.');
		num_add(b, rest);
	}
	buf_puts(b, *units);
}

static void
add_bytes(struct buf *b, uint64_t v)
{
	static const char *const units[] = { " B", " KiB", " MiB", " GiB",
		" TiB", " PiB", " EiB", NULL };

	add_scaled(b, v, units, 1024);
}

static void
add_microseconds(struct buf *b, uint64_t v)
{
	static const char *const units[] = { " us", " ms", " s", NULL };

	add_scaled(b, v, units, 1000);
}

/* Appends a duration in milliseconds. */
static void
add_age(struct buf *b, int64_t ms)
{
	static const struct {
		int64_t below, seconds;
		const char *unit;
	} units[] = {
		{ 100, 1, " s" }, { 6000, 60, " min" },
		{ 172800, 3600, " h" }, { INT64_MAX, 86400, " d" },
	};
	int64_t s = ms / 1000;
	size_t i = 0;

	if (s == 0) {
		buf_puts(b, "now");
		return;
	}
	while (s >= units[i].below)
		i++;
	num_add(b, (uint64_t)(s / units[i].seconds));
	buf_puts(b, units[i].unit);
}

static bool
add_time(struct buf *b, int64_t ms)
{
	char text[TIMESTAMP_LOCAL_LEN];

	if (!timestamp_local(text, ms))
		return false;
	buf_add(b, text, sizeof text);
	return true;
}

/* Appends a time, or its age.  False if v is not a time. */
static bool
show_time(struct buf *b, struct str v, bool age, int64_t now)
{
	int64_t ms;

	if (!timestamp_parse(v, &ms))
		return false;
	if (!age || now < ms)
		return add_time(b, ms);
	add_age(b, now - ms);
	return true;
}

static bool
show_number(struct buf *b, enum field_show show, struct str v, int64_t up)
{
	struct str rest = v;
	int64_t n = number_of(str_cut(&rest, '.'));

	if (n < 0)
		return false;
	if (show == SHOW_MICROSECONDS) {
		add_microseconds(b, (uint64_t)n);
	} else if (show != SHOW_TICKS) {
		add_bytes(b, (uint64_t)n);
		buf_puts(b, show == SHOW_RATE ? "/s" : "");
	} else if (n <= up / (1000 / TICKS)) {
		add_age(b, up - n * (1000 / TICKS));
	} else {
		return false;
	}
	return true;
}

void
cell_show(struct buf *b, enum field_id id, struct str v,
    const struct cell_now *now)
{
	enum field_show show = id == FIELD_NONE ? SHOW_PLAIN :
	    field_table[id].show;
	bool ok = false;

	if (show == SHOW_TIME || show == SHOW_AGE)
		ok = show_time(b, v, show == SHOW_AGE, now->time);
	else if (show != SHOW_PLAIN)
		ok = show_number(b, show, v, now->up);
	if (!ok)	/* edited by somebody, or nothing shorter to say */
		cell_add(b, v);
}

struct str
cell_brief(enum field_id id, struct str v)
{
	const char *const *brief = id == FIELD_NONE ? NULL :
	    field_table[id].brief;

	for (; brief != NULL && *brief != NULL; brief += 2)
		if (str_is(v, brief[0]))
			return str_from(brief[1]);
	return STR_NONE;
}

void
cell_endpoint(struct buf *b, struct str addr, struct str port)
{
	bool colon = addr.n > 0 && memchr(addr.p, ':', addr.n) != NULL;

	if (addr.n == 0 && port.n == 0) {
		buf_putc(b, '-');
		return;
	}
	if (colon)
		buf_putc(b, '[');
	if (addr.n > 0)
		cell_add(b, addr);
	if (colon)
		buf_putc(b, ']');
	if (port.n > 0) {
		buf_putc(b, ':');
		cell_add(b, port);
	}
}

static bool
is_mapped(struct str s)
{
	return str_starts(s, MAPPED) && memchr(s.p, '.', s.n) != NULL;
}

size_t
cell_endpoint_least(struct str cell)
{
	size_t width = width_of(cell);

	if (is_mapped(cell))
		width -= sizeof MAPPED - sizeof "[+";
	else if (*cell.p == '[' && width > IPV6_LEAST)
		width = IPV6_LEAST;
	return width < LEAST_MAX ? width : LEAST_MAX;
}

/* The port of an endpoint. */
static struct str
port_part(struct str s)
{
	const struct str none = STR_LIT("");
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != ':')
		i--;
	if (i < 2)
		return none;
	i -= s.p[i - 2] == ']' ? 2 : 1;
	return str_skip(s, i);
}

/* How much of an endpoint's end is kept: the port, and half of the address,
 * which tells it from its neighbours. */
static size_t
endpoint_tail(struct str s, size_t room)
{
	struct str port = port_part(s);
	size_t width = width_of(port);

	if (is_mapped(s))
		return width_of(s) - (sizeof MAPPED - 1) < room ?
		    width_of(s) - (sizeof MAPPED - 1) : room - 1;
	if (width >= room)
		return 0;
	return width + (room - width) / 2;
}

/* The end of a cell that is kept when the cell is cut. */
static struct str
tail_of(enum cell_kind kind, struct str s, size_t room)
{
	const struct str none = STR_LIT("");

	if (kind == CELL_TEXT || room < 2)
		return none;
	if (kind == CELL_ENDPOINT)
		room = endpoint_tail(s, room);
	else if (kind == CELL_NAME)
		room /= 2;
	return width_tail(s, room);
}

/* The runtime is the least important part of a container's name: +web. */
static struct str
without_runtime(struct str s)
{
	struct str name = s;

	str_cut(&name, '/');
	return name.n > 0 ? name : s;
}

void
cell_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width)
{
	struct str head, tail;
	size_t room;

	if (kind == CELL_NAME)
		s = without_runtime(s);
	tail = tail_of(kind, s, width - 1);
	if (kind == CELL_NAME && width_of(s) < width)
		tail = s;
	room = width - 1 - width_of(tail);
	if (tail.n == s.n)
		room = 0;
	else if (kind == CELL_ENDPOINT && is_mapped(s) && room > 1)
		room = 1;
	head = width_head(s, room);
	buf_add(b, head.p, head.n);
	buf_putc(b, CUT_MARK);
	buf_add(b, tail.p, tail.n);
}

static struct str
value_of(const struct cols *cols, const struct str *v, enum field_id id)
{
	return cols->at[id] >= 0 ? v[cols->at[id]] : STR_NONE;
}

/* True for ssh and sshd, postgresql and postgres, wireguard and
 * [wireguard/wg0]. */
static bool
is_kin(struct str a, struct str b)
{
	enum { KIN = 4 };
	size_t n;

	str_take(&b, '[');
	n = a.n < b.n ? a.n : b.n;
	n = n < KIN ? n : KIN;
	return n > 2 && strncasecmp(a.p, b.p, n) == 0;
}

bool
cell_is_misnomer(const struct cols *cols, const struct str *v)
{
	struct str service = value_of(cols, v, F_SERVICE);
	struct str process = value_of(cols, v, F_PROCESS);
	uint64_t port;

	/* the program at the other end is unknown */
	return service.n > 0 && process.n > 0 &&
	    !str_is(value_of(cols, v, F_DIR), "out") &&
	    num_parse(value_of(cols, v, F_LOCAL_PORT), UINT16_MAX, &port) &&
	    port >= SYSTEM_PORTS && !is_kin(service, process);
}
