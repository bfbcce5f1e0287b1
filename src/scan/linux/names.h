/*
 * names: shared by the files that name containers.
 */
#ifndef SCAN_LINUX_NAMES_H
#define SCAN_LINUX_NAMES_H

#include "scan/linux/linux.h"

/* Something in a container, and the user of its process; 0 if there is none. */
struct names_member {
	struct container *in;
	uint32_t uid;
};

/* A container, and its n members, an array that begins at by_id. */
struct names_one {
	const struct names_member *by_id;
	size_t n;
	struct str id;
	struct str name;	/* missing: not known yet */
	uint32_t uid;		/* owner of the files that have the name */
};

/* The containers of one runtime, sorted by id. */
struct names_list {
	struct names_one *v;
	size_t n;
	struct scan *sc;
	struct arena *a;	/* the scan's */
};

/* Each runtime: sets the names that it knows.  b is scratch space. */
void names_docker(const struct names_list *l, struct buf *b);
void names_podman(const struct names_list *l, struct buf *b);
void names_bundles(const struct names_list *l, struct buf *b);
void names_machines(const struct names_list *l, struct buf *b);

/* The folders of root's Docker, NULL at the end; and of a user's Docker, below
 * his home. */
extern const char *const names_docker_folders[];
#define NAMES_DOCKER_HOME "/.local/share/docker"

/* The folder of a runtime's running container is before, its id, after;
 * config.json is in it.  Its annotations must name manager, unless that is
 * NULL. */
struct names_bundle {
	const char *runtime, *before, *after, *manager;
	const struct naming *naming;
};
enum { NAMES_NBUNDLES = 6 };
extern const struct names_bundle names_bundle[NAMES_NBUNDLES];

/* The home of a user, which lives until the next call; NULL if there is
 * none. */
const char *names_home(uint32_t uid);

/* True if Docker and Podman allow that name; Kubernetes allows less. */
bool names_is_good(struct str s);

/* True if all containers have names. */
bool names_are_complete(const struct names_list *l);

/* True if asking a daemon or program may give a name to one without. */
bool names_are_to_ask(const struct names_list *l);

/* Names c, from a file of owner's, if name is valid and c has none. */
void names_set(const struct names_list *l, struct names_one *c, struct str name,
    uint32_t owner);

/* NAMESPACE/POD in a container's name; missing if it is not of Kubernetes. */
struct str names_pod(const struct names_list *l, const char *runtime,
    struct str name);

/* Sets names from an array of objects, each with an id and names. */
void names_array(const struct names_list *l, struct str array, const char *id,
    const char *name, uint32_t owner);

/*
 * Calls each for every container without a name, and for each user who may own
 * it, with a list of that container only and the user's home.  Such users are
 * the owner of its part of the control groups and those of its processes.  A
 * user in a container who has another number outside is in no passwd file.
 */
typedef void names_user(const struct names_list *one, const char *home,
    uint32_t uid, struct buf *b);
void names_each_user(const struct names_list *l, names_user *each,
    struct buf *b);

#endif
