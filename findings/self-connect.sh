#!/bin/sh
# self-connect: a TCP client that connects to its own local port, where nobody
# listens, is connected, to itself.  With a port of the local range for a server
# on the same machine that happens by chance, while the server is down and its
# client tries again.  The port is then in use, the server cannot bind it, not
# even with SO_REUSEADDR, and `ss -l', netstat -l, lsof -sTCP:LISTEN have
# nothing there: the holder is the client, in one row with the same address
# twice, where other connections of one machine have two.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, fuser of psmisc
# 23.6, all of Debian 12; Linux 6.18.  Needs root, python3, apt-get of Debian 12.
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
    psmisc=23.6-1; do
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
a = socket.socket()
a.bind(("127.0.0.1", 40711))
a.connect(("127.0.0.1", 40711))
a.send(b"to myself")
print("reads:", a.recv(99).decode())
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("0.0.0.0", 40711))
    print("server: bind goes", flush=True)
except OSError as e:
    print("server: bind:", errno.errorcode[e.errno], flush=True)
s.close()
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

cat made
echo "ss -l: $(ss -Htln | grep -c .)"
echo "netstat -l: $(netstat -tln | grep -c :40711)"
echo "lsof listening: $(lsof -nPi:40711 -sTCP:LISTEN 2>/dev/null | grep -c .)"
ss -Htan | awk '{ print "ss -a:", $1, $4, $5 }'
netstat -tan | awk '/:40711/ { print "netstat -a:", $6, $4, $5 }'
lsof -nPi:40711 2>/dev/null | awk 'NR > 1 { print "lsof:", $9, $10 }'
echo "fuser: $(fuser 40711/tcp 2>/dev/null | sed "s/ *$!/the client/")"
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
reads: to myself
server: bind: EADDRINUSE
ss -l: 0
netstat -l: 0
lsof listening: 0
ss -a: ESTAB 127.0.0.1:40711 127.0.0.1:40711
netstat -a: ESTABLISHED 127.0.0.1:40711 127.0.0.1:40711
lsof: 127.0.0.1:40711->127.0.0.1:40711 (ESTABLISHED)
fuser: the client
END
