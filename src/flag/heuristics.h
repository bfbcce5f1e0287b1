/*
 * heuristics: what looks wrong by itself, and what is wrong among the others;
 * one table.  HACKING has how to add one.
 */
#ifndef FLAG_HEURISTICS_H
#define FLAG_HEURISTICS_H

#include "flag/others.h"

enum heur_level { HEUR_LOW, HEUR_MEDIUM, HEUR_HIGH };

/* What it must know besides the record. */
enum heur_scope {
	HEUR_RECORD,		/* nothing */
	/* What its ##prt says: */
	HEUR_TIME,		/* when the snapshot was taken */
	HEUR_OWNERS,		/* that root took it and nothing was hidden */
	/* Other records, and so a whole snapshot, by no filter narrower than
	 * one that shows: */
	HEUR_HOLDERS,		/* all processes of a socket */
	HEUR_LISTENERS,		/* those, and all that listen */
	HEUR_BINDS		/* every socket that is open on a port */
};

enum { HEUR_FIELDS = 15, HEUR_FACTS = 5 };

/* A record among the others. */
struct heur_case {
	struct view *v;
	uint32_t row;
	struct others *o;
	const struct view_snap *snap;
};

struct heur {
	const char *name;
	enum heur_level level;
	bool on;			/* by default */
	unsigned kinds;			/* of enum view_kind */
	enum heur_scope scope;
	unsigned needs;			/* of enum others_need */
	bool unpriv;			/* it must know who may bind a port */
	const char *attack;		/* MITRE ATT&CK, NULL: none */
	const char *sentence;
	const char *excuse;		/* what takes it away, or lowers it;
					 * NULL: nothing */
	bool (*suspect)(struct view *v);	/* by itself */
	/* Among the others, of a suspect; NULL: all are. */
	bool (*confirm)(struct heur_case *c);
	enum heur_level (*level_for)(struct view *v);	/* NULL: level */
	/* Needed; and those whose values decided, as far as they are there.
	 * FIELD_NONE ends them. */
	enum field_id fields[HEUR_FIELDS];
	enum field_id facts[HEUR_FACTS];
};

enum { HEUR_COUNT = 31 };
_Static_assert(HEUR_COUNT <= 64, "a set of heuristics is an uint64_t");
extern const struct heur heur_table[HEUR_COUNT];

/* -1 if there is no such heuristic. */
int heur_find(struct str name);
/* The columns have all fields that it needs. */
bool heur_has_fields(const struct heur *h, const struct cols *cols);
const char *heur_level_name(enum heur_level level);
/* -1 if there is none of that name. */
int heur_level_find(struct str name);

/* Of a record that it flags. */
static inline enum heur_level
heur_level_of(const struct heur *h, struct view *v)
{
	return h->level_for != NULL ? h->level_for(v) : h->level;
}

#endif
