#!/bin/sh
# deferred-accept: a listener with TCP_DEFER_ACCEPT (Apache's AcceptFilter,
# nginx's `deferred') gets a connection only when its client has sent something.
# Until then the two ends, on one machine, disagree: the client's is ESTAB, the
# server's SYN-RECV, with no inode and no process.  `ss -t' leaves SYN-RECV out
# and shows one end; netstat -t shows both.  A row SYN-RECV here is no flood and
# no lost packet.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, all of Debian
# 12; Linux 6.18.  Needs root, python3, apt-get of Debian 12.
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
trap 'rm -rf "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$PATH
ip link set lo up
mkfifo go
python3 -c '
import socket, time
a = socket.socket()
a.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
a.bind(("127.0.0.1", 4711))
a.listen()
b = socket.socket()
b.bind(("127.0.0.1", 4000))
b.connect(("127.0.0.1", 4711))
print("made", flush=True)
open("go").read()
b.send(b"x")
c, _ = a.accept()
print("sent", flush=True)
time.sleep(20)' >made &
told() {
	for i in $(seq 40); do grep -q "$1" made || sleep 0.3; done
	ss -Htn | awk -v "what=$1" '{ print what ", ss -t: " $1, $4 }' | sort
	ss -Htanp | sort | awk -v "what=$1" '$1 != "LISTEN" {
		print what ", ss -tap: " $1, $4, /pid=/ ? "a process" : "nobody" }'
	netstat -tn | sort | awk -v "what=$1" '/^tcp/ {
		print what ", netstat -t: " $6, $4 }'
	lsof -nP -p $! -a -i :4000 | sort | awk -v "what=$1" 'NR > 1 {
		print what ", lsof: " $9, $10 }'
}
told made
echo go >go
told sent
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
made, ss -t: ESTAB 127.0.0.1:4000
made, ss -tap: ESTAB 127.0.0.1:4000 a process
made, ss -tap: SYN-RECV 127.0.0.1:4711 nobody
made, netstat -t: ESTABLISHED 127.0.0.1:4000
made, netstat -t: SYN_RECV 127.0.0.1:4711
made, lsof: 127.0.0.1:4000->127.0.0.1:4711 (ESTABLISHED)
sent, ss -t: ESTAB 127.0.0.1:4000
sent, ss -t: ESTAB 127.0.0.1:4711
sent, ss -tap: ESTAB 127.0.0.1:4000 a process
sent, ss -tap: ESTAB 127.0.0.1:4711 a process
sent, netstat -t: ESTABLISHED 127.0.0.1:4000
sent, netstat -t: ESTABLISHED 127.0.0.1:4711
sent, lsof: 127.0.0.1:4000->127.0.0.1:4711 (ESTABLISHED)
sent, lsof: 127.0.0.1:4711->127.0.0.1:4000 (ESTABLISHED)
END
