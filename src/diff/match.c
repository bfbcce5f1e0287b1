#include "diff/match.h"

#include <stdlib.h>

#include "diff/key.h"
#include "diff/party.h"
#include "lib/num.h"

struct matcher {
	struct party old, new;
	uint64_t full;		/* bits of a row without missing values */
	struct arena arena;	/* for the tuples of the current key */
	struct probe *probes;
	struct member **order;
	size_t probes_cap, order_cap;
	struct buf scratch;
	bool spares;		/* some member of the current key is spare */
	bool cut;		/* for some key not all masks were compared */
};

/* Limits how many members of the other side are examined for each member of a
 * key, in addition to those that a hash finds. */
enum { LOOKS_MAX = 64 };

/* The known bits of a row that lacks no field that both sides have. */
static uint64_t
known_at_most(const struct diff_side *a, const struct diff_side *b)
{
	const struct cols *set = &a->plan->set;
	uint64_t full = TUPLE_OWNED;
	size_t i;

	for (i = 0; i < set->n; i++)
		if (stream_has(&a->stream, set->v[i].name) &&
		    stream_has(&b->stream, set->v[i].name))
			full |= UINT64_C(1) << i;
	return full;
}

uint64_t
diff_changed_fields(struct diff_side *old, struct diff_side *new, uint32_t row)
{
	struct arena arena = { 0 };
	struct tuple a, b;
	uint64_t changed;
	size_t i;

	tuple_read(&a, old, new->rows[row].peer, &arena);
	tuple_read(&b, new, row, &arena);
	changed = tuple_common(&old->plan->set, a.known, b.known);
	for (i = 0; i < a.n; i++)
		if (str_eq(a.v[i], b.v[i]))
			changed &= ~(UINT64_C(1) << i);
	arena_free(&arena);
	return changed;
}

static int
cmp_probe(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;
	int c = num_cmp(x->by, y->by);

	return c != 0 ? c : num_cmp(x->member, y->member);
}

static void
read_members(struct matcher *m, struct party *p)
{
	size_t i;

	p->by_known = mem_grow(p->by_known, &p->by_known_cap, p->n,
	    sizeof *p->by_known);
	for (i = 0; i < p->n; i++) {
		struct tuple *t = &p->v[i].tuple;

		tuple_read(t, p->side, p->v[i].row, &m->arena);
		p->by_known[i] = (struct probe){ t->known, (uint32_t)i };
	}
	if (p->n > 1)
		qsort(p->by_known, p->n, sizeof *p->by_known, cmp_probe);
}

/*
 * Members are compared by hashes of the fields that both know, once for each
 * pair of masks of known fields that occurs.  Comparing each member with each
 * would take square time for a key of many members (-k proto).  So would this
 * if each member had a mask of its own: it ends after LOOKS_MAX.
 */
struct group {
	const struct party *party;
	size_t at, n;		/* in by_known */
	uint64_t known;		/* to all of them */
	size_t left;		/* how many of them are left */
};

/* Moves to the next mask's members; to the first if the group is all 0. */
static bool
next_group(struct group *g)
{
	const struct party *p = g->party;
	size_t i = g->at + g->n;

	g->at = i;
	g->left = 0;
	for (; i < p->n && p->by_known[i].by == p->by_known[g->at].by; i++)
		g->left += p->v[p->by_known[i].member].left;
	g->n = i - g->at;
	if (g->n > 0)
		g->known = p->by_known[g->at].by;
	return g->n > 0;
}

static struct member *
member_in(const struct group *g, size_t i)
{
	return &g->party->v[g->party->by_known[g->at + i].member];
}

static void
hash_values(struct matcher *m, struct tuple *t)
{
	struct buf *b = &m->scratch;
	size_t i;

	t->hash = arena_alloc(&m->arena, t->n * sizeof *t->hash);
	for (i = 0; i < t->n; i++) {
		b->n = 0;
		buf_putc(b, (char)i);
		buf_add(b, t->v[i].p, t->v[i].n);
		t->hash[i] = siphash64(&m->old.side->plan->secret, b->p, b->n);
	}
}

static uint64_t
hash_fields(struct matcher *m, struct tuple *t, uint64_t fields)
{
	uint64_t hash = 0;

	if (t->hash == NULL)
		hash_values(m, t);
	for (; fields != 0; fields &= fields - 1)
		hash += t->hash[__builtin_ctzll(fields)];
	return hash;
}

/* Sets probes to the members of a group that x may match, by the hash of some
 * fields: see match_unknown. */
