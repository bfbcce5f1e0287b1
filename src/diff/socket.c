#include "diff/socket.h"

#include <stdlib.h>

#include "lib/num.h"

/* The better one first: inodes are reused after a while. */
static const enum field_id ids[] = { F_COOKIE, F_INODE };

/* Fields that may change between two scans of the same socket. */
static const enum field_id unstable[] = {
	F_STATE, F_RX_QUEUE, F_TX_QUEUE, F_BACKLOG, F_RX_BYTES, F_TX_BYTES,
	F_RTT, F_RETRANS, F_RSS, F_CPU, F_DROPS, F_TIME, F_CHANGE, F_FIRST_SEEN,
	F_LAST_SEEN, F_WAS, F_RX_RATE, F_TX_RATE, F_DROPS_RATE, F_RETRANS_RATE,
	F_RX_PACKETS, F_RX_ERRORS, F_TX_PACKETS, F_TX_ERRORS, F_FLAGS, F_WHY,
	F_LEVEL,
};

/* Reads the value that identifies a socket; false if it is missing or 0. */
static bool
read_id(struct diff_side *side, uint32_t row, size_t id, struct str *out)
{
	*out = diff_value_of(side, row, ids[id]);
	return out->n > 0 && !str_is(*out, "0");
}

void
sockets_init(struct sockets *s, struct diff *d)
{
	const struct cols *all = &d->new.stream.all;
	size_t i;

	memset(s, 0, sizeof *s);
	s->d = d;
	for (i = 0; i < NELEMS(ids); i++)
		s->by[i] = diff_both_have(&d->old, &d->new, ids[i]);
	s->old = mem_alloc(d->new.stream.nrows * sizeof *s->old);
	s->kin = mem_alloc(d->new.stream.nrows);
	cols_init(&s->stable);
	for (i = 0; i < all->n; i++)
		if (!field_is_among(all->v[i].id, unstable,
		    NELEMS(unstable)) &&
		    stream_has(&d->old.stream, all->v[i].name) &&
		    stream_has(&d->new.stream, all->v[i].name))
			cols_add(&s->stable, all->v[i].name);
	diff_map_init(&s->maps[0], &d->old, &s->stable);
	diff_map_init(&s->maps[1], &d->new, &s->stable);
}

void
sockets_free(struct sockets *s)
{
	free(s->old);
	free(s->kin);
	free(s->made);
	free(s->ids[0]);
	free(s->ids[1]);
	diff_map_free(&s->maps[0]);
	diff_map_free(&s->maps[1]);
	cols_free(&s->stable);
	buf_free(&s->scratch);
}

static void
put(struct buf *b, struct str v)
{
	memcpy(buf_room(b, sizeof v.n), &v.n, sizeof v.n);
	b->n += sizeof v.n;
	if (v.n > 0)
		buf_add(b, v.p, v.n);
}

static uint64_t
end_hash(struct sockets *s)
{
	uint64_t hash = siphash64(&s->d->plan.secret, s->scratch.p,
	    s->scratch.n);

	s->scratch.n = 0;
	return hash;
}

static uint64_t
hash_id(struct sockets *s, struct diff_side *side, uint32_t row, size_t id,
    struct str value)
{
	uint32_t host = diff_host_of(side, row);

	buf_putc(&s->scratch, (char)id);
	put(&s->scratch, s->d->by_host ?
	    stream_host_name(&side->stream, host) : STR_NONE);
	put(&s->scratch, value);
	return end_hash(s);
}

static uint64_t
hash_stable(struct sockets *s, struct diff_side *side, uint32_t row)
{
	struct diff_map *map = &s->maps[side == &s->d->new];
	size_t i;

	diff_map_row(map, row);
	for (i = 0; i < s->stable.n; i++)
		put(&s->scratch, map->v[i]);
	return end_hash(s);
}

static int
cmp_id(const void *a, const void *b)
{
	const struct socket_id *x = a, *y = b;
	int c = num_cmp(x->hash, y->hash);

	return c != 0 ? c : num_cmp(x->row, y->row);
}

