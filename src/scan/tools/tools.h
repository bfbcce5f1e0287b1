/*
 * tools: programs of systems whose kernel we do not ask.
 */
#ifndef SCAN_TOOLS_TOOLS_H
#define SCAN_TOOLS_TOOLS_H

#include "scan/scan.h"

/* Each runs that program and, for other values of processes, ps. */
extern const struct backend sockstat_backend, lsof_backend;

/* What ps(1) knows of processes: ps.c. */

enum { PS_NUMBERS = 3 };

/*
 * Parses a line of n numbers (at most PS_NUMBERS) and a last column of text,
 * which may contain anything, start with blanks, or be missing.  False if it is
 * not such a line.
 */
bool ps_parse(struct str line, int n, uint32_t number[static PS_NUMBERS],
    struct str *text);

/* Appends the first of n pids, separated by commas: as many as fit into max
 * bytes, at least one.  Returns their number. */
size_t ps_list(struct buf *b, const uint32_t *pid, size_t n, size_t max);

/*
 * Fills in what needs asks for, for all processes of the scan, which are sorted
 * by pid.  A process that is gone keeps its values.  If ps is missing or fails,
 * prints a message and marks the scan incomplete.
 */
void ps_fill(struct scan *sc, unsigned needs);

#endif
