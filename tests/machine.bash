# shellcheck shell=bash
# For scripts that run on a machine of their own: pid, mount and network
# namespaces, in which nothing of the real machine's runtimes can be seen.  It
# ends with its first process, and so does all that was started.

cols=proto,state,local_addr,local_port,process,container,target,target_container

# leave REASON: skips the test.
leave()
{
	echo "$1" >"$BATS_TEST_TMPDIR/skip"
	exit 77
}

# await COMMAND...: repeats it until it succeeds, for ten seconds; then fails.
await()
{
	local n=0

	until "$@"; do
		[ $((n += 1)) -lt 500 ] || {
			echo "in vain: $*" >&2
			return 1
		}
		sleep 0.02
	done
}

# is_not COMMAND...: succeeds if it fails.
is_not()
{
	! "$@"
}

# shellcheck source=/dev/null
. "${BASH_SOURCE[0]%/*}/own-var.sh"
for folder in /run /var/lib /var/snap; do
	mkdir -p "$folder"
	mount -t tmpfs -o mode=755 tmpfs "$folder"
done
ip link set lo up

# What containers run: a listener on each port.
listeners='for port; do /bin/busybox nc -ll -p $port & done; wait'
limits=(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024)

make_rootfs()
{
	mkdir -p rootfs/{bin,proc,sys,dev,tmp,etc,run}
	cp "$(command -v busybox)" rootfs/bin/busybox
}

# start_docker ARG...: starts a real one, with a bridge of our own.
start_docker()
{
	make_rootfs
	ip link add br0 type bridge || leave 'needs bridges'
	ip addr add 10.97.0.1/24 dev br0
	ip link set br0 up
	dockerd --iptables=false --bridge=br0 --storage-driver=vfs "$@" \
		>log 2>&1 &
	dockerd=$!
	for _ in {1..150}; do
		docker info >/dev/null 2>&1 && break
		kill -0 "$dockerd" 2>/dev/null || break
		sleep 0.1
	done
	docker info >/dev/null 2>&1 || leave 'dockerd does not start here'
	tar -C rootfs -c . | docker import - bb:1 >/dev/null
}

# run_docker NAME ARG...: sets $container, its id.
run_docker()
{
	container=$(docker run -d --name "$1" "${limits[@]:0:2}" "${@:2}" bb:1 \
		/bin/busybox sh -c "$listeners" sh 80)
	trap 'docker rm -f $(docker ps -aq) >/dev/null' EXIT
}

podman_do()
{
	podman --cgroup-manager=cgroupfs --runtime /usr/sbin/runc "$@" 2>err
}

# run_podman NAME ARG...
run_podman()
{
	make_rootfs
	[ -d etc ] || cp -r /etc/containers etc
	cat >etc/storage.conf <<-END
		[storage]
		driver = "vfs"
		graphroot = "$PWD/store"
		runroot = "/run/containers/storage"
	END
	mount --bind etc /etc/containers
	container=$(podman_do run -d --name "$1" "${limits[@]}" "${@:2}" \
		--rootfs "$PWD/rootfs" /bin/busybox sh -c "$listeners" sh 80) ||
		leave 'podman does not run here'
	trap 'podman_do rm -f -t 0 "$container" >/dev/null' EXIT
}

# expect TEXT: standard input is TEXT.
expect()
{
	diff -u <([ -z "$1" ] || echo "$1") -
}

# id NUMBER: the id of a container.
id()
{
	printf %064d "$1"
}

# The folder in which containerd has one for each container.
# shellcheck disable=SC2034 # for the scripts
tasks=/run/containerd/io.containerd.runtime.v2.task

# fixture FILE <TEXT: makes that file, and its folder.
fixture()
{
	mkdir -p "${1%/*}"
	cat >"$1"
}

# cni NUMBER PORTS ADDRESSES: the file that libcni keeps of a container.
cni()
{
	fixture "/var/lib/cni/results/net-$(id "$1")-eth0" <<-END
		{"kind":"cniCacheV1","containerId":"$(id "$1")","config":"e30K",
		"ifName":"eth0","networkName":"net","cniArgs":[["K8S_POD_NAME",
		"x"]],"capabilityArgs":{"portMappings":[$2]},"result":{
		"cniVersion":"1.0.0","interfaces":[],"ips":[$3],"dns":{}}}
	END
}

all()
{
	prt-scan -H --published -o $cols "$@"
}
