/* The counters of interfaces, /proc/net/dev. */
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "scan/interfaces.h"
#include "scan/linux/linux.h"

enum { NETDEV_MAX = 64 * 1024 * 1024 };

bool
ifaces_read(struct ifaces *t, const char *proc, bool own)
{
	char *folder = linux_net_folder(proc, own);
	struct buf path = { 0 }, text = { 0 };
	bool ok;

	buf_puts(&path, folder);
	buf_puts(&path, "/dev");
	buf_putc(&path, '\0');
	ok = input_slurp(path.p, NETDEV_MAX, &text);
	if (ok)
		ifaces_netdev(t, buf_str(&text));
	else
		err_msg("%s:", path.p);
	buf_free(&text);
	buf_free(&path);
	free(folder);
	return ok;
}
