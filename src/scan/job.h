/*
 * scan-job: the work of prt-scan after reading its options: one scan, and its
 * records.
 */
#ifndef SCAN_JOB_H
#define SCAN_JOB_H

#include "out/out.h"
#include "record/columns.h"
#include "scan/scan.h"

struct scan_job {
	struct scan_request req;	/* without needs: the columns set it */
	const struct backend *backend;	/* NULL: the first that works */
	const struct out_opts *out;
	struct cols cols;	/* of sockets or interfaces */
	bool interfaces;
	bool proxies;		/* the table itself added the column target:
				 * show targets only as far as the scan knows
				 * them anyway */
	bool quiet;		/* no records, only whether there are any */
	bool strict;		/* anything unreadable is a failure */
	bool unsorted;
	int64_t start;		/* milliseconds since 1970 */
	int64_t uptime;		/* milliseconds since the boot; -1: unknown */
};

/* Gives up the rights that the job does not need; to be called when its columns
 * are set and before it opens anything. */
void scan_job_begin(const struct scan_job *j);

enum scan_result { SCAN_FAILED, SCAN_NOTHING, SCAN_DONE };

/* Scans the sockets that the filter keeps.  A failure has a message. */
enum scan_result scan_job_sockets(const struct scan_job *j);

/* Reads the counters of the interfaces. */
enum scan_result scan_job_ifaces(const struct scan_job *j);

#endif
