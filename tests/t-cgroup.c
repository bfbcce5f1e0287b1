/* The container, control group and unit in the text of a cgroup file. */
#include <stdio.h>
#include <stdlib.h>

#include "scan/linux/linux.h"
#include "tap.h"

/* Two whole ids and what is shown of them. */
#define ID "3f29a0c1d4e857b6" "0123456789abcdef" "fedcba9876543210" \
    "a1b2c3d4e5f60718"
#define SHORT "3f29a0c1d4e8"
#define ID2 "00ff11ee22dd33cc" "44bb55aa66997788" "8877669955aa44bb" \
    "33cc22dd11ee00ff"
#define SHORT2 "00ff11ee22dd"
#define ID63 "3f29a0c1d4e857b" "0123456789abcdef" "fedcba9876543210" \
    "a1b2c3d4e5f60718"
#define ID_UPPER "3F29A0C1D4E857B6" "0123456789ABCDEF" "FEDCBA9876543210" \
    "A1B2C3D4E5F60718"
#define POD "1f6e7b52_5f0a_4d5c_9b0e_2c1a7a1f3a10"
#define USER "/user.slice/user-1000.slice/user@1000.service"

_Static_assert(sizeof ID == 65, "an id has 64 digits");
_Static_assert(sizeof ID2 == 65, "an id has 64 digits");

/* A copy that ends where the text does, so that a sanitizer sees a step too
 * far; the caller frees. */
static struct str
exact(const char *text)
{
	size_t n = strlen(text);
	char *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		abort();
	memcpy(p, text, n);
	return (struct str){ p, n };
}

