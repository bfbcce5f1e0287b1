#!/usr/bin/env bats
# Names of containers, from fake daemons and files: a process whose cgroup file
# names a container, in a mount namespace of the test's own.
# shellcheck disable=SC2154

load helpers

id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
short=${id:0:12}

setup() {
	requires linux root python3
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	cd "$BATS_TEST_TMPDIR" || return
	python3 -c '
import os, socket, time
l = socket.socket()
l.bind(("127.0.0.1", 0))
l.listen()
open("port.new", "w").write(str(l.getsockname()[1]))
os.rename("port.new", "port")
time.sleep(60)' 3>&- &
	pids=$!
	listener=$!
	until [ -s port ]; do sleep 0.02; done
	port=$(cat port)
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/none
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
s.listen(1)
os.rename("new.sock", "docker.sock")
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
        time.sleep(30)
except OSError:
    pass
END
	pids="$pids $!"
	until [ -S docker.sock ]; do sleep 0.02; done
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/docker.sock
}

# scan PATH [SOURCE TARGET]: the listener's container where PATH is its cgroup
# and the folder SOURCE is seen at TARGET, which may not exist.
scan() {
	echo "0::$1" >cgroup
	unshare -m sh -ec '
	mount --bind cgroup "/proc/$1/cgroup"
	if [ -n "$4" ]; then
		top=/$(echo "$4" | cut -d / -f 2)
		mount -t tmpfs tmpfs "$top/${5:-lib}"
		mkdir -p "$4"
		mount --bind "$3" "$4"
	fi
	exec prt-scan -H -o container "$2"' sh "$listener" "$port" "${2-}" \
	    "${3-}" "${4-}"
}

@test "docker: the name that the daemon gives" {
	daemon right
	run -0 scan /docker/$id
	[ "$output" = docker/web-1 ]
	head -n 1 request | grep -q '^GET /containers/json HTTP/1.0'
}

@test "docker: an answer byte by byte" {
	daemon parts
	run -0 scan "/system.slice/docker-$id.scope"
	[ "$output" = docker/web-1 ]
}

@test "docker: no daemon, the id" {
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

@test "docker: silent or slow, two seconds and one message" {
	for kind in silent slow; do
		rm -f docker.sock
		daemon $kind
		start=$(date +%s%N)
		run -0 --separate-stderr scan /docker/$id
		took=$((($(date +%s%N) - start) / 1000000))
		[ "$output" = "docker/$short" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ "$took" -lt 3000 ]
	done
}

@test "docker: not asked where the column is not wanted" {
	daemon right
	echo "0::/docker/$id" >cgroup
	# shellcheck disable=SC2016 # for sh
	run -0 unshare -m sh -ec 'mount --bind cgroup "/proc/$1/cgroup"
	    exec prt-scan -H -o pid,container_id "$2"' sh "$listener" "$port"
	[ "$output" = "$listener	$id" ]
	[ ! -e request ]
}

@test "docker: not asked where nothing is in a container" {
	daemon right
	run -0 scan /user.slice
	[ "$output" = - ]
	[ ! -e request ]
}

@test "docker: its own file" {
	mkdir -p c/$id
	echo "{\"ID\":\"$id\",\"Name\":\"/db-1\"}" >c/$id/config.v2.json
	run -0 scan /docker/$id "$PWD/c" /var/lib/docker/containers
	[ "$output" = docker/db-1 ]
}

@test "podman: its own file, of each driver" {
	for driver in overlay vfs; do
		rm -rf c
		mkdir -p c/$driver-containers
		echo "[{\"id\":\"$id\",\"names\":[\"db\"]}]" \
		    >c/$driver-containers/containers.json
		run -0 scan "/machine.slice/libpod-$id.scope" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = podman/db ]
	done
}

@test "podman: a link, a pipe and another's file are not read" {
	file=c/overlay-containers/containers.json
	mkdir -p c/overlay-containers
	echo "[{\"id\":\"$id\",\"names\":[\"db\"]}]" >real
	for make in "ln -s $PWD/real" mkfifo "install -o 65534 real"; do
		rm -f $file
		$make $file
		run -0 scan "/machine.slice/libpod-$id.scope" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = "podman/$short" ]
	done
}

@test "cri: namespace/pod/container" {
	mkdir -p c/$id
	echo '{"annotations":{"io.kubernetes.cri.sandbox-name":"web-0",
	    "io.kubernetes.cri.container-name":"nginx",
	    "io.kubernetes.cri.sandbox-namespace":"shop"}}' >c/$id/config.json
	run -0 scan "/kubepods/pod1/cri-containerd-$id.scope" "$PWD/c" \
	    /run/containerd/io.containerd.runtime.v2.task/k8s.io containerd
	[ "$output" = cri/shop/web-0/nginx ]
}