static size_t
find_probes(struct matcher *m, const struct group *g, const struct group *x,
    uint64_t fields)
{
	bool complete = (x->known & m->full) == m->full;
	size_t i, n = 0;

	for (i = 0; i < g->n; i++) {
		struct member *member = member_in(g, i);

		if (complete && !member->left)
			continue;
		*MEM_PUSH(m->probes, n, m->probes_cap) = (struct probe){
			hash_fields(m, &member->tuple, fields),
			(uint32_t)(member - g->party->v) };
	}
	if (n > 1)
		qsort(m->probes, n, sizeof *m->probes, cmp_probe);
	return n;
}

static void
match_groups(struct matcher *m, const struct group *x, const struct group *y)
{
	uint64_t fields = tuple_common(&m->old.side->plan->set, x->known,
	    y->known);
	size_t i, at, n = find_probes(m, y, x, fields);

	for (i = 0; i < x->n && n > 0; i++) {
		struct member *member = member_in(x, i);
		struct probe key = { 0, 0 };

		if (!member->left || member->match != DIFF_NONE)
			continue;
		key.by = hash_fields(m, &member->tuple, fields);
		at = num_before(&key, m->probes, n, sizeof key, cmp_probe);
		if (at < n && m->probes[at].by == key.by)
			member->match = m->probes[at].member;
	}
}

/*
 * Sets the match of each left member of a that has one.  An incomplete member
 * matches any of b that it does not contradict.  A complete member matches only
 * an incomplete, unmatched one: if OLD's incomplete member still exists, the
 * complete one is new.
 */
static void
match_unknown(struct matcher *m, const struct party *a, const struct party *b)
{
	struct group x = { .party = a }, y;
	size_t looks = LOOKS_MAX * (a->n + b->n);

	while (next_group(&x)) {
		y = (struct group){ .party = b };
		/* party_cancel has compared those with the same mask. */
		while (x.left > 0 && next_group(&y)) {
			if (x.known == y.known)
				continue;
			if (looks < x.n + y.n) {
				m->cut = true;
				return;
			}
			looks -= x.n + y.n;
			match_groups(m, &x, &y);
		}
	}
}

/* Links a row with unknown values to the OLD rows that knew them. */
static void
link_peers(struct matcher *m)
{
	size_t i;

	for (i = 0; i < m->old.n; i++) {
		struct member *o = &m->old.v[i], *n;

		if (!o->left || o->match == DIFF_NONE)
			continue;
		n = &m->new.v[o->match];
		if ((o->tuple.known & ~n->tuple.known & ~TUPLE_ANYONE) == 0)
			continue;
		o->peer = n->peer;
		n->peer = o->row;
	}
}

static int
cmp_values(const void *a, const void *b)
{
	const struct member *x = *(struct member *const *)a;
	const struct member *y = *(struct member *const *)b;
	size_t i;
	int c = x->spare - y->spare;

	for (i = 0; i < x->tuple.n && c == 0; i++)
		c = str_cmp(x->tuple.v[i], y->tuple.v[i]);
	/* Break ties by row number, so the order is stable. */
	return c != 0 ? c : num_cmp(x->row, y->row);
}

/* Sets probes to the members of p with a process, by the hash of their state: 0
 * for those that the other side has too, 1 for the others. */
static size_t
find_holders(struct matcher *m, struct party *p, uint64_t state)
{
	size_t i, n = 0;

	for (i = 0; i < p->n; i++) {
		struct member *member = &p->v[i];

		if (party_is_held(p->side, member->row))
			*MEM_PUSH(m->probes, n, m->probes_cap) = (struct probe){
				hash_fields(m, &member->tuple, state),
				member->left && member->match == DIFF_NONE };
	}
	if (n > 1)
		qsort(m->probes, n, sizeof *m->probes, cmp_probe);
	return n;
}

/* Sets unseen or spare for members that may be hidden from b: see match.h. */
static void
hide_members(struct matcher *m, struct party *a, uint32_t head,
    struct party *b)
{
	int bit = a->side->plan->set.at[F_STATE];
	uint64_t state = bit >= 0 ? UINT64_C(1) << bit : 0;
	size_t i, at, n;

	if (!a->side->blind || !party_expose(a, head))
		return;
	n = find_holders(m, b, state);
	for (i = 0; i < a->n; i++) {
		struct member *member = &a->v[i];
		struct probe key = { 0, 0 };

		if (!member_is_unmatched(member) || member->exposed)
			continue;
		key.by = hash_fields(m, &member->tuple, state);
		at = num_before(&key, m->probes, n, sizeof key, cmp_probe);
		if (at == n || m->probes[at].by != key.by)
			continue;
		if (m->probes[at].member == 0)
			member->unseen = true;
		else
			m->spares = member->spare = true;
	}
}

