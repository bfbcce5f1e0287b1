#include "diff/diff.h"

#include <pthread.h>

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
	ok = stream_check(&d->old.stream);
	return stream_check(&d->new.stream) && ok;
}

const struct snap *
diff_new_snap(const struct diff *d, size_t i)
{
	return i < d->new.stream.nsnaps ? &d->new.stream.snaps[i].snap : NULL;
}

const struct snap *
diff_old_snap(const struct diff *d, size_t i)
{
	const struct snap *new = diff_new_snap(d, i);
	uint32_t host;

	if (!d->by_host || new == NULL)
		return diff_side_snap(&d->old, DIFF_NONE);
	host = stream_host(&d->old.stream, snap_get(new, "host"));
	return host == DIFF_NONE ? NULL : diff_side_snap(&d->old, host);
}

bool
diff_time(const struct snap *s, int64_t *ms)
{
	return s != NULL && timestamp_parse(snap_get(s, "time"), ms);
}
