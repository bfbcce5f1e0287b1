/* Facts of the machine: random(4), and Documentation/networking/ip-sysctl. */
#include "sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "num.h"

const char sys_proc[] = "/proc";

enum { VALUE_MAX = 256, HOST_MAX = 256 };

static struct str
trim(const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == ' '))
		n--;
	return (struct str){ p, n };
}

/* The value of a file below the proc tree, in buf; missing on any failure. */
static struct str
read_value(const char *proc, const char *file, char buf[static VALUE_MAX])
{
	char path[1024];
	ssize_t n = -1;
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s/sys/%s", proc, file) >=
	    sizeof path)
		return STR_NONE;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, VALUE_MAX);
		close(fd);
	}
	return n > 0 ? trim(buf, (size_t)n) : STR_NONE;
}

/* Two ports with a tab between them. */
static void
read_range(struct sys *s, struct str text)
{
	struct str first = str_cut(&text, '\t');
	uint64_t low, high;

	if (num_parse(first, UINT16_MAX, &low) &&
	    num_parse(text, UINT16_MAX, &high)) {
		s->eph_first = (uint16_t)low;
		s->eph_last = (uint16_t)high;
	}
}

void
sys_read(struct sys *s, const char *proc, bool own, struct arena *a)
{
	char buf[VALUE_MAX], host[HOST_MAX];
	uint64_t port;

	*s = (struct sys){ .unpriv = 1024, .eph_first = 32768,
		.eph_last = 60999 };
	s->host = arena_str(a, read_value(proc, "kernel/hostname", buf));
	if (s->host.n == 0 && own && gethostname(host, sizeof host) == 0) {
		host[sizeof host - 1] = '\0';
		s->host = arena_str(a, str_from(host));
	}
	s->boot = arena_str(a, read_value(proc, "kernel/random/boot_id", buf));
	if (num_parse(read_value(proc, "net/ipv4/ip_unprivileged_port_start",
	    buf), UINT16_MAX, &port))
		s->unpriv = (uint16_t)port;
	read_range(s, read_value(proc, "net/ipv4/ip_local_port_range", buf));
}
