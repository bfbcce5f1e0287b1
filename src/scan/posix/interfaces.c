/* The counters of interfaces, netstat(1) of macOS and the BSDs. */
#include <sys/wait.h>

#include "lib/err.h"
#include "scan/interfaces.h"
#include "scan/run.h"

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
