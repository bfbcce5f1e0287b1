/*
 * diff/sight: what the scan of a snapshot could read, by its ##prt: protocols,
 * whose BOUND sockets, and whether all owners.  prt(5) has the keys.
 *
 * What is out of the other side's sight is no news.
 */
#ifndef DIFF_SIGHT_H
#define DIFF_SIGHT_H

#include "diff/diff.h"

/* Sets unseen of all rows; forgets, blind and euid of all hosts, and blind of
 * the sides. */
void sight_compare(struct diff *d);

/*
 * Makes s, a snapshot of NEW, say what a state of it and of what is kept of old
 * (NULL: nothing) can tell: what either has read.  The text goes to b, which
 * is empty.
 */
void sight_join(struct snap_room *s, const struct snap *old, struct buf *b);

#endif
