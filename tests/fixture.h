/*
 * fixture: what the programs share that hold sockets for the live tests.  Each
 * function ends the program, after a message, where something fails.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <sys/types.h>

#include <netinet/tcp.h>

#include <stdbool.h>

enum { LIFE = 120 };		/* seconds, whatever happens */

_Noreturn void die(const char *what);
void check(int r, const char *what);

/* Moves fd to the number that the tests expect. */
int place(int fd, int want);
void setopt(int fd, int level, int opt, int value);

/* A socket bound to host and port, as descriptor want (-1: any). */
int bound(int want, int type, const char *host, int port, bool v6only);
int listener(int want, const char *host, int port, bool v6only, int backlog);
void connect_to(int fd, int type, const char *host, int port);

struct tcp_info info(int fd);
void await(int fd, int state);
void half_close(int fd);

/* More data than the peer has room for: a FIN after it cannot leave. */
void stuff(int fd);

/* Sets lo up, which must be down, and gives it a link-local address. */
void loopback_up(void);

/* Closes all descriptors from the first on but those of start_children. */
void close_from(int first);

/* Before the first spawn. */
void start_children(void);

/* Forks a child of that name, known to the tests as tag; 0 in the child. */
pid_t spawn(const char *tag, const char *name);

/* A child's last act: tells its parent, keeps 0, 1 and 2 only if stdio. */
_Noreturn void stay(bool stdio);

/* Waits until every child stays. */
void await_children(void);
void end_children(void);

#endif
