/*
 * from: readers of what other programs print of sockets.
 *
 * The text may come in pieces of any size, and memory grows with what is found
 * in it, not with its length.  What cannot be understood costs its line, never
 * the rest.
 */
#ifndef SCAN_FROM_FROM_H
#define SCAN_FROM_FROM_H

#include "scan/scan.h"
#include "scan/services.h"

/* What a program prints. */
struct from_format;
extern const struct from_format from_lsof, from_ss, from_netstat, from_sockstat;
/* Each of these, by what its first lines are like. */
extern const struct from_format from_auto;

struct from;

/* Called for each line that cannot be understood: its number, and what is
 * wrong with it (a literal). */
typedef void from_note(void *arg, size_t line, const char *wrong);

/* services, which may be NULL, has the ports of names; all are kept.  The
 * caller calls from_close. */
struct from *from_open(const struct from_format *format,
    const struct services *services, from_note *note, void *arg);
void from_close(struct from *in);

/* Reads the next n bytes. */
void from_feed(struct from *in, const char *p, size_t n);

enum from_status {
	FROM_READ,
	FROM_UNKNOWN,		/* nothing was like that program's output */
	FROM_UNREAD,		/* of what was like it, no line could be read */
	FROM_REFUSED		/* from_refusal says why */
};

/* To be called behind the last.  What was found is good if it was read. */
enum from_status from_end(struct from *in);

/* Why all of it is refused (a literal), and for which line. */
const char *from_refusal(const struct from *in, size_t *line);

/* The number of the first line that ended in CR LF, 0: none did. */
size_t from_cr_line(const struct from *in);

/* How many sockets were found; one that several processes hold may count more
 * than once. */
size_t from_count(const struct from *in);

/* What printed it, or may have: `NAME', `NAME or NAME'. */
const char *from_program(const struct from *in);

/* What is read does not have sockets that no process was seen to hold. */
bool from_is_held_only(const struct from *in);

/* Adds the sockets, and as their holders the processes, sorted by pid, that the
 * filter's pids allow. */
void from_give(struct from *in, const struct filter *filter, struct scan *sc);

/* The protocols that all of them tell. */
enum { FROM_PROTOS = 1U << PROTO_TCP | 1U << PROTO_UDP };

/* The sources of --from, NULL behind the last: each reads the request's file
 * by one of the formats. */
const struct backend *from_source_at(unsigned i);

#endif
