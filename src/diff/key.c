#include "diff/key.h"

#include <limits.h>
#include <stdlib.h>

static const enum field_id default_key[] = {
	F_HOST, F_NETNS, F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR,
	F_REMOTE_PORT, F_IFACE,
};

struct str
diff_value(struct diff_place place, const struct str *v)
{
	struct str s = diff_at(v, place.at);

	if (place.id == F_CWD)
		str_take_end(&s, " (elsewhere)");
	return place.id == F_EXE ? str_undeleted(s) : s;
}

static const enum field_id of_socket[DIFF_OF_SOCKET_MAX] = {
	F_USER, F_UID, F_UNIT, F_CONTAINER, F_CONTAINER_ID, F_POD,
};

bool
diff_is_of_socket(enum field_id id)
{
	return field_is_among(id, of_socket, NELEMS(of_socket));
}

enum diff_owner
diff_owner(const struct diff_header *h, const struct str *v)
{
	size_t i;

	for (i = 0; i < h->nof_socket; i++)
		if (v[h->of_socket[i]].n > 0)
			break;
	if (h->process < 0 || i == h->nof_socket)
		return DIFF_ANYONE;
	return v[h->process].n > 0 ? DIFF_PROCESS : DIFF_SOCKET;
}

/* Stores a length in one byte, or if it is longer in five. */
static size_t
put_length(char *p, uint32_t n)
{
	*p = (char)(n < UCHAR_MAX ? n : UCHAR_MAX);
	if (n < UCHAR_MAX)
		return 1;
	memcpy(p + 1, &n, sizeof n);
	return 1 + sizeof n;
}

/* Stores each value after its length, so that no two lists look the same.
 * netns, unless it is missing, replaces the value of that field. */
static void
put_values(struct buf *b, const struct diff_place *place, size_t nplaces,
    const struct str *v, struct str netns)
{
	size_t i, n;

	for (i = 0; i < nplaces; i++) {
		struct str value = netns.p != NULL && place[i].id == F_NETNS ?
		    netns : diff_value(place[i], v);
		char *p = buf_room(b, 1 + sizeof(uint32_t) + value.n);

		n = put_length(p, (uint32_t)value.n);

		if (value.p != NULL)
			memcpy(p + n, value.p, value.n);
		b->n += n + value.n;
	}
}

/* A connection that ended and was made again between the same ports is another
 * one.  A listener is not: a daemon makes it again at each start; nor is a
 * socket that sends datagrams. */
static bool
is_connection(const int *at, const struct str *v)
{
	return str_is(diff_at(v, at[F_PROTO]), "tcp") &&
	    diff_at(v, at[F_REMOTE_PORT]).n > 0;
}

static void
put_cookie(struct diff_side *s, uint32_t row, const struct str *v)
{
	const int *at = stream_cols(&s->stream, row)->at;
	struct str cookie = diff_at(v, at[F_COOKIE]);

	if (!is_connection(at, v))
		return;
	s->lacks_cookie |= cookie.n == 0;
	buf_add(&s->scratch, cookie.p, cookie.n);
}

static void
hash_key(struct diff_side *s, uint32_t row, const struct str *v)
{
	struct str netns = s->netns != NULL ? s->netns[row] : STR_NONE;
	struct buf *b = &s->scratch;

	b->n = 0;
	put_values(b, diff_header_of(s, row)->key, s->key.n, v, netns);
	if (s->by_cookie)
		put_cookie(s, row, v);
	siphash128(&s->plan->secret, b->p, b->n, s->rows[row].key);
}

void
diff_key_hash(struct diff_side *s, uint32_t row, const struct str *v)
{
	const struct diff_header *h = diff_header_of(s, row);
	struct buf *b = &s->scratch;

	hash_key(s, row, v);
	b->n = 0;
	buf_putc(b, (char)diff_owner(h, v));
	put_values(b, h->set, s->plan->set.n, v, STR_NONE);
	s->rows[row].set = siphash64(&s->plan->secret, b->p, b->n);
}

/* Finds a list's fields among the columns; the caller frees. */
static struct diff_place *
find_places(const struct cols *cols, const struct cols *list)
{
	struct diff_place *place = mem_alloc(list->n * sizeof *place);
	size_t i;

	for (i = 0; i < list->n; i++)
		place[i] = (struct diff_place){
			cols_find(cols, list->v[i].name), list->v[i].id };
	return place;
}

static struct diff_header
make_header(const struct diff_side *s, const struct cols *cols)
{
	struct diff_header h = { find_places(cols, &s->key),
		find_places(cols, &s->plan->set), cols->at[F_PROCESS] >= 0 ?
		cols->at[F_PROCESS] : cols->at[F_PID], { 0 }, 0 };
	size_t i;

	for (i = 0; i < NELEMS(of_socket); i++)
		if (s->plan->set.at[of_socket[i]] >= 0 &&
		    cols->at[of_socket[i]] >= 0)
			h.of_socket[h.nof_socket++] = cols->at[of_socket[i]];
	return h;
}

