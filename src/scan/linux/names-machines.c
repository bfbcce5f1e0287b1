/*
 * Names of systemd-nspawn(1)'s containers, from systemd-machined(8): for each
 * unit with a container it makes a link, whose text is the name (machine_save
 * in its machine.c).
 */
#include "scan/linux/names.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define MACHINES "/run/systemd/machines/unit:"

void
names_machines(const struct names_list *l, struct buf *b)
{
	static const char *const kinds[] = { "scope", "service" };
	char path[sizeof MACHINES + NAME_MAX], name[NAME_MAX];
	size_t i, k;

	(void)b;
	for (i = 0; i < l->n; i++) {
		for (k = 0; k < NELEMS(kinds); k++) {
			int len = snprintf(path, sizeof path, MACHINES "%s.%s",
			    l->v[i].id.p, kinds[k]);
			ssize_t n = len < 0 || (size_t)len >= sizeof path ? -1 :
			    readlink(path, name, sizeof name);

			if (n > 0 && (size_t)n < sizeof name)
				names_set(l, &l->v[i],
				    (struct str){ name, (size_t)n }, 0);
		}
	}
}
