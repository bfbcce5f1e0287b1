/*
 * capabilities(7).  Those of the program's file are what remains of the
 * permitted set without the ambient ones, which the user passes on.
 */
#define _GNU_SOURCE
#include "lib/priv.h"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/str.h"

#define BIT(cap) (UINT64_C(1) << (cap))

/* What each use needs, and a more powerful capability that also works: root in
 * a container often has only one of the two. */
static const struct need {
	unsigned uses;		/* of enum priv */
	const char *name;
	uint64_t cap, instead;
} needs[] = {
	{ PRIV_TRACE, "cap_sys_ptrace", BIT(CAP_SYS_PTRACE), 0 },
	{ PRIV_READ, "cap_dac_read_search", BIT(CAP_DAC_READ_SEARCH),
	    BIT(CAP_DAC_OVERRIDE) },
	{ PRIV_WRITE, "cap_dac_override", BIT(CAP_DAC_OVERRIDE), 0 },
	{ PRIV_NETNS | PRIV_PODMAN, "cap_sys_admin", BIT(CAP_SYS_ADMIN), 0 },
	{ PRIV_NET, "cap_net_admin", BIT(CAP_NET_ADMIN), 0 },
	{ PRIV_BPF, "cap_bpf", BIT(CAP_BPF), BIT(CAP_SYS_ADMIN) },
	{ PRIV_BPF, "cap_perfmon", BIT(CAP_PERFMON), BIT(CAP_SYS_ADMIN) },
};

struct caps {
	uint64_t effective, permitted, inheritable;
};

static bool
get_caps(struct caps *c)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, d) != 0)
		return false;
	c->effective = d[0].effective | (uint64_t)d[1].effective << 32;
	c->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	c->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
	return true;
}

static bool
set_caps(const struct caps *c)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3];
	int i;

	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		d[i].effective = (uint32_t)(c->effective >> 32 * i);
		d[i].permitted = (uint32_t)(c->permitted >> 32 * i);
		d[i].inheritable = (uint32_t)(c->inheritable >> 32 * i);
	}
	return syscall(SYS_capset, &head, d) == 0;
}

/* Root has all of them anyway.  If they cannot be read, assumes some. */
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
		if ((c.permitted & BIT(i)) != 0 && prctl(PR_CAP_AMBIENT,
		    PR_CAP_AMBIENT_IS_SET, i, 0UL, 0UL) != 1)
			return true;
	return false;
}

/*
 * AT_SECURE alone would refuse too much: it is also set when SELinux gives a
 * systemd service another domain.
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

const char *
priv_lacks(unsigned uses)
{
	struct caps c = { 0 };
	size_t i;

	get_caps(&c);
	for (i = 0; i < NELEMS(needs); i++)
		if ((needs[i].uses & uses) != 0 &&
		    (c.effective & (needs[i].cap | needs[i].instead)) == 0)
			return needs[i].name;
	return NULL;
}

/* The capabilities for uses, among those permitted. */
static uint64_t
caps_for(unsigned uses, uint64_t permitted)
{
	uint64_t caps = 0;
	size_t i;

	for (i = 0; i < NELEMS(needs); i++)
		if ((needs[i].uses & uses) != 0)
			caps |= (permitted & needs[i].cap) != 0 ?
			    needs[i].cap : needs[i].instead;
	return caps & permitted;
}

/* Without PR_SET_NO_NEW_PRIVS the next program would have root's rights. */
void
priv_keep(unsigned uses)
{
	struct caps c;
	bool ok = get_caps(&c);
	uint64_t caps;

	if (ok && c.permitted == 0 && geteuid() != 0)
		return;
	if (ok) {
		caps = caps_for(uses, c.permitted);
		c.permitted = caps;
		c.effective &= caps;
		c.inheritable &= caps;
		ok = prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
		    set_caps(&c);
	}
	if (!ok)
		err_msg("giving up capabilities:");
}
