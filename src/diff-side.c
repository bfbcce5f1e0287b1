#include "diff-side.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "diff-host.h"
#include "diff-index.h"
#include "err.h"
#include "input.h"

static const enum field_id default_key[] = {
	F_HOST, F_NETNS, F_PROTO, F_LOCAL_ADDR, F_LOCAL_PORT, F_REMOTE_ADDR,
	F_REMOTE_PORT,
};

#define NELEMS(a) (sizeof(a) / sizeof(a)[0])

void
diff_side_init(struct diff_side *s, const struct diff_plan *plan,
    const char *name, int fd)
{
	memset(s, 0, sizeof *s);
	s->plan = plan;
	s->name = name;
	s->fd = fd;
	cols_init(&s->key);
}

void
diff_side_free(struct diff_side *s)
{
	size_t i;

	for (i = 0; i < s->ncols; i++) {
		cols_free(&s->cols[i].cols);
		free(s->cols[i].key);
		free(s->cols[i].set);
	}
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	rec_stop(&s->rec);
	cols_free(&s->key);
	free(s->cols);
	free(s->snaps);
	free(s->hosts);
	free(s->host_order);
	free(s->rows);
	free(s->slots);
	buf_free(&s->scratch);
	buf_free(&s->text);
	arena_free(&s->arena);
}

void
diff_side_read(struct diff_side *s)
{
	struct stat st;

	if (s->fd < 0)
		return;
	/* Room at once: doubling would copy, and leave holes. */
	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		buf_room(&s->text, (size_t)st.st_size + 1);
	if (!input_slurp_fd(s->fd, SIZE_MAX, &s->text))
		s->error = errno;
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
}

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
	int process = at[F_PID] >= 0 ? at[F_PID] : at[F_PROCESS];

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

static int *
find_all(const struct cols *cols, const struct cols *list)
{
	int *at = mem_alloc(list->n * sizeof *at);
	size_t i;

	for (i = 0; i < list->n; i++)
		at[i] = cols_find(cols, list->v[i].name);
	return at;
}

bool
diff_side_headed(const struct diff_side *s)
{
	return s->ncols > 0;
}

bool
diff_side_has(const struct diff_side *s, struct str field)
{
	size_t i;

	for (i = 0; i < s->ncols; i++)
		if (cols_find(&s->cols[i].cols, field) < 0)
			return false;
	return true;
}

static bool
both_have(const struct diff_side *a, const struct diff_side *b,
    enum field_id id)
{
	struct str name = str_from(field_table[id].name);

	return diff_side_has(a, name) && (b == NULL || diff_side_has(b, name));
}

