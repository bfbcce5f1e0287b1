/*
 * heuristics: one table of what looks wrong by itself, or wrong in view of
 * other records.  HACKING has how to add one.
 */
#ifndef FLAG_HEURISTICS_H
#define FLAG_HEURISTICS_H

#include "flag/others.h"

enum heur_level { HEUR_LOW, HEUR_MEDIUM, HEUR_HIGH };

/* What a heuristic must know besides the record. */
enum heur_scope {
	HEUR_RECORD,		/* nothing */
	/* What the ##prt line says: */
	HEUR_TIME,		/* when the snapshot was taken */
	HEUR_OWNERS,		/* that root took it and nothing was hidden */
	/* Other records, in a whole snapshot whose filter leaves in: */
	HEUR_HOLDERS,		/* all processes of a socket */
	HEUR_LISTENERS,		/* those, and all listeners */
	HEUR_BINDS		/* every socket that is bound to a port */
};

enum { HEUR_FIELDS = 15, HEUR_FACTS = 5 };

/* A record and its surroundings. */
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
	bool unpriv;			/* needs the first unprivileged port */
	const char *attack;		/* MITRE ATT&CK, NULL: none */
	const char *sentence;
	const char *excuse;		/* what clears it, or lowers its level;
					 * NULL: nothing */
	bool (*suspect)(struct view *v);	/* looks only at the record */
	/* Looks at other records too; NULL: confirms every suspect. */
	bool (*confirm)(struct heur_case *c);
	enum heur_level (*level_for)(struct view *v);	/* NULL: always level */
	/* The fields that it needs; and those whose values decided, if present.
	 * FIELD_NONE ends both. */
	enum field_id fields[HEUR_FIELDS];
	enum field_id facts[HEUR_FACTS];
};

enum { HEUR_COUNT = 31 };
_Static_assert(HEUR_COUNT <= 64, "a set of heuristics is an uint64_t");
extern const struct heur heur_table[HEUR_COUNT];

/* -1 if there is no such heuristic. */
int heur_find(struct str name);
/* The columns include all fields that the heuristic needs. */
bool heur_has_fields(const struct heur *h, const struct cols *cols);
const char *heur_level_name(enum heur_level level);
/* -1 if there is no such level. */
int heur_level_find(struct str name);

/* The level of a record that it flags. */
static inline enum heur_level
heur_level_of(const struct heur *h, struct view *v)
{
	return h->level_for != NULL ? h->level_for(v) : h->level;
}

#endif
