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
	[ -z "${cgroup-}" ] || end_rootless
	[ -z "${parent-}" ] || remove_groups
	[ -z "${place-}" ] || kill "$place"
	if [ -n "${dockerd-}" ]; then
		kill "$dockerd" 2>/dev/null || true
		wait "$dockerd" || true
	fi
	awk -v at="$BATS_TEST_TMPDIR/" 'index($5, at) == 1 { print $5 }' \
	    /proc/self/mountinfo | sort -r | xargs -r umount -l || true
}

# Podman leaves a process of the user's running.
end_rootless() {
	rm -rf "/tmp/containers-user-$user"
	# shellcheck disable=SC2016 # for sh
	"${in_place[@]}" sh -c 'for _ in $(seq 100); do
		find "$1" -name cgroup.procs -exec cat {} + | xargs -r kill -9
		find "$1" -depth -type d -exec rmdir {} + && break
		sleep 0.1
	done 2>/dev/null' sh "$cgroup"
}

# Docker leaves the folders it made for --cgroup-parent, in each hierarchy.
remove_groups() {
	local dir

	for dir in "/sys/fs/cgroup$parent" /sys/fs/cgroup/*"$parent"; do
		find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null ||
			true
	done
}

start_docker() {
	requires docker dockerd
	# the path of a socket must be short
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

# What the containers run: a listener for each port, each its own process.
listeners='for port; do /bin/busybox nc -ll -p $port & done; wait'

# run_docker NAME NETWORK PORT...: sets $container, its id.
run_docker() {
	container=$(docker run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 "${docker_args[@]}" bb:1 /bin/busybox sh -c "$listeners" sh \
	    "${@:3}" 3>&-)
	dockers="${dockers-} $container"
}

# own_mounts COMMAND: sets $in_place, which runs a command in a mount namespace
# of the test's own, after the shell has run COMMAND there.
own_mounts() {
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	unshare -m sh -ec "$1; echo; exec sleep 60" >ready 3>&- &
	place=$!
	until [ -s ready ]; do
		kill -0 "$place" 2>/dev/null || skip 'needs mounts'
		sleep 0.02
	done
	in_place=(nsenter -m -t "$place" sh -c 'cd "$0" && exec "$@"' "$PWD")
}

in_place=() as_user=() podman_args=() docker_args=()

podman_do() {
	"${in_place[@]}" "${as_user[@]}" podman --cgroup-manager=cgroupfs \
	    --runtime /usr/sbin/runc "$@"
}

run_podman() {
	requires podman runc
	container=$(podman_do run -d --name "$1" --network "$2" \
	    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
	    "${podman_args[@]}" --rootfs "$PWD/rootfs" \
	    /bin/busybox sh -c "$listeners" sh "${@:3}" 3>&-) ||
	    skip "podman does not run here"
	pods="${pods-} $container"
}

# scan_until TEXT ARG...: waits a while until prt-scan, run by the command in
# $at, prints TEXT.
scan_until() {
	local want=$1
	shift
	for _ in {1..50}; do
		run -0 --separate-stderr "${at[@]}" prt-scan -H "$@"
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
	scan_until "docker/prt-t-one	docker/prt-t-one" -N \
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

# same_after_restart PORT ARG...: prt-diff sees no change after a restart of
# $container, though its processes are new ones.
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
	[ "$(column netns <new)" = docker/prt-t-one ]
	[ "$(column netns <old)" = docker/prt-t-one ]
}

@test "docker: created again by the same name, no change" {
	start_docker
	run_docker prt-t-one none 20856
	scan_until docker/prt-t-one -N -l -o netns 20856
	prt-scan -N -l 20856 >old
	docker rm -f "$container"
	run_docker prt-t-one none 20856
	scan_until docker/prt-t-one -N -l -o netns 20856
	prt-scan -N -l 20856 >new
	[ "$(column pid <old)" != "$(column pid <new)" ]
	run -0 prt-diff --exit-code old new
	[ -z "$output" ]
}

@test "docker: without its daemon, the id" {
	start_docker
	run_docker prt-t-web host 20855
	scan_until docker/prt-t-web -l -o container 20855
	DOCKER_HOST=unix:///nonexistent run -0 prt-scan -lH -o container 20855
	[ "$output" = "docker/${container:0:12}" ]
}

@test "docker: --cgroup-parent, as ECS has it" {
	start_docker
	parent=/prt-t-$$
	docker_args=(--cgroup-parent "$parent/task")
	run_docker prt-t-task host 20863
	scan_until "docker/prt-t-task	$container" \
	    -l -o container,container_id 20863
	grep -q ":/prt-t-$$/task/$container$" \
		"/proc/$(prt-scan -lH -o pid 20863)/cgroup"
	# only Docker's daemon knows whether this is a container
	DOCKER_HOST=unix:///nonexistent run -0 prt-scan -lH \
	    -o container,container_id 20863
	[ "$output" = "-	-" ]
}

@test "podman: on the host's network" {
	run_podman prt-t-db-$$ host 20857
	scan_until "-	podman/prt-t-db-$$	busybox	$container" \
	    -l -o netns,container,process,container_id 20857
}

@test "podman: in its own network namespace" {
	run_podman prt-t-db-$$ none 20858
	scan_until "podman/prt-t-db-$$	podman/prt-t-db-$$" -N \
	    -l -o netns,container 20858
	prt-scan -N -l 20858 >old
	podman_do restart -t 0 "prt-t-db-$$" 3>&-
	scan_until "podman/prt-t-db-$$" -N -l -o netns 20858
	prt-scan -N -l 20858 >new
	[ "$(column pid <old)" != "$(column pid <new)" ]
	run -0 prt-diff --exit-code old new
	[ -z "$output" ]
}

# storage FOLDER: a storage.conf that keeps containers there.
storage() {
	cat <<-END
		[storage]
		driver = "vfs"
		graphroot = "$PWD/$1"
		runroot = "$PWD/run"
	END
}

@test "podman: files elsewhere, it is asked itself" {
	requires podman runc
	mkdir etc
	cp -r /etc/containers/. etc
	storage store >etc/storage.conf
	own_mounts 'mount --bind etc /etc/containers'
	run_podman prt-t-else-$$ host 20859
	scan_until "podman/${container:0:12}" -l -o container 20859
	run -0 "${in_place[@]}" prt-scan -lH -o container 20859
	[ "$output" = "podman/prt-t-else-$$" ]
}

@test "podman: --rm and --cgroups=split, as Quadlet has it" {
	user=none cgroup=/sys/fs/cgroup/prt-t-$$
	own_mounts "
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir -p $cgroup/system.slice/web.service"
	# shellcheck disable=SC2016 # for sh
	as_user=(sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh
	    "$cgroup/system.slice/web.service")
	podman_args=(--rm --cgroups=split --pids-limit=-1)
	run_podman prt-t-split-$$ host 20864
	# from Podman's files: no podman is found that could be asked
	prt=$(command -v prt-scan)
	for _ in {1..50}; do
		PATH=/nonexistent run -0 "$prt" -lH -o container,container_id \
		    20864
		[ -z "$output" ] || break
		PATH=$PATH sleep 0.1
	done
	assert_output_is "podman/prt-t-split-$$	$container"
	grep "^0::/prt-t-$$/system.slice/web.service/libpod-payload-$container" \
		"/proc/$(prt-scan -lH -o pid 20864)/cgroup"
}

# start_rootless FOLDER: makes podman_do run Podman as an ordinary user, in
# control groups as systemd gives them, with containers in that folder.
start_rootless() {
	requires podman runc
	user=$((1000000 + $$ % 100000))
	local service=/prt-t-$$/user.slice/user-$user.slice/user@$user.service

	open_folders "$PWD"
	mkdir -p home/.config/containers run
	storage "$1" >home/.config/containers/storage.conf
	{
		cat /etc/passwd
		echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"
	} >passwd
	mkdir -m 700 run/user
	mknod -m 666 tun c 10 200 || :
	chown -R $user:$user home run rootfs
	own_mounts "
	mount --bind passwd /etc/passwd
	[ ! -c tun ] || [ ! -e /dev/net/tun ] || mount --bind tun /dev/net/tun
	mount -t tmpfs tmpfs /run/user
	mkdir /run/user/$user
	mount --bind run/user /run/user/$user
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir -p /sys/fs/cgroup$service/init /sys/fs/cgroup$service/user.slice
	chown -R $user:$user /sys/fs/cgroup$service"
	cgroup=/sys/fs/cgroup/prt-t-$$
	podman_args=(--cgroup-parent "$service/user.slice/libpod_parent")
	# shellcheck disable=SC2016 # for sh
	as_user=(sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh
	    "/sys/fs/cgroup$service/init" setpriv "--reuid=$user" "--regid=$user"
	    --clear-groups env -i PATH="$PATH")
}

# scan_as_user ARG...: by a descriptor: the user may not reach prt-scan's path.
scan_as_user() {
	"${in_place[@]}" "${as_user[@]}" /proc/self/fd/9 "$@" \
	    9<"$(command -v prt-scan)"
}

@test "podman, rootless: by its files, for root and for the user" {
	start_rootless home/.local/share/containers/storage
	run_podman prt-t-own-$$ host 20861
	scan_until "$container" -l -o container_id 20861
	list=container,container_id,uid
	run -0 "${in_place[@]}" prt-scan -lH -o $list 20861
	[ "$output" = "podman/prt-t-own-$$	$container	$user" ]
	run -0 scan_as_user -lH -o $list 20861
	[ "$output" = "podman/prt-t-own-$$	$container	$user" ]
}

@test "podman, rootless: files elsewhere, the user asks it" {
	start_rootless home/elsewhere
	run_podman prt-t-own-$$ host 20862
	scan_until "podman/${container:0:12}" -l -o container 20862
	run -0 scan_as_user -lH -o container 20862
	[ "$output" = "podman/prt-t-own-$$" ]
}

list=local_port,process,target,target_container

# Root finds the ports of another user's containers in no file.
@test "podman, rootless: rootlessport's namespace is the container's" {
	requires slirp4netns
	start_rootless home/.local/share/containers/storage
	podman_args+=(-p 20863:80 -p 127.0.0.1:20864:81)
	run_podman prt-t-own-$$ slirp4netns 80
	want="20863	rootlessport	%s	podman/prt-t-own-$$
20864	rootlessport	%s	podman/prt-t-own-$$"
	at=("${in_place[@]}")
	scan_until "${want//%s/-}" -l -o $list 20863-20864
	run -0 scan_as_user -lH -o $list 20863-20864
	# shellcheck disable=SC2059 # that is what it is for
	[ "$output" = "$(printf "$want" :80 :81)" ]
}

@test "podman, rootless: slirp4netns's tun device is in the container's" {
	requires slirp4netns
	start_rootless home/.local/share/containers/storage
	podman_args+=(-p 20863:80)
	run_podman prt-t-own-$$ slirp4netns:port_handler=slirp4netns 80
	at=("${in_place[@]}")
	scan_until "20863	slirp4netns	-	podman/prt-t-own-$$" -l -o $list \
	    20863
	run -0 scan_as_user -lH -o $list 20863
	[ "$output" = "20863	slirp4netns	:80	podman/prt-t-own-$$" ]
	run -0 "${in_place[@]}" setpriv --bounding-set -net_admin \
	    prt-scan -lH -o $list 20863
	[ "$output" = "20863	slirp4netns	-	-" ]
}

# Podman 4.3 does not run pasta: it is joined to the container as later ones do.
@test "podman, rootless: pasta's tun device, and what its arguments say" {
	requires pasta
	start_rootless home/.local/share/containers/storage
	run_podman prt-t-own-$$ none 80
	pid=$(podman_do inspect -f '{{.State.Pid}}' prt-t-own-$$)
	"${in_place[@]}" "${as_user[@]}" pasta --config-net -f -u none -T none \
	    -U none -t 0.0.0.0/20863-20864:80-81 -t 127.0.0.1/20865:443 "$pid" \
	    >pasta.log 2>&1 3>&- &
	for _ in {1..100}; do
		run -0 "${in_place[@]}" prt-scan -lH -o ${list/process,} \
		    20863-20865
		[ -z "$output" ] || break
		sleep 0.1
	done
	kill $!
	[ "$output" = "20863	:80	podman/prt-t-own-$$
20864	:81	podman/prt-t-own-$$
20865	:443	podman/prt-t-own-$$" ] || {
		cat pasta.log
		[ -n "$output" ] || skip 'pasta does not run here'
		return 1
	}
}
