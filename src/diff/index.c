#include "diff/index.h"

#include <stdlib.h>

/* Open addressing.  The tag spares most looks at rows of another key. */
struct diff_slot {
	uint32_t tag;
	uint32_t row;		/* plus one; 0: free */
};

/* The slot where key is, or should be. */
static struct diff_slot *
find(const struct diff_side *s, const uint64_t key[2])
{
	uint32_t tag = (uint32_t)(key[1] >> 32);
	uint64_t i = key[0];

	for (;; i++) {
		struct diff_slot *slot = &s->slots[i & s->mask];
		const struct diff_row *row;

		if (slot->row == 0)
			return slot;
		row = &s->rows[slot->row - 1];
		if (slot->tag == tag && row->key[0] == key[0] &&
		    row->key[1] == key[1])
			return slot;
	}
}

void
diff_index_build(struct diff_side *s)
{
	uint64_t size = 16;
	uint32_t i;

	while (size < 2 * (uint64_t)s->nrows)
		size *= 2;
	free(s->slots);
	s->slots = mem_alloc(size * sizeof *s->slots);
	s->mask = size - 1;
	for (i = 0; i < s->nrows; i++) {
		struct diff_row *row = &s->rows[i], *head;
		struct diff_slot *slot = find(s, row->key);

		row->head = i;
		row->next = DIFF_NONE;
		if (slot->row == 0) {
			slot->row = i + 1;
			slot->tag = (uint32_t)(row->key[1] >> 32);
			continue;
		}
		/* Next to the head: there is no need to find the last. */
		row->head = slot->row - 1;
		head = &s->rows[row->head];
		row->next = head->next;
		head->next = i;
	}
}

uint32_t
diff_index_find(const struct diff_side *s, const uint64_t key[2])
{
	const struct diff_slot *slot = find(s, key);

	return slot->row == 0 ? DIFF_NONE : slot->row - 1;
}
