/*
 * diff/rename: network namespaces that have a new label but are the same.
 *
 * Labels that change each time (record/netns.h) belong to containers without a
 * name, or come from 1.0.1.  The container in OLD's records, or the beginning
 * of its id, shows what NEW calls the namespace.
 */
#ifndef DIFF_RENAME_H
#define DIFF_RENAME_H

#include "diff/diff.h"

/* Gives such rows of OLD the key of NEW, if the key contains netns.  Must be
 * called when the key is settled. */
void rename_netns(struct diff *d);

#endif
