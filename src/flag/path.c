#include "flag/path.h"

/* s is in the folder, which ends in a slash, or is the folder.  Compares the
 * second letter first, since most paths differ there. */
static bool
begins(struct str s, struct str folder)
{
	size_t n = s.n < folder.n ? folder.n - 1 : folder.n;

	return s.n >= n && s.p[1] == folder.p[1] &&
	    memcmp(s.p, folder.p, n) == 0;
}

#define S(text) { (text), sizeof(text) - 1 }

static bool
begins_any(struct str path, const struct str *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (begins(path, list[i]))
			return true;
	return false;
}
#define BEGINS(path, list) begins_any((path), (list), NELEMS(list))

/* A folder that anyone may write to, or that is in memory. */
static bool
is_temporary(struct str path)
{
	static const struct str folders[] = {
		S("/tmp/"), S("/var/tmp/"), S("/dev/"), S("/run/"),
		S("/var/run/"), S("/var/lock/"),
		S("/" "proc/"),		/* self/fd/3; no file is opened here */
	};
	/* Folders there that systems run programs from: NixOS, dracut. */
	static const struct str kept[] = {
		S("/run/current-system/"), S("/run/booted-system/"),
		S("/run/wrappers/"), S("/run/initramfs/"),
	};

	return BEGINS(path, folders) && !BEGINS(path, kept);
}

/* Takes the next component off *path, which begins with a slash. */
static struct str
take_component(struct str *path)
{
	str_take(path, '/');
	return str_cut(path, '/');
}

/* Names with a leading dot that are usual in any folder. */
static bool
is_usual_dot(struct str name)
{
	static const struct str usual[] = {
		S(".venv"), S(".env"), S(".virtualenvs"), S(".tox"), S(".nox"),
		S(".local"), S(".cache"), S(".config"), S(".next"), S(".nuxt"),
		S(".output"), S(".svelte-kit"), S(".nvm"), S(".fnm"),
		S(".volta"), S(".npm"), S(".yarn"), S(".pnpm"), S(".bun"),
		S(".deno"), S(".pyenv"), S(".rbenv"), S(".rvm"), S(".asdf"),
		S(".mise"), S(".sdkman"), S(".bundle"), S(".gem"), S(".cargo"),
		S(".rustup"), S(".dotnet"), S(".gradle"), S(".m2"),
		S(".heroku"), S(".build"), S(".git"), S(".zfs"),
		S(".snapshot"), S(".snapshots"), S(".linuxbrew"), S(".nix"),
		S(".nix-profile"), S(".steam"), S(".wine"), S(".dist"),
	};
	size_t i;

	for (i = 0; i < NELEMS(usual); i++)
		if (str_eq(name, usual[i]))
			return true;
	return false;
}

/* If the path is in a home, cuts that off and returns true. */
static bool
skip_home(struct str *path)
{
	static const struct str homes[] = {
		S("/home/"), S("/var/home/"), S("/export/home/"), S("/Users/"),
		S("/var/lib/"), S("/srv/home/"),
	};
	size_t i;

	if (begins(*path, (struct str)S("/root/")))
		return true;
	for (i = 0; i < NELEMS(homes); i++)
		if (begins(*path, homes[i]))
			return path->n > homes[i].n &&
			    path->p[homes[i].n] != '.';
	return false;
}

/* A component outside of homes begins with a dot.  The stores of Nix and Guix
 * are exempt: only the package manager writes there, and programs in them are
 * called .NAME-wrapped. */
static bool
is_hidden(struct str path)
{
	struct str name;
	size_t i;

	if (str_starts(path, "/nix/store/") || str_starts(path, "/gnu/store/"))
		return false;
	for (i = 1; i < path.n; i++)
		if (path.p[i] == '.' && path.p[i - 1] == '/')
			break;
	if (i >= path.n || skip_home(&path))
		return false;
	while (path.p != NULL) {
		name = take_component(&path);
		if (name.n > 1 && name.p[0] == '.' && !is_usual_dot(name))
			return true;
	}
	return false;
}

/* A folder for files that visitors of a web site upload. */
static bool
is_uploaded(struct str path)
{
	static const struct str roots[] = {
		S("/var/www/"), S("/srv/www/"), S("/srv/http/"),
		S("/usr/share/nginx/"), S("/usr/local/www/"),
		S("/usr/share/webapps/"), S("/var/lib/tomcat"),
	};
	static const struct str names[] = {
		S("upload"), S("uploads"), S("uploaded"), S("images"),
		S("img"), S("media"), S("avatars"), S("attachments"),
		S("files"), S("tmp"), S("temp"), S("cache"),
	};
	struct str name;
	size_t i;

	if (!BEGINS(path, roots))
		return false;
	while (path.p != NULL) {
		name = take_component(&path);
		for (i = 0; i < NELEMS(names); i++)
			if (path.p != NULL && str_eq(name, names[i]))
				return true;
	}
	return false;
}

