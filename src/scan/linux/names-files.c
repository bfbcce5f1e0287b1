/*
 * Shared by the files that name containers: which users a container's files may
 * belong to, and what is a valid name.
 */
#include "scan/linux/names.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/json.h"

enum { NAME_LEN = 255 };

bool
names_is_good(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && (i == 0 || (c != '_' && c != '.' && c != '-')))
			return false;
	}
	return s.n > 0 && s.n <= NAME_LEN;
}

bool
names_are_complete(const struct names_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].name.p == NULL)
			return false;
	return true;
}

/*
 * A daemon or program that root asks knows only root's containers.  So root
 * does not ask for a container in a user's part: the user may have made that
 * up, just to have the program started in each scan.
 */
static bool
may_be_known(const struct names_one *c)
{
	size_t i = 0;

	while (i < c->n && c->by_id[i].in->is_users)
		i++;
	return i < c->n || geteuid() != 0;
}

bool
names_are_to_ask(const struct names_list *l)
{
	size_t i = 0;

	while (i < l->n &&
	    (l->v[i].name.p != NULL || !may_be_known(&l->v[i])))
		i++;
	return i < l->n;
}

void
names_set(const struct names_list *l, struct names_one *c, struct str name,
    uint32_t owner)
{
	str_take(&name, '/');
	if (c->name.p != NULL || !names_is_good(name))
		return;
	c->name = arena_str(l->a, name);
	c->uid = owner;
}

static int
cmp_named(const void *a, const void *b)
{
	const struct names_one *x = a, *y = b;

	return str_cmp(x->id, y->id);
}

static struct names_one *
find_id(const struct names_list *l, struct str id)
{
	struct names_one key = { .id = id };

	return id.p == NULL ? NULL :
	    bsearch(&key, l->v, l->n, sizeof *l->v, cmp_named);
}

void
names_array(const struct names_list *l, struct str array, const char *id,
    const char *name, uint32_t owner)
{
	struct str rest = json_open(array, '['), key, value;

	while (json_next(&rest, &key, &value)) {
		struct names_one *c = find_id(l,
		    json_text(json_member(value, id)));

		if (c != NULL)
			names_set(l, c, json_first_text(json_member(value,
			    name)), owner);
	}
}

const char *
names_home(uint32_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL && pw->pw_dir != NULL && *pw->pw_dir == '/' ?
	    pw->pw_dir : NULL;
}

static void
call_for(const struct names_list *l, struct names_one *c, uint32_t uid,
    names_user *each, struct buf *b)
{
	const char *home = names_home(uid);
	struct names_list one = *l;

	one.v = c;
	one.n = 1;
	if (home != NULL)
		each(&one, home, uid, b);
}

void
names_each_user(const struct names_list *l, names_user *each, struct buf *b)
{
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		struct names_one *c = &l->v[i];
		uint32_t last = c->by_id[0].in->uid;

		if (c->name.p == NULL && last != 0)
			call_for(l, c, last, each, b);
		for (k = 0; c->name.p == NULL && k < c->n; k++) {
			uint32_t uid = c->by_id[k].uid;

			if (uid != 0 && uid != last)
				call_for(l, c, uid, each, b);
			last = uid;
		}
	}
}
