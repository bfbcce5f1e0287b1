/*
 * nl: requests over netlink(7), and the messages and attributes of answers.
 *
 * Numbers in an answer are not trusted.  A number that points outside of it is
 * an error; so are bytes that no length accounts for, as they may hide a
 * record.
 */
#ifndef SCAN_LINUX_NL_H
#define SCAN_LINUX_NL_H

#include <linux/netlink.h>
#include <stdint.h>

#include "lib/str.h"

/* Results that are not an errno: a dump ended, and the kernel calls it
 * inconsistent; the request is acknowledged. */
enum { NL_AGAIN = -1, NL_ACK = -2 };

/* Takes one message of an answer, with its payload.  Returns 0, or an errno
 * that ends the answer (ENODATA: no more is needed). */
typedef int nl_take(void *arg, const struct nlmsghdr *h, struct str payload);

/*
 * Passes on the messages of one datagram, aligned as in netlink(7).  0: more
 * follow; ENODATA: it was the last of a dump; NL_AGAIN: the same, but the dump
 * is inconsistent (*interrupted, which begins as false); NL_ACK; or another
 * errno.
 */
int nl_messages(const void *buf, size_t len, bool *interrupted, nl_take *take,
    void *arg);

/* Takes one datagram; a result other than 0 ends the answer. */
typedef int nl_datagram(void *arg, const void *buf, size_t len);

/* Sends a request on a new socket, so that nothing is left over from one that
 * failed, and receives the answer.  Returns the last result of each, or an
 * errno. */
int nl_ask(int protocol, const struct nlmsghdr *request, nl_datagram *each,
    void *arg);

/* The same, message by message: 0 or an errno.  An inconsistent dump is
 * repeated, so take may see a message twice. */
int nl_request(int protocol, const struct nlmsghdr *request, nl_take *take,
    void *arg);

/* Cuts the first attribute off *rest: its type, without the two flag bits, and
 * its value.  False if there is none, or none that is whole. */
bool nl_next(struct str *rest, unsigned *type, struct str *value);

/*
 * True if attrs consists of whole attributes with types other than 0, which no
 * answer read here uses.  (WireGuard's peers, in one of its attributes, have
 * type 0 as padding: get_peer in drivers/net/wireguard/netlink.c.) Unknown
 * types are accepted.
 */
bool nl_are_attrs(struct str attrs);

/* The value of the first attribute of that type; missing if there is none. */
struct str nl_find(struct str attrs, unsigned type);

/* The same for an attribute that holds attributes; false if it holds anything
 * else. */
bool nl_find_nest(struct str attrs, unsigned type, struct str *nest);

/* A value of exactly that size as a number; 0 for any other. */
unsigned nl_u8(struct str value);
uint16_t nl_u16(struct str value);
uint16_t nl_be16(struct str value);
uint32_t nl_u32(struct str value);

/* A value that is a text, without the NUL at its end. */
struct str nl_text(struct str value);

#endif
