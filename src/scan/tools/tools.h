/*
 * tools: the programs of a system whose kernel is not asked here.
 */
#ifndef SCAN_TOOLS_TOOLS_H
#define SCAN_TOOLS_TOOLS_H

#include "scan/scan.h"

/* Each runs that program and, for what that does not tell of processes, ps. */
extern const struct backend sockstat_backend, lsof_backend;

/* What ps(1) says of processes: ps.c. */

enum { PS_NUMBERS = 3 };

/*
 * Reads a line of n numbers (at most PS_NUMBERS) and a last column that is text
 * and may hold anything, blanks at its start too, or be missing.  False where
 * it is none.
 */
bool ps_parse(struct str line, int n, uint32_t number[static PS_NUMBERS],
    struct str *text);

/* Appends the first of n pids, comma-separated, as far as they fit into max
 * bytes, but one at least; returns how many. */
size_t ps_list(struct buf *b, const uint32_t *pid, size_t n, size_t max);

/*
 * Fills in what needs asks for of the scan's processes, which are sorted by
 * pid.  One that has gone keeps what is known.  A ps that is not there or
 * fails has a message, and makes the scan incomplete.
 */
void ps_fill(struct scan *sc, unsigned needs);

#endif
