#include "out/cell.h"

#include <stdbool.h>

#include "lib/escape.h"
#include "out/width.h"

/* Stands for what was cut off, as in top(1): ASCII, and one column wide. */
#define CUT_MARK '+'

/* An IPv4 address is shown whole, also as the end of one that is mapped into
 * IPv6; of any other IPv6 address the first groups may have to do: [2001:d+]:22
 */
#define MAPPED "[::ffff:"
enum { IPV6_LEAST = 15, LEAST_MAX = sizeof "[+255.255.255.255]:65535" - 1 };

static bool
is_mapped(struct str s)
{
	return str_starts(s, MAPPED) && memchr(s.p, '.', s.n) != NULL;
}

size_t
cell_endpoint(struct buf *b, struct str addr, struct str port)
{
	bool colon = addr.n > 0 && memchr(addr.p, ':', addr.n) != NULL;
	size_t width, start = b->n;
	struct str cell;

	if (addr.n == 0 && port.n == 0) {
		buf_putc(b, '-');
		return 1;
	}
	if (colon)
		buf_putc(b, '[');
	escape_field(b, addr, false);
	buf_puts(b, colon ? "]:" : ":");
	escape_field(b, port, false);
	cell = (struct str){ b->p + start, b->n - start };
	width = width_of(cell);
	if (is_mapped(cell))
		width -= sizeof MAPPED - sizeof "[+";
	else if (colon && width > IPV6_LEAST)
		width = IPV6_LEAST;
	return width < LEAST_MAX ? width : LEAST_MAX;
}

/* Of an endpoint. */
static struct str
port_of(struct str s)
{
	const struct str none = STR_LIT("");
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != ':')
		i--;
	if (i < 2)
		return none;
	i -= s.p[i - 2] == ']' ? 2 : 1;
	return (struct str){ s.p + i, s.n - i };
}

/* What of a cell that is cut is kept of its end. */
static struct str
tail_of(enum cell_kind kind, struct str s, size_t room)
{
	const struct str none = STR_LIT("");
	struct str port, tail;

	if (kind == CELL_PATH)
		return width_tail(s, room);
	if (kind == CELL_TEXT)
		return none;
	if (is_mapped(s)) {
		tail = (struct str){ s.p + sizeof MAPPED - 1,
		    s.n - (sizeof MAPPED - 1) };
		return room > 1 ? width_tail(tail, room - 1) : none;
	}
	port = port_of(s);
	return width_of(port) < room ? port : none;
}

void
cell_cut(struct buf *b, enum cell_kind kind, struct str s, size_t width)
{
	struct str tail = tail_of(kind, s, width - 1);
	struct str head = width_head(s, width - 1 - width_of(tail));

	buf_add(b, head.p, head.n);
	buf_putc(b, CUT_MARK);
	buf_add(b, tail.p, tail.n);
}
