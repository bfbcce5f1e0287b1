/*
 * ss: what the parts of the reader of ss's output share.
 */
#ifndef SCAN_FROM_SS_H
#define SCAN_FROM_SS_H

#include "scan/from/row.h"

/* The processes of a row.  Start it as { 0 }; the caller frees v. */
struct ss_users {
	struct row_holder *v;
	size_t n, cap;
};

/*
 * Takes `users:((...),...)' off the start of text, and adds who they are, whose
 * names point into it.  False where it cannot be understood, or has no end.
 */
bool ss_users_take(struct ss_users *u, struct str *text);

#endif
