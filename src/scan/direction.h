/*
 * dir: who called whom, judged by who listens.
 */
#ifndef SCAN_DIRECTION_H
#define SCAN_DIRECTION_H

#include "scan/sock.h"

/*
 * Sets dir of every connected socket of sc, whose sockets must include all
 * listeners of its protocol and namespace: prt(5) has the rule.
 */
void dir_judge(struct scan *sc);

#endif
