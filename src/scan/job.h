/*
 * scan-job: what prt-scan does once its options are read: one scan, and its
 * records.
 */
#ifndef SCAN_JOB_H
#define SCAN_JOB_H

#include "out/out.h"
#include "record/columns.h"
#include "scan/scan.h"

struct scan_job {
	struct scan_request req;	/* but needs, which the columns tell */
	const struct backend *backend;	/* NULL: the first that can */
	const struct out_opts *out;
	struct cols cols;	/* of sockets, or of interfaces */
	bool interfaces;
	bool proxies;		/* of the columns, target is the table's own:
				 * no more is looked at for it than is there */
	bool quiet;		/* no records, only whether there are any */
	bool strict;		/* what cannot be read is a failure */
	bool unsorted;
	int64_t start;		/* milliseconds since 1970 */
	int64_t uptime;		/* likewise, since the boot; -1: not known */
};

/* Gives up the rights that the job has no use for: when its columns are chosen,
 * and before it opens anything. */
void scan_job_begin(const struct scan_job *j);

enum scan_result { SCAN_FAILED, SCAN_NOTHING, SCAN_DONE };

/* The sockets that the filter keeps.  A failure has a message. */
enum scan_result scan_job_sockets(const struct scan_job *j);

/* The counters of the interfaces. */
enum scan_result scan_job_ifaces(const struct scan_job *j);

#endif
