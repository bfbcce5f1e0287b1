/*
 * Which daemons systemd would start: systemd.socket(5).  For each unit that is
 * active it keeps a link with the number of its invocation
 * (unit_export_invocation_id in its unit.c), of its own in /run/systemd, of a
 * user's manager in his $XDG_RUNTIME_DIR; every user may look.
 */
#define _XOPEN_SOURCE 700	/* realpath */
#include "scan/linux/linux.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define RUN_USER "/run/user/"

/* The bytes of the folder that the socket's manager keeps its state in. */
static struct str
run_folder(const char *path)
{
	struct str rest = str_from(path), uid;

	if (!str_take_start(&rest, RUN_USER))
		return STR_LIT("/run");
	uid = str_cut(&rest, '/');
	return (struct str){ path, sizeof RUN_USER - 1 + uid.n };
}

static bool
is_active(struct str run, struct str name, const char *kind)
{
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof path,
	    "%.*s/systemd/units/invocation:%.*s.%s", (int)run.n, run.p,
	    (int)name.n, name.p, kind);

	return n > 0 && (size_t)n < sizeof path && lstat(path, &st) == 0;
}

bool
linux_would_start(const char *path)
{
	char *real = realpath(path, NULL);
	struct str run, name;
	bool starts;

	if (real == NULL)
		return false;
	run = run_folder(real);
	name = str_from(strrchr(real, '/') + 1);
	str_take_end(&name, ".sock");
	starts = is_active(run, name, "socket") &&
	    !is_active(run, name, "service");
	free(real);
	return starts;
}
