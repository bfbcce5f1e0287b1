#!/usr/bin/env bats
# Real Docker and real Podman.
# shellcheck disable=SC2154

load helpers

setup() {
	requires linux root busybox
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p rootfs/{bin,proc,sys,dev,tmp,etc,run}
	cp "$(command -v busybox)" rootfs/bin/busybox
}

teardown() {
	for c in ${dockers-}; do
		docker rm -f "$c" >/dev/null 2>&1 || true
	done
	for c in ${pods-}; do
		podman_do rm -f -t 0 "$c" >/dev/null 2>&1 || true
	done
	if [ -n "${dockerd-}" ]; then
		kill "$dockerd" 2>/dev/null || true
		wait "$dockerd" || true
	fi
	awk -v at="$BATS_TEST_TMPDIR/" 'index($5, at) == 1 { print $5 }' \
	    /proc/self/mountinfo | sort -r | xargs -r umount -l || true
}

start_docker() {
	requires docker dockerd
	# a socket's path is short
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/S
	dockerd --iptables=false --bridge=none --storage-driver=vfs \
	    --data-root "$PWD/D" --exec-root "$PWD/E" -p "$PWD/pid" \
	    -H "$DOCKER_HOST" >log 2>&1 3>&- &
	dockerd=$!
	for _ in {1..150}; do
		docker info >/dev/null 2>&1 && break
		kill -0 "$dockerd" 2>/dev/null || break
		sleep 0.1
	done
	docker info >/dev/null 2>&1 || skip "dockerd does not start here"
	tar -C rootfs -c . | docker import - bb:1
}

# run_docker NAME NETWORK PORT: sets $container, its id.
run_docker() {
	container=$(docker run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 bb:1 /bin/busybox nc -ll -p "$3" 3>&-)
	dockers="${dockers-} $container"
}

podman_do() {
	podman --cgroup-manager=cgroupfs --runtime /usr/sbin/runc "$@"
}

run_podman() {
	requires podman runc
	container=$(podman_do run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
	    --rootfs "$PWD/rootfs" /bin/busybox nc -ll -p "$3" 3>&-) ||
	    skip "podman does not run here"
	pods="${pods-} $container"
}

# scan_until TEXT ARG...: until that is what prt-scan prints, or for a while.
scan_until() {
	local want=$1
	shift
	for _ in {1..50}; do
		run -0 prt-scan -H "$@"
		[ "$output" != "$want" ] || return 0
		sleep 0.1
	done
	assert_output_is "$want"
}

@test "docker: on the host's network" {
	start_docker
	run_docker prt-t-web host 20855
	scan_until "-	docker/prt-t-web	busybox	$container" \
	    -l -o netns,container,process,container_id 20855
}

@test "docker: in its own network namespace" {
	start_docker
	run_docker prt-t-one none 20856
	one=$container
	scan_until "docker/${one:0:12}	docker/prt-t-one" -N \
	    -l -o netns,container 20856
	run -0 prt-scan -H 20856
	[ -z "$output" ]
}

@test "docker: without its daemon, the id" {
	start_docker
	run_docker prt-t-web host 20855
	scan_until docker/prt-t-web -l -o container 20855
	DOCKER_HOST=unix:///nonexistent run -0 prt-scan -lH -o container 20855
	[ "$output" = "docker/${container:0:12}" ]
}

@test "podman: on the host's network" {
	run_podman prt-t-db-$$ host 20857
	scan_until "-	podman/prt-t-db-$$	busybox	$container" \
	    -l -o netns,container,process,container_id 20857
}

@test "podman: in its own network namespace" {
	run_podman prt-t-db-$$ none 20858
	scan_until "podman/${container:0:12}	podman/prt-t-db-$$" -N \
	    -l -o netns,container 20858
}
