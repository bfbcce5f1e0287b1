/*
 * trust: what root may read, run or talk to without having named it: only what
 * nobody but root can write or replace.  prt(7), SECURITY.
 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <stdbool.h>

enum trust { TRUST_YES, TRUST_NO, TRUST_MISSING, TRUST_UNKNOWN };

/*
 * Only root can write the file at path or put another in its place, folders and
 * symbolic links on the way included.  A user other than root trusts
 * everything.  TRUST_MISSING: there is no such file; do not open it, another
 * user may just have put it there.  TRUST_UNKNOWN: errno says why it could not
 * be decided.
 */
enum trust trust_file(const char *path);

/* The same for a folder, in which a sticky bit protects root's files. */
enum trust trust_folder(const char *path);

/* trust_file, with a message if the file exists and is not trusted. */
enum trust trust_told(const char *path, const char *what);

#endif
