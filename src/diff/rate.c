#include "diff/rate.h"

static const struct rate {
	enum field_id counter, rate;
	bool exact;		/* two decimals: the counter grows slowly */
} table[DIFF_NRATES] = {
	{ F_RX_BYTES, F_RX_RATE, false },
	{ F_TX_BYTES, F_TX_RATE, false },
	{ F_DROPS, F_DROPS_RATE, true },
	{ F_RETRANS, F_RETRANS_RATE, true },
};

static bool
has_time(const struct stream *s)
{
	int64_t ms;
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (diff_time(&s->snaps[i].snap, &ms))
			return true;
	return s->have[F_TIME] > 0;
}

static bool
has_rate(const struct diff *d, enum field_id counter)
{
	return d->old.stream.ncols > 0 && d->new.stream.ncols > 0 &&
	    diff_both_have(&d->old, &d->new, counter) &&
	    has_time(&d->old.stream) && has_time(&d->new.stream);
}

void
rates_cols(struct cols *c, const struct diff *d)
{
	size_t i;

	for (i = 0; i < DIFF_NRATES; i++)
		if (has_rate(d, table[i].counter))
			cols_add_field(c, table[i].rate);
}

void
rates_init(struct rates *r, struct diff *d, struct sockets *sockets,
    const struct cols *cols)
{
	size_t i;

	*r = (struct rates){ .d = d, .sockets = sockets };
	for (i = 0; i < DIFF_NRATES; i++) {
		r->at[i] = has_rate(d, table[i].counter) ?
		    cols->at[table[i].rate] : -1;
		r->any |= r->at[i] >= 0;
	}
}

/* The milliseconds from OLD to NEW's row, by the clock that nobody can set if
 * both have it.  0 if their counters do not belong together: the machine was
 * rebooted or restored, or the clock went backwards. */
static uint64_t
interval(struct diff *d, uint32_t old, uint32_t new)
{
	uint32_t snap = d->new.stream.nsnaps > 0 ?
	    stream_snap(&d->new.stream, new) : 0;
	const struct snap *a = old != DIFF_NONE ?
	    diff_side_snap(&d->old, diff_host_of(&d->old, old)) :
	    diff_old_snap(d, snap);
	int64_t then, now, ms;

	if (diff_uptime(a, diff_new_snap(d, snap), &ms))
		return ms > 0 ? (uint64_t)ms : 0;
	if (!diff_same_boot(a, diff_new_snap(d, snap)) ||
	    !(old != DIFF_NONE ? diff_row_time(&d->old, old, &then) :
	    diff_time(a, &then)) ||
	    !diff_row_time(&d->new, new, &now) || now <= then)
		return 0;
	return (uint64_t)(now - then);
}

/* In two steps, since count * 1000 may overflow. */
static uint64_t
per_second(uint64_t count, uint64_t ms, uint64_t *rest)
{
	uint64_t left = count % ms * 1000;

	*rest = left % ms;
	return count / ms * 1000 + left / ms;
}

/* The text of a rate: an integer, or a number with two decimals. */
static struct str
format(char *text, const struct rate *rate, uint64_t count, uint64_t ms)
{
	uint64_t rest;
	struct str s = num_str(text, per_second(count, ms, &rest));

	if (!rate->exact)
		return s;
	rest = rest * 100 / ms;
	text[s.n++] = '.';
	text[s.n++] = (char)('0' + rest / 10);
	text[s.n++] = (char)('0' + rest % 10);
	return s;
}

static struct str
rate_of(struct rates *r, size_t i, uint32_t row, uint32_t old, uint64_t ms)
{
	struct diff *d = r->d;
	enum field_id counter = table[i].counter;
	struct str before = STR_LIT("0");
	uint64_t then, now;

	if (old != DIFF_NONE)
		before = diff_value_of(&d->old, old, counter);
	if (ms == 0 || !num_parse(before, UINT64_MAX, &then) ||
	    !num_parse(diff_value_of(&d->new, row, counter), UINT64_MAX,
	    &now) || now < then)
		return STR_NONE;
	return format(r->text[i], &table[i], now - then, ms);
}

void
rates_read(struct rates *r, uint32_t row)
{
	uint32_t old;
	uint64_t ms = 0;
	size_t i;

	if (!r->any)
		return;
	if (sockets_find(r->sockets, row, &old) == SOCKET_SAME) {
		ms = interval(r->d, old, row);
	} else if (sockets_is_new(r->sockets, row)) {
		old = DIFF_NONE;
		ms = interval(r->d, old, row);
	}
	for (i = 0; i < DIFF_NRATES; i++)
		if (r->at[i] >= 0)
			r->v[i] = rate_of(r, i, row, old, ms);
}

void
rates_put(const struct rates *r, struct str *v)
{
	size_t i;

	for (i = 0; i < DIFF_NRATES; i++)
		if (r->at[i] >= 0)
			v[r->at[i]] = r->v[i];
}
