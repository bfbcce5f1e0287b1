/*
 * users: names of user numbers.
 */
#ifndef SCAN_USERS_H
#define SCAN_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"

/* Start it as { 0 }; the caller calls users_free. */
struct users {
	struct user *user;	/* sorted by uid; of several names the first */
	size_t n, cap;
	struct arena arena;
	struct buf text;
	bool loaded;
};

void users_free(struct users *u);

/* The user's name, or the number as text where it has none; lives as long as
 * u.  The first call reads /etc/passwd; what that lacks is asked of the system,
 * once a number. */
struct str users_name(struct users *u, uint32_t uid);

#endif
