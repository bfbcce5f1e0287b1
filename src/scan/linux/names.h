/*
 * names: what the files that name containers share.
 */
#ifndef SCAN_LINUX_NAMES_H
#define SCAN_LINUX_NAMES_H

#include "scan/linux/linux.h"

/* Something that is in a container, and the user of its process; 0 if there is
 * none. */
struct names_member {
	struct container *in;
	uint32_t uid;
};

/* A container, and its n members, from by_id on. */
struct names_one {
	const struct names_member *by_id;
	size_t n;
	struct str id;
	struct str name;	/* missing: not known yet */
	uint32_t uid;		/* whose files have the name */
};

/* The containers of one runtime, in order of ids. */
struct names_list {
	struct names_one *v;
	size_t n;
	struct scan *sc;
	struct arena *a;	/* the scan's */
};

/* A runtime's: sets the names that it knows.  b is room. */
void names_docker(const struct names_list *l, struct buf *b);
void names_podman(const struct names_list *l, struct buf *b);
void names_bundles(const struct names_list *l, struct buf *b);
void names_machines(const struct names_list *l, struct buf *b);

/* Where root's Docker has its folders, NULL behind the last; and a user's, from
 * his home on. */
extern const char *const names_docker_folders[];
#define NAMES_DOCKER_HOME "/.local/share/docker"

/* Where a runtime has a folder for each container that runs, its id between,
 * with its config.json; and who is to be in its annotations as its manager, or
 * NULL. */
struct names_bundle {
	const char *runtime, *before, *after, *manager;
	const struct naming *naming;
};
enum { NAMES_NBUNDLES = 6 };
extern const struct names_bundle names_bundle[NAMES_NBUNDLES];

/* The home of a user, which lives until the next call; NULL: he has none. */
const char *names_home(uint32_t uid);

/* What Docker and Podman allow; Kubernetes allows less. */
bool names_is_good(struct str s);

/* All containers have their names. */
bool names_are_complete(const struct names_list *l);

/* One that lacks a name may get it by asking somebody. */
bool names_are_to_ask(const struct names_list *l);

/* Gives c that name, of a file of that owner's, if it is one and c has none. */
void names_set(const struct names_list *l, struct names_one *c, struct str name,
    uint32_t owner);

/* NAMESPACE/POD of a container's name; missing if it is not of Kubernetes. */
struct str names_pod(const struct names_list *l, const char *runtime,
    struct str name);

/* Names in an array of objects, each of which has its id and its names. */
void names_array(const struct names_list *l, struct str array, const char *id,
    const char *name, uint32_t owner);

/*
 * Calls each for every container without a name, and for each user that it may
 * be of, with the one container and his home: whose part of the control groups
 * it is in, and those of its processes.  A user in a container that has another
 * number outside is in no passwd file.
 */
typedef void names_user(const struct names_list *one, const char *home,
    uint32_t uid, struct buf *b);
void names_each_user(const struct names_list *l, names_user *each,
    struct buf *b);

#endif
