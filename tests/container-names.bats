#!/usr/bin/env bats
# Names of containers, from fake daemons and files: a process whose cgroup file
# names a container, in a mount namespace of the test's own.
# shellcheck disable=SC2154

load helpers

id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
short=${id:0:12}
libpod=/machine.slice/libpod-$id.scope

setup() {
	requires linux root python3
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	cd "$BATS_TEST_TMPDIR" || return
	BIN=$PWD/bin
	mkdir "$BIN"
	prt=$(command -v prt-scan)
	fake podman <<<'exit 125'
	listen
	export DOCKER_HOST=unix://$PWD/none
}

# listen [UID [N]]: sets $port, and $listener, the pid of who listens there, as
# that user, and $holders, all who hold the socket: N children of his too.
listen() {
	rm -f port
	python3 - "${1-0}" "${2-0}" 3>&- <<-'END' &
		import os, socket, sys, time
		l = socket.socket()
		l.bind(("127.0.0.1", 0))
		l.listen()
		port = open("port", "w")
		os.setuid(int(sys.argv[1]))
		r, w = os.pipe()
		for _ in range(int(sys.argv[2])):
		    if os.fork() == 0:
		        os.close(w)
		        os.read(r, 1)	# until the parent ends
		        os._exit(0)
		port.write(str(l.getsockname()[1]))
		port.flush()
		time.sleep(60)
	END
	listener=$!
	pids="${pids-} $!"
	until [ -s port ]; do sleep 0.02; done
	port=$(cat port)
	read -ra holders <"/proc/$listener/task/$listener/children" || true
	holders+=("$listener")
}

teardown() {
	for pid in ${pids-}; do
		kill "$pid" 2>/dev/null || true
	done
}

# daemon KIND [NAME]: answers as Docker does, or fails to.
daemon() {
	python3 - "$1" "$id" "${2-web-1}" 3>&- <<'END' &
import json, os, socket, sys, time
kind, cid, name = sys.argv[1:]
s = socket.socket(socket.AF_UNIX)
s.bind("new.sock")
if kind == "dead":
    s.close()
else:
    s.listen(0)
if kind == "deaf":
    waiting = socket.socket(socket.AF_UNIX)
    waiting.connect("new.sock")
os.rename("new.sock", "docker.sock")
if kind in ("dead", "deaf"):
    time.sleep(60)
c, _ = s.accept()
open("request", "wb").write(c.recv(4096))
head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
body = json.dumps([{"Id": "f" * 64, "Names": ["/other"]},
    {"Id": cid, "Names": ["/" + name]}]).encode()
try:
    if kind == "right":
        c.sendall(head + body)
    elif kind == "parts":
        for b in head + body:
            c.sendall(bytes([b]))
    elif kind == "cut":
        c.sendall(head + body[:-10])
    elif kind == "error":
        c.sendall(b"HTTP/1.0 500 No\r\n\r\n" + body)
    elif kind == "noise":
        c.sendall(os.urandom(100000))
    elif kind == "huge":
        while True:
            c.sendall(head + b" " * 65536)
    elif kind == "slow":
        while True:
            c.sendall(b"H")
            time.sleep(0.2)
    elif kind == "silent":
        time.sleep(60)
except OSError:
    pass
END
	pids="$pids $!"
	until [ -S docker.sock ]; do sleep 0.02; done
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/docker.sock
}

# place PID PATH: that is its cgroup, for scan.
place() {
	echo "0::$2" >"cgroup.$1"
}

# show SOURCE TARGET: scan sees that file, or folder, at TARGET; below /run and
# /var/lib it sees nothing else.
show() {
	echo "$1 $2" >>shown
}

# scan_all ARG...: prt-scan of what is so, which finds $BIN's programs first, or
# where `only' is set the programs there.
scan_all() {
	# shellcheck disable=SC2016 # for sh
	unshare -m sh -ec '
	bin=$1
	shift
	for file in cgroup.*; do
		mount --bind "$file" "/proc/${file#*.}/cgroup"
	done
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /var/lib
	touch shown
	while read -r source target; do
		[ -e "$target" ] || mkdir -p "$target"
		mount --bind "$source" "$target"
	done <shown
	PATH=${only:-$bin:$PATH}
	exec "$@"' sh "$BIN" "$prt" -H "$@"
}

# scan PATH [SOURCE TARGET]: the listener's container where PATH is its cgroup
# and the folder SOURCE is seen at TARGET.
scan() {
	rm -f shown
	place "$listener" "$1"
	[ -z "${2-}" ] || show "$2" "$3"
	scan_all -o container "$port"
}

@test "docker: the name that the daemon gives" {
	daemon right
	run -0 scan /docker/$id
	[ "$output" = docker/web-1 ]
	head -n 1 request | grep -q '^GET /containers/json HTTP/1.0'
}

