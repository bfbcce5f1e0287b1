#include "diff/first-seen.h"

#include <stdlib.h>

#include "lib/timestamp.h"

void
diff_seen_init(struct diff_seen *s, struct diff *d, struct sockets *sockets)
{
	memset(s, 0, sizeof *s);
	s->d = d;
	s->sockets = sockets;
	s->new = mem_alloc(d->new.stream.nrows * sizeof *s->new);
	s->old = mem_alloc(d->old.stream.nrows * sizeof *s->old);
}

void
diff_seen_free(struct diff_seen *s)
{
	free(s->new);
	free(s->old);
}

/* The key is held by other sockets now than in OLD, all of them. */
static bool
is_other_socket(struct diff_seen *s, uint32_t row)
{
	const struct diff_row *rows = s->d->new.rows;
	bool other = false;
	uint32_t old;

	if (!sockets_have_ids(s->sockets))
		return false;
	for (; row != DIFF_NONE; row = rows[row].next) {
		switch (sockets_find(s->sockets, row, &old)) {
		case SOCKET_SAME:
			return false;
		case SOCKET_OTHER:
			other = true;
			break;
		default:
			break;
		}
	}
	return other;
}

static int64_t
time_of(struct diff_side *side, uint32_t row)
{
	int64_t ms;

	return diff_row_time(side, row, &ms) ? ms : DIFF_NEVER;
}

/* Since when OLD has a key: what it says itself, or its time. */
static int64_t
seen_in_old(struct diff_seen *s, uint32_t head)
{
	struct diff_side *old = &s->d->old;
	int64_t ms, first = DIFF_NEVER;
	uint32_t i;

	if (s->old[head] != 0)
		return s->old[head];
	for (i = head; i != DIFF_NONE; i = old->rows[i].next) {
		if (timestamp_parse(diff_value_of(old, i, F_FIRST_SEEN), &ms) &&
		    (first == DIFF_NEVER || ms < first))
			first = ms;
	}
	if (first == DIFF_NEVER)
		first = time_of(old, head);
	s->old[head] = first;
	return first;
}

static int64_t
seen_in_new(struct diff_seen *s, uint32_t head)
{
	uint32_t other = s->d->new.rows[head].other;
	int64_t first = DIFF_NEVER;

	if (s->new[head] != 0)
		return s->new[head];
	if (other != DIFF_NONE && !is_other_socket(s, head))
		first = seen_in_old(s, other);
	if (first == DIFF_NEVER)
		first = time_of(&s->d->new, head);
	s->new[head] = first;
	return first;
}

int64_t
diff_seen_new(struct diff_seen *s, uint32_t row)
{
	return seen_in_new(s, s->d->new.rows[row].head);
}

int64_t
diff_seen_old(struct diff_seen *s, uint32_t row)
{
	return seen_in_old(s, s->d->old.rows[row].head);
}

int64_t
diff_seen_last(struct diff_side *side, uint32_t row)
{
	int64_t ms;

	return timestamp_parse(diff_value_of(side, row, F_LAST_SEEN), &ms) ?
	    ms : time_of(side, row);
}
