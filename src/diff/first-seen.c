#include "diff/first-seen.h"

#include <stdlib.h>

#include "lib/num.h"
#include "lib/timestamp.h"

void
diff_seen_init(struct diff_seen *s, struct diff *d)
{
	memset(s, 0, sizeof *s);
	s->d = d;
	s->new = mem_alloc(d->new.stream.nrows * sizeof *s->new);
	s->old = mem_alloc(d->old.stream.nrows * sizeof *s->old);
	s->by_inode = diff_both_have(&d->old, &d->new, F_INODE);
}

void
diff_seen_free(struct diff_seen *s)
{
	free(s->new);
	free(s->old);
	free(s->inodes);
}

/* A closing socket may have no inode; it is written as 0. */
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
		if (parse_inode(diff_value_of(side, i, F_INODE), &inode))
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
		if (!parse_inode(diff_value_of(side, new, F_INODE), &inode))
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
