#!/bin/sh
# udp-queue: Recv-Q of a UDP socket is not what there is to read.  It is the
# memory that waiting datagrams take, headers and all: one of a single byte
# counts hundreds, so does an empty one, for which read(2) gives nothing.  ss,
# netstat and lsof -Tq agree.  In the same column TCP has bytes, and a listener
# connections.  FIONREAD has the bytes of the first datagram.
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
import array, fcntl, socket, termios, time
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 4711))
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
v.sendto(b"x", ("127.0.0.1", 4711))
w = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
w.bind(("127.0.0.1", 4712))
v.sendto(b"", ("127.0.0.1", 4712))
a = socket.create_server(("127.0.0.1", 4713))
b = socket.create_connection(("127.0.0.1", 4713))
c, _ = a.accept()
d = socket.create_connection(("127.0.0.1", 4713))
b.send(b"x")
time.sleep(0.3)
for s in u, w, c:
    n = array.array("i", [0])
    fcntl.ioctl(s, termios.FIONREAD, n)
    print(":%d FIONREAD: %d" % (s.getsockname()[1], n[0]))
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

size() {
	awk -v "what=$1" '{ print $1, what ":", $2 < 100 ? $2 : "hundreds" }' |
		sed 's/127.0.0.1//' | sort
}
sed '/made/d' made
ss -Htuan | awk '$5 ~ /:471[123]$/ && $2 != "TIME-WAIT" { print $5, $3 }' | size ss
netstat -tuan | awk '$4 ~ /:471[123]$/ { print $4, $2 }' | size netstat
lsof -nP -Tq -p $! -a -iUDP 2>/dev/null | sed -n 's/.* UDP \(.*:471[0-9]\) .*QR=\([0-9]*\).*/\1 \2/p' |
	size lsof
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
:4711 FIONREAD: 1
:4712 FIONREAD: 0
:4713 FIONREAD: 1
:4711 ss: hundreds
:4712 ss: hundreds
:4713 ss: 0
:4713 ss: 1
:4713 ss: 1
:4711 netstat: hundreds
:4712 netstat: hundreds
:4713 netstat: 0
:4713 netstat: 1
:4713 netstat: 1
:4711 lsof: hundreds
:4712 lsof: hundreds
END
