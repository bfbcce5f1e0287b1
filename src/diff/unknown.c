#include "diff/unknown.h"

#include <stdlib.h>

#include "lib/num.h"

/*
 * Members are compared through hashes of the fields that both know, once for
 * each two masks of known fields that occur.  Comparing each with each would
 * take square time for a key of many members (-k proto).
 */
struct diff_probe {
	uint64_t hash;
	uint32_t member;
};

static int
by_hash(const void *a, const void *b)
{
	const struct diff_probe *x = a, *y = b;
	int c = num_cmp(x->hash, y->hash);

	return c != 0 ? c : num_cmp(x->member, y->member);
}

static uint64_t
hash_fields(struct diff_matcher *m, const struct diff_member *member,
    uint64_t fields)
{
	struct buf *b = &m->scratch;
	uint64_t out[2];
	size_t i;

	b->n = 0;
	for (i = 0; i < member->fields; i++) {
		struct str s = member->tuple.v[i];

		if ((fields >> i & 1) == 0)
			continue;
		buf_add(b, (const char *)&s.n, sizeof s.n);
		buf_add(b, s.p, s.n);
	}
	siphash(&m->old.side->plan->secret, buf_str(b).p, b->n, out);
	return out[0];
}

/* Appends the masks of p's members, each once, to m->masks from at on. */
static size_t
find_masks(struct diff_matcher *m, const struct diff_party *p, bool left,
    size_t at)
{
	size_t i, j, n = 0;

	for (i = 0; i < p->n; i++) {
		if (left && !p->v[i].left)
			continue;
		for (j = 0; j < n; j++)
			if (m->masks[at + j] == p->v[i].tuple.known)
				break;
		if (j < n)
			continue;
		m->masks = mem_grow(m->masks, &m->masks_cap, at + n + 1,
		    sizeof *m->masks);
		m->masks[at + n++] = p->v[i].tuple.known;
	}
	return n;
}

/* The members of p with one mask, by the hash of some fields. */
static size_t
find_probes(struct diff_matcher *m, const struct diff_party *p, bool left,
    uint64_t mask, uint64_t fields)
{
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < p->n; i++) {
		if (p->v[i].tuple.known != mask || (left && !p->v[i].left))
			continue;
		m->probes = mem_grow(m->probes, &m->probes_cap, n + 1,
		    sizeof *m->probes);
		m->probes[n].hash = hash_fields(m, &p->v[i], fields);
		m->probes[n++].member = i;
	}
	if (n > 1)
		qsort(m->probes, n, sizeof *m->probes, by_hash);
	return n;
}

static uint32_t
find_match(const struct diff_matcher *m, size_t n, uint64_t hash)
{
	size_t first = 0, last = n, middle;

	while (first < last) {
		middle = first + (last - first) / 2;
		if (m->probes[middle].hash < hash)
			first = middle + 1;
		else
			last = middle;
	}
	return first < n && m->probes[first].hash == hash ?
	    m->probes[first].member : DIFF_NONE;
}

/* Matches a's members with mask x that are left with b's with mask y. */
static void
match_masks(struct diff_matcher *m, struct diff_party *a, uint64_t x,
    const struct diff_party *b, uint64_t y)
{
	bool whole = (x & m->full) == m->full;
	uint64_t fields = diff_tuple_common(&a->side->plan->set, x, y);
	size_t i, n;

	if (x == y)
		return;		/* their own hashes have told */
	n = find_probes(m, b, whole, y, fields);
	for (i = 0; i < a->n && n > 0; i++) {
		struct diff_member *member = &a->v[i];

		if (member->left && member->tuple.known == x &&
		    member->match == DIFF_NONE)
			member->match = find_match(m, n,
			    hash_fields(m, member, fields));
	}
}

static void
match_left(struct diff_matcher *m, struct diff_party *a,
    const struct diff_party *b)
{
	size_t i, j, na = find_masks(m, a, true, 0);
	size_t nb = find_masks(m, b, false, na);

	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			match_masks(m, a, m->masks[i], b, m->masks[na + j]);
}

void
diff_cancel_unknown(struct diff_matcher *m)
{
	match_left(m, &m->old, &m->new);
	match_left(m, &m->new, &m->old);
}
