/*
 * from: readers of other programs' lists of sockets.
 *
 * The text may come in pieces of any size; memory grows with the sockets in it,
 * not with its length.  A line that cannot be understood is skipped, never the
 * rest.
 */
#ifndef SCAN_FROM_FROM_H
#define SCAN_FROM_FROM_H

#include "scan/scan.h"
#include "scan/services.h"

/* The output format of a program. */
struct from_format;
extern const struct from_format from_lsof, from_ss, from_netstat, from_sockstat;
/* Chooses one of the formats by the first lines. */
extern const struct from_format from_auto;

struct from;

/* Called for each line that cannot be understood: its number, and its fault (a
 * literal). */
typedef void from_note(void *arg, size_t line, const char *wrong);

/* services, which may be NULL, maps names to ports; the pointers are kept.  The
 * caller calls from_close. */
struct from *from_open(const struct from_format *format,
    const struct services *services, from_note *note, void *arg);
void from_close(struct from *in);

/* Reads the next n bytes. */
void from_feed(struct from *in, const char *p, size_t n);

enum from_status {
	FROM_READ,
	FROM_UNKNOWN,		/* nothing looked like that program's output */
	FROM_UNREAD,		/* lines did, but none could be read */
	FROM_REFUSED		/* from_refusal says why */
};

/* Must be called after the last.  The results are valid if it was read. */
enum from_status from_end(struct from *in);

/* Why the whole input is refused (a literal), and because of which line. */
const char *from_refusal(const struct from *in, size_t *line);

/* The number of the first line that ended in CR LF; 0: none did. */
size_t from_cr_line(const struct from *in);

/* Sockets found; one with several holders may count more than once. */
size_t from_count(const struct from *in);

/* The program that printed it, or may have: `NAME', `NAME or NAME'. */
const char *from_program(const struct from *in);

/* The program leaves out sockets without a visible holder. */
bool from_is_held_only(const struct from *in);

/* Adds to sc the sockets, and as holders the processes that the filter's pids
 * allow, sorted by pid. */
void from_give(struct from *in, const struct filter *filter, struct scan *sc);

/* The protocols that all of these programs print. */
enum { FROM_PROTOS = 1U << PROTO_TCP | 1U << PROTO_UDP };

/* Source i of --from, NULL after the last: each reads the request's file in one
 * of the formats. */
const struct backend *from_source_at(unsigned i);

#endif
