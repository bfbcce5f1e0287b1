#define _GNU_SOURCE
/*
 * Fuzz entry: a line of mountinfo, proc_pid_mountinfo(5), whose paths whoever
 * may mount something has chosen.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { size > 0 ? (const char *)data : "", size };
	struct arena a = { NULL, 0, 0 };
	uint64_t inode = 0;
	const char *path = linux_mount_netns(line, &inode, &a);

	if (path != NULL) {
		check(strlen(path) <= size, "a path longer than its line");
		check(memmem(line.p, line.n, LINUX_NETNS_LINK, 5) != NULL,
		    "a namespace from nowhere");
	}
	arena_free(&a);
	return 0;
}
