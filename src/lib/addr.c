#include "lib/addr.h"

#include <arpa/inet.h>

#include "lib/num.h"

static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool
addr_parse(struct str s, struct addr *a, struct str *scope)
{
	char text[ADDR_TEXT_MAX + 1];
	struct str rest = s, host = str_cut(&rest, '%');
	bool v6;

	if (rest.p != NULL && (scope == NULL || rest.n == 0))
		return false;
	if (host.n == 0 || host.n >= sizeof text ||
	    memchr(host.p, '\0', host.n) != NULL)
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	v6 = strchr(text, ':') != NULL;
	if (rest.p != NULL && !v6)
		return false;
	memset(a, 0, sizeof *a);
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, a->b) != 1)
		return false;
	a->family = v6 ? ADDR_INET6 : ADDR_INET;
	if (scope != NULL)
		*scope = rest;
	return true;
}

bool
addr_parse_shown(struct str s, struct addr *a, struct str *zone)
{
	struct str host = s, behind = STR_NONE;

	if (str_take(&host, '[')) {
		behind = host;
		host = str_cut(&behind, ']');
		if (behind.p == NULL ||
		    (behind.n > 0 && !str_take(&behind, '%')))
			return false;
		if (behind.n == 0 && str_ends(s, "]"))
			behind = STR_NONE;
	}
	*zone = host;
	host = str_cut(zone, '%');
	if (zone->p == NULL)
		*zone = behind;
	return (zone->p == NULL || zone->n > 0) && addr_parse(host, a, NULL);
}

static char *
format_v4(char *p, const unsigned char *b)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			*p++ = '.';
		p = num_format(p, b[i]);
	}
	return p;
}

static char *
format_group(char *p, unsigned v)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	for (shift = 12; shift > 0 && v >> shift == 0; shift -= 4)
		;
	for (; shift >= 0; shift -= 4)
		*p++ = digits[v >> shift & 15];
	return p;
}

/* Finds the first of the longest runs of two or more zero groups. */
static int
zero_run(const unsigned *group, int *len)
{
	int i, start = -1, run = 0;

	*len = 1;
	for (i = 0; i < 8; i++) {
		run = group[i] == 0 ? run + 1 : 0;
		if (run > *len) {
			*len = run;
			start = i - run + 1;
		}
	}
	return start;
}

static char *
format_v6(char *p, const unsigned char *b)
{
	unsigned group[8];
	int i, start, len;

	for (i = 0; i < 8; i++, b += 2)
		group[i] = (unsigned)b[0] << 8 | b[1];
	start = zero_run(group, &len);
	for (i = 0; i < 8; i++) {
		if (i == start) {
			*p++ = ':';
			*p++ = ':';
			i += len - 1;
			continue;
		}
		if (i > 0 && i != start + len)
			*p++ = ':';
		p = format_group(p, group[i]);
	}
	return p;
}

char *
addr_format(char *p, const struct addr *a)
{
	if (a->family == ADDR_INET)
		return format_v4(p, a->b);
	if (addr_is_mapped(a)) {
		memcpy(p, "::ffff:", 7);
		return format_v4(p + 7, a->b + 12);
	}
	return format_v6(p, a->b);
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof a->b);
}

bool
addr_is_mapped(const struct addr *a)
{
	return a->family == ADDR_INET6 &&
	    memcmp(a->b, mapped_prefix, sizeof mapped_prefix) == 0;
}

struct addr
addr_unmap(const struct addr *a)
{
	struct addr v4 = { .family = ADDR_INET };

	if (!addr_is_mapped(a))
		return *a;
	memcpy(v4.b, a->b + sizeof mapped_prefix, 4);
	return v4;
}

bool
addr_is_any(const struct addr *a)
{
	static const unsigned char zero[16];

	return memcmp(a->b, zero, sizeof zero) == 0;
}

bool
addr_is_linklocal(const struct addr *a)
{
	return a->family == ADDR_INET6 && a->b[0] == 0xfe &&
	    (a->b[1] & 0xc0) == 0x80;
}

bool
addr_in(const struct addr *a, const struct addr *net, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	if (a->family != net->family || memcmp(a->b, net->b, bytes) != 0)
		return false;
	return rest == 0 || (a->b[bytes] ^ net->b[bytes]) >> (8 - rest) == 0;
}

void
addr_mask(struct addr *a, unsigned bits)
{
	size_t at = bits / 8;

	if (at == sizeof a->b)
		return;
	a->b[at] = (unsigned char)(a->b[at] & 0xff00 >> bits % 8);
	memset(a->b + at + 1, 0, sizeof a->b - at - 1);
}

unsigned
addr_bits(const struct addr *a)
{
	return a->family == ADDR_INET ? 32 : 128;
}

/* The special blocks, from IANA's special-purpose address registries. */
static const struct block {
	struct addr net;
	unsigned bits;
	enum addr_reach reach;
} blocks[] = {
	{ { ADDR_INET, { 0 } }, 32, ADDR_UNSPECIFIED },
	{ { ADDR_INET, { 127 } }, 8, ADDR_LOOPBACK },
	{ { ADDR_INET, { 10 } }, 8, ADDR_PRIVATE },
	{ { ADDR_INET, { 172, 16 } }, 12, ADDR_PRIVATE },
	{ { ADDR_INET, { 192, 168 } }, 16, ADDR_PRIVATE },
	{ { ADDR_INET, { 100, 64 } }, 10, ADDR_PRIVATE },
	{ { ADDR_INET, { 169, 254 } }, 16, ADDR_LINK },
	{ { ADDR_INET, { 224 } }, 4, ADDR_MULTICAST },
	{ { ADDR_INET, { 255, 255, 255, 255 } }, 32, ADDR_MULTICAST },
	{ { ADDR_INET6, { 0 } }, 128, ADDR_UNSPECIFIED },
	{ { ADDR_INET6, { [15] = 1 } }, 128, ADDR_LOOPBACK },
	{ { ADDR_INET6, { 0xfe, 0x80 } }, 10, ADDR_LINK },
	{ { ADDR_INET6, { 0xfc } }, 7, ADDR_PRIVATE },
	{ { ADDR_INET6, { 0xff } }, 8, ADDR_MULTICAST },
};

enum addr_reach
addr_reach(const struct addr *a)
{
	struct addr plain = addr_unmap(a);
	size_t i;

	for (i = 0; i < NELEMS(blocks); i++)
		if (addr_in(&plain, &blocks[i].net, blocks[i].bits))
			return blocks[i].reach;
	return ADDR_PUBLIC;
}

const char *
addr_reach_name(enum addr_reach reach)
{
	static const char *const names[ADDR_NREACHES] = {
		[ADDR_UNSPECIFIED] = "any", [ADDR_LOOPBACK] = "loopback",
		[ADDR_LINK] = "link", [ADDR_PRIVATE] = "private",
		[ADDR_PUBLIC] = "public",
	};

	return names[reach];
}
