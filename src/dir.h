/*
 * dir: who called whom, judged by who listens.
 */
#ifndef DIR_H
#define DIR_H

#include "sock.h"

/*
 * Sets dir of every connected socket of sc, whose sockets must include all
 * listeners of its protocol: prt(5) has the rule.  first to last is
 * ip_local_port_range.
 */
void dir_judge(struct scan *sc, uint16_t first, uint16_t last);

#endif
