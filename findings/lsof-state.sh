#!/bin/sh
# lsof-state: `lsof -i:PORT -sTCP:LISTEN' names a state of TCP only, and leaves
# out UDP as well, also with -iUDP beside it: the process with the UDP port is
# not shown.  A state that is not wanted, -sTCP:^ESTABLISHED, leaves UDP in.  To
# name one of UDP as well is an error, as lsof knows none on Linux.
#
# lsof 4.95.0 of Debian 12; Linux 6.18.  Needs root, ip, python3, apt-get of
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
for package in lsof=4.95.0-1 iproute2=6.1.0-3; do
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
import socket, time
a = socket.create_server(("127.0.0.1", 4711))
b = socket.create_connection(("127.0.0.1", 4711))
c, _ = a.accept()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 4711))
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

for words in '' -sTCP:LISTEN -sTCP:^ESTABLISHED '-sTCP:LISTEN -iTCP -iUDP' \
    '-sTCP:LISTEN -sUDP:Idle'; do
	echo "-i:4711 $words: $(lsof -nPi:4711 $words 2>&1 |
		awk '/LISTEN|ESTAB|UDP/ { print ($8 == "TCP" ? $10 : $8 == "UDP" ? "UDP" : $0) }' | sort | xargs)"
done
kill $!
END
unshare -n sh look.sh "$dir" >out
cat out
diff - out <<'END'
-i:4711 : (ESTABLISHED) (ESTABLISHED) (LISTEN) UDP
-i:4711 -sTCP:LISTEN: (LISTEN)
-i:4711 -sTCP:^ESTABLISHED: (LISTEN) UDP
-i:4711 -sTCP:LISTEN -iTCP -iUDP: (LISTEN)
-i:4711 -sTCP:LISTEN -sUDP:Idle: lsof: no UDP state names available: UDP:Idle
END
