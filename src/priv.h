/*
 * priv: the rights of root, or capabilities, that the program has.
 */
#ifndef PRIV_H
#define PRIV_H

#include <stdbool.h>

/*
 * False after a message where the program's file gave it rights that its user
 * does not have: for mains, before anything else.  What is named on the command
 * line or by the environment is read with all rights that there are.
 */
bool priv_check(void);

#endif
