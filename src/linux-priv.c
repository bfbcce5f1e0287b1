/*
 * capabilities(7).  Of a file's they are told by what is left when those are
 * taken away that the user himself hands on, which are ambient.
 */
#define _GNU_SOURCE
#include "priv.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"

struct caps {
	uint64_t effective, permitted, inheritable;
};

static bool
get_caps(struct caps *c)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, d) != 0)
		return false;
	c->effective = d[0].effective | (uint64_t)d[1].effective << 32;
	c->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	c->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
	return true;
}

/* Root has them anyway.  Where they cannot be known there may be some. */
static bool
has_file_caps(void)
{
	struct caps c;
	unsigned long i;

	if (getuid() == 0)
		return false;
	if (!get_caps(&c))
		return true;
	for (i = 0; i < 64; i++)
		if ((c.permitted >> i & 1) != 0 && prctl(PR_CAP_AMBIENT,
		    PR_CAP_AMBIENT_IS_SET, i, 0UL, 0UL) != 1)
			return true;
	return false;
}

/*
 * AT_SECURE alone would be too much: where SELinux gives a service of systemd
 * another domain it is set, too.
 */
bool
priv_check(void)
{
	const char *what = NULL;

	if (getauxval(AT_SECURE) == 0)
		return true;
	if (getuid() != geteuid())
		what = "set-user-ID";
	else if (getgid() != getegid())
		what = "set-group-ID";
	else if (has_file_caps())
		what = "file capabilities";
	if (what != NULL)
		err_msg("%s: refused: expected sudo, or ambient capabilities",
		    what);
	return what == NULL;
}