static const struct test {
	const char *what, *text, *name, *id;	/* "": in no container */
} containers[] = {
	{ "docker, systemd driver", "0::/system.slice/docker-" ID ".scope\n",
	    "docker/" SHORT, ID },
	{ "docker, cgroupfs driver", "0::/docker/" ID "\n",
	    "docker/" SHORT, ID },
	{ "docker, below its own init", "0::/system.slice/docker-" ID
	    ".scope/init.scope\n", "docker/" SHORT, ID },
	{ "docker, version 1", "12:pids:/docker/" ID "\n11:cpuset:/docker/" ID
	    "\n1:name=systemd:/docker/" ID "\n", "docker/" SHORT, ID },
	{ "docker, version 1 with two controllers",
	    "4:cpu,cpuacct:/system.slice/docker-" ID ".scope\n",
	    "docker/" SHORT, ID },
	{ "docker, hybrid: the line of version 2 has none", "0::/\n"
	    "1:name=systemd:/docker/" ID "\n", "docker/" SHORT, ID },
	{ "docker, hybrid: the last line alone has it",
	    "2:freezer:/\n1:name=systemd:/system.slice\n0::/docker/" ID "\n",
	    "docker/" SHORT, ID },
	{ "docker, rootless", "0::" USER "/user.slice/docker-" ID ".scope\n",
	    "docker/" SHORT, ID },
	{ "docker in docker: the inner one", "0::/docker/" ID "/docker/" ID2
	    "\n", "docker/" SHORT2, ID2 },
	{ "docker in docker, systemd driver", "0::/system.slice/docker-" ID
	    ".scope/system.slice/docker-" ID2 ".scope\n",
	    "docker/" SHORT2, ID2 },
	{ "docker in nspawn", "0::/machine.slice/machine-web.scope/payload/"
	    "system.slice/docker-" ID ".scope\n", "docker/" SHORT, ID },
	{ "no LF at the end", "0::/docker/" ID, "docker/" SHORT, ID },
	{ "deleted", "0::/docker/" ID " (deleted)\n", "docker/" SHORT, ID },
	{ "deleted scope", "0::/system.slice/docker-" ID
	    ".scope (deleted)\n", "docker/" SHORT, ID },
	{ "seen from another cgroup namespace", "0::/../docker-" ID
	    ".scope\n", "docker/" SHORT, ID },
	{ "podman, rootful", "0::/machine.slice/libpod-" ID ".scope\n",
	    "podman/" SHORT, ID },
	{ "podman, /container below", "0::/machine.slice/libpod-" ID
	    ".scope/container\n", "podman/" SHORT, ID },
	{ "podman, cgroupfs", "0::/libpod_parent/libpod-" ID "\n",
	    "podman/" SHORT, ID },
	{ "podman, cgroupfs, /container below", "0::/libpod_parent/libpod-" ID
	    "/container\n", "podman/" SHORT, ID },
	{ "podman, in a pod", "0::/machine.slice/machine-libpod_pod_" ID2
	    ".slice/libpod-" ID ".scope/container\n", "podman/" SHORT, ID },
	{ "podman, rootless", "0::" USER "/user.slice/libpod-" ID
	    ".scope/container\n", "podman/" SHORT, ID },
	{ "podman, rootless, in a pod", "0::" USER
	    "/user.slice/user-libpod_pod_" ID2 ".slice/libpod-" ID ".scope\n",
	    "podman/" SHORT, ID },
	{ "podman, rootless, cgroupfs", "0::" USER
	    "/user.slice/libpod_parent/libpod-" ID "/container\n",
	    "podman/" SHORT, ID },
	{ "podman, rootless, seen from another cgroup namespace",
	    "0::/../../.." USER "/user.slice/libpod-" ID ".scope/container\n",
	    "podman/" SHORT, ID },
	{ "podman, rootless, inside nspawn", "0::/machine.slice/machine-web."
	    "scope/payload" USER "/user.slice/libpod-" ID ".scope\n",
	    "podman/" SHORT, ID },
	{ "nerdctl", "0::/default/" ID "\n", "containerd/" SHORT, ID },
	{ "nerdctl, systemd driver", "0::/system.slice/nerdctl-" ID
	    ".scope\n", "containerd/" SHORT, ID },
	{ "nerdctl, rootless", "0::" USER "/user.slice/nerdctl-" ID
	    ".scope\n", "containerd/" SHORT, ID },
	{ "containerd's CRI, systemd driver", "0::/kubepods.slice/kubepods-"
	    "burstable.slice/kubepods-burstable-pod" POD ".slice/"
	    "cri-containerd-" ID ".scope\n", "cri/" SHORT, ID },
	{ "containerd's CRI, cgroupfs driver", "0::/kubepods/burstable/pod"
	    POD "/" ID "\n", "cri/" SHORT, ID },
	{ "containerd's CRI, with colons", "0::/system.slice/containerd."
	    "service/kubepods-burstable-pod" POD ".slice:cri-containerd:" ID
	    "\n", "cri/" SHORT, ID },
	{ "containerd's CRI, with colons, version 1", "5:devices:/system."
	    "slice/containerd.service/kubepods-besteffort-pod" POD
	    ".slice:cri-containerd:" ID "\n", "cri/" SHORT, ID },
	{ "cri-o", "0::/kubepods.slice/kubepods-pod" POD ".slice/crio-" ID
	    ".scope\n", "cri/" SHORT, ID },
	{ "cri-o, /container below", "0::/kubepods.slice/kubepods-pod" POD
	    ".slice/crio-" ID ".scope/container\n", "cri/" SHORT, ID },
	{ "cri-o, cgroupfs", "0::/kubepods/pod" POD "/crio-" ID "\n",
	    "cri/" SHORT, ID },
	{ "kubepods in version 1", "8:memory:/kubepods/besteffort/pod" POD "/"
	    ID "\n", "cri/" SHORT, ID },
	{ "kubepods in docker, as kind has it", "0::/docker/" ID
	    "/kubelet/kubepods/burstable/pod" POD "/" ID2 "\n",
	    "cri/" SHORT2, ID2 },
	{ "lxc.payload.NAME", "0::/lxc.payload.web-1/system.slice/nginx."
	    "service\n", "lxc/web-1", "web-1" },
	{ "lxc.payload/NAME", "0::/lxc.payload/web\n", "lxc/web", "web" },
	{ "lxc/NAME", "9:pids:/lxc/web/init.scope\n", "lxc/web", "web" },
	{ "lxc in lxc", "0::/lxc.payload.a/lxc.payload.b\n", "lxc/b", "b" },
	{ "lxc: at most 64 bytes of a name", "0::/lxc/" ID "0123456789\n",
	    "lxc/" ID, ID "0123456789" },
	{ "nspawn", "0::/machine.slice/machine-web.scope/payload\n",
	    "nspawn/web", "web" },
	{ "nspawn, dashes", "0::/machine.slice/machine-web\\x2d1\\x2db.scope\n",
	    "nspawn/web-1-b", "web\\x2d1\\x2db" },
	{ "nspawn, a service", "0::/machine.slice/systemd-nspawn@db."
	    "service/payload/system.slice/postgresql.service\n",
	    "nspawn/db", "db" },
	{ "nspawn, a name that qemu begins",
	    "0::/machine.slice/machine-qemubox.scope\n",
	    "nspawn/qemubox", "qemubox" },

	{ "empty text", "", "", "" },
	{ "an empty line", "\n", "", "" },
	{ "the root", "0::/\n", "", "" },
	{ "an empty path", "0::\n", "", "" },
	{ "no colons", "docker/" ID "\n", "", "" },
	{ "one colon", "0:/docker/" ID "\n", "", "" },
	{ "a service", "0::/system.slice/nginx.service\n", "", "" },
	{ "a session", "0::/user.slice/user-0.slice/session-3.scope\n", "",
	    "" },
	{ "a user's docker-ID.scope", "0::/user.slice/user-1000.slice/"
	    "session-3.scope/docker-" ID ".scope\n", "", "" },
	{ "a user's docker-ID.scope in app.slice", "0::" USER
	    "/app.slice/docker-" ID ".scope\n", "", "" },
	{ "a user's docker/ID", "0::" USER "/docker/" ID "\n", "", "" },
	{ "a user's lxc.payload.NAME", "0::" USER
	    "/app.slice/lxc.payload.web\n", "", "" },
	{ "a user's kubepods", "0::" USER "/app.slice/kubepods/" ID "\n", "",
	    "" },
	{ "a user's machine.slice", "0::" USER
	    "/machine.slice/machine-web.scope\n", "", "" },
	{ "a user's docker-ID.scope, seen from another cgroup namespace",
	    "0::/../../user.slice/user-1000.slice/session-3.scope/docker-" ID
	    ".scope\n", "", "" },
	{ "a user's docker-ID.scope inside docker: that one", "0::/docker/" ID2
	    "/user.slice/user-1000.slice/session-3.scope/docker-" ID
	    ".scope\n", "docker/" SHORT2, ID2 },
	{ "a user's docker-ID.scope inside rootless podman: that one",
	    "0::" USER "/user.slice/libpod-" ID2 ".scope/container" USER
	    "/app.slice/docker-" ID ".scope\n", "podman/" SHORT2, ID2 },
	{ "63 digits", "0::/system.slice/docker-" ID63 ".scope\n", "", "" },
	{ "65 digits", "0::/docker/" ID "0\n", "", "" },
	{ "upper case", "0::/docker/" ID_UPPER "\n", "", "" },
	{ "no digit", "0::/docker/g" ID63 "\n", "", "" },
	{ "an id below nothing known", "0::/work/" ID "\n", "", "" },
	{ "other case of the runtime", "0::/Docker/" ID "\n", "", "" },
	{ "docker's folder alone", "0::/docker\n", "", "" },
	{ "docker's service", "0::/system.slice/docker.service\n", "", "" },
	{ "docker-ID without .scope", "0::/system.slice/docker-" ID "\n", "",
	    "" },
	{ "docker-.scope", "0::/system.slice/docker-.scope\n", "", "" },
	{ "kubepods as the end of a name", "0::/mykubepods/" ID "\n", "", "" },
	{ "libvirt's virtual machine",
	    "0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt\n", "",
	    "" },
	{ "libvirt's lxc",
	    "0::/machine.slice/machine-lxc\\x2d2\\x2dbox.scope\n", "", "" },
	{ "machine-NAME.scope elsewhere",
	    "0::/system.slice/machine-web.scope\n", "", "" },
	{ "machine-.scope", "0::/machine.slice/machine-.scope\n", "", "" },
	{ "podman's conmon", "0::/machine.slice/libpod-conmon-" ID
	    ".scope\n", "", "" },
	{ "podman's rootless conmon", "0::" USER "/user.slice/libpod-conmon-"
	    ID ".scope\n", "", "" },
	{ "cri-o's conmon", "0::/kubepods.slice/crio-conmon-" ID ".scope\n",
	    "", "" },
	{ "lxc's monitor", "0::/lxc.monitor.web\n", "", "" },
	{ "lxc/ without a name", "0::/lxc/\n", "", "" },
	{ "lxc.payload. without a name", "0::/lxc.payload.\n", "", "" },
	{ "(deleted) inside", "0::/docker/" ID " (deleted)/x\n", "", "" },
};