void
diff_key_default(struct cols *key, const struct diff_side *a,
    const struct diff_side *b)
{
	size_t i;

	for (i = 0; i < NELEMS(default_key); i++)
		if (diff_both_have(a, b, default_key[i]) &&
		    !(a->plan->across && default_key[i] == F_HOST))
			cols_add_field(key, default_key[i]);
}

/* Sets the key for the rows that follow. */
static void
set_key(struct diff_side *s, const struct cols *key)
{
	size_t i;

	cols_free(&s->key);
	cols_copy(&s->key, key);
	for (i = 0; i < s->nheaders; i++) {
		free(s->headers[i].key);
		s->headers[i].key = find_places(&s->stream.cols[i], key);
	}
}

bool
diff_key_has_cookies(const struct diff_side *s)
{
	return s->plan->key.n == 0 && !s->plan->across && !s->lacks_cookie &&
	    stream_has_field(&s->stream, F_COOKIE) &&
	    stream_has_field(&s->stream, F_PROTO) &&
	    stream_has_field(&s->stream, F_REMOTE_PORT);
}

/* Guesses that the other side has the same columns, which gives this key;
 * otherwise diff_key_change follows.  True if the key is another one now. */
static bool
guess_key(struct diff_side *s)
{
	struct cols key;
	bool changed, cookie;

	cols_init(&key);
	if (s->plan->key.n > 0)
		cols_copy(&key, &s->plan->key);
	else
		diff_key_default(&key, s, s);
	cookie = diff_key_has_cookies(s);
	changed = !cols_equal(&s->key, &key) || s->by_cookie != cookie;
	s->by_cookie = cookie;
	if (changed)
		set_key(s, &key);
	cols_free(&key);
	return changed;
}

void
diff_key_headers(struct diff_side *s)
{
	struct diff_header h;
	bool first = s->nheaders == 0;

	if (s->nheaders == s->stream.ncols)
		return;
	while (s->nheaders < s->stream.ncols) {
		h = make_header(s, &s->stream.cols[s->nheaders]);
		*MEM_PUSH(s->headers, s->nheaders, s->headers_cap) = h;
	}
	s->mixed |= guess_key(s) && !first;
}

void
diff_key_again(struct diff_side *s)
{
	uint32_t i;

	for (i = 0; i < s->stream.nrows; i++)
		hash_key(s, i, stream_values(&s->stream, i));
}

void
diff_key_change(struct diff_side *s, const struct cols *key, bool by_cookie)
{
	set_key(s, key);
	s->by_cookie = by_cookie;
	diff_key_again(s);
	diff_index_build(s);
}

/* Open addressing.  The tag avoids most accesses to rows of another key. */
struct diff_slot {
	uint32_t tag;
	uint32_t row;		/* plus one; 0: free */
};

/* The slot of the key, or the one to put it in. */
static struct diff_slot *
find_slot(const struct diff_side *s, const uint64_t key[2])
{
	uint32_t tag = (uint32_t)(key[1] >> 32);
	uint64_t i = key[0];

	for (;; i++) {
		struct diff_slot *slot = &s->slots[i & s->mask];
		const struct diff_row *row;

		if (slot->row == 0)
			return slot;
		row = &s->rows[slot->row - 1];
		if (slot->tag == tag && row->key[0] == key[0] &&
		    row->key[1] == key[1])
			return slot;
	}
}

static const struct diff_slot *
slot_of(const struct diff_side *s, const struct diff_side *of, uint32_t row)
{
	return &s->slots[of->rows[row].key[0] & s->mask];
}

void
diff_index_expect(const struct diff_side *s, const struct diff_side *of,
    uint32_t row)
{
	enum { SLOT = 16, ROW = 8 };	/* this many rows ahead */
	const struct diff_slot *slot;

	if (of->stream.nrows - row <= SLOT)
		return;
	__builtin_prefetch(slot_of(s, of, row + SLOT));
	slot = slot_of(s, of, row + ROW);
	if (slot->row == 0)
		return;
	__builtin_prefetch(&s->rows[slot->row - 1]);
	__builtin_prefetch(&s->rows[slot->row - 1].change);
}

void
diff_index_build(struct diff_side *s)
{
	/* rows use more memory than slots, so neither sum overflows */
	size_t size = 16;
	uint32_t i;

	while (size / 2 < s->stream.nrows)
		size *= 2;
	free(s->slots);
	s->slots = mem_table(size * sizeof *s->slots);
	s->mask = size - 1;
	for (i = 0; i < s->stream.nrows; i++) {
		struct diff_row *row = &s->rows[i], *head;
		struct diff_slot *slot = find_slot(s, row->key);

		diff_index_expect(s, s, i);
		row->head = i;
		row->next = DIFF_NONE;
		if (slot->row == 0) {
			slot->row = i + 1;
			slot->tag = (uint32_t)(row->key[1] >> 32);
			continue;
		}
		/* insert after the head: no need to find the last */
		row->head = slot->row - 1;
		head = &s->rows[row->head];
		row->next = head->next;
		head->next = i;
	}
}

uint32_t
diff_index_find(const struct diff_side *s, const uint64_t key[2])
{
	const struct diff_slot *slot = find_slot(s, key);

	return slot->row == 0 ? DIFF_NONE : slot->row - 1;
}
