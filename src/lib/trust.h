/*
 * trust: what root may read, run or talk to, though he has not named it
 * himself: what root alone can write or replace.  prt(7), SECURITY.
 */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

#include <stdbool.h>

enum trust { TRUST_YES, TRUST_NO, TRUST_MISSING, TRUST_UNKNOWN };

/*
 * Nobody but root can write the file at path, or put another in its place: not
 * it, nor a folder or symbolic link on the way.  A user who is not root trusts
 * everything.  TRUST_MISSING: it is not there; it is not to be opened then, for
 * another user may just have put it there.  TRUST_UNKNOWN: errno says why that
 * cannot be told.
 */
enum trust trust_file(const char *path);

/* The same of a folder, in which a sticky bit keeps what is root's. */
enum trust trust_folder(const char *path);

/* trust_file, and a message where it is there and not trusted. */
enum trust trust_told(const char *path, const char *what);

#endif