static const struct {
	const char *what, *text, *path;		/* "": there is none */
} cgroups[] = {
	{ "version 2", "0::/system.slice/a.service\n",
	    "/system.slice/a.service" },
	{ "version 2, no LF", "0::/a", "/a" },
	{ "version 1: systemd's own", "3:pids:/p\n1:name=systemd:/s\n", "/s" },
	{ "hybrid: systemd's own, after", "0::/u\n1:name=systemd:/s\n", "/s" },
	{ "hybrid: systemd's own, before", "1:name=systemd:/s\n0::/u\n",
	    "/s" },
	{ "version 1 without systemd", "3:pids:/p\n2:cpu,cpuacct:/c\n", "" },
	{ "version 1 without systemd, and version 2", "3:pids:/p\n0::/u\n",
	    "/u" },
	{ "colons in the path", "0::/a:b:c\n", "/a:b:c" },
	{ "the root", "0::/\n", "/" },
	{ "hierarchy 10 is not 0", "10::/a\n", "" },
	{ "empty text", "", "" },
	{ "no colons", "0\n", "" },
	{ "one colon", "0:/a\n", "" },
	{ "an empty path", "0::\n", "" },
}, units[] = {
	{ "a service", "/system.slice/nginx.service", "nginx.service" },
	{ "below a service", "/system.slice/nginx.service/worker",
	    "nginx.service" },
	{ "slices in slices", "/system.slice/system-getty.slice/"
	    "getty@tty1.service", "getty@tty1.service" },
	{ "a session", "/user.slice/user-1000.slice/session-2.scope",
	    "session-2.scope" },
	{ "a user's manager", USER "/app.slice/app-x.service",
	    "user@1000.service" },
	{ "a container", "/system.slice/docker-" ID ".scope/init.scope",
	    "docker-" ID ".scope" },
	{ "init", "/init.scope", "init.scope" },
	{ "a socket", "/system.slice/a.socket", "a.socket" },
	{ "a mount", "/system.slice/home.mount", "home.mount" },
	{ "a swap", "/system.slice/dev-sda2.swap", "dev-sda2.swap" },
	{ "an escaped name", "/system.slice/_cpu.service", "cpu.service" },
	{ "no unit's kind", "/system.slice/a.timer", "" },
	{ "no unit", "/docker/" ID, "" },
	{ "a unit below what is none", "/docker/a.service", "" },
	{ "a slice alone", "/system.slice", "" },
	{ "the root", "/", "" },
	{ "no path", "", "" },
};

