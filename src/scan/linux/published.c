/*
 * The ports that container runtimes have published, as their own files and
 * daemons have them: all of which may be wrong or hostile.
 */
#define _DEFAULT_SOURCE
#include "scan/linux/target.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* Of a folder that is not there it is known that nothing is in it. */
static bool
is_known(bool ok)
{
	return ok || errno == ENOENT || errno == ENOTDIR;
}

/* The daemon, where root's files are not for us, or not where it keeps them. */
static bool
ask_docker(struct port_maps *m)
{
	const struct linux_asked *asked = linux_ask_docker(m->sc);

	m->netns = asked->docker_peer > 0 ?
	    linux_netns_of(asked->docker_peer) : 0;
	docker_published_answer(m, asked->docker, 0);
	return asked->docker.p != NULL || asked->docker_missing;
}

/* What is in files is of the machine's own namespace. */
void
linux_published(struct port_maps *m)
{
	const char *host = getenv("DOCKER_HOST");
	bool is_usual = host == NULL || *host == '\0';
	uint64_t init = linux_netns_of(1);

	m->netns = init;
	if (!is_usual || !docker_published(m, "/var/lib/docker/containers", 0))
		m->some |= !ask_docker(m);
	m->netns = init;
	m->some |= !is_known(cni_published(m));
	m->some |= !is_known(netavark_published(m));
	m->netns = 0;
}

void
linux_published_user(struct port_maps *m, uint32_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL && pw->pw_dir != NULL && *pw->pw_dir == '/')
		docker_published(m, linux_path(&m->sc->arena, pw->pw_dir,
		    ".local/share/docker/containers"), uid);
}

void
linux_published_podman(struct port_maps *m)
{
	podman_published_answer(m, linux_ask_podman(m->sc),
	    (uint32_t)geteuid());
}
