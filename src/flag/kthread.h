/*
 * kthread: names of the kernel's threads.
 */
#ifndef FLAG_KTHREAD_H
#define FLAG_KTHREAD_H

#include <stdbool.h>

#include "lib/str.h"

/* comm or cmdline look like those of a kernel thread. */
bool kthread_is_like(struct str comm, struct str cmdline);

#endif
