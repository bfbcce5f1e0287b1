/*
 * view: a record, and what its snapshot says, as heuristics and rules see them.
 *
 * Cheap values are parsed up front, the others on demand.
 */
#ifndef FLAG_VIEW_H
#define FLAG_VIEW_H

#include "lib/addr.h"
#include "record/stream.h"

/* What the socket does, bits. */
enum view_kind {
	VIEW_LISTEN = 1,	/* TCP */
	VIEW_UNCONN = 2,	/* UDP without a peer */
	VIEW_ESTABLISHED = 4,
	VIEW_HALF = 8,		/* connected, but not ESTABLISHED */
	VIEW_OTHER = 16,	/* no state, BOUND, or none with an owner; to
				 * heuristics also what has no ports */

	VIEW_OPEN = VIEW_LISTEN | VIEW_UNCONN,
	VIEW_CONNECTED = VIEW_ESTABLISHED | VIEW_HALF,
	VIEW_ANY = 31
};

/* On demand. */
struct view_addr {
	bool known, ok;			/* ok: it is an address */
	struct addr addr, plain;	/* plain: a v4-mapped one as IPv4 */
};

/* Below this one are the ports of services, as systems have it; from it on what
 * the kernel hands out. */
enum { VIEW_RANDOM = 32768 };

struct view {
	const struct cols *cols;
	const struct str *values;
	enum view_kind kind;
	bool gone;			/* it was there, and is no more */
	bool portless;			/* what they have is no port */
	int local_port, remote_port;	/* -1: none */
	bool has_uid;
	uint32_t uid;

	/* Found out on demand. */
	int class;			/* -1: not yet */
	struct view_addr local, remote;
};

/* Of a state; VIEW_OTHER of a missing one. */
enum view_kind view_kind(struct str state);

/* Starts on a record; v is zeroed before the first one. */
void view_set(struct view *v, const struct cols *cols,
    const struct str *values);

/* A missing value also where the stream has no such field. */
static inline struct str
view_get(const struct view *v, enum field_id id)
{
	int at = v->cols->at[id];

	return at >= 0 ? v->values[at] : STR_NONE;
}

/* A number up to max, -1 where it is none. */
int64_t view_number(const struct view *v, enum field_id id, uint32_t max);

/* NULL where the record has none. */
const struct view_addr *view_local(struct view *v);
const struct view_addr *view_remote(struct view *v);

/* A link is private: it ends at the next router. */
static inline enum addr_reach
view_reach(const struct view_addr *a)
{
	enum addr_reach reach = addr_reach(&a->plain);

	return reach == ADDR_LINK ? ADDR_PRIVATE : reach;
}

/* As heuristics see it: they are about ports, or about processes. */
static inline enum view_kind
view_role(const struct view *v)
{
	return v->portless ? VIEW_OTHER : v->kind;
}

/* Bound to the loopback device: to prt-scan nothing else is `lo'.  Not if the
 * stream does not tell. */
static inline bool
view_on_loopback(const struct view *v)
{
	return str_is(view_get(v, F_IFACE), "lo");
}

/* Reachable, or reached, from beyond this machine. */
bool view_local_beyond(struct view *v);
bool view_remote_beyond(struct view *v);
bool view_remote_public(struct view *v);

/* Of the process: bits of enum prog_class; of a copy what it is a copy of. */
unsigned view_class(struct view *v);

/* A field that is a list has that part. */
bool view_lists(const struct view *v, enum field_id id, const char *part);

/* It holds the socket as that descriptor; as one of 0 to 2. */
bool view_has_fd(const struct view *v, const char *fd);
bool view_on_stdio(const struct view *v);

/* The port has a name, and what a process that has it calls it says nothing. */
static inline bool
view_has_service(const struct view *v)
{
	return view_get(v, F_SERVICE).p != NULL;
}

/* Nobody knows that it was opened from here. */
static inline bool
view_not_out(const struct view *v)
{
	return !str_is(view_get(v, F_DIR), "out");
}

/* The address at which clouds tell a machine its secrets. */
bool view_is_metadata(struct view *v);

/* A service of the system's service manager, as far as the stream says; what
 * people and their jobs start under ssh or cron is none. */
bool view_is_unit(const struct view *v);

/* Of a user who logs in, as far as the number tells. */
bool view_is_login(const struct view *v);
static inline bool
view_is_root(const struct view *v)
{
	return v->has_uid && v->uid == 0;
}
/* An account that does neither log in nor is root. */
static inline bool
view_is_daemon(const struct view *v)
{
	return v->has_uid && v->uid != 0 && !view_is_login(v);
}

/* A socket of the kernel's own, which prt-scan calls [KIND] or [KIND/NAME]: a
 * process that has such a name has a number, too. */
bool view_is_kernel(const struct view *v);

/* In the network namespace of the scan. */
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

/* It let peers in, in the snapshot before: false also if that is not told. */
bool view_was_open(const struct view *v);

/* What a snapshot says of itself. */
struct view_snap {
	bool whole;		/* and every record of it is here */
	struct str scope;
	int unpriv;		/* first port that anyone may bind; -1:
				 * the scan could not tell */
	bool sees_all;		/* no owner was hidden from the scan, */
	bool hides;		/* or some was; neither: it does not say */
	bool names_kernel;	/* sockets of the kernel's own have names */
	bool timed;
	int64_t time;		/* milliseconds since 1970 */
};

/* Of snapshot i; what it does not say is as usual, or unknown. */
void view_snap_read(struct view_snap *vs, const struct stream *s, size_t i);

/* The seconds from first_seen to the snapshot; -1 if that is unknown. */
int64_t view_age(const struct view *v, const struct view_snap *snap);

#endif
