/*
 * Parses the cgroup file of a process, cgroups(7), with its lines
 * HIERARCHY:CONTROLLERS:PATH: the control group, the systemd unit, and the
 * container, by the names that runtimes give to cgroups.  Pure parsers.
 */
#include "scan/linux/linux.h"

#include "lib/num.h"
#include "record/netns.h"

/* Kinds of units that contain processes, systemd.unit(5). */
static const char units[][9] = {
	".service", ".scope", ".socket", ".mount", ".swap",
};

/* Cuts the first unit below the slices off the path, and what precedes it, as
 * sd_pid_get_unit(3) does.  A leading _ escapes a name that the kernel
 * reserves.  A path seen from another cgroup_namespaces(7) begins with /.. */
static struct str
cut_unit(struct str *path)
{
	struct str part;
	size_t i;

	do
		part = str_cut(path, '/');
	while (path->p != NULL && (part.n == 0 || str_is(part, "..") ||
	    str_ends(part, ".slice")));
	str_take(&part, '_');
	for (i = 0; i < NELEMS(units); i++)
		if (str_ends(part, units[i]))
			return part;
	return STR_NONE;
}

/* Units of a user's manager are below it, see sd_pid_get_user_unit(3); its
 * init.scope is the manager itself. */
struct str
linux_unit(struct str path)
{
	struct str unit, own;

	str_take_end(&path, " (deleted)");
	unit = cut_unit(&path);
	if (!str_starts(unit, "user@"))
		return unit;
	own = cut_unit(&path);
	return own.p == NULL || str_is(own, "init.scope") ? unit : own;
}

/* systemd's own hierarchy if version 1 has one, else that of version 2; but if
 * systemd's is mounted and not used, that of version 2. */
struct str
linux_cgroup(struct str text)
{
	struct str unified = STR_NONE, named = STR_NONE;

	while (text.n > 0) {
		struct str path = str_cut(&text, '\n');
		struct str id = str_cut(&path, ':');
		struct str controllers = str_cut(&path, ':');

		if (str_is(controllers, "name=systemd"))
			named = path;
		else if (str_is(id, "0"))
			unified = path;
	}
	if (named.p == NULL || (linux_unit(named).p == NULL &&
	    linux_unit(unified).p != NULL))
		return unified;
	return named;
}

enum { ID_LEN = 64, NAME_SHOWN = 64 };

#define S(s) { sizeof(s) - 1, s }

/* Where in a user's part of the control groups a container may be. */
enum place { IN_RUNTIME, IN_UNIT, IN_ANY, IN_NONE };

/*
 * A part of the path that names a container: between prefix and suffix is its
 * id (64 hex digits), or its name.  above is the part before it, empty for any;
 * if it ends in *, some part above must begin with it.  below is the part after
 * it.  A guess must be confirmed by the runtime.  Arrays, not pointers, need no
 * relocation at each start.
 */
static const struct pattern {
	char above[15];
	char below[8];
	char runtime[11];
	struct {
		unsigned char n;
		char p[16];
	} prefix, suffix;
	unsigned char place;	/* of enum place */
	bool named;
	bool is_app;		/* the name ends before an instance's number */
	bool is_guess;
} patterns[] = {
	{ .runtime = "docker", .prefix = S("docker-"), .suffix = S(".scope") },
	{ .runtime = "docker", .above = "docker" },
	/* rootless, without controllers of its own: a name that runc gives */
	{ .runtime = "docker", .prefix = S("runc-"), .suffix = S(".scope") },
	{ .runtime = "podman", .prefix = S("libpod-"), .suffix = S(".scope") },
	{ .runtime = "podman", .prefix = S("libpod-") },
	/* --cgroups=split, which Quadlet uses */
	{ .runtime = "podman", .prefix = S("libpod-payload-"),
	    .place = IN_UNIT },
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
	{ .runtime = "nspawn", .suffix = S(".scope"), .below = "payload",
	    .above = "machine.slice", .named = true },
	{ .runtime = "nspawn", .suffix = S(".service"), .below = "payload",
	    .above = "machine.slice", .named = true },
	{ .runtime = "snap", .prefix = S("snap."), .suffix = S(".scope"),
	    .place = IN_ANY, .named = true, .is_app = true },
	{ .runtime = "snap", .prefix = S("snap."), .suffix = S(".service"),
	    .place = IN_ANY, .named = true, .is_app = true },
	{ .runtime = "flatpak", .prefix = S("app-flatpak-"),
	    .suffix = S(".scope"), .place = IN_ANY, .named = true,
	    .is_app = true },
	{ .runtime = "flatpak", .prefix = S("flatpak-"),
	    .suffix = S(".scope"), .place = IN_ANY, .named = true,
	    .is_app = true },
	/* --cgroup-parent */
	{ .runtime = "docker", .place = IN_NONE, .is_guess = true },
	/* --slice */
	{ .runtime = "nspawn", .suffix = S(".scope"), .below = "payload",
	    .place = IN_NONE, .named = true, .is_guess = true },
	{ .runtime = "nspawn", .suffix = S(".service"), .below = "payload",
	    .place = IN_NONE, .named = true, .is_guess = true },
};

#undef S

