/*
 * users: names of user numbers.
 */
#ifndef SCAN_USERS_H
#define SCAN_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/map.h"

/* Start it as { 0 }; the caller calls users_free. */
struct users {
	struct map number;	/* by uid, 1 + index into names */
	struct str *name;
	size_t n, cap;
	struct arena arena;
	struct buf text;
	int64_t asked;		/* milliseconds that the system took so far */
	bool loaded;
	bool asks;		/* the system may know more than /etc/passwd */
	bool cut;		/* it was not asked of all: it took long */
};

void users_free(struct users *u);

/*
 * The user's name, or the number as text if it has none; lives as long as u.
 * The first call reads /etc/passwd; what that lacks is asked of the system,
 * once a number, if nsswitch.conf(5) has another source, and until that has
 * taken a second in all: then numbers are left as they are, after a message.
 */
struct str users_name(struct users *u, uint32_t uid);

#endif
