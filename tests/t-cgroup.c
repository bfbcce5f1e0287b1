/* The container, control group and unit in the text of a cgroup file. */
#include <stdio.h>
#include <stdlib.h>

#include "scan/linux/linux.h"
#include "tap.h"

/* Two whole ids, and their short forms. */
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

/* A copy without a byte after the text: a sanitizer sees an overrun.  The
 * caller frees. */
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

	{ "docker, rootless, runc's own name", "0::" USER "/user.slice/runc-"
	    ID ".scope\n", "docker/" SHORT, ID },
	{ "podman, Quadlet", "0::/system.slice/web.service/libpod-payload-" ID
	    "\n", "podman/" SHORT, ID },
	{ "podman, Quadlet, an instance, /container below", "0::/system.slice/"
	    "system-web.slice/web@1.service/libpod-payload-" ID
	    "/container\n", "podman/" SHORT, ID },
	{ "podman, Quadlet, rootless", "0::" USER "/app.slice/web.service/"
	    "libpod-payload-" ID "\n", "podman/" SHORT, ID },
	{ "podman, Quadlet, rootless, slices below", "0::" USER
	    "/app.slice/app-web.slice/web@8000.service/libpod-payload-" ID
	    "\n", "podman/" SHORT, ID },
	{ "podman, split by root in a session", "0::/user.slice/user-0.slice/"
	    "session-3.scope/libpod-payload-" ID "\n", "podman/" SHORT, ID },
	{ "podman, Quadlet, version 1", "0::/\n1:name=systemd:/system.slice/"
	    "web.service/libpod-payload-" ID "\n", "podman/" SHORT, ID },
	{ "nspawn of systemd 262", "0::/machine.slice/web.scope/payload/"
	    "system.slice/nginx.service\n", "nspawn/web", "web" },
	{ "nspawn, --keep-unit", "0::/machine.slice/shop.service/payload\n",
	    "nspawn/shop", "shop" },
	{ "nspawn of systemd 262, dashes", "0::/machine.slice/web\\x2d1.scope/"
	    "payload\n", "nspawn/web-1", "web\\x2d1" },
	{ "podman in nspawn of systemd 262", "0::/machine.slice/web.scope/"
	    "payload/machine.slice/libpod-" ID ".scope/container\n",
	    "podman/" SHORT, ID },
	{ "snap, an app", "0::" USER "/app.slice/snap.firefox.firefox-"
	    "1b4c5b2e-0d3f-4a43-9b0c-3f1f2f3a4b5c.scope\n", "snap/firefox",
	    "firefox" },
	{ "snap, a service", "0::/system.slice/snap.lxd.daemon.service\n",
	    "snap/lxd", "lxd" },
	{ "snap, another instance", "0::/system.slice/snap.web_a.b.service\n",
	    "snap/web_a", "web_a" },
	{ "snap, version 1", "1:name=systemd:" USER "/snap.hello.hello."
	    "6e3c8c0a-7a26-4cd2-b0c5-1c5f9a0a1e7d.scope\n", "snap/hello",
	    "hello" },
	{ "docker in a snap", "0::/system.slice/snap.docker.dockerd.service/"
	    "docker/" ID "\n", "docker/" SHORT, ID },
	{ "flatpak", "0::" USER "/app.slice/app-flatpak-org.mozilla.firefox-"
	    "3372.scope\n", "flatpak/org.mozilla.firefox",
	    "org.mozilla.firefox" },
	{ "flatpak, a dash", "0::" USER "/app.slice/app-flatpak-org.a\\x2db.C-"
	    "3372.scope\n", "flatpak/org.a-b.C", "org.a\\x2db.C" },
	{ "flatpak, before 1.5", "0::" USER "/flatpak-org.gnome.Maps-77.scope"
	    "\n", "flatpak/org.gnome.Maps", "org.gnome.Maps" },
	{ "a container below a guess: that one", "0::/ecs/task/" ID2
	    "/lxc.payload.web\n", "lxc/web", "web" },
	{ "a guess below a container: that one", "0::/docker/" ID "/ecs/" ID2
	    "\n", "docker/" SHORT, ID },
	{ "a guess in the line before: that which is sure", "2:pids:/ecs/" ID2
	    "\n1:name=systemd:/docker/" ID "\n", "docker/" SHORT, ID },

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
	{ "docker's folder alone", "0::/docker\n", "", "" },
	{ "docker's service", "0::/system.slice/docker.service\n", "", "" },
	{ "docker-ID without .scope", "0::/system.slice/docker-" ID "\n", "",
	    "" },
	{ "docker-.scope", "0::/system.slice/docker-.scope\n", "", "" },
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
	{ "a user's session's libpod-payload-ID", "0::/user.slice/user-1000."
	    "slice/session-3.scope/libpod-payload-" ID "\n", "", "" },
	{ "Quadlet's conmon", "0::/system.slice/web.service/runtime\n", "",
	    "" },
	{ "a user's id", "0::" USER "/app.slice/" ID "\n", "", "" },
	{ "an id in a user's session", "0::/user.slice/user-1000.slice/"
	    "session-3.scope/" ID "\n", "", "" },
	{ "nspawn's supervisor", "0::/machine.slice/web.scope/supervisor\n",
	    "", "" },
	{ "a user's payload", "0::" USER "/app.slice/x.service/payload\n", "",
	    "" },
	{ "snap without an app", "0::/system.slice/snap.lxd.service\n", "",
	    "" },
	{ "snap without a name", "0::/system.slice/snap..lxd.service\n", "",
	    "" },
	{ "snap's daemon", "0::/system.slice/snapd.service\n", "", "" },
	{ "flatpak without a number", "0::" USER
	    "/app.slice/app-flatpak-org.a.B.scope\n", "", "" },
	{ "flatpak without a name", "0::" USER
	    "/app.slice/app-flatpak--3.scope\n", "", "" },
}, guesses[] = {
	{ "docker below another's group", "0::/ecs/3e1f/" ID "\n",
	    "docker/" SHORT, ID },
	{ "docker below another's group, with groups of its own", "0::/work/"
	    ID "/init.scope\n", "docker/" SHORT, ID },
	{ "other case of the runtime", "0::/Docker/" ID "\n",
	    "docker/" SHORT, ID },
	{ "kubepods as the end of a name", "0::/mykubepods/" ID "\n",
	    "docker/" SHORT, ID },
	{ "docker below a slice", "0::/ecs.slice/" ID "\n", "docker/" SHORT,
	    ID },
	{ "docker below a service", "0::/system.slice/ci.service/" ID "\n",
	    "docker/" SHORT, ID },
	{ "nspawn in another slice", "0::/lab.slice/web.scope/payload\n",
	    "nspawn/web", "web" },
	{ "nspawn in a service's own", "0::/system.slice/box.service/payload/"
	    "init.scope\n", "nspawn/box", "box" },
};

