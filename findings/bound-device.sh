#!/bin/sh
# bound-device: two listeners on port 4711 of all addresses, one bound to a
# device (SO_BINDTODEVICE) and one to another, neither with SO_REUSEPORT.  Only
# ss says so, by `%lo' in the address; netstat, lsof and /proc/net/tcp have two
# rows alike, as if the port was shared.  It is not: which one gets a connection
# is up to where that arrives, and a third without a device is refused.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, all of Debian
# 12; Linux 6.18, with veth.  Needs root, python3, apt-get of Debian 12.
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

ip link add one type veth peer name two || {
	echo 'bound-device: needs veth' >&2
	exit 77
}
python3 -c '
import errno, socket, time
kept = []
for device in b"lo", b"one", b"":
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
    try:
        s.bind(("0.0.0.0", 4711))
        s.listen()
        kept.append(s)
    except OSError as e:
        print("no device:", errno.errorcode[e.errno], flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

cat made
ss -Htln | awk '{ print "ss:", $4 }' | sort
netstat -tln | awk '/:4711/ { print "netstat:", $4 }'
awk '/:1267/ { print "/proc/net/tcp:", $2 }' /proc/net/tcp
lsof -nPi:4711 2>/dev/null | awk 'NR > 1 { print "lsof:", $9 }'
echo "ss dev = one: $(ss -Htln dev = one | awk '{ print $4 }')"
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
no device: EADDRINUSE
ss: 0.0.0.0%lo:4711
ss: 0.0.0.0%one:4711
netstat: 0.0.0.0:4711
netstat: 0.0.0.0:4711
/proc/net/tcp: 00000000:1267
/proc/net/tcp: 00000000:1267
lsof: *:4711
lsof: *:4711
ss dev = one: 0.0.0.0%one:4711
END
