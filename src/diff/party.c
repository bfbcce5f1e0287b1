#include "diff/party.h"

#include <stdlib.h>

#include "lib/num.h"

static int
cmp_member(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = num_cmp(x->set, y->set);

	/* a visible row, if there is one, then stands for the others */
	if (c == 0)
		c = x->unseen - y->unseen;
	return c != 0 ? c : num_cmp(x->row, y->row);
}

/* Keeps one member for each set of values, with its first row. */
static void
merge_same(struct party *p)
{
	size_t i, n = 0;

	qsort(p->v, p->n, sizeof *p->v, cmp_member);
	for (i = 0; i < p->n; i++) {
		if (n > 0 && p->v[n - 1].set == p->v[i].set)
			p->v[n - 1].rows++;
		else
			p->v[n++] = p->v[i];
	}
	p->n = n;
}

void
party_gather(struct party *p, uint32_t head)
{
	const struct diff_side *s = p->side;
	uint32_t i;

	p->n = 0;
	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		*MEM_PUSH(p->v, p->n, p->cap) = (struct member){
			.set = s->rows[i].set, .row = i, .rows = 1,
			.left = true, .unseen = s->rows[i].unseen,
			.match = DIFF_NONE, .peer = DIFF_NONE,
			.pid = UINT64_MAX,
		};
	}
	if (p->n > 1)
		merge_same(p);
}

bool
party_cancel(struct party *a, struct party *b)
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

struct member *
party_member(const struct party *p, uint32_t row)
{
	const struct member key = { .set = p->side->rows[row].set };

	return &p->v[num_before(&key, p->v, p->n, sizeof *p->v, cmp_member)];
}

/* A missing pid counts as the highest. */
static uint64_t
pid_of(struct diff_side *s, uint32_t row)
{
	uint64_t pid = UINT64_MAX;

	num_parse(diff_value_of(s, row, F_PID), UINT64_MAX, &pid);
	return pid;
}

void
party_choose(struct party *p, uint32_t head)
{
	struct diff_side *s = p->side;
	struct member *member;
	uint64_t pid;
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		member = party_member(p, i);
		if (!member->left || member->rows == 1 ||
		    s->rows[i].unseen != member->unseen)
			continue;
		pid = pid_of(s, i);
		if (pid < member->pid ||
		    (pid == member->pid && i < member->row)) {
			member->pid = pid;
			member->row = i;
		}
	}
}

bool
party_is_held(struct diff_side *s, uint32_t row)
{
	const int *at = stream_cols(&s->stream, row)->at;

	return diff_value_of(s, row, at[F_PID] >= 0 ? F_PID : F_PROCESS).n > 0;
}

/* The row's process may have been hidden from the other side's scan: it belongs
 * to another user than that scan. */
static bool
is_foreign(struct diff_side *s, uint32_t row)
{
	const struct diff_host *host = &s->hosts[diff_host_of(s, row)];
	struct str uid;

	if (!host->blind || !party_is_held(s, row))
		return false;
	uid = diff_value_of(s, row, F_UID);
	return uid.n == 0 || !str_eq(uid, host->euid);
}

bool
party_expose(struct party *p, uint32_t head)
{
	struct diff_side *s = p->side;
	struct member *member;
	bool any = false;
	size_t j;
	uint32_t i;

	for (i = head; i != DIFF_NONE; i = s->rows[i].next) {
		if (diff_is_unscanned(s, i))
			continue;
		member = party_member(p, i);
		if (member_is_unmatched(member) && !member->exposed)
			member->exposed = !is_foreign(s, i);
	}
	for (j = 0; j < p->n && !any; j++)
		any = member_is_unmatched(&p->v[j]) && !p->v[j].exposed;
	return any;
}
