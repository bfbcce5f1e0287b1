/*
 * Which file a path leads to, statx(2), openat2(2), without asking its file
 * system: that may be a user's own (FUSE), and never answer.
 *
 * The kernel's headers for these conflict with those of some C libraries: no
 * other source includes them.
 */
#define _GNU_SOURCE
#include "scan/linux/linux.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often to retry if the kernel says that it would have to wait: it says so
 * also while something is mounted or renamed anywhere. */
enum { TRIES = 8 };

bool
linux_file_id(int dir, const char *path, struct file_id *id)
{
	struct statx st = { 0 };
	int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT |
	    (*path == '\0' ? AT_EMPTY_PATH : 0);

	/* no field is requested: the kernel fills in what it knows anyway */
	if (syscall(SYS_statx, dir, path, flags, 0, &st) != 0)
		return false;
	id->dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
	id->ino = st.stx_ino;
	id->mount = (st.stx_mask & STATX_MNT_ID) != 0 ? st.stx_mnt_id : 0;
	id->gone = st.stx_ino != 0 && st.stx_nlink == 0;
	return id->known = true;
}

bool
linux_file_look(int dir, const char *path, struct file_look *look)
{
	struct statx st = { 0 };

	if (syscall(SYS_statx, dir, path, AT_STATX_DONT_SYNC |
	    AT_NO_AUTOMOUNT, STATX_TYPE, &st) != 0)
		return false;
	look->mode = st.stx_mode;
	/* new_encode_dev of linux/kdev_t.h */
	look->device = (st.stx_rdev_minor & 0xff) | st.stx_rdev_major << 8 |
	    (st.stx_rdev_minor & ~0xffU) << 12;
	look->dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
	look->inode = st.stx_ino;
	return true;
}

/* Opens as O_PATH, without waiting for a file system. */
static int
open_cached(int dir, const char *path, unsigned resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS | RESOLVE_CACHED };
	long fd = -1;
	int i;

	for (i = 0; i < TRIES && fd < 0 && (i == 0 || errno == EAGAIN); i++)
		fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
	/* before Linux 5.6, and 5.12 */
	if (fd < 0 && (errno == ENOSYS || errno == EINVAL || errno == EPERM))
		fd = syscall(SYS_openat, dir, path, O_PATH | O_CLOEXEC);
	return (int)fd;
}

int
linux_open_known(int root, const char *path)
{
	while (*path == '/')
		path++;
	return open_cached(root, *path != '\0' ? path : ".", RESOLVE_IN_ROOT);
}

int
linux_open_near(int dir, const char *path)
{
	return open_cached(dir, path, 0);
}

int
linux_open_below(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	long fd = syscall(SYS_openat2, root, path, &how, sizeof how);

	/* before Linux 5.6 */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = syscall(SYS_openat, root, path, flags);
	return (int)fd;
}
