#include "diff/rate.h"

#include "lib/num.h"

static bool
has_time(const struct stream *s)
{
	int64_t ms;
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (diff_time(&s->snaps[i].snap, &ms))
			return true;
	return false;
}

bool
diff_has_rate(const struct diff *d, enum field_id counter)
{
	return d->old.stream.ncols > 0 && d->new.stream.ncols > 0 &&
	    diff_both_have(&d->old, &d->new, counter) && has_time(&d->old.stream) &&
	    has_time(&d->new.stream);
}

/* Milliseconds from OLD's row to NEW's; 0 if their counters do not belong
 * together: there was a boot in between, or the clock went backwards. */
static uint64_t
interval(const struct diff *d, uint32_t old, uint32_t new)
{
	const struct snap *a = diff_side_snap(&d->old,
	    diff_host_of(&d->old, old));
	const struct snap *b = diff_side_snap(&d->new,
	    diff_host_of(&d->new, new));
	int64_t then, now;

	if (!diff_time(a, &then) || !diff_time(b, &now) || now <= then ||
	    (snap_get(a, "boot").n > 0 && snap_get(b, "boot").n > 0 &&
	    !str_eq(snap_get(a, "boot"), snap_get(b, "boot"))))
		return 0;
	return (uint64_t)(now - then);
}

bool
diff_rate(struct diff *d, uint32_t row, enum field_id counter, uint64_t *rate)
{
	struct diff_side *old = &d->old, *new = &d->new;
	uint32_t other = new->rows[new->rows[row].head].other;
	uint64_t ms, then, now;

	if (other == DIFF_NONE)
		return false;
	ms = interval(d, other, row);
	if (ms == 0 ||
	    !num_parse(diff_value_of(old, other, counter), UINT64_MAX, &then) ||
	    !num_parse(diff_value_of(new, row, counter), UINT64_MAX, &now) ||
	    now < then || (diff_both_have(old, new, F_INODE) &&
	    !str_eq(diff_value_of(old, other, F_INODE),
	    diff_value_of(new, row, F_INODE))))
		return false;
	/* In two parts: bytes times 1000 need not fit. */
	now -= then;
	*rate = now / ms * 1000 + now % ms * 1000 / ms;
	return true;
}
