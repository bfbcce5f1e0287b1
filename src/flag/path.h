/*
 * path: what the folder of a file says about the file.
 */
#ifndef FLAG_PATH_H
#define FLAG_PATH_H

#include <stdbool.h>

#include "lib/str.h"

enum { PATH_SIZE = 4096 };

/* Joins path to the folder cwd if it is relative, and removes each //, /./ and
 * /../ from it.  If cwd is missing, a path that leaves it is taken for one
 * below the root.  A missing value if the result is unknown or too long. */
struct str path_resolve(char out[static PATH_SIZE], struct str path,
    struct str cwd);

/* True if a resolved path is in a folder that anyone may write to and nothing
 * is installed in, in an upload folder of a web site, or in a hidden one. */
bool path_is_odd(struct str path);

/* True if it is in such a folder, but has a name that known tools give to
 * programs they run there. */
bool path_is_tools(struct str path);

/* The same for a path with a component that is random each time: cuts it into
 * the parts before and after that component. */
bool path_is_random(struct str path, struct str *before, struct str *after);

/* The path contains a version: an upgrade removes that program. */
bool path_is_versioned(struct str path);

#endif
