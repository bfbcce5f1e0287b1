#!/usr/bin/env bats
# Names of containers, from fake daemons and files.
# shellcheck disable=SC2154

load helpers
load container-names

@test "docker: the name that the daemon gives" {
	daemon right
	run -0 scan /docker/$id
	[ "$output" = docker/web-1 ]
	head -n 1 request | grep -q '^GET /containers/json HTTP/1.0'
}

@test "docker: asked once, every process of a container has its name" {
	daemon right
	listen 0 2
	for pid in "${holders[@]}"; do
		place "$pid" "/docker/$id"
	done
	first=$port
	listen 0 1
	place "${holders[1]}" "/docker/$id/below"
	run -0 --separate-stderr scan_all -U -o container "$first" "$port"
	[ -z "$stderr" ]
	[ "$(grep -c ^GET request)" -eq 1 ]
	[ "$(sort <<<"$output" | uniq -c | awk '{ print $1, $2 }')" = '1 -
4 docker/web-1' ]
}

@test "docker: an answer byte by byte" {
	daemon parts
	run -0 scan "/system.slice/docker-$id.scope"
	[ "$output" = docker/web-1 ]
}

@test "docker: no daemon, or a dead one's socket, the id" {
	run -0 --separate-stderr scan /docker/$id
	[ "$output" = "docker/$short" ]
	[ -z "$stderr" ]
	daemon dead
	run -0 --separate-stderr scan /docker/$id
	[ "$output" = "docker/$short" ]
	[ -z "$stderr" ]
}

# nameless REASON: the container is shown by its id, with one message.
nameless() {
	[ "$output" = "docker/$short" ]
	[ "$stderr" = "prt-scan: ${DOCKER_HOST#*//}: containers without names: $1" ]
}

@test "docker: answers that are none, the id" {
	for kind in cut error noise huge; do
		rm -f docker.sock
		daemon $kind
		run -0 --separate-stderr scan /docker/$id
		if [ $kind = huge ]; then
			nameless 'File too large'
		else
			[ "$output" = "docker/$short" ]
			[ -z "$stderr" ]
		fi
	done
}

@test "docker: no socket of a stream, the id, and why" {
	python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("docker.sock")
time.sleep(60)' 3>&- &
	pids+=" $!"
	until [ -S docker.sock ]; do sleep 0.02; done
	export DOCKER_HOST=unix://$PWD/docker.sock
	run -0 --separate-stderr scan /docker/$id
	nameless 'Protocol wrong type for socket'
	ln -s loop loop
	export DOCKER_HOST=unix://$PWD/loop
	run -0 --separate-stderr scan /docker/$id
	[ "$output" = "docker/$short" ]
	[ "$stderr" = "prt-scan: $PWD/loop: not asked: $(text_of ELOOP)" ]
}

@test "docker: a name that Docker does not allow, the id" {
	for name in '' -x 'a b' $'a\tb' 'a/b' $'\e[2J' ä "$(printf 'a%.0s' \
	    {1..300})"; do
		rm -f docker.sock
		daemon right "$name"
		run -0 scan /docker/$id
		[ "$output" = "docker/$short" ]
	done
}

# Without a limit, these would take half a minute and more.
@test "docker: silent, slow or deaf, two seconds and one message" {
	for kind in silent slow deaf; do
		rm -f docker.sock
		daemon $kind
		SECONDS=0
		run -0 --separate-stderr scan /docker/$id
		[ "$output" = "docker/$short" ]
		nameless "$(text_of ETIMEDOUT)"
		[ "$SECONDS" -lt 20 ]
	done
}

@test "docker: where it listens, by default and by DOCKER_HOST" {
	daemon right
	show "$PWD/docker.sock" /var/run/docker.sock
	place "$listener" /docker/$id
	for host in '' "$DOCKER_HOST"; do
		DOCKER_HOST=$host run -0 scan_all -o container "$port"
		[ "$output" = docker/web-1 ]
	done
	unset DOCKER_HOST
	run -0 scan_all -o container "$port"
	[ "$output" = docker/web-1 ]
	rm request
	for host in tcp://127.0.0.1:2375 ssh://web1 /var/run/docker.sock \
	    unix://; do
		DOCKER_HOST=$host run -0 scan_all -o container "$port"
		[ "$output" = "docker/$short" ]
	done
	[ ! -e request ]
}

@test "neither is asked of another proc tree" {
	load proc-tree
	daemon right
	fake podman <<<"touch '$PWD/log'"
	tree_make
	tree_socket 22 77
	tree_socket 23 78
	for n in 77 78; do
		tree_process $n x
		tree_fd $n 3 "socket:[$n]"
	done
	echo "0::/docker/$id" >"$tree/77/cgroup"
	echo "0::$libpod" >"$tree/78/cgroup"
	place "$listener" /
	run -0 scan_all --proc="$tree" -o container
	[ "$output" = "docker/$short
podman/$short" ]
	[ ! -e request ]
	[ ! -e log ]
}

# not_asked SOCKET: a message, the daemon is not asked, the id is shown.
not_asked() {
	run -0 --separate-stderr scan /docker/$id
	[ "$output" = "docker/$short" ]
	[ "$stderr" = "prt-scan: $1: not asked: another user can write or replace it: expected root's alone" ]
	[ ! -e request ]
}

@test "docker: a socket that another user has, or can replace, is not asked" {
	daemon right
	chown 1234 docker.sock
	not_asked "$PWD/docker.sock"
	chown 0 docker.sock
	mkdir his
	chown 1234 his
	ln -s "$PWD/docker.sock" his/link
	DOCKER_HOST=unix://$PWD/his/link not_asked "$PWD/his/link"
	ln docker.sock his/docker.sock
	DOCKER_HOST=unix://$PWD/his/docker.sock \
		not_asked "$PWD/his/docker.sock"
	mkdir -m 777 open
	ln docker.sock open/docker.sock
	DOCKER_HOST=unix://$PWD/open/docker.sock \
		not_asked "$PWD/open/docker.sock"
	# its mode says who may connect to it, which is another matter
	chmod 666 docker.sock
	run -0 --separate-stderr scan /docker/$id
	[ "$output" = docker/web-1 ]
	[ -z "$stderr" ]
}

@test "docker: nor is its usual socket, where that is another user's" {
	daemon right
	place "$listener" /docker/$id
	show "$PWD/docker.sock" /var/run/docker.sock
	unset DOCKER_HOST
	chown 1234 docker.sock
	run -0 --separate-stderr scan_all -o container "$port"
	[ "$output" = "docker/$short" ]
	[[ $stderr == 'prt-scan: /var/run/docker.sock: not asked: '* ]]
	[ ! -e request ]
	chown 0 docker.sock
	run -0 scan_all -o container "$port"
	[ "$output" = docker/web-1 ]
}

@test "docker: asked by a program that has only what the scan needs" {
	requires no-valgrind
	daemon rights
	place "$listener" /docker/$id
	only=/nowhere run -0 scan_all --owners=walk -o container "$port"
	# cap_dac_read_search, cap_net_admin and cap_sys_ptrace
	[ "$(awk '/^Cap(Prm|Eff):/ { print $2 }' rights | sort -u)" = \
		0000000000081004 ]
	grep -q '^NoNewPrivs:	1' rights
}

@test "docker: not asked where the column is not wanted" {
	daemon right
	place "$listener" "/docker/$id"
	run -0 scan_all -o pid,container_id "$port"
	[ "$output" = "$listener	$id" ]
	[ ! -e request ]
}

@test "docker: not asked where nothing is in a container" {
	daemon right
	run -0 scan /user.slice
	[ "$output" = - ]
	[ ! -e request ]
}

@test "docker: root asks for no container that a user says to have" {
	daemon right
	of=/user.slice/user-1000.slice/user@1000.service/user.slice
	run -0 scan "$of/docker-$id.scope"
	[ "$output" = "docker/$short" ]
	[ ! -e request ]
}

# own_file NAME: Docker's file of a container, for /var/lib/docker/containers.
own_file() {
	mkdir -p c/$id
	echo "{\"ID\":\"$id\",\"Name\":\"/$1\"}" >c/$id/config.v2.json
}

@test "docker: its own file" {
	own_file db-1
	run -0 scan /docker/$id "$PWD/c" /var/lib/docker/containers
	[ "$output" = docker/db-1 ]
}

@test "docker: where its own file has the name the daemon is not asked" {
	own_file db-1
	daemon right
	run -0 --separate-stderr scan /docker/$id "$PWD/c" \
	    /var/lib/docker/containers
	[ "$output" = docker/db-1 ]
	[ -z "$stderr" ]
	[ ! -e request ]
	# the file of another container is not used, so the daemon is asked
	sed -i "s/$id/$(printf %064d 7)/" c/$id/config.v2.json
	run -0 scan /docker/$id "$PWD/c" /var/lib/docker/containers
	[ "$output" = docker/web-1 ]
	[ -e request ]
}

@test "docker: its own file, of the snap" {
	own_file db-1
	run -0 scan /docker/$id "$PWD/c" \
	    /var/snap/docker/common/var-lib-docker/containers
	[ "$output" = docker/db-1 ]
}

# asked YES|NO: whether the daemon is asked, and the name or the id shown.
asked() {
	run -0 --separate-stderr scan_all -o container "$port"
	[ -z "$stderr" ]
	if [ "$1" = yes ]; then
		[ "$output" = docker/web-1 ]
		rm request
	else
		[ "$output" = "docker/$short" ]
		[ ! -e request ]
	fi
}

# published YES|NO: the same for published ports.
published() {
	run -0 --separate-stderr scan_all --published -o state "$port"
	[ -z "$stderr" ]
	if [ "$1" = yes ]; then
		rm request
	else
		[ ! -e request ]
	fi
}

@test "docker: a daemon that systemd would start is not asked" {
	daemon right
	place "$listener" /docker/$id
	mkdir units system
	show "$PWD/units" /run/systemd/units
	show "$PWD/system" /run/systemd/system
	mv docker.sock prt-t.sock
	export DOCKER_HOST=unix://$PWD/prt-t.sock
	# there is no socket unit
	asked yes
	published yes
	touch system/prt-t.socket
	asked no
	# without the daemon, no published port is missing
	published no
	# the service runs
	ln -s 0123456789abcdef0123456789abcdef units/invocation:prt-t.service
	asked yes
	# the socket has another name, as with podman-docker
	ln -s prt-t.sock docker.sock
	DOCKER_HOST=unix://$PWD/docker.sock asked yes
	rm units/*
	DOCKER_HOST=unix://$PWD/docker.sock asked no
	# a system without systemd, or whose systemd has no such information
	rm shown
	show "$PWD/system" /run/systemd/system
	asked yes
	# a user's manager has its own folder
	show "$PWD/units" /run/user/1234567/systemd/units
	show "$PWD/system" /run/systemd/user
	show "$PWD/prt-t.sock" /run/user/1234567/prt-t.sock
	export DOCKER_HOST=unix:///run/user/1234567/prt-t.sock
	asked no
	ln -s 0123456789abcdef0123456789abcdef units/invocation:prt-t.service
	asked yes
}

@test "docker: below any control group, if Docker has it" {
	for path in "/ecs/3e1f/$id" "/ecs/3e1f/$id/init.scope" "/ci.slice/$id"; do
		run -0 --separate-stderr scan "$path"
		[ "$output$stderr" = - ]
	done
	own_file task-1
	run -0 scan "/ecs/3e1f/$id" "$PWD/c" /var/lib/docker/containers
	[ "$output" = docker/task-1 ]
	run -0 scan_all -o container_id "$port"
	[ "$output" = "$id" ]
	run -0 scan_all --proc=/proc -o container,container_id "$port"
	# another proc tree has no Docker that could be asked
	[ "$output" = "-	-" ]
	# nor is it a container if the file has another id
	sed -i "s/$id/$(printf %064d 7)/" c/$id/config.v2.json
	run -0 scan_all -o container,container_id "$port"
	[ "$output" = "-	-" ]
	daemon right
	run -0 scan "/ecs/3e1f/$id"
	[ "$output" = docker/web-1 ]
	# a user may create such a control group
	run -0 scan "/user.slice/user-1000.slice/session-3.scope/$id"
	[ "$output" = - ]
}

@test "docker, rootless: the files of the user whose groups it is in" {
	user=1234567
	{
		cat /etc/passwd
		echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"
	} >passwd
	own_file web
	mkdir -p home/.local/share/docker
	mv c home/.local/share/docker/containers
	his=/user.slice/user-$user.slice/user@$user.service/user.slice
	for scope in docker runc; do
		chown -R $user home
		run -0 scan "$his/$scope-$id.scope" "$PWD/passwd" /etc/passwd
		[ "$output" = docker/web ]
		# a file that belongs to another user is not read
		chown 0 home/.local/share/docker/containers/$id/*
		run -0 scan "$his/$scope-$id.scope" "$PWD/passwd" /etc/passwd
		[ "$output" = "docker/$short" ]
	done
	# nor are the user's files read for root's containers
	chown -R $user home
	run -0 scan "/docker/$id" "$PWD/passwd" /etc/passwd
	[ "$output" = "docker/$short" ]
}

# bundle FOLDER KEY VALUE...: shows in that folder a config.json, as runtimes
# write them, with these annotations.
bundle() {
	local folder=$1 n

	shift
	rm -rf bundle shown
	mkdir bundle
	{
		printf '{"ociVersion":"1.1.0","process":{"args":["/bin/sh"],'
		printf '"annotations":{"nerdctl/name":"no"}},"annotations":{'
		printf '"io.kubernetes.cri-o.Labels":"{\\"a\\":\\"b}\\"}"'
		for ((n = 1; n < $#; n += 2)); do
			printf ',\n "%s":"%s"' "${@:n:2}"
		done
		printf '},"linux":{"cgroupsPath":"/x"}}\n'
	} >bundle/config.json
	show "$PWD/bundle" "$folder"
}

# is_named CGROUP NAME
is_named() {
	place "$listener" "$1"
	run -0 --separate-stderr scan_all -o container "$port"
	[ "$output" = "$2" ]
	[ -z "$stderr" ]
}

tasks=/run/containerd/io.containerd.runtime.v2.task
pods=/kubepods.slice/kubepods-burstable.slice
pods+=/kubepods-burstable-pod1f6e7b52_5f0a_4d5c_9b0e_2c1a7a1f3a10.slice

@test "cri: containerd's, namespace/pod/container" {
	pod=(io.kubernetes.cri.container-type container
	    io.kubernetes.cri.sandbox-name web-0
	    io.kubernetes.cri.sandbox-namespace shop)
	bundle $tasks/k8s.io/$id "${pod[@]}" io.kubernetes.cri.container-name nginx
	is_named "$pods/cri-containerd-$id.scope" cri/shop/web-0/nginx
	is_named "/kubepods/burstable/pod1f6e7b52/$id" cri/shop/web-0/nginx
	is_named "/system.slice/containerd.service/${pods##*/}:cri-containerd:$id" \
	    cri/shop/web-0/nginx
	# the pod's own
	bundle $tasks/k8s.io/$id "${pod[@]}"
	is_named "$pods/cri-containerd-$id.scope" cri/shop/web-0
}

@test "cri: containerd's of k3s, RKE2, k0s and microk8s" {
	for run in /run/k3s/containerd /run/k0s/containerd \
	    /var/snap/microk8s/common/run/containerd; do
		bundle $run/${tasks##*/}/k8s.io/$id \
		    io.kubernetes.cri.sandbox-name web-0 \
		    io.kubernetes.cri.sandbox-namespace shop \
		    io.kubernetes.cri.container-name nginx
		is_named "$pods/cri-containerd-$id.scope" cri/shop/web-0/nginx
	done
}

# is_of_pod CGROUP POD
is_of_pod() {
	place "$listener" "$1"
	run -0 --separate-stderr scan_all -o pod "$port"
	[ "$output$stderr" = "$2" ]
}

@test "pod: of Kubernetes, by containerd, cri-o and Docker" {
	pod=(io.kubernetes.cri.sandbox-name web-0
	    io.kubernetes.cri.sandbox-namespace shop)
	bundle $tasks/k8s.io/$id "${pod[@]}" io.kubernetes.cri.container-name nginx
	is_of_pod "$pods/cri-containerd-$id.scope" shop/web-0
	bundle $tasks/k8s.io/$id "${pod[@]}"
	is_of_pod "$pods/cri-containerd-$id.scope" shop/web-0
	rm shown
	is_of_pod "$pods/cri-containerd-$id.scope" -
	own_file k8s_nginx_web-0_shop_1f6e7b52-5f0a-4d5c-9b0e-2c1a7a1f3a10_0
	show "$PWD/c" /var/lib/docker/containers
	is_of_pod "/kubepods/burstable/pod1f6e7b52/docker-$id.scope" shop/web-0
	for name in k8s_ k8s_a_b k8s_a__c_d_e web-1 k9s_a_b_c_d_e; do
		own_file $name
		is_of_pod "/docker/$id" -
	done
	is_of_pod /lxc/web -
}

@test "cri: cri-o's, namespace/pod/container" {
	bundle /run/containers/storage/overlay-containers/$id/userdata \
	    io.container.manager cri-o io.kubernetes.pod.name web-0 \
	    io.kubernetes.pod.namespace shop io.kubernetes.container.name nginx
	is_named "$pods/crio-$id.scope" cri/shop/web-0/nginx
	is_named "$pods/crio-$id.scope/container" cri/shop/web-0/nginx
	is_named "/kubepods/pod1f6e7b52/crio-$id" cri/shop/web-0/nginx
	# the pod's own
	bundle /run/containers/storage/overlay-containers/$id/userdata \
	    io.container.manager cri-o io.kubernetes.pod.name web-0 \
	    io.kubernetes.pod.namespace shop io.kubernetes.container.name POD
	is_named "$pods/crio-$id.scope" cri/shop/web-0
}

@test "containerd: nerdctl's name" {
	bundle $tasks/default/$id nerdctl/name db
	is_named "/default/$id" containerd/db
	is_named "/system.slice/nerdctl-$id.scope" containerd/db
}

@test "cri, containerd: annotations that are no names, or none, the id" {
	for bad in '' - 'a b' a/b 'a\tb' '\u0041' ..; do
		bundle $tasks/k8s.io/$id io.kubernetes.cri.sandbox-name "$bad" \
		    io.kubernetes.cri.sandbox-namespace shop \
		    io.kubernetes.cri.container-name nginx
		is_named "$pods/cri-containerd-$id.scope" "cri/$short"
	done
	bundle $tasks/k8s.io/$id io.kubernetes.cri.sandbox-name web-0
	is_named "$pods/cri-containerd-$id.scope" "cri/$short"
	rm shown
	is_named "$pods/crio-$id.scope" "cri/$short"
}

@test "containerd: a link, a pipe, a folder and another's file are not read" {
	bundle $tasks/default/$id nerdctl/name db
	mv bundle/config.json real
	for make in "ln -s $PWD/real" mkfifo mkdir 'install -o 65534 real'; do
		rm -rf bundle/*
		$make bundle/config.json
		is_named "/default/$id" "containerd/$short"
	done
	chown 0 bundle/config.json
	is_named "/default/$id" containerd/db
}

@test "lxc, nspawn: the name in the control group, nothing else asked" {
	daemon right
	fake podman <<<"touch '$PWD/log'"
	is_named /lxc.payload.web-1/system.slice/nginx.service lxc/web-1
	is_named /lxc/web/init.scope lxc/web
	is_named '/machine.slice/machine-web\x2d1.scope/payload' nspawn/web-1
	is_named /machine.slice/systemd-nspawn@db.service/payload nspawn/db
	[ ! -e request ]
	[ ! -e log ]
}

@test "nspawn: of systemd 262, and the name that machined has" {
	is_named /machine.slice/web.scope/payload/system.slice/a.service nspawn/web
	is_named /machine.slice/shop.service/payload nspawn/shop
	# elsewhere only systemd-machined knows the name
	is_named /lab.slice/web.scope/payload -
	is_named /system.slice/box.service/payload/init.scope -
	mkdir machines
	ln -s web-1 machines/unit:shop.service
	ln -s ours machines/unit:box.service
	ln -s 'a b' machines/unit:bad.scope
	show "$PWD/machines" /run/systemd/machines
	is_named /machine.slice/shop.service/payload nspawn/web-1
	is_named /system.slice/box.service/payload/init.scope nspawn/ours
	is_named /machine.slice/bad.scope/payload nspawn/bad
	is_named /lab.slice/bad.scope/payload -
}

@test "snap, flatpak: by the program's name, nothing asked" {
	daemon right
	fake podman <<<"touch '$PWD/log'"
	his=/user.slice/user-1000.slice/user@1000.service/app.slice
	is_named $his/snap.firefox.firefox-1b4c5b2e-0d3f.scope snap/firefox
	is_named /system.slice/snap.lxd.daemon.service snap/lxd
	is_named $his/app-flatpak-org.mozilla.firefox-3372.scope \
	    flatpak/org.mozilla.firefox
	[ ! -e request ]
	[ ! -e log ]
}

# labelled LABEL: the label of the listener's namespace, with and without a
# field of the owner.
labelled() {
	for list in netns pid,netns container,netns; do
		run -0 --separate-stderr scan_all -N -o $list "$port"
		[ "${output##*	}" = "$1" ]
	done
}

@test "-N: a namespace is called by its container's name" {
	listen_apart
	own_file db-1
	place "$listener" "/docker/$id"
	labelled "docker/$short"
	show "$PWD/c" /var/lib/docker/containers
	labelled docker/db-1
	# a runtime's random name changes at each start
	uuid=1b4c5b2e-0d3f-4a43-9b0c-3f1f2f3a4b5c
	for name in netns-$uuid cni-$uuid; do
		rm shown
		show "/proc/$listener/ns/net" /run/netns/$name
		labelled "docker/$short"
		show "$PWD/c" /var/lib/docker/containers
		labelled docker/db-1
		rm shown
		place "$listener" /
		show "/proc/$listener/ns/net" /run/netns/$name
		labelled $name
		place "$listener" "/docker/$id"
	done
	# a name that a person chose stays the same
	for name in blue netns-1 cni-$uuid-a netns-${uuid/b/B}; do
		rm shown
		show "/proc/$listener/ns/net" /run/netns/$name
		show "$PWD/c" /var/lib/docker/containers
		labelled $name
	done
}

# shares_name PORT LABEL NAME: the labels of its namespace and of its container.
shares_name() {
	run -0 --separate-stderr scan_all -N -o netns,container "$1"
	[ "$output" = "$2	$3" ]
}

@test "-N: namespaces of two containers of one name" {
	other=$(printf %064d 7)
	for n in 1 2 3; do
		listen_apart
		ports[n]=$port
		listeners[n]=$listener
	done
	own_file web
	mkdir -p c/$other
	sed "s/$id/$other/" c/$id/config.v2.json >c/$other/config.v2.json
	show "$PWD/c" /var/lib/docker/containers
	place "${listeners[1]}" "/docker/$id"
	place "${listeners[2]}" /
	place "${listeners[3]}" /
	shares_name "${ports[1]}" docker/web docker/web
	# two containers of one daemon with one name, for a moment: their ids
	place "${listeners[2]}" "/docker/$other"
	shares_name "${ports[1]}" "docker/$short" docker/web
	shares_name "${ports[2]}" "docker/${other:0:12}" docker/web
	# one is a user's
	user=1234567
	{
		cat /etc/passwd
		echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"
	} >passwd
	show "$PWD/passwd" /etc/passwd
	mkdir -p home/.local/share/docker/containers
	mv c/$other home/.local/share/docker/containers
	chown -R $user home
	his=/user.slice/user-$user.slice/user@$user.service/user.slice
	place "${listeners[2]}" "$his/docker-$other.scope"
	shares_name "${ports[1]}" docker/web docker/web
	shares_name "${ports[2]}" "docker/web@$user" docker/web
	# a second namespace of that container
	place "${listeners[3]}" "$his/docker-$other.scope/below"
	shares_name "${ports[2]}" "docker/web@$user" docker/web
	inode=$(stat -L -c %i "/proc/${listeners[3]}/ns/net")
	shares_name "${ports[3]}" "net:[$inode]" docker/web
}
