#!/bin/sh
# socket-cgroup: what `ss --cgroup' shows is the cgroup in which the socket was
# made, not the one of the process that has it.  A process that is moved leaves
# its sockets behind; a connection gets the cgroup of its listener, not of who
# accepts it; a socket that a supervisor hands to a service has the
# supervisor's.  Once the folder is removed the answer is `unreachable', also
# when a folder of the same name is there again.
#
# ss of iproute2 6.1.0 of Debian 12; Linux 6.18.  Needs root, python3, apt-get
# of Debian 12, and that a cgroup2 can be mounted.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg python3 unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download iproute2=6.1.0-3 \
	>/dev/null 2>&1 || skip 'this iproute2 is not to be had here'
dpkg -x ./*.deb root
cat >serve.py <<'END'
import os, socket, sys, time

def move(name):
    with open("tree/" + name + "/cgroup.procs", "w") as f:
        f.write("0")

home = sys.argv[1]
move(home + "/born")
a = socket.create_server(("127.0.0.1", 4711))
move(home + "/later")
b = socket.create_server(("127.0.0.1", 4712))
c = socket.create_connection(("127.0.0.1", 4711))
d, _ = a.accept()
print("made", flush=True)
time.sleep(20)
END
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$PATH
mkdir tree
mount -t cgroup2 none tree || exit 77
home=socket-cgroup.$$
mkdir tree/$home tree/$home/born tree/$home/later || exit 77
trap 'kill $server; wait $server 2>/dev/null
	rmdir tree/$home/born tree/$home/later tree/$home' EXIT
ip link set lo up
python3 serve.py $home >made &
server=$!
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
told() {
	ss -Htan --cgroup 2>/dev/null | sed "s/\/$home//
		s/unreachable:.*/unreachable/" | awk -v "what=$1" '{
			side = $1 == "LISTEN" ? "listener" : \
			    $4 ~ /:4711$/ ? "accepted" : "client"
			print what, side, $4 ~ /:471/ ? $4 : "", $NF
		}' | sort
}
echo "the process: $(sed -n "s/^0::.*$home//p" /proc/$server/cgroup)"
told 'moved:'
rmdir tree/$home/born
told 'removed:'
mkdir tree/$home/born
told 'made anew:'
END
status=0
unshare -n -m sh look.sh "$dir" >out || status=$?
[ $status -ne 77 ] || skip 'no cgroup2 to make a folder in'
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
the process: /later
moved: accepted 127.0.0.1:4711 cgroup:/born
moved: client  cgroup:/later
moved: listener 127.0.0.1:4711 cgroup:/born
moved: listener 127.0.0.1:4712 cgroup:/later
removed: accepted 127.0.0.1:4711 cgroup:unreachable
removed: client  cgroup:/later
removed: listener 127.0.0.1:4711 cgroup:unreachable
removed: listener 127.0.0.1:4712 cgroup:/later
made anew: accepted 127.0.0.1:4711 cgroup:unreachable
made anew: client  cgroup:/later
made anew: listener 127.0.0.1:4711 cgroup:unreachable
made anew: listener 127.0.0.1:4712 cgroup:/later
END
