#include "diff/first-seen.h"

#include <stdlib.h>

#include "lib/num.h"
#include "lib/timestamp.h"

static struct str
name_of(enum field_id id)
{
	return str_from(field_table[id].name);
}

static bool
both_have(const struct diff *d, enum field_id id)
{
	return diff_side_has(&d->old, name_of(id)) &&
	    diff_side_has(&d->new, name_of(id));
}

void
diff_seen_init(struct diff_seen *s, const struct diff *d)
{
	memset(s, 0, sizeof *s);
	s->d = d;
	s->new = mem_alloc(d->new.nrows * sizeof *s->new);
	s->old = mem_alloc(d->old.nrows * sizeof *s->old);
	s->by_inode = both_have(d, F_INODE);
}

void
diff_seen_free(struct diff_seen *s)
{
	free(s->new);
	free(s->old);
	free(s->inodes);
	diff_reader_free(&s->reader);
}

static struct str
field_of(struct diff_seen *s, const struct diff_side *side,
    const struct diff_row *row, enum field_id id)
{
	const struct str *v = diff_reader_row(&s->reader, side, row);

	return diff_at(v, side->cols[row->cols].cols.at[id]);
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
find_inodes(struct diff_seen *s, const struct diff_side *side, uint32_t head)
{
	uint64_t inode;
	uint32_t i;
	size_t n = 0;

	for (i = head; i != DIFF_NONE; i = side->rows[i].next) {
		if (!parse_inode(field_of(s, side, &side->rows[i], F_INODE),
		    &inode))
			continue;
		s->inodes = mem_grow(s->inodes, &s->inodes_cap, n + 1,
		    sizeof *s->inodes);
		s->inodes[n++] = inode;
	}
	if (n > 1)
		qsort(s->inodes, n, sizeof *s->inodes, by_number);
	return n;
}

/* The key is held by other sockets now than in OLD, all of them. */
static bool
is_other_socket(struct diff_seen *s, uint32_t old, uint32_t new)
{
	const struct diff_side *side = &s->d->new;
	size_t n = find_inodes(s, &s->d->old, old);
	bool other = false;
	uint64_t inode;

	for (; new != DIFF_NONE && n > 0; new = side->rows[new].next) {
		if (!parse_inode(field_of(s, side, &side->rows[new], F_INODE),
		    &inode))
			continue;
		if (bsearch(&inode, s->inodes, n, sizeof inode,
		    by_number) != NULL)
			return false;
		other = true;
	}
	return other;
}

static int64_t
time_of(const struct diff_side *side, const struct diff_row *row)
{
	const struct snap *snap = diff_side_snap(side, row->host);
	int64_t ms;

	return diff_time(snap, &ms) ? ms : DIFF_NEVER;
}

/* Since when OLD has a key: what it says itself, or its time. */
static int64_t
seen_in_old(struct diff_seen *s, uint32_t head)
{
	const struct diff_side *old = &s->d->old;
	int64_t ms, first = DIFF_NEVER;
	uint32_t i;

	if (s->old[head] != 0)
		return s->old[head];
	for (i = head; i != DIFF_NONE; i = old->rows[i].next) {
		const struct diff_row *row = &old->rows[i];

		if (old->cols[row->cols].cols.at[F_FIRST_SEEN] >= 0 &&
		    timestamp_parse(field_of(s, old, row, F_FIRST_SEEN),
		    &ms) && (first == DIFF_NEVER || ms < first))
			first = ms;
	}
	if (first == DIFF_NEVER)
		first = time_of(old, &old->rows[head]);
	s->old[head] = first;
	return first;
}

static int64_t
seen_in_new(struct diff_seen *s, uint32_t head)
{
	const struct diff_row *row = &s->d->new.rows[head];
	int64_t first = DIFF_NEVER;

	if (s->new[head] != 0)
		return s->new[head];
	if (row->other != DIFF_NONE &&
	    !(s->by_inode && is_other_socket(s, row->other, head)))
		first = seen_in_old(s, row->other);
	if (first == DIFF_NEVER)
		first = time_of(&s->d->new, row);
	s->new[head] = first;
	return first;
}

int64_t
diff_seen_new(struct diff_seen *s, const struct diff_row *row)
{
	return seen_in_new(s, row->head);
}

int64_t
diff_seen_old(struct diff_seen *s, const struct diff_row *row)
{
	return seen_in_old(s, row->head);
}

static bool
has_time(const struct diff_side *side)
{
	int64_t ms;
	size_t i;

	for (i = 0; i < side->nsnaps; i++)
		if (diff_time(&side->snaps[i], &ms))
			return true;
	return false;
}

bool
diff_has_rate(const struct diff *d, enum field_id counter)
{
	return d->old.ncols > 0 && d->new.ncols > 0 && both_have(d, counter) &&
	    has_time(&d->old) && has_time(&d->new);
}

/* Milliseconds from OLD's row to NEW's; 0 where their counters do not belong
 * together: before a boot, backwards. */
static uint64_t
interval(const struct diff *d, const struct diff_row *old,
    const struct diff_row *new)
{
	const struct snap *a = diff_side_snap(&d->old, old->host);
	const struct snap *b = diff_side_snap(&d->new, new->host);
	int64_t then, now;

	if (!diff_time(a, &then) || !diff_time(b, &now) || now <= then ||
	    (snap_get(a, "boot").n > 0 && snap_get(b, "boot").n > 0 &&
	    !str_eq(snap_get(a, "boot"), snap_get(b, "boot"))))
		return 0;
	return (uint64_t)(now - then);
}

bool
diff_rate(struct diff_seen *s, const struct diff_row *row,
    const struct str *v, enum field_id counter, uint64_t *rate)
{
	const struct diff_side *side = &s->d->old;
	const int *at = s->d->new.cols[row->cols].cols.at, *old_at;
	uint32_t other = s->d->new.rows[row->head].other;
	const struct diff_row *old;
	const struct str *was;
	uint64_t ms, then, now;

	if (other == DIFF_NONE)
		return false;
	old = &side->rows[other];
	old_at = side->cols[old->cols].cols.at;
	was = diff_reader_row(&s->reader, side, old);
	ms = interval(s->d, old, row);
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