void
diff_side_key(struct cols *key, const struct diff_side *a,
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

static void
set_key(struct diff_side *s, const struct cols *key)
{
	size_t i;

	cols_free(&s->key);
	cols_copy(&s->key, key);
	for (i = 0; i < s->ncols; i++) {
		free(s->cols[i].key);
		s->cols[i].key = find_all(&s->cols[i].cols, key);
	}
}

/* The number of the columns that rec has now; they are new, or were there. */
static size_t
add_cols(struct diff_side *s)
{
	struct diff_cols *c;
	struct cols key;
	size_t i;

	for (i = 0; i < s->ncols; i++)
		if (cols_equal(&s->cols[i].cols, &s->rec.cols))
			return i;
	s->cols = mem_grow(s->cols, &s->cols_cap, s->ncols + 1,
	    sizeof *s->cols);
	c = &s->cols[s->ncols++];
	c->key = NULL;
	cols_init(&c->cols);
	cols_copy(&c->cols, &s->rec.cols);
	c->set = find_all(&c->cols, &s->plan->set);
	/* Most likely the other side has the same columns, and this the key;
	 * else rekey will be called. */
	cols_init(&key);
	if (s->plan->key.n > 0)
		cols_copy(&key, &s->plan->key);
	else
		diff_side_key(&key, s, NULL);
	set_key(s, &key);
	cols_free(&key);
	return i;
}

static void
add_snap(struct diff_side *s)
{
	struct str unowned = snap_get(&s->rec.snap, "unowned");

	s->snaps = mem_grow(s->snaps, &s->snaps_cap, s->nsnaps + 1,
	    sizeof *s->snaps);
	s->snaps[s->nsnaps++] = s->rec.snap;
	s->hidden |= unowned.n > 0 && !str_is(unowned, "0");
}

static bool
add_row(struct diff_side *s, size_t cols)
{
	const struct str *v = s->rec.v;
	const int *at = s->cols[cols].cols.at;
	struct diff_row *row;
	uint64_t set[2];

	if (str_is(diff_at(v, at[F_CHANGE]), "gone"))
		return true;
	if (s->nrows == DIFF_NONE || s->rec.line.n > UINT32_MAX ||
	    cols > UINT16_MAX) {
		snprintf(s->wrong, sizeof s->wrong, "%s:%zu: too large",
		    s->name, s->rec.lineno);
		return false;
	}
	s->rows = mem_grow(s->rows, &s->rows_cap, s->nrows + 1,
	    sizeof *s->rows);
	row = &s->rows[s->nrows++];
	*row = (struct diff_row){
		.line = s->rec.line.p,
		.len = (uint32_t)s->rec.line.n,
		.cols = (uint16_t)cols,
		.host = diff_host_add(s, diff_at(v, at[F_HOST])),
		.other = DIFF_NONE,
		.peer = DIFF_NONE,
	};
	hash_key(s, row, v);
	hash_values(s, &s->plan->set, s->cols[cols].set, v,
	    diff_owner(s, at, v), set);
	row->set = set[0];
	return true;
}

static bool
parse(struct diff_side *s)
{
	struct rec *r = &s->rec;
	enum rec_event event;
	size_t cols = 0;

	while ((event = rec_next(r)) != REC_EOF) {
		if (event == REC_ERROR) {
			snprintf(s->wrong, sizeof s->wrong, "%s:%zu: %s",
			    s->name, r->lineno, r->error);
			return false;
		}
		if (event == REC_SNAP)
			add_snap(s);
		else if (event == REC_COLS || s->ncols == 0)
			cols = add_cols(s);
		if (event == REC_ROW && !add_row(s, cols))
			return false;
	}
	if (rec_extent(r) == REC_CUT)
		snprintf(s->wrong, sizeof s->wrong, "%s: cut short: not all "
		    "of a snapshot is there, up to its ##end line", s->name);
	return s->wrong[0] == '\0';
}

void
diff_side_load(struct diff_side *s)
{
	const struct cols *fields = &s->plan->fields;

	diff_side_read(s);
	if (s->error != 0)
		return;
	rec_start(&s->rec, s->name, buf_str(&s->text),
	    fields->n > 0 ? fields : NULL);
	if (parse(s) && diff_host_link(s))
		diff_index_build(s);
}

bool
diff_side_check(const struct diff_side *s)
{
	if (s->error != 0) {
		errno = s->error;
		err_msg("%s:", s->name);
	} else if (s->wrong[0] != '\0') {
		err_msg("%s", s->wrong);
	}
	return s->error == 0 && s->wrong[0] == '\0';
}

void
diff_side_rekey(struct diff_side *s, const struct cols *key)
{
	struct buf unescaped = { 0 };
	struct str *v = mem_alloc(diff_side_width(s) * sizeof *v);
	size_t i;

	set_key(s, key);
	for (i = 0; i < s->nrows; i++) {
		diff_side_split(s, &s->rows[i], v, &unescaped);
		hash_key(s, &s->rows[i], v);
	}
	free(v);
	buf_free(&unescaped);
	diff_index_build(s);
}

size_t
diff_side_width(const struct diff_side *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->ncols; i++)
		if (s->cols[i].cols.n > n)
			n = s->cols[i].cols.n;
	return n;
}

void
diff_side_split(const struct diff_side *s, const struct diff_row *row,
    struct str *v, struct buf *unescaped)
{
	struct str line = { row->line, row->len };

	/* It was split before: it cannot fail. */
	rec_split(line, s->cols[row->cols].cols.n, v, unescaped);
}
