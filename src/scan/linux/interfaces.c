/* The counters of interfaces, /proc/net/dev. */
#include "lib/err.h"
#include "lib/input.h"
#include "scan/interfaces.h"
#include "scan/linux/linux.h"

enum { NETDEV_MAX = 64 * 1024 * 1024 };

bool
ifaces_read(struct ifaces *t, const char *proc, bool own)
{
	const char *path = linux_path(&t->arena,
	    linux_net_folder(&t->arena, proc, own), "dev");
	struct buf text = { 0 };
	bool ok = input_slurp(path, NETDEV_MAX, &text);

	if (ok)
		ifaces_netdev(t, buf_str(&text));
	else
		err_msg("%s:", path);
	buf_free(&text);
	return ok;
}
