/*
 * users: names of user numbers.
 */
#ifndef SCAN_USERS_H
#define SCAN_USERS_H

#include <stdint.h>

#include "lib/str.h"

struct users;

/* The caller calls users_free. */
struct users *users_open(void);
void users_free(struct users *u);

/* The user's name, or the number as text where it has none; lives as long as
 * u.  The first call reads /etc/passwd; what that lacks is asked of the system,
 * once a number. */
struct str users_name(struct users *u, uint32_t uid);

#endif