/* Scopes of libvirt that look like nspawn's. */
static const char no_nspawn[][9] = { "qemu\\x2d", "lxc\\x2d" };

/* Cuts the last part off the path; parts end at / and, in some set-ups of
 * containerd, at `:'. */
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

/* A snap is NAME.APP or NAME.APP-UUID; a Flatpak is APP-NUMBER. */
static struct str
app_name(const struct pattern *pt, struct str s)
{
	bool is_snap = strcmp(pt->runtime, "snap") == 0;
	size_t n = s.n;

	if (is_snap) {
		struct str rest = s, name = str_cut(&rest, '.');

		return rest.n > 0 && name.n > 0 ? name : STR_NONE;
	}
	while (n > 0 && char_is_digit(s.p[n - 1]))
		n--;
	if (n == s.n || n < 2 || s.p[n - 1] != '-')
		return STR_NONE;
	s.n = n - 1;
	return s;
}

/* The id or name in part if it matches the pattern, else a missing value. */
static struct str
match_part(const struct pattern *pt, struct str above, struct str part,
    struct str below)
{
	size_t fixed = (size_t)pt->prefix.n + pt->suffix.n;

	/* nearly all differ in length */
	if (part.n < fixed || (!pt->named && part.n != fixed + ID_LEN) ||
	    memcmp(part.p, pt->prefix.p, pt->prefix.n) != 0 ||
	    memcmp(part.p + part.n - pt->suffix.n, pt->suffix.p,
	    pt->suffix.n) != 0 ||
	    (*pt->below != '\0' && !str_is(below, pt->below)) ||
	    (*pt->above != '\0' && !is_above(above, pt->above)))
		return STR_NONE;
	part.p += pt->prefix.n;
	part.n -= fixed;
	if (pt->is_app)
		return app_name(pt, part);
	if (pt->named ? is_machine(pt, part) : is_id(part))
		return part;
	return STR_NONE;
}

/*
 * An ordinary user may make any cgroup below his own part of user.slice.  A
 * rootless runtime may have made those below user@UID.service/user.slice, and
 * Podman those below any of the user's units.  The innermost user.slice counts:
 * a container has its own users, and a path seen from another cgroup namespace
 * begins with /.. (cgroup_namespaces(7)).
 */
static bool
is_trusted(struct str above, unsigned place)
{
	bool in_manager = false;

	while (above.n > 0) {
		struct str part = last_part(&above);

		if (str_is(part, "user.slice"))
			return place != IN_NONE && (place == IN_ANY ||
			    str_starts(last_part(&above), "user@") ||
			    (place == IN_UNIT && in_manager));
		in_manager |= str_starts(part, "user@") ||
		    str_is(part, "user-0.slice");
	}
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
	memcpy(dst + n, s.p, NETNS_ID_SHOWN);
	return n + NETNS_ID_SHOWN;
}

/* The first pattern, among the guesses or among the others, that matches part,
 * and the id or name there; NULL if none does. */
static const struct pattern *
find_pattern(struct str above, struct str part, struct str below,
    bool is_guess, struct str *id)
{
	const struct pattern *pt;

	for (pt = patterns; pt < patterns + NELEMS(patterns); pt++) {
		if (pt->is_guess != is_guess)
			continue;
		*id = match_part(pt, above, part, below);
		if (id->p != NULL && is_trusted(above, pt->place))
			return pt;
	}
	return NULL;
}

/* The pattern of the innermost container in a path, and its id or name; NULL if
 * there is none. */
static const struct pattern *
find_container(struct str path, bool is_guess, struct str *id)
{
	const struct pattern *pt = NULL;
	struct str part = STR_NONE;

	str_take_end(&path, " (deleted)");
	while (pt == NULL && path.n > 0) {
		struct str below = part;

		part = last_part(&path);
		pt = find_pattern(path, part, below, is_guess, id);
	}
	return pt;
}

/* The user of /user.slice/user-UID.slice/user@UID.service, else root.  Only the
 * start of the path counts, as a container has its own users. */
static uint32_t
find_owner(struct str path)
{
	struct str part;
	uint64_t uid;

	do
		part = str_cut(&path, '/');
	while (path.p != NULL && (part.n == 0 || str_is(part, "..")));
	if (!str_is(part, "user.slice"))
		return 0;
	part = str_cut(&path, '/');
	if (!str_take_start(&part, "user-") || !str_take_end(&part, ".slice"))
		return 0;
	return num_parse(part, UINT32_MAX, &uid) ? (uint32_t)uid : 0;
}

static bool
read_paths(struct str text, bool is_guess, struct linux_in *in)
{
	while (text.p != NULL) {
		struct str path = str_cut(&text, '\n');
		const struct pattern *pt = NULL;

		str_cut(&path, ':');
		str_cut(&path, ':');
		if (path.p != NULL)
			pt = find_container(path, is_guess, &in->id);
		if (pt == NULL)
			continue;
		in->n = write_name(in->name, pt, in->id);
		in->uid = find_owner(path);
		in->is_guess = is_guess;
		in->is_app = pt->is_app;
		return true;
	}
	return false;
}

/* Matches that are certain come before guesses. */
bool
linux_container(struct str text, struct linux_in *in)
{
	return read_paths(text, false, in) || read_paths(text, true, in);
}
