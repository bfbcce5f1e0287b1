/*
 * rule: the rules of prt-rules(5).
 *
 * rules_parse is a pure parser; what it takes from the text is copied.
 */
#ifndef FLAG_RULE_H
#define FLAG_RULE_H

#include "flag/view.h"

enum rule_action { RULE_FLAG, RULE_BELL, RULE_ALLOW };
enum rule_op {
	RULE_EQ, RULE_NE, RULE_HAS, RULE_HAS_NOT,
	RULE_LT, RULE_LE, RULE_GT, RULE_GE
};

/* What a condition looks at besides the fields of the record.  The last two are
 * known only after the last record. */
enum rule_computed {
	RULE_FIELD, RULE_LOCAL_SCOPE, RULE_REMOTE_SCOPE, RULE_CONNECTIONS,
	RULE_AGE
};

/* How values compare.  Of lists, any of their parts. */
enum rule_type {
	RULE_TEXT, RULE_NUMBER, RULE_ADDR, RULE_REACH, RULE_NUMBERS, RULE_NAMES,
	RULE_UNKNOWN		/* field: text, but < and > read it as number */
};

/* One of the values of a list; for type TEXT, NAMES and REACH text, for
 * numbers low to high, for addresses net. */
struct rule_value {
	bool none;		/* it is `-', a missing value */
	struct str text;	/* of ADDR: the scope */
	uint64_t low, high;
	struct addr net;
	unsigned bits;
};

struct rule_cond {
	struct str field;	/* that it reads; of port, local_port */
	enum field_id id;
	enum rule_computed computed;
	enum rule_type type;
	enum rule_op op;
	size_t n;
	struct rule_value *v;
	size_t column;		/* where it stands */
	/* Instead of v another field of the record, or FIELD_NONE. */
	enum field_id other;
	int other_at;		/* as at */
	bool found;		/* some stream has the field, FIELD_NONE */
	int at;			/* in the columns that it is bound to, or -1 */
};

struct rule {
	enum rule_action action;
	struct str name;
	const char *file;
	size_t line, name_column;
	size_t n;
	struct rule_cond *v;
	bool counts, ages;	/* has such a condition: see rule_computed */
	bool bound;		/* all its fields are there */
	bool gone;		/* it looks at what is gone, too */
	bool here;		/* it allows a program of this machine by its
				 * path: not another file of that path, as a
				 * container or other mounts may have */
	/* Bounds implied by its conditions: a cheap test first, for most rules
	 * match few records. */
	unsigned kinds;
	struct rule_ports {
		int low, high;	/* -1: no port */
	} local, remote;
};

struct rules {
	struct rule *v;
	size_t n, cap;
	struct arena arena;
};

/* Where a rule is bad, and what was expected. */
struct rule_error {
	const char *file;
	size_t line, column;
	char text[200];
};

enum { RULE_LINE_MAX = 65536 };

/*
 * Appends the rules of text to r, which starts as { 0 }.  file is kept, line is
 * the number of the first line.  The caller calls rules_free in any case.
 */
bool rules_parse(struct rules *r, const char *file, size_t line,
    struct str text, struct rule_error *e);
void rules_free(struct rules *r);

/* From files.  Each appends to r, and returns false after a message. */
bool rules_load(struct rules *r, const char *path);
/* The system's file and the user's, if they are there. */
bool rules_load_defaults(struct rules *r);
/* A rule of the command line, its nth. */
bool rules_load_option(struct rules *r, const char *text, size_t nth);
/* The message of a bad rule; false. */
bool rules_complain(const struct rule_error *e);

/* Before records with other columns than those before. */
void rules_bind(struct rules *r, const struct cols *cols);

/* False if a rule names a field that is neither in the field table nor in any
 * columns that the rules were bound to, or allows what nothing raises. */
bool rules_check(const struct rules *r, struct rule_error *e);

/* All conditions except those on connections and age. */
bool rule_looks(const struct rule *rule, struct view *v);

/* False: it does not fit. */
static inline bool
rule_may(const struct rule *r, const struct view *v)
{
	return r->bound && (r->gone || !v->gone) &&
	    (r->kinds & v->kind) != 0 &&
	    v->local_port >= r->local.low && v->local_port <= r->local.high &&
	    v->remote_port >= r->remote.low &&
	    v->remote_port <= r->remote.high;
}

/* Those; a number below 0 is unknown. */
bool rule_is(const struct rule *rule, int64_t connections, int64_t age);

/* Appends text as a value of a rule that equals it. */
void rule_quote(struct buf *b, struct str text);

/* Of rule-value.c, for the parser.  Sets what name, which is kept, makes of a
 * condition. */
void value_field(struct rule_cond *c, struct str name);
/* The operators that fit its type, as bits 1 << enum rule_op. */
unsigned value_ops(const struct rule_cond *c);
/* Commas separate the values. */
bool value_is_list(const struct rule_cond *c);
/* Whether text is the name of a field that it can be compared with; sets
 * other. */
bool value_other(struct rule_cond *c, struct str text);
/* All values that its field can have, NULL behind the last; NULL: any. */
const char *const *value_words(const struct rule_cond *c);
/* Reads one of its values into the zeroed v.  Returns NULL, or what is wrong
 * and what was expected (a literal). */
const char *value_parse(const struct rule_cond *c, struct rule_value *v,
    struct str text, struct arena *a);

#endif
