#include "scan/users.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "lib/timestamp.h"

enum {
	PASSWD_MAX = 64 * 1024 * 1024,
	SWITCH_MAX = 64 * 1024,
	ASK_MAX = 1000		/* milliseconds */
};

static void
add_name(struct users *u, uint32_t uid, struct str name)
{
	*MEM_PUSH(u->name, u->n, u->cap) = name;
	*map_at(&u->number, uid) = (uint32_t)u->n;
}

/* name:password:uid:..., passwd(5).  The first name of a uid counts. */
static void
take_user(struct users *u, struct str line)
{
	struct str name = str_cut(&line, ':');
	uint64_t uid;

	str_cut(&line, ':');
	if (name.n > 0 && num_parse(str_cut(&line, ':'), UINT32_MAX, &uid) &&
	    map_get(&u->number, uid) == 0)
		add_name(u, (uint32_t)uid, name);
}

/* The line `passwd:' of nsswitch.conf(5) has a word that is neither a source
 * that we have read nor an action such as [NOTFOUND=return]. */
static bool
names_more(struct str line)
{
	struct str word[16] = { STR_NONE };
	size_t i, n = str_words(line, word, NELEMS(word));

	for (i = 1; i < n; i++)
		if (!str_is(word[i], "files") && !str_is(word[i], "compat") &&
		    !str_starts(word[i], "["))
			return true;
	return false;
}

/* Without that file libc reads only /etc/passwd.  If it exists but we cannot
 * read it, libc may know more. */
static bool
has_more_sources(void)
{
	struct buf text = { 0 };
	struct str rest;
	bool more = false;

	if (!input_slurp("/etc/nsswitch.conf", SWITCH_MAX, &text)) {
		more = errno != ENOENT;
	} else {
		rest = buf_str(&text);
		while (rest.p != NULL && !more) {
			struct str line = str_cut(&rest, '\n');

			more = str_starts(line, "passwd:") && names_more(line);
		}
	}
	buf_free(&text);
	return more;
}

static void
load(struct users *u)
{
	struct str rest;

	u->loaded = true;
	u->asks = has_more_sources();
	if (!input_slurp("/etc/passwd", PASSWD_MAX, &u->text)) {
		if (errno != ENOENT)
			err_msg("/etc/passwd:");
		u->asks = true;
		return;
	}
	rest = buf_str(&u->text);
	while (rest.p != NULL)
		take_user(u, str_cut(&rest, '\n'));
}

void
users_free(struct users *u)
{
	free(u->name);
	map_free(&u->number);
	arena_free(&u->arena);
	buf_free(&u->text);
}

/* The name from the system, or a missing value. */
static struct str
ask_system(struct users *u, uint32_t uid)
{
	int64_t start = timestamp_steady();
	const struct passwd *pw;

	if (!u->asks || u->cut)
		return STR_NONE;
	if (u->asked >= ASK_MAX) {
		u->cut = true;
		err_msg("names of users: the system took too long: the others "
		    "that /etc/passwd lacks are told as numbers");
		return STR_NONE;
	}
	pw = getpwuid((uid_t)uid);
	u->asked += timestamp_steady() - start;
	return pw != NULL && pw->pw_name[0] != '\0' ?
	    str_from(pw->pw_name) : STR_NONE;
}

struct str
users_name(struct users *u, uint32_t uid)
{
	char digits[NUM_MAX];
	struct str name;
	uint32_t number;

	if (!u->loaded)
		load(u);
	number = map_get(&u->number, uid);
	if (number == 0) {
		name = ask_system(u, uid);
		if (name.p == NULL)
			name = num_str(digits, uid);
		add_name(u, uid, arena_str(&u->arena, name));
		number = (uint32_t)u->n;
	}
	return u->name[number - 1];
}
