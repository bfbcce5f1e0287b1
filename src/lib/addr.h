/*
 * addr: binary IPv4 and IPv6 addresses.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <stdbool.h>

#include "lib/str.h"

enum addr_family { ADDR_NONE = 0, ADDR_INET = 4, ADDR_INET6 = 6 };

/* How far an address reaches. */
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

/* Bytes in network order; an IPv4 address has the first four, the rest are
 * 0. */
struct addr {
	unsigned char family;
	unsigned char b[16];
};

/*
 * Reads a numeric address without brackets.  The text after a % (RFC 4007) goes
 * to *scope; if that is NULL, a % is an error.  Only IPv6 addresses have a
 * scope.
 */
bool addr_parse(struct str s, struct addr *a, struct str *scope);

/* The same for an address in the form for people: with or without brackets, the
 * zone inside or after them, as in ss(8); an IPv4 one may have a zone too. */
bool addr_parse_shown(struct str s, struct addr *a, struct str *zone);

/* Writes the canonical form (RFC 5952; IPv4-mapped as ::ffff:a.b.c.d) at p, at
 * most ADDR_TEXT_MAX bytes and no NUL; returns the end. */
char *addr_format(char *p, const struct addr *a);

/* IPv4 sorts before IPv6; otherwise compares bytes. */
int addr_cmp(const struct addr *a, const struct addr *b);

/* An IPv4-mapped IPv6 address as IPv4; any other address unchanged. */
struct addr addr_unmap(const struct addr *a);
bool addr_is_mapped(const struct addr *a);
bool addr_is_any(const struct addr *a);
bool addr_is_linklocal(const struct addr *a);

/* a and net have the same family and the same first bits bits. */
bool addr_in(const struct addr *a, const struct addr *net, unsigned bits);

/* Makes a network for addr_in: clears all after the first bits bits. */
void addr_mask(struct addr *a, unsigned bits);

/* The reach of an IPv4-mapped address is that of the IPv4 address. */
enum addr_reach addr_reach(const struct addr *a);

/* The word in records and rules; NULL for ADDR_MULTICAST. */
const char *addr_reach_name(enum addr_reach reach);

/* The number of bits of an address in a's family. */
unsigned addr_bits(const struct addr *a);

#endif
