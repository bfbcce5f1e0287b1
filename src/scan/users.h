/*
 * users: the names of uids.
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
	bool cut;		/* some were not looked up: it took too long */
};

void users_free(struct users *u);

/*
 * The user's name, or the uid as text if it has no name; lives as long as u.
 * The first call reads /etc/passwd.  If nsswitch.conf(5) has another source,
 * the system is asked once for each uid that /etc/passwd lacks, until that has
 * taken a second in all; then, after a message, uids stay numbers.
 */
struct str users_name(struct users *u, uint32_t uid);

#endif
