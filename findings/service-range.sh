#!/bin/sh
# service-range: without -n, ss puts the name of /etc/services for a port, but
# not for one in net.ipv4.ip_local_port_range (32768 to 60999 unless set): that
# stays a number, of a listener too.  netstat and lsof know no such rule.  So
# the same port has a name in one and not in the other, and a change of that
# sysctl, often made to have more ports for clients, changes what ss prints.  As
# a filter the name goes all the same.
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
[ -f /etc/services ] || skip 'needs /etc/services, to put another in its place'
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
printf 'below\t7001/tcp\nwithin\t40001/tcp\n' >services
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$PATH
mount --bind services /etc/services
ip link set lo up
python3 -c '
import socket, time
s = [socket.create_server(("127.0.0.1", p)) for p in (7001, 40001)]
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
words() {
	sed 's/.*://' | sort | xargs
}
for range in '32768 60999' '1024 65535'; do
	echo "$range" >/proc/sys/net/ipv4/ip_local_port_range
	echo "$range, ss: $(ss -Htl | awk '{ print $4 }' | words)"
	echo "$range, netstat: $(netstat -tl | awk '/^tcp/ { print $4 }' | words)"
	echo "$range, lsof: $(lsof -p $! -a -i 2>/dev/null |
		awk 'NR > 1 { print $9 }' | words)"
	echo "$range, ss sport = :within: $(ss -Htl 'sport = :within' |
		awk '{ print $4 }' | words)"
done
kill $!
END
unshare -n -m sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
32768 60999, ss: 40001 below
32768 60999, netstat: below within
32768 60999, lsof: below within
32768 60999, ss sport = :within: 40001
1024 65535, ss: 40001 7001
1024 65535, netstat: below within
1024 65535, lsof: below within
1024 65535, ss sport = :within: 40001
END
