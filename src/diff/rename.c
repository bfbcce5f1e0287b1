#include "diff/rename.h"

#include <stdlib.h>

#include "diff/key.h"
#include "record/netns.h"

/* More than one label. */
#define SEVERAL UINT32_MAX

/* Numbers the labels and the containers of each host. */
struct renaming {
	struct diff *d;
	struct names labels, containers;
	struct label {
		bool in_old, in_new;
		uint32_t to;	/* for OLD's: NEW's label, if found */
	} *label;
	uint32_t *label_of;	/* by container: NEW's label or SEVERAL */
	size_t labelcap, labelofcap;
	struct buf scratch;
};

/* Joins two texts; no host contains a NUL. */
static struct str
join(struct renaming *r, struct str host, struct str text)
{
	r->scratch.n = 0;
	if (r->d->by_host)
		buf_add(&r->scratch, host.p, host.n);
	buf_putc(&r->scratch, '\0');
	buf_add(&r->scratch, text.p, text.n);
	return buf_str(&r->scratch);
}

static struct str
label_text(const struct renaming *r, uint32_t id)
{
	struct str text = names_text(&r->labels, id);

	str_cut(&text, '\0');
	return text;
}

static struct label *
label_at(struct renaming *r, uint32_t id)
{
	size_t cap = r->labelcap;

	r->label = mem_grow(r->label, &r->labelcap, (size_t)id + 1,
	    sizeof *r->label);
	if (r->labelcap > cap)
		memset(r->label + cap, 0,
		    (r->labelcap - cap) * sizeof *r->label);
	return &r->label[id];
}

static uint32_t *
label_of(struct renaming *r, uint32_t container)
{
	size_t cap = r->labelofcap;

	r->label_of = mem_grow(r->label_of, &r->labelofcap,
	    (size_t)container + 1, sizeof *r->label_of);
	if (r->labelofcap > cap)
		memset(r->label_of + cap, 0,
		    (r->labelofcap - cap) * sizeof *r->label_of);
	return &r->label_of[container];
}

/* Notes that NEW has a record of that container under that label.  If there are
 * several labels, the one equal to the container's name wins. */
static void
note_container(struct renaming *r, struct str host, struct str name,
    uint32_t label)
{
	uint32_t *of = label_of(r, names_id(&r->containers,
	    join(r, host, name)));

	if (*of == label || (*of != 0 && *of != SEVERAL &&
	    str_eq(label_text(r, *of), name)))
		return;
	*of = *of == 0 || str_eq(label_text(r, label), name) ? label : SEVERAL;
}

/* Makes RUNTIME/ID, as in labels, from a name RUNTIME/NAME, in b. */
static struct str
short_id(struct buf *b, struct str name, struct str id)
{
	struct str runtime = str_cut(&name, '/');

	if (id.n > NETNS_ID_SHOWN)
		id.n = NETNS_ID_SHOWN;
	b->n = 0;
	buf_add(b, runtime.p, runtime.n);
	buf_putc(b, '/');
	buf_add(b, id.p, id.n);
	return buf_str(b);
}

static void
read_new(struct renaming *r)
{
	struct diff_side *s = &r->d->new;
	struct buf b = { 0 };
	uint32_t i;

	for (i = 0; i < s->stream.nrows; i++) {
		const int *at = stream_cols(&s->stream, i)->at;
		const struct str *v = stream_values(&s->stream, i);
		struct str host = diff_at(v, at[F_HOST]);
		struct str label = diff_at(v, at[F_NETNS]);
		struct str name = diff_at(v, at[F_CONTAINER]);
		struct str id = diff_at(v, at[F_CONTAINER_ID]);
		uint32_t number;

		if (label.n == 0)
			continue;
		number = names_id(&r->labels, join(r, host, label));
		label_at(r, number)->in_new = true;
		if (name.n > 0)
			note_container(r, host, name, number);
		if (name.n > 0 && id.n > 0)
			note_container(r, host, short_id(&b, name, id),
			    number);
	}
	buf_free(&b);
}

static uint32_t
find_label(struct renaming *r, struct str host, struct str name)
{
	uint32_t container = name.n == 0 ? 0 :
	    names_find(&r->containers, join(r, host, name));
	uint32_t label = container != 0 ? *label_of(r, container) : 0;

	return label != SEVERAL ? label : 0;
}

/* Sets of[] to each row's label; true if one is different in NEW. */
static bool
read_old(struct renaming *r, uint32_t *of)
{
	struct diff_side *s = &r->d->old;
	bool any = false;
	uint32_t i;

	for (i = 0; i < s->stream.nrows; i++) {
		const int *at = stream_cols(&s->stream, i)->at;
		const struct str *v = stream_values(&s->stream, i);
		struct str host = diff_at(v, at[F_HOST]);
		struct str label = diff_at(v, at[F_NETNS]);
		struct label *l;

		if (label.n == 0)
			continue;
		of[i] = names_id(&r->labels, join(r, host, label));
		l = label_at(r, of[i]);
		l->in_old = true;
		if (l->in_new || l->to != 0 ||
		    (!netns_is_id(label) && !netns_is_random(label)))
			continue;
		l->to = find_label(r, host, label);
		if (l->to == 0)
			l->to = find_label(r, host,
			    diff_at(v, at[F_CONTAINER]));
		any |= l->to != 0;
	}
	return any;
}

static void
rename_rows(struct renaming *r, const uint32_t *of)
{
	struct diff_side *s = &r->d->old;
	uint32_t i, to;

	s->netns = mem_alloc(s->stream.nrows * sizeof *s->netns);
	for (i = 0; i < s->stream.nrows; i++) {
		to = of[i] != 0 ? r->label[of[i]].to : 0;
		/* a label that OLD has is another namespace */
		if (to != 0 && !r->label[to].in_old)
			s->netns[i] = arena_str(&s->arena,
			    label_text(r, to));
	}
	diff_key_again(s);
	diff_index_build(s);
}

/* The scan included all namespaces. */
static bool
has_netns(const struct stream *s)
{
	size_t i;

	for (i = 0; i < s->nsnaps; i++)
		if (str_ends(snap_get(&s->snaps[i].snap, "scope"), ";netns"))
			return true;
	return false;
}

void
rename_netns(struct diff *d)
{
	struct renaming r = { .d = d };
	uint32_t *of;

	if (d->old.key.at[F_NETNS] < 0 || !has_netns(&d->old.stream) ||
	    !diff_both_have(&d->old, &d->new, F_NETNS))
		return;
	of = mem_alloc(d->old.stream.nrows * sizeof *of);
	read_new(&r);
	if (read_old(&r, of))
		rename_rows(&r, of);
	free(of);
	names_free(&r.labels);
	names_free(&r.containers);
	free(r.label);
	free(r.label_of);
	buf_free(&r.scratch);
}
