/*
 * Processes with a mount over their folder in /proc, which hides what they have
 * from everybody, even root.  Such a mount has no other purpose.
 */
#include <fcntl.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

/* No machine has that many mounts; a longer file is not read. */
enum { MOUNTINFO_MAX = 64 << 20 };

/* The mount point, the fifth word in a line of proc_pid_mountinfo(5). */
static struct str
mount_point(struct str line)
{
	enum { POINT = 4, NWORDS };
	struct str word[NWORDS] = { STR_NONE };

	str_words(line, word, NWORDS);
	return word[POINT];
}

/* The process of /proc/NUMBER, or of a folder in it that shows its sockets.  0
 * for another path. */
static uint32_t
process_of(struct str place)
{
	uint64_t pid;
	struct str part;

	if (!str_take_start(&place, "/proc/") ||
	    !num_parse(str_cut(&place, '/'), UINT32_MAX, &pid))
		return 0;
	part = str_cut(&place, '/');
	return part.n == 0 || str_is(part, "fd") || str_is(part, "fdinfo") ||
	    str_is(part, "task") ? (uint32_t)pid : 0;
}

uint64_t
walk_count_covered(const struct walk *w)
{
	struct buf text = { 0 };
	struct str rest, line;
	uint64_t n = 0;
	uint32_t pid, last = 0;
	int fd;

	if (!w->req->own_proc)
		return 0;
	fd = openat(w->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && input_slurp_fd(fd, MOUNTINFO_MAX, &text)) {
		for (rest = buf_str(&text); rest.n > 0;) {
			line = str_cut(&rest, '\n');
			pid = process_of(mount_point(line));
			if (pid == 0 || pid == last)
				continue;
			err_msg("/proc/%lu: something is mounted there: what "
			    "that process has is hidden, even from root",
			    (unsigned long)pid);
			last = pid;
			n++;
		}
	}
	input_close(fd);
	buf_free(&text);
	return n;
}