bool
path_is_odd(struct str path)
{
	/* the path was too long to read, even its beginning is unknown: nobody
	 * installs a program there */
	if (str_starts(path, "..."))
		return true;
	return path.n > 1 && path.p[0] == '/' && (is_temporary(path) ||
	    is_hidden(path) || is_uploaded(path));
}

/* Names of tools' files or folders in /tmp; a random part may follow. */
static const struct made {
	struct str name;
	bool random;
} made[] = {
	{ S(".mount_"), true },		/* AppImage */
	{ S("go-build"), true },	/* go run, go test */
	{ S("ansible-tmp-"), true }, { S("ansible_"), true },
	{ S(".ansible"), false }, { S("pip-"), true },
	{ S("get-pip.py"), false }, { S("uv-"), true }, { S("npm-"), true },
	{ S("npx-"), true }, { S("cargo-install"), true },
	{ S("pytest-of-"), false }, { S("nix-build-"), true },
	{ S("snap-private-tmp"), false }, { S("vscode-"), true },
	{ S("playwright-"), true }, { S("puppeteer_"), true },
	{ S("bazel-"), true }, { S("packer-"), true }, { S("_MEI"), true },
	{ S("staticcheck"), true }, { S("dotnet-"), true },
};

/* NULL if the path has no such name, else rest begins with it. */
static const struct made *
find_made(struct str path, struct str *rest)
{
	size_t i;

	*rest = path;
	if (!str_take_start(rest, "/tmp/") &&
	    !str_take_start(rest, "/var/tmp/"))
		return NULL;
	for (i = 0; i < NELEMS(made); i++)
		if (rest->n >= made[i].name.n &&
		    memcmp(rest->p, made[i].name.p, made[i].name.n) == 0)
			return &made[i];
	return NULL;
}

bool
path_is_tools(struct str path)
{
	struct str rest;

	return find_made(path, &rest) != NULL;
}

bool
path_is_random(struct str path, struct str *before, struct str *after)
{
	struct str rest;
	const struct made *m = find_made(path, &rest);
	const char *slash = m != NULL && m->random ?
	    memchr(rest.p, '/', rest.n) : NULL;

	if (slash == NULL)
		return false;
	before->p = path.p;
	before->n = (size_t)(rest.p - path.p) + m->name.n;
	after->p = slash;
	after->n = (size_t)(path.p + path.n - slash);
	return true;
}

/* True for 15, 1.2.3, app-1.2, java-17-openjdk, python3.11; not for x86_64. */
static bool
has_version(struct str name)
{
	bool before = true;	/* a number may begin here */
	size_t i, start;

	for (i = 0; i < name.n; i++) {
		start = i;
		while (i < name.n && (char_is_digit(name.p[i]) ||
		    (i > start && name.p[i] == '.')))
			i++;
		if (i > start && ((before && (i == name.n ||
		    name.p[i] == '-' || name.p[i] == '+')) ||
		    memchr(name.p + start, '.', i - start - 1) != NULL))
			return true;
		before = i < name.n && (name.p[i] == '-' ||
		    (name.p[i] == 'v' && before));
	}
	return false;
}

bool
path_is_versioned(struct str path)
{
	while (path.p != NULL)
		if (has_version(take_component(&path)))
			return true;
	return false;
}

/* The path built so far, from the root. */
struct joined {
	char *out;
	size_t n;
	bool ok;
};

static void
add_component(struct joined *j, struct str name)
{
	if (name.n == 0 || str_is(name, "."))
		return;
	if (str_is(name, "..")) {
		while (j->n > 0 && j->out[--j->n] != '/')
			;
		return;
	}
	if (j->n + 1 + name.n > PATH_SIZE) {
		j->ok = false;
		return;
	}
	j->out[j->n++] = '/';
	memcpy(j->out + j->n, name.p, name.n);
	j->n += name.n;
}

static void
add_path(struct joined *j, struct str path)
{
	while (path.p != NULL && j->ok)
		add_component(j, str_cut(&path, '/'));
}

struct str
path_resolve(char out[static PATH_SIZE], struct str path, struct str cwd)
{
	struct joined j = { .ok = true };

	if (path.n == 0)
		return STR_NONE;
	j.out = out;
	if (path.p[0] != '/') {
		cwd = str_undeleted(cwd);
		if (cwd.n == 0 && !str_starts(path, "../"))
			return STR_NONE;
		if (str_is(cwd, "..."))
			return cwd;
		add_path(&j, cwd);
	}
	add_path(&j, path);
	return j.ok ? (struct str){ out, j.n } : STR_NONE;
}
