#!/bin/sh
# all-listening: `-a' (all sockets) and `-l' (those that listen) together mean
# two things.  In ss the last one counts: -al is -l, -la is -a.  In netstat, of
# net-tools and of busybox, -a wins in either order.  So `-altn' and `-latn', which
# people type as they come, are the same there, and not the same in ss.
#
# iproute2 6.1.0, net-tools 2.10, busybox 1.35.0 of Debian 12; Linux 6.18.  Needs
# root, python3, apt-get of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg python3 unshare ip; do
	command -v $tool >/dev/null || skip "needs $tool"
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 \
    busybox=1:1.35.0-4+deb12u1+b1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/usr/bin:$1/root/sbin:$PATH
ip link set lo up
python3 -c '
import socket, time
a = socket.create_server(("127.0.0.1", 4711))
b = socket.create_connection(("127.0.0.1", 4711))
print("made", flush=True)
time.sleep(20)' >made &
until [ -s made ]; do sleep 0.1; done
count() {
	echo "$*: $("$@" | grep -c :4711)"
}
for letters in -atn -ltn -altn -latn; do
	count ss $letters
	count netstat $letters
	count busybox netstat $letters
done
kill $!
END
unshare -n sh look.sh "$dir" >out
cat out
diff - out <<'END'
ss -atn: 3
netstat -atn: 3
busybox netstat -atn: 3
ss -ltn: 1
netstat -ltn: 1
busybox netstat -ltn: 1
ss -altn: 1
netstat -altn: 3
busybox netstat -altn: 3
ss -latn: 3
netstat -latn: 3
busybox netstat -latn: 3
END
