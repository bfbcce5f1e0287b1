/*
 * config: where a user's own files are.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>

#include "mem.h"

/* Appends the path of his file of that name, and a NUL: in the folder prt of
 * $XDG_CONFIG_HOME, else of $HOME/.config.  False where neither is a path. */
bool config_path(struct buf *path, const char *name);

#endif
