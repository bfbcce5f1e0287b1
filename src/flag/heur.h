/*
 * flag-heur: the heuristics, one table.  HACKING has how to add one.
 */
#ifndef FLAG_HEUR_H
#define FLAG_HEUR_H

#include "flag/others.h"

enum heur_level { HEUR_LOW, HEUR_MEDIUM, HEUR_HIGH };

/* What must be known beside the record. */
enum heur_scope {
	HEUR_RECORD,		/* nothing */
	/* What its ##prt says: */
	HEUR_TIME,		/* when the snapshot was taken */
	HEUR_OWNERS,		/* that root took it and nothing was hidden */
	/* Other records, and so a whole snapshot, by no filter narrower than
	 * one that shows: */
	HEUR_HOLDERS,		/* all processes of a socket */
	HEUR_LISTENERS,		/* those, and all that listen */
	HEUR_BINDS		/* every socket that is bound to a port */
};

enum { HEUR_FIELDS = 11 };

/* What a snapshot says of itself. */
struct heur_snap {
	bool whole;		/* and every record of it is here */
	struct str scope;
	int unpriv;		/* first port that anyone may bind */
	bool sees_all;		/* no owner was hidden from the scan */
	bool timed;
	int64_t time;		/* milliseconds since 1970 */
};

/* A record among the others. */
struct heur_case {
	struct fact *f;
	uint32_t row;
	struct index *ix;
	const struct heur_snap *snap;
};

struct heur {
	const char *name;
	enum heur_level level;
	bool on;			/* by default */
	unsigned kinds;			/* of enum fact_kind */
	enum heur_scope scope;
	unsigned needs;			/* of enum index_need */
	const char *attack;		/* MITRE ATT&CK, NULL: none */
	const char *sentence;
	bool (*looks)(struct fact *f);	/* by itself */
	bool (*around)(struct heur_case *c);	/* NULL: as it looks */
	enum heur_level (*level_of)(struct fact *f);	/* NULL: level */
	/* Needed, closed by FIELD_NONE. */
	enum field_id fields[HEUR_FIELDS];
};

enum { HEUR_COUNT = 19 };
extern const struct heur heur_table[HEUR_COUNT];

/* -1 where there is no such heuristic. */
int heur_find(struct str name);
/* The columns have all fields that it needs. */
bool heur_has_fields(const struct heur *h, const struct cols *cols);
const char *heur_level_name(enum heur_level level);
const char *heur_scope_name(enum heur_scope scope);

/* A scan narrowed by scope (of ##prt) still shows what is needed. */
bool heur_scope_shows(enum heur_scope needed, struct str scope);

/* What the ##prt of snapshot i says, or if it does not, the usual or not known. */
void heur_snap_read(struct heur_snap *hs, const struct stream *s, size_t i);

/* The seconds from first_seen to the snapshot; -1 where that is not known. */
int64_t heur_age(const struct fact *f, const struct heur_snap *snap);

#endif
