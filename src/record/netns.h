/*
 * netns: labels of network namespaces, prt(5), that change each time the
 * namespace is made.
 */
#ifndef RECORD_NETNS_H
#define RECORD_NETNS_H

#include <stdbool.h>

#include "lib/str.h"

/* How much of a container's id is shown if it has no name. */
enum { NETNS_ID_SHOWN = 12 };

/* The name was made up by a runtime: Podman, or a plugin of CNI. */
bool netns_is_random(struct str label);

/* RUNTIME/ID: the label of every container before prt 2.0. */
bool netns_is_id(struct str label);

#endif
