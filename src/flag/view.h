/*
 * view: a record and its snapshot, as heuristics and rules see them.
 *
 * Cheap values are parsed up front, the others on demand.
 */
#ifndef FLAG_VIEW_H
#define FLAG_VIEW_H

#include "lib/addr.h"
#include "record/stream.h"

/* Bits: what the socket does. */
enum view_kind {
	VIEW_LISTEN = 1,	/* TCP */
	VIEW_UNCONN = 2,	/* UDP without a peer */
	VIEW_ESTABLISHED = 4,
	VIEW_HALF = 8,		/* connected, but not ESTABLISHED */
	VIEW_OTHER = 16,	/* no state, BOUND, or a state without owner;
				 * for heuristics also a socket without ports */

	VIEW_OPEN = VIEW_LISTEN | VIEW_UNCONN,
	VIEW_CONNECTED = VIEW_ESTABLISHED | VIEW_HALF,
	VIEW_ANY = 31
};

/* Parsed on demand. */
struct view_addr {
	bool known, ok;			/* ok: it is an address */
	struct addr addr, plain;	/* plain: a v4-mapped one as IPv4 */
};

/* Services have lower ports by convention; the kernel hands out the others. */
enum { VIEW_RANDOM = 32768 };

struct view {
	const struct cols *cols;
	const struct str *values;
	enum view_kind kind;
	bool gone;			/* it existed only before */
	bool portless;			/* no ports, but something else */
	int local_port, remote_port;	/* -1: none */
	bool has_uid;
	uint32_t uid;

	/* Computed on demand. */
	int class;			/* -1: not computed */
	struct view_addr local, remote;
};

/* The kind for a state; VIEW_OTHER if it is missing. */
enum view_kind view_kind(struct str state);

/* Sets the record; the caller zeroes v before the first one. */
void view_set(struct view *v, const struct cols *cols,
    const struct str *values);

/* A missing value also if the stream has no such field. */
static inline struct str
view_get(const struct view *v, enum field_id id)
{
	int at = v->cols->at[id];

	return at >= 0 ? v->values[at] : STR_NONE;
}

/* A number up to max; -1 if the value is missing or not such a number. */
int64_t view_number(const struct view *v, enum field_id id, uint32_t max);

/* NULL if the record has no such address. */
const struct view_addr *view_local(struct view *v);
const struct view_addr *view_remote(struct view *v);

/* A link-local address counts as private: it ends at the next router. */
static inline enum addr_reach
view_reach(const struct view_addr *a)
{
	enum addr_reach reach = addr_reach(&a->plain);

	return reach == ADDR_LINK ? ADDR_PRIVATE : reach;
}

/* The kind as heuristics see it: they are about ports, or about processes. */
static inline enum view_kind
view_role(const struct view *v)
{
	return v->portless ? VIEW_OTHER : v->kind;
}

/* Bound to the loopback device: prt-scan calls only that `lo'.  False if the
 * stream has no such field. */
static inline bool
view_on_loopback(const struct view *v)
{
	return str_is(view_get(v, F_IFACE), "lo");
}

/* Reachable, or reached, from beyond this machine. */
bool view_local_beyond(struct view *v);
bool view_remote_beyond(struct view *v);
bool view_remote_public(struct view *v);

/* The process's bits of enum prog_class; for a copy, those of the original. */
unsigned view_class(struct view *v);

/* A field that is a list contains part. */
bool view_lists(const struct view *v, enum field_id id, const char *part);

/* view_has_fd: the process holds the socket as that descriptor; view_on_stdio:
 * as one of 0 to 2. */
bool view_has_fd(const struct view *v, const char *fd);
bool view_on_stdio(const struct view *v);

/* The port has a name; the process that has the port does not matter. */
static inline bool
view_has_service(const struct view *v)
{
	return view_get(v, F_SERVICE).p != NULL;
}

/* Not known to have been opened from here. */
static inline bool
view_not_out(const struct view *v)
{
	return !str_is(view_get(v, F_DIR), "out");
}

/* The address at which clouds give a machine its secrets. */
bool view_is_metadata(struct view *v);

/* A service of the system's service manager, as far as the stream says; not
 * what people and their jobs start under ssh or cron. */
bool view_is_unit(const struct view *v);

/* The user is one that logs in, judging by the uid. */
bool view_is_login(const struct view *v);
static inline bool
view_is_root(const struct view *v)
{
	return v->has_uid && v->uid == 0;
}
/* An account that neither logs in nor is root. */
static inline bool
view_is_daemon(const struct view *v)
{
	return v->has_uid && v->uid != 0 && !view_is_login(v);
}

/* A socket of the kernel's own, which prt-scan calls [KIND] or [KIND/NAME].  A
 * process with such a name has a pid. */
bool view_is_kernel(const struct view *v);

/* The socket is in the network namespace of the scan. */
static inline bool
view_is_own_netns(const struct view *v)
{
	return view_get(v, F_NETNS).p == NULL;
}

static inline bool
view_is_bound(const struct view *v)
{
	return str_is(view_get(v, F_STATE), "BOUND");
}

/* It accepted peers in the previous snapshot; false if that is unknown. */
bool view_was_open(const struct view *v);

/* What a snapshot says about itself. */
struct view_snap {
	bool whole;		/* and all of its records are here */
	struct str scope;
	int unpriv;		/* first port anyone may bind; -1: unknown */
	bool sees_all;		/* no owner was hidden from the scan */
	bool hides;		/* some was; if neither, it is unknown */
	bool names_kernel;	/* the kernel's sockets have names */
	bool timed;
	int64_t time;		/* milliseconds since 1970 */
};

/* For snapshot i; what it does not say is the default, or unknown. */
void view_snap_read(struct view_snap *vs, const struct stream *s, size_t i);

/* The seconds from first_seen to the snapshot; -1 if that is unknown. */
int64_t view_age(const struct view *v, const struct view_snap *snap);

#endif