/* Collects those rows of a key that have the id, sorted by its hash; if id is
 * NELEMS(ids), all rows, by their stable fields.  *lacks: some have no id. */
static size_t
gather(struct sockets *s, int which, uint32_t head, size_t id, bool *lacks)
{
	struct diff_side *side = which == 0 ? &s->d->old : &s->d->new;
	struct str value;
	uint64_t hash;
	uint32_t i;
	size_t n = 0;

	*lacks = false;
	for (i = head; i != DIFF_NONE; i = side->rows[i].next) {
		if (id == NELEMS(ids)) {
			hash = hash_stable(s, side, i);
		} else if (read_id(side, i, id, &value)) {
			hash = hash_id(s, side, i, id, value);
		} else {
			*lacks = true;
			continue;
		}
		*MEM_PUSH(s->ids[which], n, s->ids_cap[which]) =
		    (struct socket_id){ hash, i };
	}
	if (n > 1)
		qsort(s->ids[which], n, sizeof *s->ids[which], cmp_id);
	return n;
}

/* The number of elements of v with that hash, and the row of the first. */
static size_t
count(const struct socket_id *v, size_t n, uint64_t hash, uint32_t *row)
{
	const struct socket_id key = { hash, 0 };
	size_t first = num_before(&key, v, n, sizeof *v, cmp_id), i = first;

	while (i < n && v[i].hash == hash)
		i++;
	if (i > first)
		*row = v[first].row;
	return i - first;
}

/* Sockets with the same cookie but different inodes, or vice versa, are
 * different: before Linux 5.12 each namespace counted its own cookies. */
static bool
contradicts(struct sockets *s, uint32_t old, uint32_t new)
{
	struct str a, b;
	size_t i;

	for (i = 0; i < NELEMS(ids); i++)
		if (s->by[i] && read_id(&s->d->old, old, i, &a) &&
		    read_id(&s->d->new, new, i, &b) && !str_eq(a, b))
			return true;
	return false;
}

/* Looks up those rows of a key that have not been found yet. */
static void
find_by_id(struct sockets *s, uint32_t old, uint32_t new, size_t id)
{
	bool old_lacks, new_lacks;
	size_t nold = gather(s, 0, old, id, &old_lacks), i;
	size_t nnew = gather(s, 1, new, id, &new_lacks);

	for (i = 0; i < nnew; i++) {
		const struct socket_id *v = &s->ids[1][i];

		if (s->kin[v->row] == SOCKET_SAME ||
		    s->kin[v->row] == SOCKET_OTHER)
			continue;
		if (count(s->ids[0], nold, v->hash, &s->old[v->row]) > 0)
			s->kin[v->row] = contradicts(s, s->old[v->row],
			    v->row) ? SOCKET_OTHER : SOCKET_SAME;
		else if (!old_lacks)
			s->kin[v->row] = SOCKET_OTHER;
	}
}

/* The row has no id. */
static bool
is_anonymous(struct sockets *s, struct diff_side *side, uint32_t row)
{
	struct str value;
	size_t i;

	for (i = 0; i < NELEMS(ids); i++)
		if (s->by[i] && read_id(side, row, i, &value))
			return false;
	return true;
}

static void
find_by_fields(struct sockets *s, uint32_t old, uint32_t new)
{
	bool lacks;
	size_t nold = gather(s, 0, old, NELEMS(ids), &lacks), i = 0, j;
	size_t nnew = gather(s, 1, new, NELEMS(ids), &lacks);
	const struct socket_id *v = s->ids[1];

	for (; i < nnew; i = j) {
		for (j = i + 1; j < nnew && v[j].hash == v[i].hash; j++)
			continue;
		if (j - i == 1 && s->kin[v[i].row] == SOCKET_UNKNOWN &&
		    count(s->ids[0], nold, v[i].hash, &s->old[v[i].row]) == 1)
			s->kin[v[i].row] = SOCKET_SAME;
	}
}