static void
check_container(const struct test *t)
{
	char name[LINUX_CONTAINER_MAX];
	struct str text = exact(t->text);
	struct str id = STR_NONE;
	size_t n = linux_container(text, name, &id);
	bool pass = str_is((struct str){ name, n }, t->name) &&
	    str_is(id, t->id) && (id.n > 0) == (id.p != NULL);

	ok(pass, t->what);
	if (!pass)
		printf("# got: %.*s, id %.*s\n", (int)n, name, (int)id.n,
		    id.n > 0 ? id.p : "");
	free((char *)text.p);
}

static void
check_part(struct str (*parser)(struct str), const char *kind,
    const char *what, const char *text, const char *want)
{
	char line[100];
	struct str copy = exact(text);
	struct str got = parser(copy);

	snprintf(line, sizeof line, "%s: %s", kind, what);
	ok(str_is(got, want), line);
	if (!str_is(got, want))
		printf("# got: %.*s\n", (int)got.n, got.n > 0 ? got.p : "");
	free((char *)copy.p);
}

/* Lines of 10,000 bytes. */
static void
long_lines(void)
{
	enum { LEN = 10000, SIZE = 2 * LEN };
	char name[LINUX_CONTAINER_MAX], *line = malloc(SIZE);
	const char *after = "\n1:name=systemd:/docker/" ID "\n";
	struct str id;
	size_t n;

	if (line == NULL)
		abort();
	memset(line, '/', LEN);
	memcpy(line, "0::/", 4);
	ok(linux_container((struct str){ line, LEN }, name, &id) == 0 &&
	    linux_cgroup((struct str){ line, LEN }).n == LEN - 3 &&
	    linux_unit((struct str){ line, LEN }).p == NULL,
	    "10,000 bytes of /");
	memset(line + 4, 'a', LEN - 4);
	memcpy(line + LEN, after, strlen(after) + 1);
	n = linux_container(str_from(line), name, &id);
	ok(str_is((struct str){ name, n }, "docker/" SHORT),
	    "a line after one of 10,000 bytes");
	memset(line, ':', LEN);
	ok(linux_container((struct str){ line, LEN }, name, &id) == 0 &&
	    linux_cgroup((struct str){ line, LEN }).p == NULL,
	    "10,000 bytes of :");
	memset(line, '\n', LEN);
	n = linux_container(str_from(line), name, &id);
	ok(str_is((struct str){ name, n }, "docker/" SHORT),
	    "10,000 empty lines");
	memcpy(line, "0::/lxc.payload.", 16);
	memset(line + 16, 'a', LEN - 16);
	n = linux_container((struct str){ line, LEN }, name, &id);
	ok(n == 4 + 64 && id.n == LEN - 16, "a name of almost 10,000 bytes");
	free(line);
}

