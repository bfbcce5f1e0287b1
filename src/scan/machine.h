/*
 * sys: facts about the scanned machine.
 */
#ifndef SCAN_MACHINE_H
#define SCAN_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mem.h"

/* This machine's own proc tree. */
extern const char sys_proc[];

struct sys {
	struct str host;	/* its name */
	struct str boot;	/* id of this boot; missing if there is none */
	int unpriv;	/* first port that any user may bind; -1: unknown */
};

/* Reads all facts about the machine of that proc tree (own: this one); what is
 * not available gets its usual value.  Strings go to a. */
void sys_read(struct sys *s, const char *proc, bool own, struct arena *a);

/* The ports that the calling thread's network namespace hands out,
 * ip_local_port_range; the usual ones if it cannot be read. */
void sys_port_range(const char *proc, uint16_t *first, uint16_t *last);

/* The inode of the calling thread's network namespace; for another proc tree,
 * that of its init.  0 if unknown. */
uint64_t sys_netns(const char *proc, bool own);

/* Appends the absolute path of this program, which was called as argv0, and a
 * NUL.  False after a message. */
bool sys_self(const char *argv0, struct buf *path);

#endif
