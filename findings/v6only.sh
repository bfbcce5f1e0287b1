#!/bin/sh
# v6only: a server on [::] takes IPv4 as well, or not: its socket has
# IPV6_V6ONLY or has it not.  /proc/net/tcp6 does not say which, so netstat,
# also those of busybox and toybox, and lsof have the same row for both.  ss has
# `*:4711' for a server of both families and `[::]:4712' for one of IPv6 alone.
# Whether the port is free for an IPv4 server is to be seen in ss only, of
# these.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, busybox 1.35.0,
# toybox 0.8.9, all of Debian 12; Linux 6.18.  Needs root, python3, apt-get of
# Debian 12.
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
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1 \
    busybox=1:1.35.0-4+deb12u1+b1 toybox=0.8.9+dfsg-1; do
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
import errno, socket, time
kept = []
for port in 4711, 4712:
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, port - 4711)
    s.bind(("::", port))
    s.listen()
    kept.append(s)
    t = socket.socket()
    try:
        t.bind(("0.0.0.0", port))
        print("0.0.0.0:%d: bind goes" % port)
    except OSError as e:
        print("0.0.0.0:%d: bind: %s" % (port, errno.errorcode[e.errno]))
    t.close()
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

sed '/made/d' made
ss -Htln | awk '{ print "ss:", $4 }' | sort -k 2.3
for netstat in netstat 'busybox netstat' 'toybox netstat'; do
	$netstat -tan | awk -v "what=$netstat" '/:471/ { print what ":", $1, $4 }' | sort
done
lsof -nPi 2>/dev/null | awk 'NR > 1 { print "lsof:", $5, $9 }' | sort
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
0.0.0.0:4711: bind: EADDRINUSE
0.0.0.0:4712: bind goes
ss: *:4711
ss: [::]:4712
netstat: tcp6 :::4711
netstat: tcp6 :::4712
busybox netstat: tcp :::4711
busybox netstat: tcp :::4712
toybox netstat: tcp6 [::]:4711
toybox netstat: tcp6 [::]:4712
lsof: IPv6 *:4711
lsof: IPv6 *:4712
END
