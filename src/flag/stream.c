#include "flag/stream.h"

#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"

static void add_seg(struct stream *s, const struct cols *cols);

bool
stream_open(struct stream *s, int fd, const char *path,
    const struct cols *fields)
{
	memset(s, 0, sizeof *s);
	s->name = input_name(path);
	s->moved = s->in_order = true;
	if (!input_read_fd(fd, path, &s->text))
		return false;
	rec_start(&s->rec, s->name, buf_str(&s->text), fields);
	if (fields != NULL)
		add_seg(s, fields);
	return true;
}

void
stream_free(struct stream *s)
{
	size_t i;

	for (i = 0; i < s->nsegs; i++)
		cols_free(&s->segs[i].cols);
	rec_stop(&s->rec);
	buf_free(&s->text);
	names_free(&s->hosts);
	map_free(&s->part_of);
	map_free(&s->group_of);
	free(s->rows);
	free(s->parts);
	free(s->segs);
	free(s->groups);
	free(s->snaps);
}

/* The columns of what follows; often the same again, of another host. */
static void
add_seg(struct stream *s, const struct cols *cols)
{
	s->moved = true;
	if (s->nsegs > 0 && cols_equal(cols, &s->segs[s->nsegs - 1].cols))
		return;
	s->segs = mem_grow(s->segs, &s->seg_cap, s->nsegs + 1, sizeof *s->segs);
	cols_init(&s->segs[s->nsegs].cols);
	cols_copy(&s->segs[s->nsegs].cols, cols);
	s->seg = (uint32_t)s->nsegs++;
}

static struct stream_snap *
add_snap(struct stream *s, const struct snap *snap)
{
	struct stream_snap *new;

	s->snaps = mem_grow(s->snaps, &s->snap_cap, s->nsnaps + 1,
	    sizeof *s->snaps);
	new = &s->snaps[s->nsnaps++];
	memset(new, 0, sizeof *new);
	if (snap != NULL) {
		new->snap = *snap;
		new->named = true;
	}
	return new;
}

static void
begin_snap(struct stream *s)
{
	if (s->nsnaps > 0) {
		s->snaps[s->nsnaps - 1].seg = s->seg;
		s->in_order = s->in_order && rec_closed(&s->rec);
	}
	s->moved = true;
	add_snap(s, &s->rec.snap);
}

static uint32_t
group_of(struct stream *s, uint32_t host)
{
	uint32_t after = s->nsnaps > 0 ? (uint32_t)s->nsnaps : 1;
	uint32_t *id = map_at(&s->group_of, (uint64_t)host << 32 | after);

	if (*id == 0) {
		s->groups = mem_grow(s->groups, &s->group_cap, s->ngroups + 1,
		    sizeof *s->groups);
		s->groups[s->ngroups] = (struct stream_group){ host, after, 0 };
		*id = (uint32_t)++s->ngroups;
	}
	return *id - 1;
}

/* Where a record belongs that does not simply follow the one before. */
static void
move(struct stream *s, struct str host)
{
	uint32_t host_id = names_id(&s->hosts, host);
	uint32_t group = group_of(s, host_id);
	uint32_t *id = map_at(&s->part_of, (uint64_t)s->seg << 32 | group);

	if (*id == 0) {
		s->parts = mem_grow(s->parts, &s->part_cap, s->nparts + 1,
		    sizeof *s->parts);
		s->parts[s->nparts] = (struct stream_part){ s->seg, group };
		*id = (uint32_t)++s->nparts;
	}
	s->part = *id - 1;
	s->host = names_text(&s->hosts, host_id);
	s->moved = false;
}

static void
add_row(struct stream *s)
{
	int at = s->rec.cols.at[F_HOST];
	struct str host = at >= 0 ? s->rec.v[at] : STR_NONE;

	if (s->moved || !str_eq(host, s->host))
		move(s, host);
	s->rows = mem_grow(s->rows, &s->row_cap, s->nrows + 1,
	    sizeof *s->rows);
	s->rows[s->nrows++] = (struct stream_row){ s->rec.line, s->part,
	    0, 0, 0 };
}

