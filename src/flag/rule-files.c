/* Rules from files. */
#include "flag/rule.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/trust.h"

#define SYSTEM_RULES "/etc/prt/rules"

enum { FILE_MAX = 64 * 1024 * 1024 };

bool
rules_complain(const struct rule_error *e)
{
	err_msg("%s:%zu:%zu: %s", e->file, e->line, e->column, e->text);
	return false;
}

/* A user who can write root's rules can hide from root.  A device such as
 * /dev/null is safe: it keeps nothing that is written to it. */
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
	if (ok && !rules_parse(r, path, 1, buf_str(&text), &e))
		ok = rules_complain(&e);
	buf_free(&text);
	return ok;
}

/* Closes fd; if fd is below 0, path could not be opened and errno says why. */
static bool
load(struct rules *r, int fd, const char *path)
{
	bool ok = fd >= 0 && load_fd(r, fd, path);

	if (fd < 0)
		err_msg("%s:", path);
	input_close(fd);
	return ok;
}

bool
rules_load(struct rules *r, const char *path)
{
	return load(r, input_is_stdin(path) ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC), input_name(path));
}

/* A file that the user did not name may be missing. */
static bool
load_default(struct rules *r, const char *path)
{
	enum trust trust = trust_told(path, "rules");
	int fd;

	if (trust != TRUST_YES)
		return trust == TRUST_MISSING;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) ||
	    load(r, fd, path);
}

bool
rules_load_option(struct rules *r, const char *text, size_t nth)
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
	return rules_complain(&e);
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
rules_load_defaults(struct rules *r)
{
	const char *user = user_rules(r);

	return load_default(r, SYSTEM_RULES) &&
	    (user == NULL || load_default(r, user));
}
