/*
 * diff/diff: two sides, and whether they can be compared.
 */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "diff/side.h"

struct diff {
	struct diff_plan plan;
	struct diff_side old, new;
	bool compare_given;	/* the user chose plan.set */
	const char *forget;	/* hosts, separated by commas; or NULL */
	bool by_host;		/* records of both sides name their host */
};

/* Loads both sides, which have been started; false after a message. */
bool diff_load(struct diff *d);

/* What diff_check accepts: different scopes; a NEW older than OLD, with a
 * warning; a selection and a whole.  DIFF_STATE: OLD is the file of -S, which
 * can be made anew. */
enum { DIFF_ANY_SCOPE = 1, DIFF_ANY_TIME = 2, DIFF_ANY_EXTENT = 4,
	DIFF_STATE = 8 };

/* Checks that the sides may be compared, marks hosts that were not scanned and
 * settles the key.  False after a message; also warns about doubtful
 * comparisons. */
bool diff_check(struct diff *d, unsigned allow);

/* The two snapshots have the same scope, as far as they say. */
bool diff_same_scope(const struct snap *old, const struct snap *new);

/* They are from the same boot, as far as they say; either may be NULL. */
bool diff_same_boot(const struct snap *old, const struct snap *new);

/* Snapshot i of NEW, and OLD's snapshot of the same host or NULL. */
const struct snap *diff_new_snap(const struct diff *d, size_t i);
const struct snap *diff_old_snap(const struct diff *d, size_t i);

/* The time of a snapshot, which may be NULL; false if it has none. */
bool diff_time(const struct snap *s, int64_t *ms);

/*
 * The milliseconds from OLD to NEW, which may be NULL, if both are from the
 * same boot and have the time since it: nobody can set that clock.  False
 * otherwise.
 */
bool diff_uptime(const struct snap *old, const struct snap *new, int64_t *ms);

/* `key=value' of a snapshot, for messages. */
const char *diff_say(char out[100], const struct snap *s, const char *key);

/* When a row was scanned: its own field time, or else its snapshot's. */
bool diff_row_time(struct diff_side *s, uint32_t row, int64_t *ms);

#endif
