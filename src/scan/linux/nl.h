/*
 * nl: requests over netlink(7), and the messages and attributes of answers.
 *
 * Numbers in an answer are not trusted: one that points out of it is an error,
 * and so is whatever is there beside what they tell of, as a record may be in
 * it.
 */
#ifndef SCAN_LINUX_NL_H
#define SCAN_LINUX_NL_H

#include <linux/netlink.h>
#include <stdint.h>

#include "lib/str.h"

/* What is no errno: a dump ended, and the kernel calls it inconsistent; the
 * request is acknowledged. */
enum { NL_AGAIN = -1, NL_ACK = -2 };

/* Takes one message of an answer, whose payload is part of it: 0, or what is
 * to end the answer, an errno (ENODATA: there is no need of more). */
typedef int nl_take(void *arg, const struct nlmsghdr *h, struct str payload);

/*
 * Hands on the messages of one datagram, aligned as netlink(7) has it.  0: more
 * are to come; ENODATA: it was the last of a dump; NL_AGAIN: it was, and of one
 * that is inconsistent (*interrupted, which begins as false); NL_ACK; or
 * another errno.
 */
int nl_messages(const void *buf, size_t len, bool *interrupted, nl_take *take,
    void *arg);

/* Takes one datagram; the answer ends where that does not give 0. */
typedef int nl_datagram(void *arg, const void *buf, size_t len);

/* Sends a request in a socket of its own, so that nothing is left over from one
 * that failed, and receives the answer.  Returns what each did in the end, or
 * an errno. */
int nl_ask(int protocol, const struct nlmsghdr *request, nl_datagram *each,
    void *arg);

/* The same, a message at a time: 0 or an errno.  A dump that is inconsistent is
 * done again, so that take may see a message twice. */
int nl_request(int protocol, const struct nlmsghdr *request, nl_take *take,
    void *arg);

/* Cuts the first attribute off *rest: its type, without the two bits that are
 * none of it, and its value.  False: there is none, or none that is whole. */
bool nl_next(struct str *rest, unsigned *type, struct str *value);

/*
 * All of it is attributes, each whole and of a type: 0 is none in any answer
 * that is read here.  (WireGuard's peers, in one of its attributes, have it as
 * padding: get_peer in drivers/net/wireguard/netlink.c.)  Types that are not
 * known are as good as others.
 */
bool nl_are_attrs(struct str attrs);

/* The value of the first attribute of that type; missing if there is none. */
struct str nl_find(struct str attrs, unsigned type);

/* The same of one that holds attributes in its turn; false if it is not all
 * that. */
bool nl_find_nest(struct str attrs, unsigned type, struct str *nest);

/* A value of exactly that size as a number; 0 for any other. */
unsigned nl_u8(struct str value);
uint16_t nl_u16(struct str value);
uint16_t nl_be16(struct str value);
uint32_t nl_u32(struct str value);

/* A value that is a text: without the NUL behind it. */
struct str nl_text(struct str value);

#endif
