/* Rights as POSIX knows them: user and group ids. */
#include "lib/priv.h"

#include <stddef.h>
#include <unistd.h>

#include "lib/err.h"

bool
priv_check(void)
{
	bool user = getuid() != geteuid(), group = getgid() != getegid();

	if (user || group)
		err_msg("%s: refused: expected sudo", user ? "set-user-ID" :
		    "set-group-ID");
	return !user && !group;
}

const char *
priv_lacks(unsigned uses)
{
	return uses == 0 || geteuid() == 0 ? NULL : "root";
}

void
priv_keep(unsigned uses)
{
	(void)uses;
}
