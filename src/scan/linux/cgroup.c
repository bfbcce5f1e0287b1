/*
 * What the cgroup file of a process says, cgroups(7), whose lines are
 * HIERARCHY:CONTROLLERS:PATH: its control group, the systemd unit, and the
 * container, by the names that runtimes give to cgroups.  Pure parsers.
 */
#include "scan/linux/linux.h"

/* Kinds of units that processes run in, systemd.unit(5). */
static const char units[][9] = {
	".service", ".scope", ".socket", ".mount", ".swap",
};

/* systemd's own hierarchy where version 1 has one, else that of version 2. */
struct str
linux_cgroup(struct str text)
{
	struct str unified = STR_NONE;

	while (text.n > 0) {
		struct str path = str_cut(&text, '\n');
		struct str id = str_cut(&path, ':');
		struct str controllers = str_cut(&path, ':');

		if (str_is(controllers, "name=systemd"))
			return path;
		if (str_is(id, "0"))
			unified = path;
	}
	return unified;
}

/* The first part of the path below the slices, as sd_pid_get_unit(3) has it; a
 * leading _ escapes a name that the kernel would take for its own. */
struct str
linux_unit(struct str path)
{
	struct str part;
	size_t i;

	str_take_end(&path, " (deleted)");
	do
		part = str_cut(&path, '/');
	while (path.p != NULL && (part.n == 0 || str_ends(part, ".slice")));
	str_take(&part, '_');
	for (i = 0; i < NELEMS(units); i++)
		if (str_ends(part, units[i]))
			return part;
	return STR_NONE;
}

enum { ID_LEN = 64, ID_SHOWN = 12, NAME_SHOWN = 64 };

#define S(s) { sizeof(s) - 1, s }

/*
 * A part of the path that names a container: between prefix and suffix is its
 * id (64 hex digits), or its name.  above is the part before it, empty for any;
 * one that ends in * is the beginning of any part above.  Arrays, not pointers:
 * nothing to relocate at each start.
 */
static const struct pattern {
	char above[15];
	char runtime[11];
	struct {
		unsigned char n;
		char p[16];
	} prefix, suffix;
	bool named;
} patterns[] = {
	{ .runtime = "docker", .prefix = S("docker-"), .suffix = S(".scope") },
	{ .runtime = "docker", .above = "docker" },
	{ .runtime = "podman", .prefix = S("libpod-"), .suffix = S(".scope") },
	{ .runtime = "podman", .prefix = S("libpod-") },
	{ .runtime = "cri", .prefix = S("cri-containerd-"),
	    .suffix = S(".scope") },
	{ .runtime = "cri", .above = "cri-containerd" },
	{ .runtime = "cri", .prefix = S("crio-"), .suffix = S(".scope") },
	{ .runtime = "cri", .prefix = S("crio-") },
	{ .runtime = "cri", .above = "kubepods*" },
	{ .runtime = "containerd", .prefix = S("nerdctl-"),
	    .suffix = S(".scope") },
	{ .runtime = "containerd", .above = "default" },
	{ .runtime = "lxc", .prefix = S("lxc.payload."), .named = true },
	{ .runtime = "lxc", .above = "lxc.payload", .named = true },
	{ .runtime = "lxc", .above = "lxc", .named = true },
	{ .runtime = "nspawn", .prefix = S("machine-"), .suffix = S(".scope"),
	    .above = "machine.slice", .named = true },
	{ .runtime = "nspawn", .prefix = S("systemd-nspawn@"),
	    .suffix = S(".service"), .above = "machine.slice", .named = true },
};

#undef S

/* libvirt's scopes have nspawn's form. */
static const char no_nspawn[][9] = { "qemu\\x2d", "lxc\\x2d" };

/* Cuts the last part off the path; parts end at / and, as some set-ups of
 * containerd have it, at `:'. */
static struct str
last_part(struct str *path)
{
	size_t i = path->n;
	struct str part;

	while (i > 0 && path->p[i - 1] != '/' && path->p[i - 1] != ':')
		i--;
	part = str_skip(*path, i);
	path->n = i > 0 ? i - 1 : 0;
	return part;
}