@test "every process of a container has its name" {
	daemon right
	listen 0 2
	for pid in "${holders[@]}"; do
		place "$pid" "/docker/$id"
	done
	listen 0 1
	place "${holders[1]}" "/docker/$id/below"
	run -0 scan_all -U -o container
	[ "$(sort <<<"$output" | uniq -c | awk '{ print $1, $2 }')" = '2 -
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

@test "docker: answers that are none, the id" {
	for kind in cut error noise huge; do
		rm -f docker.sock
		daemon $kind
		run -0 --separate-stderr scan /docker/$id
		[ "$output" = "docker/$short" ]
		[ -z "$stderr" ]
	done
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

# Those would take half a minute and more.
@test "docker: silent, slow or deaf, two seconds and one message" {
	for kind in silent slow deaf; do
		rm -f docker.sock
		daemon $kind
		SECONDS=0
		run -0 --separate-stderr scan /docker/$id
		[ "$output" = "docker/$short" ]
		[ "$stderr" = "prt-scan: $PWD/docker.sock: no answer of \
Docker's in time: containers without names" ]
		[ "$SECONDS" -lt 20 ]
	done
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

# own_file NAME: Docker's of a container, for /var/lib/docker/containers.
own_file() {
	mkdir -p c/$id
	echo "{\"ID\":\"$id\",\"Name\":\"/$1\"}" >c/$id/config.v2.json
}

@test "docker: its own file" {
	own_file db-1
	run -0 scan /docker/$id "$PWD/c" /var/lib/docker/containers
	[ "$output" = docker/db-1 ]
}

@test "docker: silent, and its own file has the name all the same" {
	own_file db-1
	daemon silent
	run -0 --separate-stderr scan /docker/$id "$PWD/c" \
	    /var/lib/docker/containers
	[ "$output" = docker/db-1 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

# podmans_file NAME: a containers.json.
podmans_file() {
	echo "[{\"id\":\"$id\",\"names\":[\"$1\"]}]"
}

@test "podman: its own file, of each driver" {
	for driver in overlay vfs; do
		rm -rf c
		mkdir -p c/$driver-containers
		podmans_file db >c/$driver-containers/containers.json
		run -0 scan "$libpod" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = podman/db ]
	done
}

# start_user [N]: a user of the test's own listens, with N children.
start_user() {
	user=1234567
	listen $user "${1-0}"
	{
		cat /etc/passwd
		echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"
	} >passwd
	show "$PWD/passwd" /etc/passwd
	files=home/.local/share/containers/storage/overlay-containers
	mkdir -p $files
}

@test "podman: a user's own file names the containers of his processes" {
	start_user
	rootless=/user.slice/user-$user.slice/user@$user.service/user.slice
	podmans_file db >$files/containers.json
	chown -R $user home
	place "$listener" "$rootless/libpod-$id.scope"
	run -0 scan_all -o container "$port"
	[ "$output" = podman/db ]
	# root's own are not his to name, nor is another's file his
	chown 0 $files/containers.json
	run -0 scan_all -o container "$port"
	[ "$output" = "podman/$short" ]
	chown $user $files/containers.json
	listen 0
	place "$listener" "$libpod"
	run -0 scan_all -o container "$port"
	[ "$output" = "podman/$short" ]
}

# Unbounded it takes a minute.
@test "podman: a user's huge files cost no more than the time there is" {
	start_user 150
	{ printf '['; yes '{"a":[]},' | head -n 800000; echo '{}]'; } \
	    >$files/containers.json
	for driver in vfs btrfs zfs; do
		cp -lr $files "${files%/*}/$driver-containers"
	done
	chown -R $user home
	for pid in "${holders[@]}"; do
		place "$pid" "/machine.slice/libpod-$(printf %064d "$pid").scope"
	done
	SECONDS=0
	run -0 scan_all -o container "$port"
	[ "${#lines[@]}" -eq 151 ]
	[ "$(sort -u <<<"$output")" = podman/000000000000 ]
	[ "$SECONDS" -lt 20 ]
}

@test "podman: a link, a pipe and another's file are not read" {
	file=c/overlay-containers/containers.json
	mkdir -p c/overlay-containers
	podmans_file db >real
	for make in "ln -s $PWD/real" mkfifo "install -o 65534 real"; do
		rm -f $file
		$make $file
		run -0 scan "$libpod" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = "podman/$short" ]
	done
}

# podmans_answer [NAME]: as podman ps has it of other containers, and of this.
podmans_answer() {
	cat <<-END
		[{"Id":"$(printf %064d 7)","Names":["other"],"Pid":1},
		{"AutoRemove":false,"Id":"$id","Names":["${1-db}"],"Pid":2}]
	END
}

@test "podman: asked once, where its files do not have the name" {
	podmans_answer >answer
	fake podman <<-END
		echo "\$*" >>'$PWD/log'
		env | sed '/^PWD=/d; /^_=/d; /^SHLVL=/d; /^OLDPWD=/d' |
		    sort >'$PWD/env'
		readlink /proc/self/fd/0 >'$PWD/input'
		echo 'level=warning' >&2
		cat '$PWD/answer'
	END
	first=$listener
	listen
	place "$first" "/machine.slice/libpod-$(printf %064d 7).scope"
	place "$listener" "$libpod"
	HOME=/nonexistent run -0 --separate-stderr scan_all -U -o pid,container
	[ "$(grep podman/ <<<"$output" | sort)" = "$(sort <<-END
		$first	podman/other
		$listener	podman/db
	END
	)" ]
	[ -z "$stderr" ]
	[ "$(cat log)" = 'ps --format json' ]
	[ "$(cat input)" = /dev/null ]
	grep -qx LC_ALL=C env
	grep -q "^PATH=$BIN:" env
	[ "$(wc -l <"$PWD/env")" -eq 2 ]
}

@test "podman: not asked where a file has the name, nor of others' containers" {
	fake podman <<<"touch '$PWD/log'"
	mkdir -p c/overlay-containers
	podmans_file db >c/overlay-containers/containers.json
	run -0 scan "$libpod" "$PWD/c" /var/lib/containers/storage
	[ "$output" = podman/db ]
	run -0 scan "/docker/$id"
	[ "$output" = "docker/$short" ]
	[ ! -e log ]
	run -0 scan "$libpod"
	[ -e log ]
}

@test "podman: not there, failing, or lying: the id, and no message" {
	podmans_answer >answer
	podmans_answer 'a b' >bad
	head -c 100 /dev/urandom >noise
	head -c 30 answer >short
	{ cat answer; head -c 9000000 /dev/zero | tr '\0' ' '; } >huge
	for script in 'exit 0' "cat '$PWD/answer'; exit 125" \
	    "cat '$PWD/answer'; kill -9 \$\$" "cat '$PWD/bad'" \
	    "cat '$PWD/noise'" "cat '$PWD/short'" "cat '$PWD/huge'" \
	    'echo "[{}]"'; do
		fake podman <<<"$script"
		run -0 --separate-stderr scan "$libpod"
		[ "$output" = "podman/$short" ]
		[ -z "$stderr" ]
	done
	rm "$BIN/podman"
	only=$BIN run -0 --separate-stderr scan "$libpod"
	[ "$output" = "podman/$short" ]
	[ -z "$stderr" ]
}

# left_of GROUP: there are processes of that group.
left_of() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '
	{ sub(/.*\) /, "") }
	$1 != "Z" && $3 == group { n++ }
	END { exit !n }'
}

# The sleeps are longer than any scan may take.
@test "podman: silent, endless or undying: two seconds and one message" {
	podmans_answer >answer
	for script in "trap '' TERM HUP INT; sleep 50; sleep 50" \
	    'while :; do echo "[                                        "; done' \
	    "cat '$PWD/answer'; exec >&-; sleep 50" \
	    "cat '$PWD/answer'; sleep 50 & exit 0"; do
		{ echo "echo \$\$ >'$PWD/leader'"; echo "$script"; } | fake podman
		SECONDS=0
		run -0 --separate-stderr scan "$libpod"
		[ "$output" = "podman/$short" ]
		[ "$stderr" = 'prt-scan: podman: no answer in time' ]
		[ "$SECONDS" -lt 20 ]
		leader=$(cat leader)
		while left_of "$leader"; do
			[ "$SECONDS" -lt 30 ]
			sleep 0.1
		done
	done
}

@test "podman: not asked where Docker has used the time up" {
	podmans_answer >answer
	fake podman <<<"touch '$PWD/log'; cat '$PWD/answer'"
	first=$listener
	listen
	place "$first" "/docker/$id"
	place "$listener" "$libpod"
	daemon silent
	run -0 --separate-stderr scan_all -U -o container
	[ "$(grep / <<<"$output" | sort)" = "docker/$short
podman/$short" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ ! -e log ]
}

@test "podman: root runs none from a folder that others can write" {
	podmans_answer >answer
	fake podman <<<"touch '$PWD/log'; cat '$PWD/answer'"
	run -0 scan "$libpod"
	[ "$output" = podman/db ]
	rm log
	for mode in 777 775; do
		chmod $mode "$BIN"
		run -0 scan "$libpod"
		[ "$output" = "podman/$short" ]
	done
	chmod 755 "$BIN"
	chown 1 "$BIN/podman"
	run -0 scan "$libpod"
	[ "$output" = "podman/$short" ]
	[ ! -e log ]
}

# bundle FOLDER KEY VALUE...: a config.json as runtimes write them, in which
# these are annotations, is seen in that folder.
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

@test "cri: cri-o's, namespace/pod/container" {
	bundle /run/containers/storage/overlay-containers/$id/userdata \
	    io.container.manager cri-o io.kubernetes.pod.name web-0 \
	    io.kubernetes.pod.namespace shop io.kubernetes.container.name nginx
	is_named "$pods/crio-$id.scope" cri/shop/web-0/nginx
	is_named "$pods/crio-$id.scope/container" cri/shop/web-0/nginx
	is_named "/kubepods/pod1f6e7b52/crio-$id" cri/shop/web-0/nginx
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
