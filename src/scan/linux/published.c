/*
 * The ports that container runtimes have published, from their own files and
 * daemons, which may all be wrong or hostile.
 */
#include "scan/linux/target.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "scan/linux/names.h"

/* A folder that does not exist is known to be empty. */
static bool
is_known(bool ok)
{
	return ok || errno == ENOENT || errno == ENOTDIR;
}

/* Reads root's files; false if they do not exist or we may not read them. */
static bool
read_docker(struct port_maps *m)
{
	bool ok = false;
	size_t i;

	for (i = 0; names_docker_folders[i] != NULL; i++)
		ok |= docker_published(m, linux_path(&m->sc->arena,
		    names_docker_folders[i], "containers"), 0);
	return ok;
}

/* Asks the daemon, if root's files may not be read, or are kept elsewhere. */
static bool
ask_docker(struct port_maps *m)
{
	const struct linux_asked *asked = linux_ask_docker(m->sc);

	m->netns = asked->docker_peer > 0 ?
	    linux_netns_of(asked->docker_peer) : 0;
	docker_published_answer(m, asked->docker, 0);
	return asked->docker.p != NULL || asked->docker_missing;
}

/* Ports in files are in the machine's own namespace. */
void
linux_published(struct port_maps *m)
{
	const char *host = getenv("DOCKER_HOST");
	bool is_usual = host == NULL || *host == '\0';
	uint64_t init = linux_netns_of(1);

	m->netns = init;
	if (!is_usual || !read_docker(m))
		m->some |= !ask_docker(m);
	m->netns = init;
	m->some |= !is_known(cni_published(m));
	m->some |= !is_known(netavark_published(m));
	m->netns = 0;
}

void
linux_published_user(struct port_maps *m, uint32_t uid)
{
	const char *home = names_home(uid);
	struct buf folder = { 0 };

	if (home == NULL)
		return;
	buf_puts(&folder, home);
	buf_puts(&folder, NAMES_DOCKER_HOME "/containers");
	buf_putc(&folder, '\0');
	docker_published(m, folder.p, uid);
	buf_free(&folder);
}

void
linux_published_podman(struct port_maps *m)
{
	podman_published_answer(m, linux_ask_podman(m->sc),
	    (uint32_t)geteuid());
}
