/* Facts about the machine, as far as POSIX has them, and the counters of its
 * interfaces, from netstat(1) of macOS and the BSDs. */
#define _XOPEN_SOURCE 700	/* realpath */
#include "scan/machine.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "scan/interfaces.h"
#include "scan/run.h"

enum { HOST_MAX = 256 };

const char sys_proc[] = "";

/* RFC 6335, 6; also macOS's range. */
void
sys_port_range(const char *proc, uint16_t *first, uint16_t *last)
{
	(void)proc;
	*first = 49152;
	*last = 65535;
}

void
sys_read(struct sys *s, const char *proc, bool own, struct arena *a)
{
	char host[HOST_MAX];

	(void)proc;
	*s = (struct sys){ .unpriv = 1024 };
	if (own && gethostname(host, sizeof host) == 0) {
		host[sizeof host - 1] = '\0';
		s->host = arena_str(a, str_from(host));
	}
}

uint64_t
sys_netns(const char *proc, bool own)
{
	(void)proc;
	(void)own;
	return 0;
}

bool
sys_self(const char *argv0, struct buf *path)
{
	struct buf found = { 0 };
	const char *name = argv0;
	char *real = NULL;
	bool ok = true;

	if (strchr(argv0, '/') == NULL) {
		ok = run_find(argv0, NULL, &found);
		name = found.p;
	}
	if (ok && (real = realpath(name, NULL)) == NULL)
		err_msg("%s:", name);
	if (real != NULL)
		buf_add(path, real, strlen(real) + 1);
	buf_free(&found);
	free(real);
	return real != NULL;
}

bool
ifaces_read(struct ifaces *t, const char *proc, bool own)
{
	static const char name[] = "netstat";
	const char *const argv[] = { name, "-ib", NULL };
	struct buf path = { 0 }, text = { 0 };
	struct run r = { .name = name, .argv = argv, .out = run_keep,
		.arg = &text };
	int status = -1;

	(void)proc;
	(void)own;
	if (run_find(name, NULL, &path)) {
		r.path = path.p;
		status = run_program(&r);
	}
	if (status == 0)
		ifaces_netstat(t, buf_str(&text));
	else if (status != -1)
		err_msg("netstat -ib: failed");
	buf_free(&path);
	buf_free(&text);
	return status == 0;
}
