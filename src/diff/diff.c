#include "diff/diff.h"

#include <pthread.h>

#include "diff/host.h"
#include "lib/timestamp.h"

static void *
load_side(void *side)
{
	diff_side_load(side);
	return NULL;
}

bool
diff_load(struct diff *d)
{
	pthread_t thread;
	bool threaded = pthread_create(&thread, NULL, load_side, &d->new) == 0;
	bool ok;

	diff_side_load(&d->old);
	if (threaded)
		pthread_join(thread, NULL);
	else
		diff_side_load(&d->new);
	ok = diff_side_check(&d->old);
	return diff_side_check(&d->new) && ok;
}

const struct snap *
diff_new_snap(const struct diff *d, size_t i)
{
	return i < d->new.nsnaps ? &d->new.snaps[i] : NULL;
}

const struct snap *
diff_old_snap(const struct diff *d, size_t i)
{
	uint32_t host;

	if (!d->by_host || i >= d->new.nsnaps)
		return diff_side_snap(&d->old, DIFF_NONE);
	host = diff_host_find(&d->old, snap_get(&d->new.snaps[i], "host"));
	return host == DIFF_NONE ? NULL : diff_side_snap(&d->old, host);
}

bool
diff_time(const struct snap *s, int64_t *ms)
{
	return s != NULL && timestamp_parse(snap_get(s, "time"), ms);
}
