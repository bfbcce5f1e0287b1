#!/bin/sh
# mapped-family: an IPv4 client of a server that listens on [::].  The server's
# end is an IPv6 socket with a mapped address, and "only IPv4" means two things.
# ss -4, netstat -4 and lsof -i4 leave it out.  But lsof -i4:PORT has it, and
# -i6:PORT leaves out what -i6 has: with a port the address decides, without one
# the family of the socket.  The address decides for ss too, when it is a filter
# (src).  netstat prints the plain address in a row tcp6, busybox's netstat the
# mapped one in a row tcp.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, busybox 1.35.0,
# all of Debian 12; Linux 6.18.  Needs root, python3, apt-get of Debian 12.
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
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1 \
    busybox=1:1.35.0-4+deb12u1+b1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$PATH
ip link set lo up
python3 -c '
import socket, time
a = socket.create_server(("::", 4711), family=socket.AF_INET6,
    dualstack_ipv6=True)
b = socket.socket()
b.bind(("127.0.0.1", 4000))
b.connect(("127.0.0.1", 4711))
c, _ = a.accept()
b.close()
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
count() {
	echo "$*: $("$@" | grep -c :4711.*:4000)"
}
for words in 'ss -Htn4' 'ss -Htn6' 'ss -Htn src 127.0.0.1' 'netstat -tn4' \
    'netstat -tn6' 'lsof -nPi4' 'lsof -nPi6' 'lsof -nPi4:4711' 'lsof -nPi6:4711' \
    'lsof -nPi@127.0.0.1:4711'; do
	echo "$words: $($words | grep -c ':4711\>.*:4000')"
done
netstat -tn | awk '$4 ~ /:4711/ { print "netstat:", $1, $4 }'
busybox netstat -tn | awk '$4 ~ /:4711/ { print "busybox netstat:", $1, $4 }'
lsof -nPi6 | awk '/:4711->/ { print "lsof:", $5, $9 }'
ss -Htn | awk '$4 ~ /:4711/ { print "ss:", $4 }'
kill $!
END
unshare -n sh look.sh "$dir" >out 2>err || cat err
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss -Htn4: 0
ss -Htn6: 1
ss -Htn src 127.0.0.1: 1
netstat -tn4: 0
netstat -tn6: 1
lsof -nPi4: 0
lsof -nPi6: 1
lsof -nPi4:4711: 1
lsof -nPi6:4711: 0
lsof -nPi@127.0.0.1:4711: 1
netstat: tcp6 127.0.0.1:4711
busybox netstat: tcp ::ffff:127.0.0.1:4711
lsof: IPv6 127.0.0.1:4711->127.0.0.1:4000
ss: [::ffff:127.0.0.1]:4711
END
