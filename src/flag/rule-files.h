/*
 * rule-files: rules from files.
 */
#ifndef FLAG_RULE_FILES_H
#define FLAG_RULE_FILES_H

#include "flag/rule.h"

/* Each appends to r, and returns false after a message. */
bool load_file(struct rules *r, const char *path);

/* A rule of the command line, its nth. */
bool load_rule(struct rules *r, const char *text, size_t nth);

/* The system's file and the user's, of those that are there. */
bool load_defaults(struct rules *r);

/* The message of a bad rule. */
void load_complain(const struct rule_error *e);

#endif
