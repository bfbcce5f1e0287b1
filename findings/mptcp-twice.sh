#!/bin/sh
# mptcp-twice: a listener of Multipath TCP is one descriptor and two rows: in ss
# -tM it is tcp, and mptcp again, with the same process and descriptor, and
# likewise each connection.  netstat and lsof have the tcp one only; lsfd calls
# that descriptor MPTCP.  When the client is plain TCP, what the server accepted
# is not in ss -M, and lsfd still calls it MPTCP.  When the server is plain, the
# client's end is in ss -M, though the connection is not MPTCP.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, lsfd of
# util-linux 2.38.1, all of Debian 12; Linux 6.18, with MPTCP.  Needs root,
# python3, apt-get of Debian 12.
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
    util-linux-extra=2.38.1-5+deb12u3; do
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
import socket, sys, time
MPTCP = 262
def made(port, protocol):
    try:
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    except OSError:
        print("no", flush=True)
        sys.exit()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    return s
a = made(4711, MPTCP)
a.listen()
b = made(4001, MPTCP)
b.connect(("127.0.0.1", 4711))
c, _ = a.accept()
d = made(4002, 0)
d.connect(("127.0.0.1", 4711))
e, _ = a.accept()
f = made(4712, 0)
f.listen()
g = made(4003, MPTCP)
g.connect(("127.0.0.1", 4712))
h, _ = f.accept()
print(*["%d:%d" % (s.getsockname()[1], s.fileno())
    for s in (a, b, c, d, e, f, g, h)], flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

if grep -q no made; then
	echo 'mptcp-twice: needs MPTCP' >&2
	exit 77
fi
ss -tMHan | awk '{ print "ss -tM:", $5, $6, $1 }' | sort
ss -tMHlnp | awk '/:4711/ {
	sub(/.*pid=/, "")
	rows[$0]++
} END { for (row in rows) print "ss -tMlp: rows with one descriptor:", rows[row] }'
netstat -tln | awk '/:471/ { print "netstat:", $1, $4 }' | sort
lsof -nPi 2>/dev/null | awk '/LISTEN/ { print "lsof:", $8, $9 }' | sort
lsfd -p $! -n -o FD,NAME -Q '(FD > 2) && (TYPE == "SOCK")' >descriptors
for pair in $(cat made); do
	echo "lsfd: ${pair%:*}: $(awk -v "fd=${pair#*:}" '$1 == fd {
		sub(/:.*/, "", $2)
		print $2 }' descriptors)"
done
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss -tM: 127.0.0.1:4001 127.0.0.1:4711 mptcp
ss -tM: 127.0.0.1:4001 127.0.0.1:4711 tcp
ss -tM: 127.0.0.1:4002 127.0.0.1:4711 tcp
ss -tM: 127.0.0.1:4003 127.0.0.1:4712 mptcp
ss -tM: 127.0.0.1:4003 127.0.0.1:4712 tcp
ss -tM: 127.0.0.1:4711 0.0.0.0:* mptcp
ss -tM: 127.0.0.1:4711 0.0.0.0:* tcp
ss -tM: 127.0.0.1:4711 127.0.0.1:4001 mptcp
ss -tM: 127.0.0.1:4711 127.0.0.1:4001 tcp
ss -tM: 127.0.0.1:4711 127.0.0.1:4002 tcp
ss -tM: 127.0.0.1:4712 0.0.0.0:* tcp
ss -tM: 127.0.0.1:4712 127.0.0.1:4003 tcp
ss -tMlp: rows with one descriptor: 2
netstat: tcp 127.0.0.1:4711
netstat: tcp 127.0.0.1:4712
lsof: TCP 127.0.0.1:4711
lsof: TCP 127.0.0.1:4712
lsfd: 4711: MPTCP
lsfd: 4001: MPTCP
lsfd: 4711: MPTCP
lsfd: 4002: TCP
lsfd: 4711: MPTCP
lsfd: 4712: TCP
lsfd: 4003: MPTCP
lsfd: 4712: TCP
END
