/*
 * services: names of ports.
 *
 * Three sources, the first that has the port wins: the user's file, the
 * built-in table, /etc/services.  The files are in the format of services(5),
 * read whole and at most SERVICES_FILE_MAX bytes long.
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
 * Reads the sources once.  user_file may be NULL: none; where it is named and
 * cannot be read, or is too long, a message is printed and NULL returned.
 * /etc/services is passed over then, with a message unless it is not there.  A
 * line of either file that cannot be understood is passed over.  The caller
 * calls services_free, which takes NULL too.
 */
struct services *services_open(const char *user_file);
void services_free(struct services *s);

/* Sorts the names, so that many may be looked up. */
void services_index(struct services *s);

/* The port's name, a missing value where it has none; lives as long as s. */
struct str services_name(const struct services *s, enum services_proto proto,
    uint16_t port);

/* Calls found for each port of that name, in order of protocol and port;
 * aliases count.  Returns how many there are. */
unsigned services_ports(const struct services *s, struct str name,
    void (*found)(void *arg, enum services_proto proto, uint16_t port),
    void *arg);

/*
 * The port that another machine's program means by that name: the first of the
 * user's file, /etc/services and the built-in table that has the name for proto
 * decides, as getservbyport(3) there had it from such a file.  Returns how many
 * ports it has there; *port is one of them.
 */
unsigned services_port(const struct services *s, enum services_proto proto,
    struct str name, uint16_t *port);

/*
 * The parser of services(5), for one whole file: calls entry for the name and
 * then each alias of a line.  Passed over: what is not `NAME PORT/PROTOCOL
 * [ALIAS]...', protocols but tcp, udp and sctp, ports above 65535, a name that
 * is too long with its line, an alias that is too long.  Names may be of any
 * bytes but blanks and `#'; they point into text.
 */
void services_parse(struct str text,
    void (*entry)(void *arg, struct str name, enum services_proto proto,
	uint16_t port),
    void *arg);

#endif
