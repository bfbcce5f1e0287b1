#include "diff/first-seen.h"

#include <stdlib.h>

#include "lib/timestamp.h"

/* Sets when OLD first saw each key: the earliest time in its records. */
static void
merge_old(struct diff_side *old)
{
	int64_t *seen = old->first_seen;
	uint32_t i, head;

	for (i = 0; i < old->stream.nrows; i++) {
		head = old->rows[i].head;
		if (seen[i] != 0 && (seen[head] == 0 || seen[i] < seen[head]))
			seen[head] = seen[i];
	}
}

void
diff_seen_init(struct diff_seen *s, struct diff *d, struct sockets *sockets)
{
	memset(s, 0, sizeof *s);
	s->d = d;
	s->sockets = sockets;
	s->new = mem_alloc(d->new.stream.nrows * sizeof *s->new);
	if (d->old.first_seen == NULL)
		d->old.first_seen = mem_alloc(d->old.stream.nrows *
		    sizeof *d->old.first_seen);
	else
		merge_old(&d->old);
}

void
diff_seen_free(struct diff_seen *s)
{
	free(s->new);
}

/* None of the sockets that hold the key now is one of OLD's. */
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

/* The known time of a key, or else the time of its row. */
static int64_t
look_up(int64_t *known, struct diff_side *side, uint32_t head)
{
	int64_t ms;

	if (*known == 0 && (ms = time_of(side, head)) != DIFF_NEVER)
		*known = ms + 1;
	return *known != 0 ? *known - 1 : DIFF_NEVER;
}

static int64_t
seen_in_old(struct diff_seen *s, uint32_t head)
{
	return look_up(&s->d->old.first_seen[head], &s->d->old, head);
}

static int64_t
seen_in_new(struct diff_seen *s, uint32_t head)
{
	uint32_t other = s->d->new.rows[head].other;
	int64_t first;

	if (s->new[head] == 0 && other != DIFF_NONE &&
	    !is_other_socket(s, head)) {
		first = seen_in_old(s, other);
		if (first != DIFF_NEVER)
			s->new[head] = first + 1;
	}
	return look_up(&s->new[head], &s->d->new, head);
}

int64_t
diff_seen_new(struct diff_seen *s, uint32_t row)
{
	return seen_in_new(s, s->d->new.rows[row].head);
}

void
diff_seen_expect(const struct diff_seen *s, uint32_t row)
{
	enum { AHEAD = 8 };
	const struct diff_side *new = &s->d->new;

	if (new->stream.nrows - row > AHEAD &&
	    new->rows[row + AHEAD].other != DIFF_NONE)
		__builtin_prefetch(&s->d->old.first_seen[
		    new->rows[row + AHEAD].other]);
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
