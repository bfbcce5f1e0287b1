/*
 * target: what answers on a port that a container runtime has published.
 */
#ifndef SCAN_LINUX_TARGET_H
#define SCAN_LINUX_TARGET_H

#include "scan/linux/linux.h"

/* A port of the machine, and where the runtime says it leads. */
struct port_map {
	struct addr host, target;	/* target ADDR_NONE: not known */
	uint16_t port, target_port;
	unsigned char proto;
	bool may_nat;		/* the kernel may forward it by itself */
	bool held;		/* a socket holds it */
	uint32_t container;	/* index in the list's */
	uint64_t netns;		/* inode of the runtime's; 0: not known */
};

/* A container, and the user of its runtime. */
struct map_container {
	struct container in;
	uint32_t uid;
};

/* All that runtimes report. */
struct port_maps {
	struct scan *sc;
	struct port_map *v;	/* sorted by port_maps_sort */
	size_t n, cap;
	struct map_container *container;
	size_t ncontainer, containercap;
	uint64_t netns;		/* of maps that are added next */
	uint64_t own;		/* inode of the scanner's namespace */
	bool some;		/* some could not be read */
};

/* Adds a container of that runtime, copying its id; and sets its name, if that
 * is valid. */
uint32_t port_maps_container(struct port_maps *m, const char *runtime,
    struct str id, uint32_t uid);
void port_maps_name(struct port_maps *m, uint32_t container, struct str name);

/* A map in words.  host may be missing or empty: all addresses; range, the
 * number of ports from those on, may be missing: one. */
struct map_words {
	struct str host, port, target_port, proto, range;
};
/* The names of the same members in an object of JSON. */
struct map_names {
	const char *host, *port, *target_port, *proto, *range;
};
/* The addresses of a container; ADDR_NONE: it has none, or several. */
struct map_ends {
	struct addr inet, inet6;
	bool many, many6;
};
/* Adds the map, if it is valid. */
void port_maps_add(struct port_maps *m, const struct map_words *words,
    const struct map_ends *ends, uint32_t container);
void port_maps_add_object(struct port_maps *m, struct str object,
    const struct map_names *names, const struct map_ends *ends,
    uint32_t container);

/* Adds an address of the container, a JSON text that may end in /LEN. */
void map_ends_add(struct map_ends *ends, struct str value);

void port_maps_sort(struct port_maps *m);
void port_maps_free(struct port_maps *m);

/* The map that a socket of that network namespace holds, of a container with
 * that id (missing: any) of that user's runtimes; or NULL. */
struct port_map *port_maps_find(const struct port_maps *m,
    const struct sock *s, uint64_t netns, struct str id, uint32_t uid);
/* True if there is a map of that container. */
bool port_maps_have(const struct port_maps *m, struct str id);

/*
 * published.c: the sources.  Root's runtimes; an ordinary user's Docker, whose
 * files are in his home; and podman(1), run for the calling user.
 */
void linux_published(struct port_maps *m);
void linux_published_user(struct port_maps *m, uint32_t uid);
void linux_published_podman(struct port_maps *m);

/* Docker's files in such a folder, of owner; false with errno if it cannot be
 * opened.  And its daemon's answer. */
bool docker_published(struct port_maps *m, const char *folder, uint32_t owner);
void docker_published_answer(struct port_maps *m, struct str answer,
    uint32_t uid);

/* Results of CNI's plugins, and netavark's: false as above. */
bool cni_published(struct port_maps *m);
bool netavark_published(struct port_maps *m);
/* Podman's answer. */
void podman_published_answer(struct port_maps *m, struct str answer,
    uint32_t uid);

/* target-nat.c: adds a record, with its target, for each map that no socket
 * holds and that the filter keeps. */
void linux_nat(const struct filter *f, struct port_maps *m);

/* The inode of one of the scan's namespaces. */
uint64_t port_maps_netns(const struct port_maps *m, uint32_t netns);

/* target-netns.c: the namespace of a tun device that the process has, or 0. */
uint64_t linux_tun_netns(int proc, uint32_t pid);
/* For each of n namespaces, by inode: the process with the lowest number that
 * is in it and in a container, as linux_process fills it, or pid 0.  A
 * program's sandbox is skipped: it has no namespace of its own. */
void linux_netns_containers(const struct scan_request *req, struct scan *sc,
    const uint64_t *inodes, struct proc *found, size_t n);

/*
 * target-args.c: what a program's arguments, each with a NUL after it, say of a
 * socket that it has.  False if they say nothing.
 */
bool args_docker_proxy(struct str args, const struct sock *s,
    struct sock_target *t);
bool args_pasta(struct str args, const struct sock *s, struct sock_target *t);
bool args_forkproxy(struct str args, const struct sock *s,
    struct sock_target *t);
/* conmon's: the id and the name of its container, parts of args. */
bool args_conmon(struct str args, struct str *id, struct str *name);

#endif
