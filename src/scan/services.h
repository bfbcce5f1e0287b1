/*
 * services: names of ports.
 *
 * The first of three sources that has the port wins: the user's file, the
 * built-in table, /etc/services.  The files have the format of services(5), are
 * read whole, and have at most SERVICES_FILE_MAX bytes.
 */
#ifndef SCAN_SERVICES_H
#define SCAN_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

enum services_proto {
	SERVICES_TCP, SERVICES_UDP, SERVICES_SCTP, SERVICES_NPROTO
};

enum {
	SERVICES_NAME_MAX = 64,			/* bytes of a name */
	SERVICES_FILE_MAX = 4 * 1024 * 1024
};

struct services;

/*
 * Reads the sources once.  user_file may be NULL: none.  If it cannot be read
 * or is too long, returns NULL after a message; such an /etc/services is
 * skipped, with a message unless it does not exist.  Lines of either file that
 * cannot be understood are skipped.  The caller calls services_free, which
 * accepts NULL.
 */
struct services *services_open(const char *user_file);
void services_free(struct services *s);

/* Sorts the names, for many look-ups. */
void services_index(struct services *s);

/* The port's name, or a missing value; lives as long as s. */
struct str services_name(const struct services *s, enum services_proto proto,
    uint16_t port);

/* Calls found for each port of that name, also as an alias, in order of
 * protocol and port.  Returns the number of ports. */
unsigned services_ports(const struct services *s, struct str name,
    void (*found)(void *arg, enum services_proto proto, uint16_t port),
    void *arg);

/*
 * The port that a program of another machine means by that name.  The first of
 * the user's file, /etc/services and the built-in table that has the name for
 * proto decides, since getservbyport(3) there read such a file.  Returns how
 * many ports the name has there; *port is one of them.
 */
unsigned services_port(const struct services *s, enum services_proto proto,
    struct str name, uint16_t *port);

/*
 * Parses services(5), one whole file: calls entry for the name and then each
 * alias of a line.  Skips lines other than `NAME PORT/PROTOCOL [ALIAS]...',
 * protocols other than tcp, udp and sctp, ports above 65535, the line of a name
 * that is too long, and aliases that are too long.  Names may contain all bytes
 * except blanks and `#'; they point into text.
 */
void services_parse(struct str text,
    void (*entry)(void *arg, struct str name, enum services_proto proto,
	uint16_t port),
    void *arg);

#endif
