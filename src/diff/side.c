#include "diff/side.h"

#include <stdlib.h>

#include "diff/key.h"
#include "lib/timestamp.h"

void
diff_side_init(struct diff_side *s, const struct diff_plan *plan,
    const char *name, int fd)
{
	memset(s, 0, sizeof *s);
	s->plan = plan;
	stream_start(&s->stream, name, fd,
	    plan->fields.n > 0 ? &plan->fields : NULL);
	cols_init(&s->key);
}

void
diff_side_free(struct diff_side *s)
{
	size_t i;

	for (i = 0; i < s->nheaders; i++) {
		free(s->headers[i].key);
		free(s->headers[i].set);
	}
	stream_free(&s->stream);
	cols_free(&s->key);
	free(s->headers);
	free(s->hosts);
	free(s->rows);
	free(s->slots);
	free(s->first_seen);
	free(s->netns);
	arena_free(&s->arena);
	buf_free(&s->scratch);
}

static void
take_first_seen(struct diff_side *s, uint32_t row, struct str text)
{
	size_t had = s->first_seen_cap;
	int64_t ms;

	/* grow with rows: those after this one have no header yet */
	s->first_seen = mem_grow(s->first_seen, &s->first_seen_cap,
	    s->rows_cap, sizeof *s->first_seen);
	memset(s->first_seen + had, 0,
	    (s->first_seen_cap - had) * sizeof *s->first_seen);
	if (timestamp_parse(text, &ms))
		s->first_seen[row] = ms + 1;
}

/* Hashes the stream's last row, unless it is gone. */
static void
take_row(struct diff_side *s)
{
	const struct str *v = s->stream.rec.v;
	uint32_t row = (uint32_t)s->stream.nrows - 1;

	if (str_is(diff_at(v, s->stream.rec.cols.at[F_CHANGE]), "gone")) {
		stream_drop(&s->stream);
		return;
	}
	s->rows = mem_grow(s->rows, &s->rows_cap, s->stream.nrows,
	    sizeof *s->rows);
	s->rows[row] = (struct diff_row){ .other = DIFF_NONE,
	    .peer = DIFF_NONE };
	diff_key_hash(s, row, v);
	if (s->stream.have[F_FIRST_SEEN] > 0)
		take_first_seen(s, row,
		    diff_at(v, s->stream.rec.cols.at[F_FIRST_SEEN]));
}

static bool
hides_owners(const struct stream *s)
{
	struct str unowned;
	size_t i;

	for (i = 0; i < s->nsnaps; i++) {
		unowned = snap_get(&s->snaps[i].snap, "unowned");
		if (unowned.n > 0 && !str_is(unowned, "0"))
			return true;
	}
	return false;
}

void
diff_side_load(struct diff_side *s)
{
	struct stream *in = &s->stream;
	enum rec_event event;

	while ((event = stream_next(in)) == REC_ROW) {
		diff_key_headers(s);
		take_row(s);
	}
	if (event == REC_ERROR)
		return;
	if (in->extent == REC_CUT) {
		stream_fail(in, stream_cut, STR_NONE);
		return;
	}
	s->hosts = mem_alloc(in->nhosts * sizeof *s->hosts);
	s->hidden = hides_owners(in);
	diff_key_headers(s);
	if (s->mixed)
		diff_key_again(s);
	diff_index_build(s);
}
