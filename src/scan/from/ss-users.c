/*
 * The processes of a socket, as in ss -p: users:(("NAME",pid=1,fd=3),...) with
 * tid= (-T), proc_ctx= and sock_ctx= (-Z) in between; up to 3.12 it was
 * ("NAME",1,3).
 *
 * A name may contain all bytes except `)', where ss ends it (misc/ss.c reads it
 * as %[^)] from /proc/PID/stat).  It is no longer than in the kernel: a longer
 * one is two rows that were joined.  Since 7.1 control characters are `?'.
 */
#include "scan/from/ss.h"

#include "lib/num.h"

enum { NAME_MAX_BYTES = 15 };	/* TASK_COMM_LEN, without its NUL */

/* pid=N[,tid=N][,proc_ctx=C][,sock_ctx=C],fd=N, or N,N. */
static bool
read_numbers(struct str s, struct row_holder *h)
{
	bool named = str_take_start(&s, "pid=");
	struct str pid = str_cut(&s, ','), fd = s;
	uint64_t v;

	while (named && s.p != NULL && !str_starts(fd, "fd=")) {
		str_cut(&s, ',');
		fd = s;
	}
	if (fd.p == NULL || (named && !str_take_start(&fd, "fd=")) ||
	    !row_pid(pid, &h->p.pid) || !num_parse(fd, INT32_MAX, &v))
		return false;
	h->fd = (uint32_t)v;
	return true;
}

/* "NAME",... ; the name ends at the last `",' before numbers. */
static bool
read_user(struct str s, struct row_holder *h)
{
	size_t i;

	*h = (struct row_holder){ .fd = HOLDER_NO_FD };
	if (!str_take(&s, '"'))
		return false;
	for (i = s.n; i-- > 1; ) {
		if (s.p[i - 1] != '"' || s.p[i] != ',')
			continue;
		if (!read_numbers(str_skip(s, i + 1), h))
			return false;
		h->p.comm = (struct str){ s.p, i - 1 };
		if (h->p.comm.n == 0)
			h->p.comm = STR_NONE;
		return i - 1 <= NAME_MAX_BYTES;
	}
	return false;
}

bool
ss_users_take(struct ss_users *u, struct str *text)
{
	struct row_holder h;

	if (!str_take_start(text, "users:("))
		return false;
	do {
		struct str user;

		if (!str_take(text, '('))
			return false;
		user = str_cut(text, ')');
		if (text->p == NULL || !read_user(user, &h))
			return false;
		*MEM_PUSH(u->v, u->n, u->cap) = h;
	} while (str_take(text, ','));
	return str_take(text, ')') && (text->n == 0 || *text->p == ' ');
}
