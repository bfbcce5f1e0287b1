/*
 * ss: shared by the parts of the reader of ss's output.
 */
#ifndef SCAN_FROM_SS_H
#define SCAN_FROM_SS_H

#include "scan/from/row.h"

/* The processes of a row.  Starts as { 0 }; the caller frees v. */
struct ss_users {
	struct row_holder *v;
	size_t n, cap;
};

/*
 * Takes `users:((...),...)' off the start of text and adds the processes, whose
 * names point into it.  False if it cannot be understood or has no end.
 */
bool ss_users_take(struct ss_users *u, struct str *text);

#endif