static const struct {
	const char *what, *text;
	uint32_t uid;
} owners[] = {
	{ "owner: root", "0::/docker/" ID "\n", 0 },
	{ "owner: a user", "0::" USER "/user.slice/libpod-" ID ".scope\n",
	    1000 },
	{ "owner: a user, of a Quadlet", "0::" USER
	    "/app.slice/web.service/libpod-payload-" ID "\n", 1000 },
	{ "owner: seen from another cgroup namespace", "0::/../.." USER
	    "/user.slice/libpod-" ID ".scope\n", 1000 },
	{ "owner: a user of a container's is none", "0::/machine.slice/"
	    "machine-web.scope/payload" USER "/user.slice/libpod-" ID
	    ".scope\n", 0 },
	{ "owner: no number", "0::/user.slice/user-x.slice/user@1000.service/"
	    "user.slice/libpod-" ID ".scope\n", 0 },
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
	{ "hybrid: systemd's own is not in use", "1:name=systemd:/\n"
	    "0::/system.slice/ssh.service\n", "/system.slice/ssh.service" },
	{ "hybrid: neither has a unit", "1:name=systemd:/a\n0::/b\n", "/a" },
	{ "hybrid: both have one", "1:name=systemd:/a.service\n"
	    "0::/b.service\n", "/a.service" },
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
	{ "a user's service", USER "/app.slice/app-x.service",
	    "app-x.service" },
	{ "a user's socket", USER "/app.slice/app-x.slice/x.socket",
	    "x.socket" },
	{ "a user's manager", USER "/init.scope", "user@1000.service" },
	{ "a user's manager, its group", USER, "user@1000.service" },
	{ "a user's what is no unit", USER "/app.slice/x", "user@1000.service" },
	{ "seen from another cgroup namespace", "/../../system.slice/"
	    "ssh.service", "ssh.service" },
	{ "a user's, seen from another cgroup namespace", "/../../../.." USER
	    "/app.slice/x.service", "x.service" },
	{ "a container's, seen from another one", "/../docker-" ID ".scope",
	    "docker-" ID ".scope" },
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

/* A guess is an answer too, but a different one. */
static void
check_container(const struct test *t, bool is_guess)
{
	struct str text = exact(t->text);
	struct linux_in in;
	bool found = linux_container(text, &in);
	bool pass = found == (*t->name != '\0') && (!found ||
	    (str_is((struct str){ in.name, in.n }, t->name) &&
	    str_is(in.id, t->id) && in.is_guess == is_guess));

	ok(pass, t->what);
	if (!pass && found)
		printf("# got: %.*s, id %.*s, guess %d\n", (int)in.n, in.name,
		    (int)in.id.n, in.id.p, in.is_guess);
	free((char *)text.p);
}

static void
check_owner(const char *what, const char *text, uint32_t uid)
{
	struct str copy = exact(text);
	struct linux_in in = { .uid = 7 };

	ok(linux_container(copy, &in) && in.uid == uid, what);
	free((char *)copy.p);
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

static bool
is_in(struct str text, const char *name)
{
	struct linux_in in;

	return linux_container(text, &in) &&
	    str_is((struct str){ in.name, in.n }, name);
}

/* Lines of 10,000 bytes. */
static void
long_lines(void)
{
	enum { LEN = 10000, SIZE = 2 * LEN };
	char *line = malloc(SIZE);
	const char *after = "\n1:name=systemd:/docker/" ID "\n";
	struct linux_in in;

	if (line == NULL)
		abort();
	memset(line, '/', LEN);
	memcpy(line, "0::/", 4);
	ok(!linux_container((struct str){ line, LEN }, &in) &&
	    linux_cgroup((struct str){ line, LEN }).n == LEN - 3 &&
	    linux_unit((struct str){ line, LEN }).p == NULL,
	    "10,000 bytes of /");
	memset(line + 4, 'a', LEN - 4);
	memcpy(line + LEN, after, strlen(after) + 1);
	ok(is_in(str_from(line), "docker/" SHORT),
	    "a line after one of 10,000 bytes");
	memset(line, ':', LEN);
	ok(!linux_container((struct str){ line, LEN }, &in) &&
	    linux_cgroup((struct str){ line, LEN }).p == NULL,
	    "10,000 bytes of :");
	memset(line, '\n', LEN);
	ok(is_in(str_from(line), "docker/" SHORT), "10,000 empty lines");
	memcpy(line, "0::/lxc.payload.", 16);
	memset(line + 16, 'a', LEN - 16);
	ok(linux_container((struct str){ line, LEN }, &in) &&
	    in.n == 4 + 64 && in.id.n == LEN - 16,
	    "a name of almost 10,000 bytes");
	free(line);
}

/* Whether a container is in a part of the control groups that users own. */
static const struct {
	const char *what, *text;
	bool is_users;
} users[] = {
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
check_users(size_t i)
{
	struct str text = exact(users[i].text);
	struct linux_in in;

	ok(linux_container(text, &in) &&
	    linux_is_users(text, in.id) == users[i].is_users,
	    users[i].what);
	free((char *)text.p);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof users / sizeof users[0]; i++)
		check_users(i);
	for (i = 0; i < sizeof containers / sizeof containers[0]; i++)
		check_container(&containers[i], false);
	for (i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
		check_container(&guesses[i], true);
	for (i = 0; i < sizeof owners / sizeof owners[0]; i++)
		check_owner(owners[i].what, owners[i].text, owners[i].uid);
	for (i = 0; i < sizeof cgroups / sizeof cgroups[0]; i++)
		check_part(linux_cgroup, "cgroup", cgroups[i].what,
		    cgroups[i].text, cgroups[i].path);
	for (i = 0; i < sizeof units / sizeof units[0]; i++)
		check_part(linux_unit, "unit", units[i].what, units[i].text,
		    units[i].path);
	long_lines();
	return tap_end();
}
