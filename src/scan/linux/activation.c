/*
 * Which daemons systemd would start, systemd.socket(5): connecting to a socket
 * of an active unit starts its service.  Only root may see the holder of a
 * socket; so a socket is taken for systemd's if there is a unit of its name and
 * the service does not run.
 */
#define _XOPEN_SOURCE 700	/* realpath */
#include "scan/linux/linux.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define RUN_USER "/run/user/"

/* The folders of units, systemd.unit(5), of the system's manager and of
 * users'. */
static const char *const folders[] = {
	"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd",
	"/usr/lib/systemd", "/lib/systemd",
};

/* The folder with the state of a socket's manager: a user's manager uses his
 * $XDG_RUNTIME_DIR. */
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
exists(const char *folder, const char *below, struct str name, const char *end)
{
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof path, "%s%s%.*s%s", folder, below,
	    (int)name.n, name.n > 0 ? name.p : "", end);

	/* it exists, too, if it is a link whose target is only a number */
	return n > 0 && (size_t)n < sizeof path && lstat(path, &st) == 0;
}

static bool
has_unit(bool is_user, struct str name)
{
	size_t i;

	for (i = 0; i < NELEMS(folders); i++)
		if (exists(folders[i], is_user ? "/user/" : "/system/", name,
		    ".socket"))
			return true;
	return false;
}

/* Each running service has a link with the number of its invocation
 * (unit_export_invocation_id in systemd's unit.c, from version 235 on), which
 * every user may see. */
static bool
would_start(const char *path)
{
	struct str run = run_folder(path);
	struct str name = str_from(strrchr(path, '/') + 1);
	char folder[PATH_MAX];

	str_take_end(&name, ".sock");
	if ((size_t)snprintf(folder, sizeof folder, "%.*s/systemd/units",
	    (int)run.n, run.p) >= sizeof folder)
		return false;
	return exists(folder, "", STR_NONE, "") &&
	    !exists(folder, "/invocation:", name, ".service") &&
	    has_unit(!str_is(run, "/run"), name);
}

bool
linux_would_start(const char *path)
{
	char *real = realpath(path, NULL);
	bool starts = real != NULL && would_start(real);

	free(real);
	return starts;
}
