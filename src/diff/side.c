#include "diff/side.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "diff/host.h"
#include "diff/index.h"
#include "diff/key.h"
#include "lib/err.h"
#include "lib/input.h"

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
	input_close(s->fd);
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
	if (s->fd < 0)
		return;
	if (!input_slurp_fd(s->fd, SIZE_MAX, &s->text))
		s->error = errno;
	input_close(s->fd);
	s->fd = -1;
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

const struct snap *
diff_side_snap(const struct diff_side *s, uint32_t host)
{
	uint32_t snap = host == DIFF_NONE ? 0 : s->hosts[host].snap;

	return snap < s->nsnaps ? &s->snaps[snap] : NULL;
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
	c->set = diff_key_find(&c->cols, &s->plan->set);
	/* Most likely the other side has the same columns, and this the key;
	 * else there is diff_key_change. */
	cols_init(&key);
	if (s->plan->key.n > 0)
		cols_copy(&key, &s->plan->key);
	else
		diff_key_default(&key, s, NULL);
	s->mixed |= s->nrows > 0 && !cols_equal(&s->key, &key);
	diff_key_set(s, &key);
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
	diff_key_hash(s, row, v);
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
	if (!parse(s) || !diff_host_link(s))
		return;
	if (s->mixed)
		diff_key_again(s);
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
diff_reader_free(struct diff_reader *r)
{
	free(r->v);
	buf_free(&r->unescaped);
}

const struct str *
diff_reader_row(struct diff_reader *r, const struct diff_side *s,
    const struct diff_row *row)
{
	struct str line = { row->line, row->len };
	size_t n = s->cols[row->cols].cols.n;

	r->v = mem_grow(r->v, &r->cap, n, sizeof *r->v);
	r->unescaped.n = 0;
	/* It was split before: it cannot fail. */
	rec_split(line, n, r->v, &r->unescaped);
	return r->v;
}
