#include "scan/users.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"

enum { PASSWD_MAX = 64 * 1024 * 1024 };

struct user {
	uint32_t uid;
	struct str name;
};

static int
by_uid(const void *key, const void *element)
{
	const uint32_t *uid = key;
	const struct user *user = element;

	return num_cmp(*uid, user->uid);
}

static void
insert(struct users *u, size_t at, uint32_t uid, struct str name)
{
	*MEM_PUSH(u->user, u->n, u->cap) = (struct user){ uid, name };
	memmove(u->user + at + 1, u->user + at,
	    (u->n - 1 - at) * sizeof *u->user);
	u->user[at] = (struct user){ uid, name };
}

/* name:password:uid:..., passwd(5) */
static void
take_user(struct users *u, struct str line)
{
	struct str name = str_cut(&line, ':');
	uint64_t uid;

	str_cut(&line, ':');
	if (name.n > 0 && num_parse(str_cut(&line, ':'), UINT32_MAX, &uid))
		insert(u, u->n, (uint32_t)uid, name);
}

/* In the order of the file, which their names point into, where they are of the
 * same number. */
static int
cmp_user(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	int c = num_cmp(x->uid, y->uid);

	return c != 0 ? c :
	    num_cmp((uintptr_t)x->name.p, (uintptr_t)y->name.p);
}

static void
load_passwd(struct users *u)
{
	size_t i, n = 0;
	struct str rest;

	u->loaded = true;
	if (!input_slurp("/etc/passwd", PASSWD_MAX, &u->text)) {
		if (errno != ENOENT)
			err_msg("/etc/passwd:");
		return;
	}
	rest = buf_str(&u->text);
	while (rest.p != NULL)
		take_user(u, str_cut(&rest, '\n'));
	if (u->n > 0)
		qsort(u->user, u->n, sizeof *u->user, cmp_user);
	for (i = 0; i < u->n; i++)
		if (n == 0 || u->user[n - 1].uid != u->user[i].uid)
			u->user[n++] = u->user[i];
	u->n = n;
}

void
users_free(struct users *u)
{
	free(u->user);
	arena_free(&u->arena);
	buf_free(&u->text);
}

struct str
users_name(struct users *u, uint32_t uid)
{
	const struct passwd *pw;
	char digits[NUM_MAX];
	struct str name;
	size_t at;

	if (!u->loaded)
		load_passwd(u);
	at = num_before(&uid, u->user, u->n, sizeof *u->user, by_uid);
	if (at < u->n && u->user[at].uid == uid)
		return u->user[at].name;
	pw = getpwuid((uid_t)uid);
	if (pw != NULL && pw->pw_name[0] != '\0')
		name = str_from(pw->pw_name);
	else
		name = num_str(digits, uid);
	name = arena_str(&u->arena, name);
	insert(u, at, uid, name);
	return name;
}
