#include "diff/match.h"

#include <stdlib.h>

#include "diff/unknown.h"
#include "lib/num.h"

void
diff_matcher_init(struct diff_matcher *m, struct diff_side *old,
    struct diff_side *new)
{
	memset(m, 0, sizeof *m);
	m->old.side = old;
	m->new.side = new;
	m->full = diff_tuple_full(old, new);
}

void
diff_matcher_free(struct diff_matcher *m)
{
	free(m->old.v);
	free(m->new.v);
	free(m->probes);
	free(m->order);
	free(m->masks);
	buf_free(&m->scratch);
	arena_free(&m->arena);
}

static int
by_hash(const void *a, const void *b)
{
	const struct diff_member *x = a, *y = b;
	int c = num_cmp(x->set, y->set);

	return c != 0 ? c : num_cmp(x->row, y->row);
}

/* One member of each set of values, its row being the first one. */
static void
merge_same(struct diff_party *p)
{
	size_t i, n = 0;

	qsort(p->v, p->n, sizeof *p->v, by_hash);
	for (i = 0; i < p->n; i++) {
		if (n > 0 && p->v[n - 1].set == p->v[i].set)
			p->v[n - 1].rows++;
		else
			p->v[n++] = p->v[i];
	}
	p->n = n;
}

static void
gather(struct diff_party *p, uint32_t head)
{
	const struct diff_side *s = p->side;
	uint32_t i;

	p->n = 0;
	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		*MEM_PUSH(p->v, p->n, p->cap) = (struct diff_member){
			.set = s->rows[i].set, .row = i, .rows = 1,
			.left = true, .match = DIFF_NONE, .peer = DIFF_NONE,
			.pid = UINT64_MAX,
		};
	}
	if (p->n > 1)
		merge_same(p);
}

/* Cancels what is equal to the byte; says whether anything is left. */
static bool
cancel_equal(struct diff_party *a, struct diff_party *b)
{
	size_t i = 0, j = 0, pairs = 0;

	while (i < a->n && j < b->n) {
		if (a->v[i].set == b->v[j].set) {
			a->v[i++].left = b->v[j++].left = false;
			pairs++;
		} else if (a->v[i].set < b->v[j].set) {
			i++;
		} else {
			j++;
		}
	}
	return pairs < a->n || pairs < b->n;
}

static void
read_tuples(struct diff_matcher *m, struct diff_party *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		p->v[i].fields = p->side->plan->set.n;
		diff_tuple_read(&p->v[i].tuple, p->side, p->v[i].row,
		    &m->arena);
	}
}

static struct diff_member *
member_of(const struct diff_party *p, uint32_t row)
{
	uint64_t set = p->side->rows[row].set;
	size_t first = 0, last = p->n, middle;

	while (last - first > 1) {
		middle = first + (last - first) / 2;
		if (p->v[middle].set <= set)
			first = middle;
		else
			last = middle;
	}
	return &p->v[first];
}

/* A missing pid is the highest. */
static uint64_t
pid_of(struct diff_side *s, uint32_t row)
{
	int at = stream_cols(&s->stream, row)->at[F_PID];
	uint64_t pid = UINT64_MAX;

	if (at >= 0)
		num_parse(stream_values(&s->stream, row)[at], UINT64_MAX,
		    &pid);
	return pid;
}

/* Lets the row with the lowest pid stand for each member that is left. */
static void
choose_rows(struct diff_party *p, uint32_t head)
{
	struct diff_side *s = p->side;
	struct diff_member *member;
	uint64_t pid;
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		member = member_of(p, i);
		if (!member->left || member->rows == 1)
			continue;
		pid = pid_of(s, i);
		if (pid < member->pid ||
		    (pid == member->pid && i < member->row)) {
			member->pid = pid;
			member->row = i;
		}
	}
}

/* A row that knows less keeps in mind what the other side knew of it. */
static void
link_peers(struct diff_matcher *m)
{
	size_t i;

	for (i = 0; i < m->old.n; i++) {
		struct diff_member *o = &m->old.v[i], *n;

		if (!o->left || o->match == DIFF_NONE)
			continue;
		n = &m->new.v[o->match];
		if ((o->tuple.known & ~n->tuple.known) == 0)
			continue;
		m->old.side->rows[o->row].peer = n->peer;
		n->peer = o->row;
	}
}

static int
by_values(const void *a, const void *b)
{
	const struct diff_member *x = *(struct diff_member *const *)a;
	const struct diff_member *y = *(struct diff_member *const *)b;
	size_t i;
	int c = 0;

	for (i = 0; i < x->fields && c == 0; i++)
		c = str_cmp(x->tuple.v[i], y->tuple.v[i]);
	/* Those that differ in nothing that shows: by any order that lasts. */
	return c != 0 ? c : num_cmp(x->row, y->row);
}

/* Appends those that are left of p to m->order; returns their number. */
static size_t
order_left(struct diff_matcher *m, struct diff_party *p, size_t at)
{
	size_t i, n = 0;

	m->order = mem_grow(m->order, &m->order_cap, at + p->n,
	    sizeof *m->order);
	for (i = 0; i < p->n; i++)
		if (p->v[i].left && p->v[i].match == DIFF_NONE)
			m->order[at + n++] = &p->v[i];
	if (n > 1)
		qsort(m->order + at, n, sizeof *m->order, by_values);
	return n;
}

static void
pair_left(struct diff_matcher *m)
{
	size_t i, nold = order_left(m, &m->old, 0);
	size_t nnew = order_left(m, &m->new, nold);

	for (i = 0; i < nnew; i++) {
		struct diff_member *new = m->order[nold + i];

		new->change = i < nold ? DIFF_CHANGED : DIFF_NEW;
		if (i < nold)
			new->peer = m->order[i]->row;
	}
	for (; i < nold; i++)
		m->order[i]->change = DIFF_GONE;
}

static void
mark_rows(struct diff_party *p, uint32_t head, bool peers)
{
	struct diff_side *s = p->side;
	const struct diff_member *member;
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		member = member_of(p, i);
		s->rows[i].change = (uint8_t)member->change;
		s->rows[i].first = member->row == i;
		if (peers)
			s->rows[i].peer = member->peer;
	}
}

void
diff_matcher_judge(struct diff_matcher *m, uint32_t old, uint32_t new)
{
	gather(&m->old, old);
	gather(&m->new, new);
	if (!cancel_equal(&m->old, &m->new))
		return;
	choose_rows(&m->old, old);
	choose_rows(&m->new, new);
	if (m->old.n > 0 && m->new.n > 0) {
		read_tuples(m, &m->old);
		read_tuples(m, &m->new);
		diff_cancel_unknown(m);
		link_peers(m);
	}
	pair_left(m);
	mark_rows(&m->old, old, false);
	mark_rows(&m->new, new, true);
	arena_free(&m->arena);
}
