/* Facts of the machine: random(4), and Documentation/networking/ip-sysctl; and
 * the counters of its interfaces, /proc/net/dev. */
#include "scan/linux/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/num.h"
#include "scan/interfaces.h"
#include "scan/machine.h"

enum { VALUE_MAX = 256, HOST_MAX = 256, NETDEV_MAX = 64 * 1024 * 1024 };

char *
linux_path(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir), m = strlen(name);
	char *path = arena_alloc(a, n + m + 2);

	memcpy(path, dir, n);
	path[n] = '/';
	memcpy(path + n + 1, name, m + 1);
	return path;
}

/* In this machine's tree, the folder of the calling thread, which may have
 * entered another namespace.  In another tree init's, if it exists; else
 * DIR/net, which is a link to the reader's own. */
const char *
linux_net_folder(struct arena *a, const char *proc, bool own)
{
	const char *folder = linux_path(a, proc,
	    own ? "thread-self/net" : "1/net");

	return own || access(folder, F_OK) == 0 ? folder :
	    linux_path(a, proc, "net");
}

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
	ssize_t n;

	if ((size_t)snprintf(path, sizeof path, "%s/sys/%s", proc, file) >=
	    sizeof path)
		return STR_NONE;
	n = tree_read_path(proc, path, buf, VALUE_MAX);
	/* another kernel's tree may lack it */
	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		err_msg("%s:", path);
	return n > 0 ? trim(buf, (size_t)n) : STR_NONE;
}

/* True if there is such a file or folder. */
static bool
has_value(const char *proc, const char *file)
{
	char path[1024];

	return (size_t)snprintf(path, sizeof path, "%s/sys/%s", proc, file) <
	    sizeof path && access(path, F_OK) == 0;
}

void
sys_port_range(const char *proc, uint16_t *first, uint16_t *last)
{
	char buf[VALUE_MAX];
	struct str text = read_value(proc, "net/ipv4/ip_local_port_range",
	    buf);
	struct str low = str_cut(&text, '\t');
	uint64_t from, to;

	*first = 32768;
	*last = 60999;
	if (num_parse(low, UINT16_MAX, &from) &&
	    num_parse(text, UINT16_MAX, &to)) {
		*first = (uint16_t)from;
		*last = (uint16_t)to;
	}
}

void
sys_read(struct sys *s, const char *proc, bool own, struct arena *a)
{
	char buf[VALUE_MAX], host[HOST_MAX];
	uint64_t port;

	*s = (struct sys){ .unpriv = -1 };
	s->host = arena_str(a, read_value(proc, "kernel/hostname", buf));
	if (s->host.n == 0 && own && gethostname(host, sizeof host) == 0) {
		host[sizeof host - 1] = '\0';
		s->host = arena_str(a, str_from(host));
	}
	s->boot = arena_str(a, read_value(proc, "kernel/random/boot_id", buf));
	if (num_parse(read_value(proc, "net/ipv4/ip_unprivileged_port_start",
	    buf), UINT16_MAX + 1, &port))
		s->unpriv = (int)port;
	else if (has_value(proc, "net/ipv4"))
		s->unpriv = 1024;	/* before Linux 4.11 */
}

uint64_t
linux_open_files(void)
{
	char buf[VALUE_MAX];
	struct str text = read_value(sys_proc, "fs/file-nr", buf);
	uint64_t n;

	return num_take(&text, UINT64_MAX, &n) ? n : 0;
}

uint64_t
linux_last_pid(enum tree_kind t, int proc)
{
	char buf[VALUE_MAX];
	ssize_t n = tree_read_text(t, proc, "loadavg", buf, VALUE_MAX);
	struct str text = trim(buf, n > 0 ? (size_t)n : 0);
	uint64_t pid;

	/* three averages, and the numbers of threads */
	str_cut(&text, ' ');
	str_cut(&text, ' ');
	str_cut(&text, ' ');
	str_cut(&text, ' ');
	return num_parse(text, UINT32_MAX, &pid) ? pid : 0;
}

bool
linux_is_from(unsigned major, unsigned minor)
{
	struct utsname name;
	struct str text;
	uint64_t x, y;

	if (uname(&name) != 0)
		return false;
	text = str_from(name.release);
	return num_take(&text, UINT32_MAX, &x) && str_take(&text, '.') &&
	    num_take(&text, UINT32_MAX, &y) &&
	    (x > major || (x == major && y >= minor));
}

bool
sys_self(const char *argv0, struct buf *path)
{
	char *p = buf_room(path, PATH_MAX + 1);
	ssize_t n = readlink("/proc/self/exe", p, PATH_MAX);

	if (n < 0) {
		err_msg("%s: /proc/self/exe:", argv0);
		return false;
	}
	p[n] = '\0';
	path->n += (size_t)n + 1;
	return true;
}

/* The loopback device comes first in each namespace: include/net/flow.h has
 * this number, and drivers/net/loopback.c ensures it. */
enum { LOOPBACK_IFINDEX = 1 };

const char *
linux_ifname(struct scan *sc, uint32_t index)
{
	uint32_t netns = (uint32_t)(sc->nnetns - 1);
	char name[IF_NAMESIZE > NUM_MAX ? IF_NAMESIZE : NUM_MAX + 1];
	struct ifname *in;
	size_t i;

	for (i = sc->nifname; i > 0 && sc->ifname[i - 1].netns == netns; i--)
		if (sc->ifname[i - 1].index == index)
			return sc->ifname[i - 1].name;
	if (if_indextoname(index, name) == NULL ||
	    (strcmp(name, "lo") == 0 && index != LOOPBACK_IFINDEX))
		*num_format(name, index) = '\0';
	in = MEM_PUSH(sc->ifname, sc->nifname, sc->ifnamecap);
	*in = (struct ifname){ netns, index,
		arena_str(&sc->arena, str_from(name)).p };
	return in->name;
}

bool
ifaces_read(struct ifaces *t, const char *proc, bool own)
{
	const char *path = linux_path(&t->arena,
	    linux_net_folder(&t->arena, proc, own), "dev");
	struct buf text = { 0 };
	bool ok = tree_slurp(proc, path, NETDEV_MAX, &text);

	if (ok)
		ifaces_netdev(t, buf_str(&text));
	else
		err_msg("%s:", path);
	buf_free(&text);
	return ok;
}
