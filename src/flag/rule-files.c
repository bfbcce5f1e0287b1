#include "flag/rule-files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/trust.h"

#define SYSTEM_RULES "/etc/prt/rules"

enum { FILE_MAX = 64 * 1024 * 1024 };

void
load_complain(const struct rule_error *e)
{
	err_msg("%s:%zu:%zu: %s", e->file, e->line, e->column, e->text);
}

/* Whoever can write root's rules can hide from root.  What is no file but a
 * device (/dev/null) keeps nothing that was written to it. */
static bool
is_safe(int fd, const char *path)
{
	struct stat st;

	if (geteuid() != 0)
		return true;
	if (fstat(fd, &st) != 0) {
		err_msg("%s:", path);
		return false;
	}
	if (S_ISCHR(st.st_mode) ||
	    (st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0))
		return true;
	err_msg("%s: rules that another user can write (owner %llu, mode "
	    "%03o): expected root's alone", path,
	    (unsigned long long)st.st_uid, (unsigned)st.st_mode & 0777);
	return false;
}

static bool
load_fd(struct rules *r, int fd, const char *path)
{
	struct rule_error e;
	struct buf text = { 0 };
	bool ok = is_safe(fd, path);

	if (ok && !input_slurp_fd(fd, FILE_MAX, &text)) {
		err_msg("%s:", path);
		ok = false;
	}
	if (ok && !rules_parse(r, path, 1, buf_str(&text), &e)) {
		load_complain(&e);
		ok = false;
	}
	buf_free(&text);
	return ok;
}

static bool
load(struct rules *r, const char *path, bool may_lack)
{
	int fd = input_is_stdin(path) ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		if (may_lack && (errno == ENOENT || errno == ENOTDIR))
			return true;
		err_msg("%s:", path);
		return false;
	}
	ok = load_fd(r, fd, input_name(path));
	input_close(fd);
	return ok;
}

/* One that nobody has named. */
static bool
load_default(struct rules *r, const char *path)
{
	enum trust trust = trust_told(path, "rules");

	return trust == TRUST_MISSING ||
	    (trust == TRUST_YES && load(r, path, true));
}

bool
load_file(struct rules *r, const char *path)
{
	return load(r, path, false);
}

bool
load_rule(struct rules *r, const char *text, size_t nth)
{
	struct rule_error e;
	const char *lf = strchr(text, '\n');

	e.file = "-e";
	e.line = nth;
	if (lf == NULL) {
		if (rules_parse(r, e.file, nth, str_from(text), &e))
			return true;
	} else {
		e.column = (size_t)(lf - text) + 1;
		strcpy(e.text, "a line break: expected one rule");
	}
	load_complain(&e);
	return false;
}

/* A copy that lives as long as the rules. */
static const char *
user_rules(struct rules *r)
{
	const char *path = NULL;
	struct buf b = { 0 };

	if (input_config(&b, "rules"))
		path = arena_str(&r->arena, buf_str(&b)).p;
	buf_free(&b);
	return path;
}

bool
load_defaults(struct rules *r)
{
	const char *user = user_rules(r);

	return load_default(r, SYSTEM_RULES) &&
	    (user == NULL || load_default(r, user));
}
