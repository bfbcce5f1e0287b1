# shellcheck shell=bash disable=SC2034,SC2120,SC2154
# A process whose control group names a container, and what runtimes say of
# that: fake daemons, programs and files, in mounts of the test's own.

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

# listen [UID [N]]: a process of that user listens, with N children that hold
# the socket too.  Sets $port, $listener, its pid, and $holders, all pids.
listen() {
	rm -f port
	"${apart[@]}" python3 - "${1-0}" "${2-0}" 3>&- <<-'END' &
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

# listen_apart: the same in a network namespace of its own.
listen_apart() {
	local apart=(unshare -n)

	listen
}

teardown() {
	for pid in ${pids-}; do
		kill "$pid" 2>/dev/null || true
	done
}

# daemon KIND [NAME]: answers as Docker does, or fails to.
daemon() {
	python3 - "$1" "$id" "${2-web-1}" 3>&- <<'END' &
import json, os, socket, struct, sys, time
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
head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
body = json.dumps([{"Id": "f" * 64, "Names": ["/other"]},
    {"Id": cid, "Names": ["/" + name]}]).encode()

def answer(c):
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
    elif kind == "rights":
        pid, = struct.unpack("i8x", c.getsockopt(socket.SOL_SOCKET,
            socket.SO_PEERCRED, 12))
        with open("/proc/%d/status" % pid) as f:
            open("rights", "w").write(f.read())
    elif kind == "silent":
        time.sleep(60)

while True:
    c, _ = s.accept()
    with open("request", "ab") as f:
        f.write(c.recv(4096))
    try:
        answer(c)
    except OSError:
        pass
    c.close()
END
	pids="$pids $!"
	until [ -S docker.sock ]; do sleep 0.02; done
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/docker.sock
}

# place PID PATH: makes PATH the cgroup of PID, for scan.
place() {
	echo "0::$2" >"cgroup.$1"
}

# show SOURCE TARGET: scan sees that file or folder at TARGET, and nothing else
# below /run, /var/lib and /var/snap.
show() {
	echo "$1 $2" >>shown
}

# scan_all ARG...: prt-scan with that in place; it finds programs in $BIN first
# or, if `only' is set, only there.
scan_all() {
	# shellcheck disable=SC2016 # for sh
	unshare -m sh -ec '
	bin=$1
	own_var=$2
	shift 2
	for file in cgroup.*; do
		mount --bind "$file" "/proc/${file#*.}/cgroup"
	done
	. "$own_var"
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=755 tmpfs /var/lib
	mkdir -p /var/snap
	mount -t tmpfs -o mode=755 tmpfs /var/snap
	touch shown
	while read -r source target; do
		mkdir -p "${target%/*}"
		[ ! -d "$source" ] || mkdir -p "$target"
		[ -e "$target" ] || touch "$target"
		mount --bind "$source" "$target"
	done <shown
	PATH=${only:-$bin:$PATH}
	exec "$@"' sh "$BIN" \
	    "${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/own-var.sh" \
	    "$prt" -H "$@"
}

# scan PATH [SOURCE TARGET]: the listener's container if PATH is its cgroup and
# SOURCE is seen at TARGET.
scan() {
	rm -f shown
	place "$listener" "$1"
	[ -z "${2-}" ] || show "$2" "$3"
	scan_all -o container "$port"
}
