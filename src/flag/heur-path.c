#include "flag/heur.h"

#include "flag/kthread.h"
#include "flag/path.h"
#include "flag/program.h"
#include "flag/script.h"

/* It serves, or calls someone far away. */
static bool
is_busy(struct view *v)
{
	return v->kind & VIEW_OPEN || (view_remote_public(v) &&
	    !str_is(view_get(v, F_DIR), "in"));
}

/* runc runs from a copy of itself, against CVE-2019-5736; it is root's, and
 * has no business with others. */
bool
suspect_memfd_exe(struct view *v)
{
	struct str path = str_undeleted(view_get(v, F_EXE));

	return str_starts(path, "/memfd:") && !(view_is_root(v) &&
	    !is_busy(v) &&
	    str_is(path, "/memfd:runc_cloned:/proc/self/exe"));
}

bool
suspect_deleted_exe(struct view *v)
{
	struct str exe = view_get(v, F_EXE);

	return str_ends(exe, " (deleted)") && !str_starts(exe, "/memfd:");
}

/* An upgrade removes the program of the version before it. */
enum heur_level
level_for_deleted_exe(struct view *v)
{
	struct str exe = str_undeleted(view_get(v, F_EXE));

	return prog_is_installed(exe) && path_is_versioned(exe) ? HEUR_LOW :
	    HEUR_MEDIUM;
}

/* The path of a file that the process runs.  One without a slash may be found
 * in other folders than the working one, but that is rare. */
static struct str
resolve(char out[static PATH_SIZE], const struct view *v, struct str file)
{
	if (str_starts(file, "..."))
		return file;
	return path_resolve(out, file, view_get(v, F_CWD));
}

bool
heur_runs_odd_file(struct view *v)
{
	char path[PATH_SIZE];
	struct script_args a;
	struct str file, list = view_get(v, F_SCRIPT);

	/* prt-scan has looked what they are, and what is standard input */
	while (list.p != NULL)
		if (path_is_odd(str_cut(&list, ',')))
			return true;
	if (view_class(v) >> PROG_LANG_SHIFT == SCRIPT_NONE)
		return false;
	script_start(&a, view_class(v), view_get(v, F_EXE),
	    view_get(v, F_CMDLINE));
	while ((file = script_next(&a)).n > 0)
		if (path_is_odd(resolve(path, v, file)))
			return true;
	return false;
}

/* What a daemon of Perl or Python calls itself stands where its script did:
 * then the first word is a path, too. */
static bool
has_title(struct view *v)
{
	struct str cmdline = view_get(v, F_CMDLINE);
	struct str word = str_cut(&cmdline, ' ');

	return view_class(v) & PROG_INTERPRETER && str_starts(word, "/") &&
	    prog_class_of(str_basename(word)) == 0 && !path_is_odd(word);
}

bool
heur_runs_script(struct view *v)
{
	return (has_title(v) || script_main(view_class(v), view_get(v, F_EXE),
	    view_get(v, F_CMDLINE)).n > 0) && !heur_runs_odd_file(v);
}

/* What only its own mounts have in the place of a program that is installed;
 * root has services that do (RootDirectory of systemd.exec(5)), and so has
 * whoever runs containers of his own. */
static bool
poses_as_installed(const struct view *v)
{
	return prog_poses_as_installed(view_get(v, F_EXE)) &&
	    !view_is_root(v) && view_get(v, F_CONTAINER).p == NULL;
}

/* Its executable, be it given to the dynamic loader. */
static bool
is_odd_program(struct view *v)
{
	char path[PATH_SIZE];
	struct str exe = view_get(v, F_EXE);

	if (path_is_odd(exe) || poses_as_installed(v))
		return true;
	return exe.p != NULL && prog_is_loader(exe) && path_is_odd(resolve(path,
	    v, prog_loaded(view_get(v, F_CMDLINE))));
}

/* What nobody sits before has no business with neighbours either; ports of
 * questions to name servers are no services. */
static bool
has_business(struct view *v, bool program)
{
	switch (v->kind) {
	case VIEW_LISTEN:
		return view_local_beyond(v);
	case VIEW_UNCONN:
		return view_local_beyond(v) && (view_is_daemon(v) || (program &&
		    view_is_root(v) && v->local_port < VIEW_RANDOM));
	default:
		return view_remote_public(v) ||
		    (view_is_daemon(v) && view_remote_beyond(v));
	}
}

bool
suspect_tmp_exe(struct view *v)
{
	bool program = is_odd_program(v);

	return (program || heur_runs_odd_file(v)) && has_business(v, program);
}

/* A program that tools build and run there is as usual as they are. */
static bool
is_tools(struct view *v)
{
	char path[PATH_SIZE];

	return !view_is_daemon(v) && (path_is_tools(view_get(v, F_EXE)) ||
	    path_is_tools(resolve(path, v, script_main(view_class(v),
	    view_get(v, F_EXE), view_get(v, F_CMDLINE)))));
}

enum heur_level
level_for_tmp_exe(struct view *v)
{
	if (is_tools(v))
		return HEUR_LOW;
	return view_is_login(v) || !is_odd_program(v) ? HEUR_MEDIUM : HEUR_HIGH;
}

/* The kernel's own threads have no exe, and kthreadd (2) as parent; in a
 * container any process may have that number. */
bool
suspect_fake_kthread(struct view *v)
{
	return view_get(v, F_EXE).p != NULL &&
	    kthread_is_like(view_get(v, F_PROCESS),
	    view_get(v, F_CMDLINE)) && !(str_is(view_get(v, F_PPID), "2") &&
	    str_is(view_get(v, F_PARENT), "kthreadd"));
}
