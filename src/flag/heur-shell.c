#include "flag/heur.h"

#include "flag/program.h"
#include "flag/script.h"

static bool
is_bare(struct view *v)
{
	return script_is_bare(view_class(v), view_get(v, F_EXE),
	    view_get(v, F_CMDLINE));
}

static bool
has_stdio(const struct view *v)
{
	return view_has_fd(v, "0") && view_has_fd(v, "1");
}

/* An interactive bash without a terminal also keeps its standard error as
 * descriptor 255. */
static bool
is_interactive(struct view *v)
{
	return view_has_fd(v, "255") && (view_class(v) & PROG_SHELL ||
	    view_has_fd(v, "2"));
}

/* A shell reads its commands from the connection, whatever opened that. */
static bool
is_fed(struct view *v)
{
	return view_class(v) & PROG_SHELL && view_has_fd(v, "0") && is_bare(v);
}

/* The process has put a connection that it opened on its standard input or
 * output: neither clients nor servers do that. */
static bool
is_turned(struct view *v)
{
	/* the connection is on another descriptor too */
	return view_on_stdio(v) && view_get(v, F_FD).n > 1 &&
	    !view_not_out(v) && view_remote_beyond(v);
}

/* A service that is a script has accepted connections as standard input and
 * output, even if the process that accepted them is gone. */
static bool
is_service(struct view *v)
{
	return view_not_out(v) && heur_runs_script(v);
}

bool
suspect_stdio_socket(struct view *v)
{
	struct str fd = view_get(v, F_FD);

	/* most have one descriptor, and it is none of those */
	if (fd.n < 1 || (fd.p[0] > '2' && !str_ends(fd, "255")) ||
	    view_remote(v) == NULL)
		return false;
	if (is_interactive(v) || is_turned(v))
		return true;
	if (!(view_class(v) & (PROG_SHELL | PROG_INTERPRETER)))
		return false;
	return is_fed(v) || (has_stdio(v) && !is_service(v));
}

bool
confirm_stdio_socket(struct heur_case *c)
{
	return is_interactive(c->v) || is_fed(c->v) ||
	    !others_accepted(c->o, c->row, c->v);
}

/* wait-for-it and the like try whether a service is up. */
static bool
is_knocking(struct view *v)
{
	return str_is(view_get(v, F_STATE), "SYN_SENT") &&
	    !view_remote_public(v);
}

/* It can only have inherited the connection, and does not use it: so does a
 * shell that a server started in the background. */
static bool
is_leaked(struct view *v)
{
	return !(view_class(v) & PROG_DIALS) && !view_on_stdio(v) &&
	    !is_bare(v);
}

bool
suspect_shell_net(struct view *v)
{
	unsigned class = view_class(v);

	if (!(class & (PROG_SHELL | PROG_AWK)) || !view_remote_beyond(v))
		return false;
	if (view_is_metadata(v))
		return true;
	if (class & PROG_AWK)
		return !is_service(v);
	return !is_knocking(v) && !is_leaked(v) && !is_service(v);
}

/* A shell script as a service behind inetd or a systemd socket also holds its
 * connection alone. */
bool
confirm_shell_net(struct heur_case *c)
{
	if (view_is_metadata(c->v))
		return true;
	return others_alone(c->o, c->row, c->v) &&
	    (is_fed(c->v) || !others_accepted(c->o, c->row, c->v));
}

/* Scripts write to graphite like this; they read no answer. */
enum heur_level
level_for_shell_net(struct view *v)
{
	return view_has_service(v) && !view_remote_public(v) &&
	    !view_is_metadata(v) && !view_has_fd(v, "0") ? HEUR_LOW :
	    HEUR_MEDIUM;
}

bool
suspect_shell_listener(struct view *v)
{
	return view_class(v) & PROG_SHELL && !is_leaked(v);
}

bool
confirm_shell_listener(struct heur_case *c)
{
	return others_alone(c->o, c->row, c->v);
}

bool
suspect_relay_shell(struct view *v)
{
	return view_class(v) & (PROG_RELAY | PROG_CLIENT) &&
	    view_remote_beyond(v);
}

bool
confirm_relay_shell(struct heur_case *c)
{
	return prog_class(STR_NONE, view_get(c->v, F_PARENT), STR_NONE) &
	    PROG_SHELL || others_shell_near(c->o, c->row, c->v);
}
