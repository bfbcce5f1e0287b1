/*
 * rule-value: the values of rules, by the type of their field; only for rule.
 */
#ifndef FLAG_RULE_VALUE_H
#define FLAG_RULE_VALUE_H

#include "flag/rule.h"

/* Sets what name makes of a condition; name is kept. */
void value_field(struct rule_cond *c, struct str name);

/* The operators that fit its type, as bits 1 << enum rule_op. */
unsigned value_ops(const struct rule_cond *c);

/* Commas part the values. */
bool value_is_list(const struct rule_cond *c);

/* Reads one of its values into the zeroed v.  Returns NULL, or what is wrong
 * and was expected (a literal). */
const char *value_parse(const struct rule_cond *c, struct rule_value *v,
    struct str text, struct arena *a);

#endif