/* Whose a container is. */
static const struct {
	const char *what, *text;
	bool is_users;
} owners[] = {
	{ "root's", "0::/system.slice/docker-" ID ".scope\n", false },
	{ "a user's", "0::" USER "/user.slice/libpod-" ID ".scope\n", true },
	{ "with users in it", "0::/docker/" ID "/user.slice/user-1.slice\n",
	    false },
	{ "of a user in it", "0::/docker/" ID USER "/user.slice/libpod-" ID2
	    ".scope\n", true },
	{ "the line before is no matter", "2:cpu:/user.slice/x\n1:name=systemd:"
	    "/machine.slice/libpod-" ID ".scope\n", false },
	{ "a name", "0::/lxc.payload.web/user.slice\n", false },
};

static void
check_owner(size_t i)
{
	struct str text = exact(owners[i].text), id;
	char name[LINUX_CONTAINER_MAX];

	ok(linux_container(text, name, &id) > 0 &&
	    linux_is_users(text, id) == owners[i].is_users,
	    owners[i].what);
	free((char *)text.p);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof owners / sizeof owners[0]; i++)
		check_owner(i);
	for (i = 0; i < sizeof containers / sizeof containers[0]; i++)
		check_container(&containers[i]);
	for (i = 0; i < sizeof cgroups / sizeof cgroups[0]; i++)
		check_part(linux_cgroup, "cgroup", cgroups[i].what,
		    cgroups[i].text, cgroups[i].path);
	for (i = 0; i < sizeof units / sizeof units[0]; i++)
		check_part(linux_unit, "unit", units[i].what, units[i].text,
		    units[i].path);
	long_lines();
	return tap_end();
}
