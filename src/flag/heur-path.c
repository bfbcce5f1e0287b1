#include "flag/heur.h"

#include "flag/kthread.h"
#include "flag/path.h"
#include "flag/program.h"
#include "flag/script.h"

/* The process serves, or calls someone far away. */
static bool
is_busy(struct view *v)
{
	return v->kind & VIEW_OPEN || (view_remote_public(v) &&
	    !str_is(view_get(v, F_DIR), "in"));
}

/* As a defence against CVE-2019-5736 runc runs from a copy of itself; it runs
 * as root and does not talk to other machines. */
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

/* An upgrade removes the previous version's program. */
enum heur_level
level_for_deleted_exe(struct view *v)
{
	struct str exe = str_undeleted(view_get(v, F_EXE));

	return prog_is_installed(exe) && path_is_versioned(exe) ? HEUR_LOW :
	    HEUR_MEDIUM;
}

/* The path of a file that the process runs.  A name without a slash may also be
 * found in folders other than the working directory, but that is rare. */
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

	/* prt-scan has resolved these files, standard input included */
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

/* A daemon in Perl or Python may replace its script's name by a title: then the
 * first word is a path too. */
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

/* At the path of an installed program the process has a file of its own mounts.
 * Services of root do that (RootDirectory in systemd.exec(5)), and so do
 * containers that users run. */
static bool
poses_as_installed(const struct view *v)
{
	return prog_poses_as_installed(view_get(v, F_EXE)) &&
	    !view_is_root(v) && view_get(v, F_CONTAINER).p == NULL;
}

/* The executable, or the program that the dynamic loader was given. */
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

/* A process without a person at its terminal should not talk to neighbours
 * either; ports of queries to name servers are not services. */
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

/* Programs that build tools make and run there are as usual as those tools. */
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

/* The kernel's own threads have no exe, and their parent is kthreadd, pid 2; in
 * a container any process may have that pid. */
bool
suspect_fake_kthread(struct view *v)
{
	return view_get(v, F_EXE).p != NULL &&
	    kthread_is_like(view_get(v, F_PROCESS),
	    view_get(v, F_CMDLINE)) && !(str_is(view_get(v, F_PPID), "2") &&
	    str_is(view_get(v, F_PARENT), "kthreadd"));
}
