/*
 * Which container a process is in, by the names that runtimes give to cgroups.
 * A pure parser of the cgroup file, cgroups(7), whose lines are
 * HIERARCHY:CONTROLLERS:PATH.
 */
#include "scan/linux/linux.h"

enum { ID_LEN = 64, ID_SHOWN = 12, NAME_SHOWN = 64 };

#define S(s) { sizeof(s) - 1, s }

/*
 * A part of the path that names a container: between prefix and suffix is its
 * id (64 hex digits), or its name.  above is the part before it, empty for any;
 * one that ends in * is the beginning of any part above.  Arrays, not pointers:
 * nothing to relocate at each start.
 */
static const struct pattern {
	char runtime[11];
	struct {
		unsigned char n;
		char p[16];
	} prefix, suffix;
	char above[15];
	bool named;
} patterns[] = {
	{ "docker", S("docker-"), S(".scope"), "", false },
	{ "docker", S(""), S(""), "docker", false },
	{ "podman", S("libpod-"), S(".scope"), "", false },
	{ "podman", S("libpod-"), S(""), "", false },
	{ "cri", S("cri-containerd-"), S(".scope"), "", false },
	{ "cri", S(""), S(""), "cri-containerd", false },
	{ "cri", S("crio-"), S(".scope"), "", false },
	{ "cri", S("crio-"), S(""), "", false },
	{ "cri", S(""), S(""), "kubepods*", false },
	{ "containerd", S("nerdctl-"), S(".scope"), "", false },
	{ "containerd", S(""), S(""), "default", false },
	{ "lxc", S("lxc.payload."), S(""), "", true },
	{ "lxc", S(""), S(""), "lxc.payload", true },
	{ "lxc", S(""), S(""), "lxc", true },
	{ "nspawn", S("machine-"), S(".scope"), "machine.slice", true },
	{ "nspawn", S("systemd-nspawn@"), S(".service"), "machine.slice",
	    true },
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
	part = (struct str){ path->p + i, path->n - i };
	path->n = i > 0 ? i - 1 : 0;
	return part;
}

static bool
is_above(struct str path, const char *above)
{
	size_t n = strlen(above);
	struct str start = { above, n - 1 };

	if (above[n - 1] != '*')
		return str_is(last_part(&path), above);
	while (path.n > 0) {
		struct str part = last_part(&path);

		if (part.n >= start.n && memcmp(part.p, above, n - 1) == 0)
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
is_name(const struct pattern *pt, struct str s)
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
match(const struct pattern *pt, struct str above, struct str part)
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
	if (pt->named ? is_name(pt, part) : is_id(part))
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

/* systemd writes \x2d for the - in a unit's name. */
static size_t
unescape_unit(char *dst, struct str s)
{
	static const char dash[] = "\\x2d";
	size_t i, n = 0, step = sizeof dash - 1;

	for (i = 0; i < s.n && n < NAME_SHOWN; n++) {
		bool is_dash = s.n - i >= step &&
		    memcmp(s.p + i, dash, step) == 0;

		dst[n] = is_dash ? '-' : s.p[i];
		i += is_dash ? step : 1;
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

struct container {
	const struct pattern *pattern;
	struct str id;		/* or name */
};

/* The innermost container of a path. */
static bool
search_path(struct str path, struct container *c)
{
	size_t i;

	if (str_ends(path, " (deleted)"))
		path.n -= sizeof " (deleted)" - 1;
	while (path.n > 0) {
		struct str part = last_part(&path);

		for (i = 0; i < NELEMS(patterns); i++) {
			c->pattern = &patterns[i];
			c->id = match(c->pattern, path, part);
			if (c->id.p != NULL && is_trusted(path))
				return true;
		}
	}
	return false;
}

static bool
search(struct str text, struct container *c)
{
	bool found = false;

	while (!found && text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		str_cut(&line, ':');
		str_cut(&line, ':');
		found = line.p != NULL && search_path(line, c);
	}
	return found;
}

size_t
linux_container(struct str text, char *name, struct str *id)
{
	struct container c;

	if (!search(text, &c))
		return 0;
	*id = c.id;
	return write_name(name, c.pattern, c.id);
}
