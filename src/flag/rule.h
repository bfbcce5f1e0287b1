/*
 * rule: the rules of prt-rules(5).
 *
 * rules_parse is a pure parser; it copies what it keeps of the text.
 */
#ifndef FLAG_RULE_H
#define FLAG_RULE_H

#include "flag/view.h"

enum rule_action { RULE_FLAG, RULE_BELL, RULE_ALLOW };
enum rule_op {
	RULE_EQ, RULE_NE, RULE_HAS, RULE_HAS_NOT,
	RULE_LT, RULE_LE, RULE_GT, RULE_GE
};

/* What a condition can compare besides fields of the record.  The last two are
 * known only after the last record. */
enum rule_computed {
	RULE_FIELD, RULE_LOCAL_SCOPE, RULE_REMOTE_SCOPE, RULE_CONNECTIONS,
	RULE_AGE
};

/* How values compare.  In a list any part may match. */
enum rule_type {
	RULE_TEXT, RULE_NUMBER, RULE_ADDR, RULE_REACH, RULE_NUMBERS, RULE_NAMES,
	RULE_UNKNOWN		/* field: text, but < and > read it as number */
};

/* One value of a list.  TEXT, NAMES and REACH use text, numbers use low to
 * high, addresses use net. */
struct rule_value {
	bool none;		/* `-', a missing value */
	struct str text;	/* for ADDR the scope */
	uint64_t low, high;
	struct addr net;
	unsigned bits;
};

struct rule_cond {
	struct str field;	/* that it reads; for port, local_port */
	enum field_id id;
	enum rule_computed computed;
	enum rule_type type;
	enum rule_op op;
	size_t n;
	struct rule_value *v;
	size_t column;		/* the position in the line */
	/* Another field of the record instead of v, or FIELD_NONE. */
	enum field_id other;
	int other_at;		/* at, for other */
	bool found;		/* for FIELD_NONE: some stream has it */
	int at;			/* in the bound columns, or -1 */
};

struct rule {
	enum rule_action action;
	struct str name;
	const char *file;
	size_t line, name_column;
	size_t n;
	struct rule_cond *v;
	bool counts, ages;	/* has such a condition: see rule_computed */
	bool bound;		/* all its fields are present */
	bool gone;		/* looks at gone records too */
	bool here;		/* allows a program of this machine by its path,
				 * not another file that a container or other
				 * mounts have at that path */
	/* Bounds implied by its conditions: a cheap test first, since most
	 * rules match few records. */
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

/* Where a rule is wrong, and what was expected. */
struct rule_error {
	const char *file;
	size_t line, column;
	char text[200];
};

enum { RULE_LINE_MAX = 65536 };

/*
 * Appends the rules of text to r, which starts as { 0 }.  r keeps the pointer
 * file; line is the number of the first line.  The caller calls rules_free in
 * any case.
 */
bool rules_parse(struct rules *r, const char *file, size_t line,
    struct str text, struct rule_error *e);
void rules_free(struct rules *r);

/* Loaders append to r; false after a message.  This one reads a file. */
bool rules_load(struct rules *r, const char *path);
/* Loads the system's file and the user's, if they exist. */
bool rules_load_defaults(struct rules *r);
/* Loads the command line's nth rule. */
bool rules_load_option(struct rules *r, const char *text, size_t nth);
/* Prints the message for a bad rule; always false. */
bool rules_complain(const struct rule_error *e);

/* To be called before records whose columns differ from those before. */
void rules_bind(struct rules *r, const struct cols *cols);

/* False if a rule names an unknown field, one that is not in the field table,
 * nor in columns that the rules were bound to; or if it allows a flag that no
 * heuristic or rule raises. */
bool rules_check(const struct rules *r, struct rule_error *e);

/* Tests all conditions except those on connections and age. */
bool rule_looks(const struct rule *rule, struct view *v);

/* A quick test; if false, the rule does not fit. */
static inline bool
rule_may(const struct rule *r, const struct view *v)
{
	return r->bound && (r->gone || !v->gone) &&
	    (r->kinds & v->kind) != 0 &&
	    v->local_port >= r->local.low && v->local_port <= r->local.high &&
	    v->remote_port >= r->remote.low &&
	    v->remote_port <= r->remote.high;
}

/* Tests the conditions on connections and age; a number below 0 is unknown. */
bool rule_is(const struct rule *rule, int64_t connections, int64_t age);

/* Appends text, quoted so that a rule's `=' equals it. */
void rule_quote(struct buf *b, struct str text);

/* In rule-value.c, for the parser.  Sets up the condition on the field name; c
 * keeps the pointer. */
void value_field(struct rule_cond *c, struct str name);
/* The operators that its type allows, as bits 1 << enum rule_op. */
unsigned value_ops(const struct rule_cond *c);
/* True if the values are separated by commas. */
bool value_is_list(const struct rule_cond *c);
/* True if text names a field that c can compare with; sets other. */
bool value_other(struct rule_cond *c, struct str text);
/* All values that the field can have, NULL after the last; NULL: any. */
const char *const *value_words(const struct rule_cond *c);
/* Parses one value into the zeroed v.  Returns NULL, or what is wrong and what
 * was expected (a literal). */
const char *value_parse(const struct rule_cond *c, struct rule_value *v,
    struct str text, struct arena *a);

#endif
