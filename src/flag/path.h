/*
 * path: what folders say of what is in them.
 */
#ifndef FLAG_PATH_H
#define FLAG_PATH_H

#include <stdbool.h>

#include "lib/str.h"

enum { PATH_SIZE = 4096 };

/* Joins path to the folder cwd if it is relative, and takes out what names no
 * folder: //, /./ and /../ .  Where cwd is missing, what leaves it is taken for
 * one of the root.  A missing value if nobody knows which path it is, or it is
 * too long. */
struct str path_resolve(char out[static PATH_SIZE], struct str path,
    struct str cwd);

/* In a folder that anyone may write to and that nothing is installed in, by its
 * resolved path; or in one of the web's visitors, or a hidden one. */
bool path_is_odd(struct str path);

/* In such a one, but as known tools make them for what they run. */
bool path_is_tools(struct str path);

/* The same of a path whose folder has another name each time: cuts it into what
 * is before and what is after that which differs. */
bool path_is_random(struct str path, struct str *before, struct str *after);

/* It has a version in it, as a program that the next one removes. */
bool path_is_versioned(struct str path);

#endif