static bool
same_boot(const struct diff *d, uint32_t old, uint32_t new)
{
	return diff_same_boot(
	    diff_side_snap(&d->old, diff_host_of(&d->old, old)),
	    diff_side_snap(&d->new, diff_host_of(&d->new, new)));
}

/* Finds all of NEW's rows of a key. */
static void
find_all(struct sockets *s, uint32_t head)
{
	struct diff_row *rows = s->d->new.rows;
	uint32_t other = rows[head].other, i;
	bool alone;
	size_t id;

	for (i = head; i != DIFF_NONE; i = rows[i].next)
		s->kin[i] = SOCKET_UNKNOWN;
	if (other == DIFF_NONE)
		return;
	if (!same_boot(s->d, other, head)) {
		for (i = head; i != DIFF_NONE; i = rows[i].next)
			s->kin[i] = is_anonymous(s, &s->d->new, i) ?
			    SOCKET_UNKNOWN : SOCKET_OTHER;
		return;
	}
	for (id = 0; id < NELEMS(ids); id++)
		if (s->by[id])
			find_by_id(s, other, head, id);
	alone = rows[head].next == DIFF_NONE &&
	    s->d->old.rows[other].next == DIFF_NONE;
	if (!alone) {
		find_by_fields(s, other, head);
	} else if (s->kin[head] == SOCKET_UNKNOWN) {
		s->kin[head] = SOCKET_SAME;
		s->old[head] = other;
	}
}

enum socket_kin
sockets_find(struct sockets *s, uint32_t row, uint32_t *old)
{
	if (s->kin[row] == SOCKET_UNASKED)
		find_all(s, s->d->new.rows[row].head);
	*old = s->old[row];
	return (enum socket_kin)s->kin[row];
}

/* Collects the ids of all of OLD's rows. */
static void
read_made(struct sockets *s)
{
	struct diff_side *old = &s->d->old;
	struct str value;
	size_t id, n, nrows = old->stream.nrows;
	uint32_t i;

	for (id = 0; id < NELEMS(ids); id++) {
		n = s->nmade;
		for (i = 0; s->by[id] && i < nrows; i++)
			if (read_id(old, i, id, &value))
				*MEM_PUSH(s->made, s->nmade, s->made_cap) =
				    hash_id(s, old, i, id, value);
		/* A closing socket may have no inode; it is written as 0. */
		s->all_of[id] = ids[id] == F_COOKIE ? s->nmade - n == nrows :
		    s->nmade > n || nrows == 0;
	}
	if (s->nmade > 1)
		qsort(s->made, s->nmade, sizeof *s->made, num_cmp64);
	s->read = true;
}

/* If the row's socket had existed, OLD would have it. */
static bool
was_looked_for(const struct diff *d, uint32_t row)
{
	const struct diff_side *new = &d->new;
	uint32_t snap = stream_snap(&new->stream, row);
	const struct snap *a = diff_old_snap(d, snap);
	const struct snap *b = diff_new_snap(d, snap);

	return a != NULL && b != NULL && !new->rows[row].unseen &&
	    !stream_is_selection(&d->old.stream) && diff_same_scope(a, b) &&
	    diff_same_boot(a, b);
}

bool
sockets_is_new(struct sockets *s, uint32_t row)
{
	struct diff_side *new = &s->d->new;
	bool known = false;
	struct str value;
	uint64_t hash;
	size_t id;

	if (!sockets_have_ids(s) || !was_looked_for(s->d, row))
		return false;
	if (!s->read)
		read_made(s);
	for (id = 0; id < NELEMS(ids); id++) {
		if (!s->by[id] || !s->all_of[id] ||
		    !read_id(new, row, id, &value))
			continue;
		known = true;
		hash = hash_id(s, new, row, id, value);
		if (bsearch(&hash, s->made, s->nmade, sizeof hash,
		    num_cmp64) != NULL)
			return false;
	}
	return known;
}
