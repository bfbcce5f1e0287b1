#include "diff/first-seen.h"

#include <stdlib.h>

#include "lib/num.h"
#include "lib/timestamp.h"

static bool
both_have(const struct diff *d, enum field_id id)
{
	return stream_has_field(&d->old.stream, id) &&
	    stream_has_field(&d->new.stream, id);
}

void
diff_seen_init(struct diff_seen *s, struct diff *d)
{
	memset(s, 0, sizeof *s);
	s->d = d;
	s->new = mem_alloc(d->new.stream.nrows * sizeof *s->new);
	s->old = mem_alloc(d->old.stream.nrows * sizeof *s->old);
	s->by_inode = both_have(d, F_INODE);
}

void
diff_seen_free(struct diff_seen *s)
{
	free(s->new);
	free(s->old);
	free(s->inodes);
}

static struct str
field_of(struct diff_side *s, uint32_t row, enum field_id id)
{
	int at = stream_cols(&s->stream, row)->at[id];

	return at >= 0 ? stream_values(&s->stream, row)[at] : STR_NONE;
}

/* A socket that is closing may have none, which is written 0. */
static bool
parse_inode(struct str text, uint64_t *inode)
{
	return num_parse(text, UINT64_MAX, inode) && *inode > 0;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return num_cmp(*x, *y);
}

/* The inodes of the rows of a key, in order. */
static size_t
find_inodes(struct diff_seen *s, struct diff_side *side, uint32_t head)
{
	uint64_t inode;
	uint32_t i;
	size_t n = 0;

	for (i = head; i != DIFF_NONE; i = side->rows[i].next) {
		if (parse_inode(field_of(side, i, F_INODE), &inode))
			*MEM_PUSH(s->inodes, n, s->inodes_cap) = inode;
	}
	if (n > 1)
		qsort(s->inodes, n, sizeof *s->inodes, by_number);
	return n;
}

/* The key is held by other sockets now than in OLD, all of them. */
static bool
is_other_socket(struct diff_seen *s, uint32_t old, uint32_t new)
{
	struct diff_side *side = &s->d->new;
	size_t n = find_inodes(s, &s->d->old, old);
	bool other = false;
	uint64_t inode;

	for (; new != DIFF_NONE && n > 0; new = side->rows[new].next) {
		if (!parse_inode(field_of(side, new, F_INODE), &inode))
			continue;
		if (bsearch(&inode, s->inodes, n, sizeof inode,
		    by_number) != NULL)
			return false;
		other = true;
	}
	return other;
}

static int64_t
time_of(const struct diff_side *side, uint32_t row)
{
	const struct snap *snap = diff_side_snap(side, diff_host_of(side, row));
	int64_t ms;

	return diff_time(snap, &ms) ? ms : DIFF_NEVER;
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
		if (timestamp_parse(field_of(old, i, F_FIRST_SEEN), &ms) &&
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
	if (other != DIFF_NONE &&
	    !(s->by_inode && is_other_socket(s, other, head)))
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
	    both_have(d, counter) && has_time(&d->old.stream) &&
	    has_time(&d->new.stream);
}

/* Milliseconds from OLD's row to NEW's; 0 where their counters do not belong
 * together: before a boot, backwards. */
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
diff_rate(struct diff_seen *s, uint32_t row, const struct str *v,
    enum field_id counter, uint64_t *rate)
{
	struct stream *old = &s->d->old.stream, *new = &s->d->new.stream;
	uint32_t other = s->d->new.rows[s->d->new.rows[row].head].other;
	const int *at = stream_cols(new, row)->at, *old_at;
	const struct str *was;
	uint64_t ms, then, now;

	if (other == DIFF_NONE)
		return false;
	old_at = stream_cols(old, other)->at;
	was = stream_values(old, other);
	ms = interval(s->d, other, row);
	if (ms == 0 ||
	    !num_parse(diff_at(was, old_at[counter]), UINT64_MAX, &then) ||
	    !num_parse(diff_at(v, at[counter]), UINT64_MAX, &now) ||
	    now < then || (s->by_inode &&
	    !str_eq(diff_at(was, old_at[F_INODE]), diff_at(v, at[F_INODE]))))
		return false;
	/* In two parts: bytes times 1000 need not fit. */
	now -= then;
	*rate = now / ms * 1000 + now % ms * 1000 / ms;
	return true;
}
