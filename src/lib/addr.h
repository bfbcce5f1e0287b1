/*
 * addr: IPv4 and IPv6 addresses in binary.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <stdbool.h>

#include "lib/str.h"

enum addr_family { ADDR_NONE = 0, ADDR_INET = 4, ADDR_INET6 = 6 };

/* Where an address reaches. */
enum addr_reach {
	ADDR_UNSPECIFIED,	/* 0.0.0.0, :: */
	ADDR_LOOPBACK,		/* RFC 1122, RFC 4291 */
	ADDR_LINK,		/* RFC 3927, RFC 4291 fe80::/10 */
	ADDR_PRIVATE,		/* RFC 1918, 6598, 4193 */
	ADDR_MULTICAST,		/* multicast, and IPv4's broadcast */
	ADDR_PUBLIC,
	ADDR_NREACHES
};

enum { ADDR_TEXT_MAX = 45 };	/* ffff:...:255.255.255.255 */

/* Bytes in network order; of an IPv4 address the first four, the rest 0. */
struct addr {
	unsigned char family;
	unsigned char b[16];
};

/*
 * Reads a numeric address without brackets.  What follows a % (RFC 4007) goes
 * to *scope, which may be NULL: then a % is an error.  IPv6 addresses only have
 * a scope.
 */
bool addr_parse(struct str s, struct addr *a, struct str *scope);

/* The same of an address as people see it: in brackets or without, with the
 * zone in them or behind, as ss(8) has it, and one of IPv4 may have a zone. */
bool addr_parse_shown(struct str s, struct addr *a, struct str *zone);

/* Writes the one form (RFC 5952; an IPv4-mapped one as ::ffff:a.b.c.d) at p, at
 * most ADDR_TEXT_MAX bytes and no NUL; returns what is after it. */
char *addr_format(char *p, const struct addr *a);

/* IPv4 before IPv6, then as bytes. */
int addr_cmp(const struct addr *a, const struct addr *b);

/* An IPv4-mapped IPv6 address as IPv4, any other as it is. */
struct addr addr_unmap(const struct addr *a);
bool addr_is_mapped(const struct addr *a);
bool addr_is_any(const struct addr *a);
bool addr_is_linklocal(const struct addr *a);

/* The first bits bits of a are those of net, and so is the family. */
bool addr_in(const struct addr *a, const struct addr *net, unsigned bits);

/* The network that addr_in compares with: the bits behind the first are 0. */
void addr_mask(struct addr *a, unsigned bits);

/* Of an IPv4-mapped address, that of the IPv4 address. */
enum addr_reach addr_reach(const struct addr *a);

/* The word that records and rules have for it; NULL of ADDR_MULTICAST. */
const char *addr_reach_name(enum addr_reach reach);

/* The number of bits of an address of that family. */
unsigned addr_bits(const struct addr *a);

#endif
