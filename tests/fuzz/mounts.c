#define _GNU_SOURCE
/*
 * Fuzz entry: a line of mountinfo, proc_pid_mountinfo(5), whose paths are
 * chosen by anyone who may mount something.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"
#include "scan/linux/safe.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { size > 0 ? (const char *)data : "", size };
	struct arena a = { NULL, 0, 0 };
	uint64_t inode = 0, mount;
	struct str type;
	const char *path = linux_mount_netns(line, &inode, &a);

	if (path != NULL) {
		check(strlen(path) <= size, "a path longer than its line");
		check(memmem(line.p, line.n, LINUX_NETNS_LINK, 5) != NULL,
		    "a namespace from nowhere");
	}
	if (safe_mount(line, &mount, &type))
		check(type.p > line.p && type.p[-1] == ' ' &&
		    type.p + type.n <= line.p + line.n, "a type from nowhere");
	arena_free(&a);
	return 0;
}
