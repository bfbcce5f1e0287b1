/* Mounts of network namespaces, proc_pid_mountinfo(5). */
#include "scan/linux/linux.h"

#include "lib/num.h"

/* The words of a line; any number of others follow. */
enum { ROOT = 3, MOUNT_POINT = 4, NWORDS };

/* A byte that would end a word is written as a backslash and three octal
 * digits: mangle_path in fs/seq_file.c. */
static bool
take_octal(struct str *s, char *c)
{
	unsigned v = 0;
	size_t i;

	if (s->n < 4 || s->p[0] != '\\')
		return false;
	for (i = 1; i < 4; i++) {
		if (s->p[i] < '0' || s->p[i] > '7')
			return false;
		v = v * 8 + (unsigned)(s->p[i] - '0');
	}
	*c = (char)v;
	*s = str_skip(*s, 4);
	return true;
}

static const char *
unmangle(struct str s, struct arena *a)
{
	char *path = arena_alloc(a, s.n + 1), *p = path;

	while (s.n > 0) {
		if (take_octal(&s, p++))
			continue;
		p[-1] = s.p[0];
		s = str_skip(s, 1);
	}
	*p = '\0';
	return path;
}

const char *
linux_mount_netns(struct str line, uint64_t *inode, struct arena *a)
{
	struct str word[NWORDS], root;
	size_t i;

	for (i = 0; i < NWORDS; i++)
		word[i] = str_cut(&line, ' ');
	while (line.n > 0 && !str_is(str_cut(&line, ' '), "-"))
		;
	root = word[ROOT];
	if (!str_is(str_cut(&line, ' '), "nsfs") ||
	    !str_take_start(&root, LINUX_NETNS_LINK) ||
	    !str_take_end(&root, "]") ||
	    !num_parse(root, UINT64_MAX, inode))
		return NULL;
	return unmangle(word[MOUNT_POINT], a);
}
