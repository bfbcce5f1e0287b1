/*
 * diff/diff: two sides and what makes them comparable.
 */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "diff/side.h"

struct diff {
	struct diff_plan plan;
	struct diff_side old, new;
	bool compare_given;	/* plan.set is the user's */
	const char *forget;	/* hosts with commas between them, or NULL */
	bool by_host;		/* both sides say of which host a record is */
};

/* Loads both sides, which were started; false after a message. */
bool diff_load(struct diff *d);

/* What diff_check accepts: scopes that differ; with a warning, a NEW that is
 * older than OLD; a selection and a whole.  DIFF_STATE: OLD is the file of -S,
 * which can be made anew. */
enum { DIFF_ANY_SCOPE = 1, DIFF_ANY_TIME = 2, DIFF_ANY_EXTENT = 4,
	DIFF_STATE = 8 };

/* Makes sure that the two may be compared, marks hosts that were not scanned
 * and settles the key.  False after a message; also warns of what makes a
 * comparison doubtful. */
bool diff_check(struct diff *d, unsigned allow);

/* Two snapshots are of the same scope, as far as they say. */
bool diff_same_scope(const struct snap *old, const struct snap *new);

/* Likewise of the same boot; either may be NULL. */
bool diff_same_boot(const struct snap *old, const struct snap *new);

/* Snapshot i of NEW and what OLD has of the same host; NULL: nothing. */
const struct snap *diff_new_snap(const struct diff *d, size_t i);
const struct snap *diff_old_snap(const struct diff *d, size_t i);

/* The time of a snapshot (which may be NULL); false if it says none. */
bool diff_time(const struct snap *s, int64_t *ms);

/*
 * Milliseconds from OLD to NEW, which may be NULL, by the clock that runs since
 * the boot, if both are of one and say so: nobody sets that one.  False if not.
 */
bool diff_uptime(const struct snap *old, const struct snap *new, int64_t *ms);

/* `key=value' of a snapshot, for messages. */
const char *diff_say(char out[100], const struct snap *s, const char *key);

/* When a row was scanned: by its own field time, or else by its snapshot. */
bool diff_row_time(struct diff_side *s, uint32_t row, int64_t *ms);

#endif
