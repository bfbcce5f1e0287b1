/*
 * diff/sight: what the scan of a snapshot could read, according to its ##prt:
 * protocols, whose BOUND sockets, and whether all owners.  prt(5) describes the
 * keys.
 *
 * A record that the other side could not see is neither new nor gone.
 */
#ifndef DIFF_SIGHT_H
#define DIFF_SIGHT_H

#include "diff/diff.h"

/* Sets unseen of all rows; forgets, blind and euid of all hosts; and blind of
 * the sides. */
void sight_compare(struct diff *d);

/*
 * Makes s, a snapshot of NEW, describe the state made of it and of what is kept
 * of old (NULL: nothing): what either has read.  The text goes to b, which is
 * empty.
 */
void sight_join(struct snap_room *s, const struct snap *old, struct buf *b);

#endif