static bool
is_above(struct str path, const char *above)
{
	size_t n = strlen(above) - 1;

	if (above[n] != '*')
		return str_is(last_part(&path), above);
	while (path.n > 0) {
		struct str part = last_part(&path);

		if (part.n >= n && memcmp(part.p, above, n) == 0)
			return true;
	}
	return false;
}

static bool
is_id(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == ID_LEN;
}

static bool
is_machine(const struct pattern *pt, struct str s)
{
	size_t i;

	for (i = 0; i < NELEMS(no_nspawn); i++)
		if (strcmp(pt->runtime, "nspawn") == 0 &&
		    str_starts(s, no_nspawn[i]))
			return false;
	return s.n > 0;
}

/* The id or name that part has by this pattern, else a missing value. */
static struct str
match_part(const struct pattern *pt, struct str above, struct str part)
{
	size_t fixed = (size_t)pt->prefix.n + pt->suffix.n;

	/* nearly all fail by their length */
	if (part.n < fixed || (!pt->named && part.n != fixed + ID_LEN) ||
	    memcmp(part.p, pt->prefix.p, pt->prefix.n) != 0 ||
	    memcmp(part.p + part.n - pt->suffix.n, pt->suffix.p,
	    pt->suffix.n) != 0 ||
	    (*pt->above != '\0' && !is_above(above, pt->above)))
		return STR_NONE;
	part.p += pt->prefix.n;
	part.n -= fixed;
	if (pt->named ? is_machine(pt, part) : is_id(part))
		return part;
	return STR_NONE;
}

/*
 * An ordinary user may make any cgroup below his own part of user.slice; what
 * is below user@UID.service/user.slice a rootless runtime may have made.  The
 * innermost user.slice counts: a container has its own users, and a path that
 * is seen from another cgroup namespace begins with /.. (cgroup_namespaces(7)).
 */
static bool
is_trusted(struct str above)
{
	while (above.n > 0)
		if (str_is(last_part(&above), "user.slice"))
			return str_starts(last_part(&above), "user@");
	return true;
}

bool
linux_is_users(struct str text, struct str id)
{
	struct str above = { id.p, 0 };

	while (above.p > text.p && above.p[-1] != '\n')
		above = (struct str){ above.p - 1, above.n + 1 };
	while (above.n > 0)
		if (str_is(last_part(&above), "user.slice"))
			return true;
	return false;
}

/* systemd writes \x2d for the - in a unit's name. */
static size_t
unescape_unit(char *dst, struct str s)
{
	size_t n;

	for (n = 0; s.n > 0 && n < NAME_SHOWN; n++) {
		bool is_dash = str_take_start(&s, "\\x2d");

		dst[n] = is_dash ? '-' : *s.p;
		if (!is_dash)
			s = str_skip(s, 1);
	}
	return n;
}

static size_t
write_name(char *dst, const struct pattern *pt, struct str s)
{
	size_t n = strlen(pt->runtime);

	memcpy(dst, pt->runtime, n);
	dst[n++] = '/';
	if (pt->named)
		return n + unescape_unit(dst + n, s);
	memcpy(dst + n, s.p, ID_SHOWN);
	return n + ID_SHOWN;
}

/* The pattern of the innermost container of a path, and its id or name; NULL if
 * there is none. */
static const struct pattern *
find_container(struct str path, struct str *id)
{
	size_t i;

	str_take_end(&path, " (deleted)");
	while (path.n > 0) {
		struct str part = last_part(&path);

		for (i = 0; i < NELEMS(patterns); i++) {
			*id = match_part(&patterns[i], path, part);
			if (id->p != NULL && is_trusted(path))
				return &patterns[i];
		}
	}
	*id = STR_NONE;
	return NULL;
}

size_t
linux_container(struct str text, char *name, struct str *id)
{
	const struct pattern *pt;

	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		str_cut(&line, ':');
		str_cut(&line, ':');
		pt = line.p != NULL ? find_container(line, id) : NULL;
		if (pt != NULL)
			return write_name(name, pt, *id);
	}
	return 0;
}
