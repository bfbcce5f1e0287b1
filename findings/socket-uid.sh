#!/bin/sh
# socket-uid: the user of a socket (`uid:' of ss -e, User of netstat -e) is not
# who has it.  It is who made it, an accepted one who accepted it, or whom
# fchown(2) gave its descriptor to, which works for sockets of the network too.
# A connection in TIME_WAIT has none; /proc/net/tcp says 0 for it, so netstat -e
# has root for what was never root's, and ss no uid at all, as for root's own.
# lsof's USER is the process's, every time.
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
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH
ip link set lo up

python3 -c '
import os, socket, time
a = socket.create_server(("127.0.0.1", 4711))
g = socket.create_server(("127.0.0.1", 4712))
os.fchown(g.fileno(), 4712, -1)
os.setuid(4713)
b = socket.socket()
b.bind(("127.0.0.1", 4001))
b.connect(("127.0.0.1", 4711))
c, _ = a.accept()
d = socket.socket()
d.bind(("127.0.0.1", 4002))
d.connect(("127.0.0.1", 4711))
e, _ = a.accept()
d.close()
e.close()
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

{
	ss -Htane | awk '{ print $4, $5, "ss:", /uid:/ ? $6 : "none" }'
	netstat -tane | awk '/^tcp/ { print $4, $5, "netstat:", $7 }'
	lsof -lnP -p $! -a -i 2>/dev/null | awk 'NR > 1 {
		split($9, side, "->")
		print side[1], side[2] == "" ? "0.0.0.0:*" : side[2], "lsof:", $3 }'
} | sed "s/127.0.0.1//g; s/ 0.0.0.0:/ /" | sort
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
:4001 :4711 lsof: 4713
:4001 :4711 netstat: 4713
:4001 :4711 ss: uid:4713
:4002 :4711 netstat: 0
:4002 :4711 ss: none
:4711 * lsof: 4713
:4711 * netstat: 0
:4711 * ss: none
:4711 :4001 lsof: 4713
:4711 :4001 netstat: 4713
:4711 :4001 ss: uid:4713
:4712 * lsof: 4713
:4712 * netstat: 4712
:4712 * ss: uid:4712
END