/* Which ##prt a group belongs to: that before it, where it is of its host or
 * nothing is known of hosts, else the last one of its host. */
static uint32_t
snap_of(const struct stream *s, const struct stream_group *g,
    const uint32_t *host_of, const struct map *by_host)
{
	if (s->nsnaps == 0)
		return 0;
	if (g->host == 0 || host_of[g->after - 1] == 0 ||
	    host_of[g->after - 1] == g->host)
		return g->after;
	return map_get(by_host, g->host);
}

/* Records that belong to no ##prt go to a nameless one, never whole. */
static void
settle_group(struct stream *s, struct stream_group *g, uint32_t snap)
{
	if (snap == 0) {
		if (s->nsnaps == 0 || s->snaps[s->nsnaps - 1].named) {
			add_snap(s, NULL);
			s->snaps[s->nsnaps - 1].seg = s->seg;
		}
		snap = (uint32_t)s->nsnaps;
	}
	g->snap = snap - 1;
	s->snaps[g->snap].groups++;
	/* Lines that were moved say nothing of what they stand behind. */
	if (!s->in_order && g->host == 0)
		s->snaps[g->snap].whole = false;
}

static void
settle_groups(struct stream *s)
{
	uint32_t *host_of = mem_alloc(s->nsnaps * sizeof *host_of);
	uint32_t *snap = mem_alloc(s->ngroups * sizeof *snap);
	struct map by_host = { 0 };
	size_t i;

	for (i = 0; i < s->nsnaps; i++) {
		host_of[i] = names_id(&s->hosts,
		    snap_get(&s->snaps[i].snap, "host"));
		*map_at(&by_host, host_of[i]) = (uint32_t)i + 1;
	}
	for (i = 0; i < s->ngroups; i++)
		snap[i] = snap_of(s, &s->groups[i], host_of, &by_host);
	for (i = 0; i < s->ngroups; i++)
		settle_group(s, &s->groups[i], snap[i]);
	map_free(&by_host);
	free(host_of);
	free(snap);
}

static void
settle(struct stream *s)
{
	size_t i;

	s->extent = rec_extent(&s->rec);
	if (s->nsnaps > 0)
		s->snaps[s->nsnaps - 1].seg = s->seg;
	for (i = 0; i < s->nsnaps; i++)
		s->snaps[i].whole = s->extent == REC_WHOLE &&
		    snap_get(&s->snaps[i].snap, "partial").p == NULL;
	settle_groups(s);
	for (i = 0; i < s->nsnaps; i++)
		if (s->snaps[i].groups > 1)
			s->snaps[i].whole = false;
	for (i = 0; i < s->nrows; i++)
		s->snaps[stream_snap_of(s, &s->rows[i])].rows++;
	/* Neither ##prt nor record, but a header. */
	if (s->nsnaps == 0 && s->nsegs > 0)
		add_snap(s, NULL);
}

enum rec_event
stream_next(struct stream *s)
{
	enum rec_event event;

	for (;;) {
		event = rec_next(&s->rec);
		switch (event) {
		case REC_ERROR:
			err_msg("%s:%zu: %s", s->name, s->rec.lineno,
			    s->rec.error);
			return event;
		case REC_EOF:
			settle(s);
			return event;
		case REC_SNAP:
			begin_snap(s);
			break;
		case REC_COLS:
			add_seg(s, &s->rec.cols);
			break;
		case REC_ROW:
			add_row(s);
			return event;
		}
	}
}

void
stream_split(const struct stream *s, const struct stream_row *row,
    struct str *v, struct buf *unescaped)
{
	rec_split(row->line, stream_cols(s, row)->n, v, unescaped);
}

size_t
stream_width(const struct stream *s)
{
	size_t i, max = 0;

	for (i = 0; i < s->nsegs; i++)
		if (s->segs[i].cols.n > max)
			max = s->segs[i].cols.n;
	return max;
}