/* Puts the left members of p into m->order from at on, without those that the
 * other side's scan could not see and, unless asked for, spare ones.  Returns
 * their number. */
static size_t
order_left(struct matcher *m, const struct party *p, size_t at, bool spare)
{
	size_t i, n = 0;

	m->order = mem_grow(m->order, &m->order_cap, at + p->n,
	    sizeof *m->order);
	for (i = 0; i < p->n; i++)
		if (member_is_unmatched(&p->v[i]) && (spare || !p->v[i].spare))
			m->order[at + n++] = &p->v[i];
	if (n > 1)
		qsort(m->order + at, n, sizeof *m->order, cmp_values);
	return n;
}

static void
keep_unseen(struct party *p, bool spare)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->v[i].left && p->v[i].match == DIFF_NONE &&
		    (p->v[i].unseen || (spare && p->v[i].spare)))
			p->v[i].change = DIFF_KEPT;
}

static void
pair_left(struct matcher *m)
{
	size_t i, nold = order_left(m, &m->old, 0, false);
	size_t nnew = order_left(m, &m->new, nold, false);
	bool spare = m->spares && (nold == 0 || nnew == 0);

	keep_unseen(&m->old, !spare);
	if (spare) {
		nold = order_left(m, &m->old, 0, true);
		nnew = order_left(m, &m->new, nold, true);
	}
	for (i = 0; i < nnew; i++) {
		struct member *new = m->order[nold + i];

		if (i < nold) {
			new->change = DIFF_CHANGED;
			new->peer = m->order[i]->row;
		} else if (!new->spare) {
			new->change = DIFF_NEW;
		}
	}
	for (; i < nold; i++)
		m->order[i]->change = m->order[i]->spare ? DIFF_KEPT :
		    DIFF_GONE;
}

static void
mark_rows(const struct party *p, uint32_t head)
{
	struct diff_row *rows = p->side->rows;
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = rows[i].next) {
		const struct member *member;

		if (diff_is_unscanned(p->side, i))
			continue;
		member = party_member(p, i);
		rows[i].change = (uint8_t)member->change;
		rows[i].first = member->row == i;
		rows[i].peer = member->peer;
	}
}

/* Compares the rows of a key; one side may have none (DIFF_NONE). */
static void
judge_key(struct matcher *m, uint32_t old, uint32_t new)
{
	m->spares = false;
	party_gather(&m->old, old);
	party_gather(&m->new, new);
	if (!party_cancel(&m->old, &m->new))
		return;
	party_choose(&m->old, old);
	party_choose(&m->new, new);
	if (m->old.n > 0 && m->new.n > 0) {
		read_members(m, &m->old);
		read_members(m, &m->new);
		match_unknown(m, &m->old, &m->new);
		match_unknown(m, &m->new, &m->old);
		link_peers(m);
		hide_members(m, &m->old, old, &m->new);
		hide_members(m, &m->new, new, &m->old);
	}
	pair_left(m);
	mark_rows(&m->old, old);
	mark_rows(&m->new, new);
	arena_free(&m->arena);
}

/* Most keys have one row on each side, with the same values. */
static bool
is_same(const struct diff_side *s, uint32_t row, const struct diff_row *new)
{
	const struct diff_row *old = &s->rows[row];

	return old->next == DIFF_NONE && new->next == DIFF_NONE &&
	    old->set == new->set && !diff_is_unscanned(s, row);
}

static void
match_key(struct matcher *m, uint32_t head)
{
	struct diff_side *old = m->old.side;
	struct diff_row *row = &m->new.side->rows[head];

	row->other = diff_index_find(old, row->key);
	if (row->other != DIFF_NONE)
		old->rows[row->other].other = head;
	if (row->other == DIFF_NONE || !is_same(old, row->other, row))
		judge_key(m, row->other, head);
}

bool
diff_match(struct diff_side *old, struct diff_side *new)
{
	struct matcher m = { .old.side = old, .new.side = new,
		.full = known_at_most(old, new) };
	uint32_t i;

	for (i = 0; i < new->stream.nrows; i++) {
		diff_index_expect(old, new, i);
		if (new->rows[i].head == i)
			match_key(&m, i);
	}
	for (i = 0; i < old->stream.nrows; i++)
		if (old->rows[i].head == i && old->rows[i].other == DIFF_NONE)
			judge_key(&m, i, DIFF_NONE);
	free(m.old.v);
	free(m.old.by_known);
	free(m.new.v);
	free(m.new.by_known);
	free(m.probes);
	free(m.order);
	buf_free(&m.scratch);
	return !m.cut;
}
