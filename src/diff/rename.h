/*
 * diff/rename: network namespaces whose label is not the same any more, though
 * they are.
 *
 * A label that is another each time (record/netns.h) is one of the container
 * that has no name, or is of 1.0.1.  What NEW calls the namespace is known by
 * the container of OLD's records, or by the beginning of its id.
 */
#ifndef DIFF_RENAME_H
#define DIFF_RENAME_H

#include "diff/diff.h"

/* Gives such rows of OLD the key that NEW has, if the key has netns: for when
 * that is settled. */
void rename_netns(struct diff *d);

#endif
