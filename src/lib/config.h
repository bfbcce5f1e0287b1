/*
 * config: where a user's own files are.
 */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include <stdbool.h>

#include "lib/mem.h"

/* Appends the path of the user's file of that name, and a NUL: in the folder
 * prt of $XDG_CONFIG_HOME, else of $HOME/.config.  False, and nothing is
 * appended, where neither is an absolute path. */
bool config_path(struct buf *path, const char *name);

#endif
