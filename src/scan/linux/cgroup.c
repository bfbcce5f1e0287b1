/*
 * The control group of a process and the systemd unit that it belongs to: pure
 * parsers of the cgroup file, cgroups(7), and of its paths.
 */
#include "scan/linux/linux.h"

/* Kinds of units that processes run in, systemd.unit(5). */
static const char suffixes[][9] = {
	".service", ".scope", ".socket", ".mount", ".swap",
};

/* systemd's own hierarchy where version 1 has one, else that of version 2. */
struct str
linux_cgroup(struct str text)
{
	struct str unified = STR_NONE;

	while (text.n > 0) {
		struct str path = str_cut(&text, '\n');
		struct str id = str_cut(&path, ':');
		struct str controllers = str_cut(&path, ':');

		if (str_is(controllers, "name=systemd"))
			return path;
		if (str_is(id, "0"))
			unified = path;
	}
	return unified;
}

/* The first part of the path below the slices, as sd_pid_get_unit(3) has it; a
 * leading _ escapes a name that the kernel would take for its own. */
struct str
linux_unit(struct str path)
{
	static const char deleted[] = " (deleted)";
	struct str part;
	size_t i;

	if (str_ends(path, deleted))
		path.n -= sizeof deleted - 1;
	do
		part = str_cut(&path, '/');
	while (path.p != NULL && (part.n == 0 || str_ends(part, ".slice")));
	if (str_starts(part, "_")) {
		part.p++;
		part.n--;
	}
	for (i = 0; i < NELEMS(suffixes); i++)
		if (str_ends(part, suffixes[i]))
			return part;
	return STR_NONE;
}
