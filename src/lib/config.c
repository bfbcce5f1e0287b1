#include "lib/config.h"

#include <stdlib.h>

bool
config_path(struct buf *path, const char *name)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (base != NULL && base[0] == '/') {
		buf_puts(path, base);
	} else if (home != NULL && home[0] == '/') {
		buf_puts(path, home);
		buf_puts(path, "/.config");
	} else {
		return false;
	}
	buf_puts(path, "/prt/");
	buf_puts(path, name);
	buf_putc(path, '\0');
	return true;
}
