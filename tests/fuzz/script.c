/*
 * Fuzz entry: the arguments of an interpreter, with a newline for each NUL; the
 * first line is its name.
 */
#include "fuzz.h"
#include "scan/linux/script.h"

static bool
is_part(struct str part, struct str of)
{
	return part.p >= of.p && part.p + part.n <= of.p + of.n;
}

/* No part between slashes is empty. */
static void
check_joined(struct str path)
{
	check(path.n > 0 && path.p[0] == '/', "no path");
	if (path.n == 1)
		return;
	for (str_take(&path, '/'); path.p != NULL;) {
		struct str part = str_cut(&path, '/');

		check(part.n > 0 && !str_is(part, ".") && !str_is(part, ".."),
		    "a part that is none");
	}
}

static void
check_file(const struct script_file *f, struct str args)
{
	struct buf b = { 0 };

	check(f->path.n > 0 && is_part(f->path, args), "a path from elsewhere");
	check(f->folder.p == NULL || is_part(f->folder, args),
	    "a folder from elsewhere");
	check(f->suffix != NULL || f->folder.p == NULL, "a file of a folder");
	script_join(&b, STR_LIT("/w/x"), f->path);
	check_joined(buf_str(&b));
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 };
	struct script_found found;
	struct str name, args;
	size_t i;

	buf_add(&text, (const char *)data, size);
	args = buf_str(&text);
	name = str_cut(&args, '\n');
	if (args.p == NULL)
		args = (struct str){ name.p + name.n, 0 };
	for (i = 0; i < args.n; i++)
		if (args.p[i] == '\n')
			text.p[args.p - text.p + (ptrdiff_t)i] = '\0';
	script_parse(name, args, &found);
	check(found.n <= SCRIPT_FILES, "too many");
	for (i = 0; i < found.n; i++)
		check_file(&found.v[i], args);
	buf_free(&text);
	return 0;
}
