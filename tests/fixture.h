/*
 * fixture: what the programs that hold sockets for the live tests share.  If a
 * function fails, it prints a message and ends the program.
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

/* Sends more data than the peer has room for: a FIN after it cannot leave. */
void stuff(int fd);

/* Sets lo up, which must be down, and adds a link-local address. */
void loopback_up(void);

/* Closes all descriptors from the first on, except those of start_children. */
void close_from(int first);

/* To be called before the first spawn. */
void start_children(void);

/* Forks a child of that name, which the tests know as tag; 0 in the child. */
pid_t spawn(const char *tag, const char *name);

/* A child's last call: reports to its parent, keeps 0 to 2 only if stdio. */
_Noreturn void stay(bool stdio);

/* Waits until every child has called stay. */
void await_children(void);
void end_children(void);

#endif
