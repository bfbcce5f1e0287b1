/*
 * diff-host: the hosts of a side, and their ##prt lines.
 */
#ifndef DIFF_HOST_H
#define DIFF_HOST_H

#include "diff/side.h"

/* The number of the host of that name, which may be missing, in s->hosts. */
uint32_t diff_host_add(struct diff_side *s, struct str name);

/* DIFF_NONE where there is none. */
uint32_t diff_host_find(const struct diff_side *s, struct str name);

/* Finds each host's ##prt; false, and s->wrong set, where it is not clear. */
bool diff_host_link(struct diff_side *s);

/* What a host is called, if only by its ##prt. */
struct str diff_host_name(const struct diff_side *s, uint32_t host);

/* Finds the twins of two sides' hosts.  Those of old without one are unscanned,
 * but for one that has no name. */
void diff_host_pair(struct diff_side *old, struct diff_side *new);

#endif
