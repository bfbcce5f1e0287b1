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
	[ -z "${place-}" ] || kill "$place"
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

# What runs in them: a listener a port, each a process of its own.
listeners='for port; do /bin/busybox nc -ll -p $port & done; wait'

# run_docker NAME NETWORK PORT...: sets $container, its id.
run_docker() {
	container=$(docker run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 bb:1 /bin/busybox sh -c "$listeners" sh \
	    "${@:3}" 3>&-)
	dockers="${dockers-} $container"
}

# Where Podman's folders are the test's own, $in_place runs a command.
in_place=()

podman_do() {
	"${in_place[@]}" podman --cgroup-manager=cgroupfs --runtime /usr/sbin/runc "$@"
}

run_podman() {
	requires podman runc
	container=$(podman_do run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
	    --rootfs "$PWD/rootfs" /bin/busybox sh -c "$listeners" sh \
	    "${@:3}" 3>&-) ||
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

@test "docker: every process of a container has its name" {
	start_docker
	run_docker prt-t-many host 20855 20856 20857
	scan_until "$(printf 'docker/prt-t-many\n%.0s' 1 2 3)" \
	    -l -o container 20855-20857
	run -0 prt-scan -lH -o pid 20855-20857
	[ "$(sort -u <<<"$output" | wc -l)" -eq 3 ]
}

# same_after_restart PORT ARG...: a restart of $container is no change to
# prt-diff, though its processes are others.
same_after_restart() {
	local before

	prt-scan "${@:2}" "$1" >old
	before=$(column pid <old)
	docker restart -t 0 "$container" >/dev/null
	for _ in {1..100}; do
		prt-scan "${@:2}" "$1" >new
		[ -z "$(column pid <new)" ] || break
		sleep 0.1
	done
	[ -n "$(column pid <new)" ]
	[ "$(column pid <new)" != "$before" ]
	run -0 prt-diff --exit-code old new
	[ -z "$output" ]
}

@test "docker: a restart is no change, the label of its namespace the same" {
	start_docker
	run_docker prt-t-web host 20855
	scan_until docker/prt-t-web -l -o container 20855
	same_after_restart 20855 -l
	run_docker prt-t-one none 20856
	scan_until docker/prt-t-one -N -l -o container 20856
	same_after_restart 20856 -N -l
	[ "$(column netns <new)" = "docker/${container:0:12}" ]
	[ "$(column netns <old)" = "docker/${container:0:12}" ]
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

@test "podman: files elsewhere, it is asked itself" {
	requires podman runc
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	mkdir etc
	cp -r /etc/containers/. etc
	cat >etc/storage.conf <<-END
		[storage]
		driver = "vfs"
		graphroot = "$PWD/store"
		runroot = "$PWD/run"
	END
	unshare -m sh -c 'mount --bind etc /etc/containers; echo; exec sleep 60' \
	    >ready 3>&- &
	place=$!
	until [ -s ready ]; do sleep 0.02; done
	in_place=(nsenter -m -t "$place" -w"$PWD")
	run_podman prt-t-else-$$ host 20859
	scan_until "podman/${container:0:12}" -l -o container 20859
	run -0 "${in_place[@]}" prt-scan -lH -o container 20859
	[ "$output" = "podman/prt-t-else-$$" ]
}
