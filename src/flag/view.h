/*
 * flag-fact: one record as heuristics and rules look at it.
 *
 * What every record needs is found out at once, what few need when they ask.
 */
#ifndef FLAG_VIEW_H
#define FLAG_VIEW_H

#include <stdint.h>

#include "lib/addr.h"
#include "record/columns.h"

/* What the socket does, bits. */
enum fact_kind {
	FACT_LISTEN = 1,	/* TCP */
	FACT_UNCONN = 2,	/* UDP without a peer */
	FACT_ESTABLISHED = 4,
	FACT_HALF = 8,		/* connected, but not ESTABLISHED */
	FACT_OTHER = 16,	/* no state, or none with an owner */

	FACT_BOUND = FACT_LISTEN | FACT_UNCONN,
	FACT_CONNECTED = FACT_ESTABLISHED | FACT_HALF,
	FACT_ANY = 31
};

enum { FACT_TEXT_MAX = 64 };

/* An address, and the text that it was read from: records that follow one
 * another often share it. */
struct fact_addr {
	bool fresh;			/* it is this record's */
	bool ok;			/* the text was an address */
	unsigned char n;
	char text[FACT_TEXT_MAX];
	struct addr addr, plain;	/* plain: a v4-mapped one as IPv4 */
};

struct fact {
	const struct cols *cols;
	const struct str *v;
	enum fact_kind kind;
	int local_port, remote_port;	/* -1: none */
	bool has_uid;
	uint32_t uid;

	/* Found out on demand. */
	int class;			/* -1: not yet */
	struct fact_addr local, remote;
};

/* Of a state; FACT_OTHER of a missing one. */
enum fact_kind fact_kind(struct str state);

/* Starts on a record; f is zeroed before the first one. */
void fact_set(struct fact *f, const struct cols *cols, const struct str *v);

/* A missing value also where the stream has no such field. */
static inline struct str
fact_get(const struct fact *f, enum field_id id)
{
	int at = f->cols->at[id];

	return at >= 0 ? f->v[at] : STR_NONE;
}

/* A number up to max, -1 where it is none. */
int64_t fact_number(const struct fact *f, enum field_id id, uint32_t max);

/* NULL where the record has none. */
const struct fact_addr *fact_local(struct fact *f);
const struct fact_addr *fact_remote(struct fact *f);

static inline enum addr_reach
fact_reach(const struct fact_addr *a)
{
	return addr_reach(&a->plain);
}

/* Reachable, or reached, from beyond this machine. */
bool fact_local_beyond(struct fact *f);
bool fact_remote_beyond(struct fact *f);
bool fact_remote_public(struct fact *f);

/* Of the process: bits of enum prog_class. */
unsigned fact_class(struct fact *f);

/* Of a user who logs in, as far as the number tells. */
bool fact_is_login(const struct fact *f);
static inline bool
fact_is_root(const struct fact *f)
{
	return f->has_uid && f->uid == 0;
}

/* In the network namespace of whoever scanned. */
bool fact_is_own_netns(const struct fact *f);

#endif
