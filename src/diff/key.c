#include "diff/key.h"

#include <limits.h>
#include <stdlib.h>

#include "diff/index.h"

static const enum field_id default_key[] = {
	F_HOST, F_NETNS, F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR,
	F_REMOTE_PORT,
};

struct str
diff_value(const struct cols *list, const int *at, size_t i,
    const struct str *v)
{
	static const char *const suffixes[] = { " (deleted)", " (replaced)" };
	struct str s = diff_at(v, at[i]);
	size_t j;

	if (list->v[i].id != F_EXE)
		return s;
	for (j = 0; j < NELEMS(suffixes); j++)
		if (str_ends(s, suffixes[j]))
			s.n -= strlen(suffixes[j]);
	return s;
}

enum diff_owner
diff_owner(const struct diff_side *s, const int *at, const struct str *v)
{
	const int *set = s->plan->set.at;
	int process = at[F_PROCESS] >= 0 ? at[F_PROCESS] : at[F_PID];

	if (process < 0 ||
	    ((set[F_USER] < 0 || diff_at(v, at[F_USER]).n == 0) &&
	    (set[F_UID] < 0 || diff_at(v, at[F_UID]).n == 0)))
		return DIFF_ANYONE;
	return v[process].n > 0 ? DIFF_PROCESS : DIFF_SOCKET;
}

/* A length in one byte, or where it is longer in five. */
static size_t
put_length(char *p, uint32_t n)
{
	*p = (char)(n < UCHAR_MAX ? n : UCHAR_MAX);
	if (n < UCHAR_MAX)
		return 1;
	memcpy(p + 1, &n, sizeof n);
	return 1 + sizeof n;
}

/* What owner is, and each value with its length before it: no two lists look
 * the same. */
static void
hash_values(struct diff_side *s, const struct cols *list, const int *at,
    const struct str *v, enum diff_owner owner, uint64_t out[2])
{
	struct buf *b = &s->scratch;
	size_t i;

	b->n = 0;
	buf_putc(b, (char)owner);
	for (i = 0; i < list->n; i++) {
		struct str value = diff_value(list, at, i, v);
		char *p = buf_room(b, 1 + sizeof(uint32_t) + value.n);
		size_t n = put_length(p, (uint32_t)value.n);

		if (value.n > 0)
			memcpy(p + n, value.p, value.n);
		b->n += n + value.n;
	}
	siphash(&s->plan->secret, b->p, b->n, out);
}

static void
hash_key(struct diff_side *s, struct diff_row *row, const struct str *v)
{
	hash_values(s, &s->key, s->cols[row->cols].key, v, DIFF_ANYONE,
	    row->key);
}

void
diff_key_hash(struct diff_side *s, struct diff_row *row, const struct str *v)
{
	const struct diff_cols *c = &s->cols[row->cols];
	uint64_t set[2];

	hash_key(s, row, v);
	hash_values(s, &s->plan->set, c->set, v,
	    diff_owner(s, c->cols.at, v), set);
	row->set = set[0];
}

int *
diff_key_find(const struct cols *cols, const struct cols *list)
{
	int *at = mem_alloc(list->n * sizeof *at);
	size_t i;

	for (i = 0; i < list->n; i++)
		at[i] = cols_find(cols, list->v[i].name);
	return at;
}

static bool
both_have(const struct diff_side *a, const struct diff_side *b,
    enum field_id id)
{
	struct str name = str_from(field_table[id].name);

	return diff_side_has(a, name) && (b == NULL || diff_side_has(b, name));
}

void
diff_key_default(struct cols *key, const struct diff_side *a,
    const struct diff_side *b)
{
	bool iface = both_have(a, b, F_IFACE) && !both_have(a, b, F_PROTO);
	size_t i;

	for (i = 0; i < NELEMS(default_key); i++)
		if (both_have(a, b, default_key[i]))
			cols_add_field(key, default_key[i]);
	if (iface)
		cols_add_field(key, F_IFACE);
}

void
diff_key_set(struct diff_side *s, const struct cols *key)
{
	size_t i;

	cols_free(&s->key);
	cols_copy(&s->key, key);
	for (i = 0; i < s->ncols; i++) {
		free(s->cols[i].key);
		s->cols[i].key = diff_key_find(&s->cols[i].cols, key);
	}
}

void
diff_key_again(struct diff_side *s)
{
	struct diff_reader reader = { 0 };
	size_t i;

	for (i = 0; i < s->nrows; i++)
		hash_key(s, &s->rows[i],
		    diff_reader_row(&reader, s, &s->rows[i]));
	diff_reader_free(&reader);
}

void
diff_key_change(struct diff_side *s, const struct cols *key)
{
	diff_key_set(s, key);
	diff_key_again(s);
	diff_index_build(s);
}
