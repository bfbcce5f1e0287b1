/*
 * sys: facts of the machine that is scanned.
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
	struct str boot;	/* id of this boot; missing: there is none */
	int unpriv;	/* first port that an ordinary user may bind; -1: not
			 * known */
};

/* Asks for all of it, of the machine whose proc tree that is (own: this one);
 * what cannot be had is the usual value.  Strings go to a. */
void sys_read(struct sys *s, const char *proc, bool own, struct arena *a);

/* The ports that the calling thread's network namespace hands out,
 * ip_local_port_range; the usual ones where it cannot be read. */
void sys_port_range(const char *proc, uint16_t *first, uint16_t *last);

/* The inode of the calling thread's network namespace, of another proc tree
 * that of its init; 0 where it is not known. */
uint64_t sys_netns(const char *proc, bool own);

/* Appends the absolute path of this very program, which was called as argv0,
 * and a NUL.  False after a message. */
bool sys_self(const char *argv0, struct buf *path);

#endif
