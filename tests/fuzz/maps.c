/*
 * Fuzz entry: the maps of a process, proc_pid_maps(5); it has chosen the paths.
 */
#include "fuzz.h"
#include "scan/linux/linux.h"

static void
check_lines(struct str text)
{
	struct str path;
	uint64_t inode;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		if (linux_exec_mapping(line, &path, &inode))
			check(path.n > 0 && path.p[0] == '/' &&
			    path.p + path.n == line.p + line.n,
			    "a path that does not end its line");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct file_id id = { .known = true,
		.dev = (uint64_t)8 << 32 | 1, .ino = 42 };
	struct str text = { (const char *)data, size }, path;

	if (size == 0)
		text.p = "";
	check_lines(text);
	path = linux_mapped_path(text, &id);
	if (path.n == 0)
		return 0;
	check(path.p > text.p && path.p + path.n <= text.p + text.n,
	    "a path from elsewhere");
	check(memchr(path.p, '\n', path.n) == NULL, "a path of two lines");
	check(path.p[0] != ' ' && path.p[-1] == ' ', "a part of a path");
	return 0;
}
