#!/bin/sh
# ss-columns: which columns ss prints depends on what it is asked.  Netid is
# there when more than one kind of socket is, State when more than one state is
# asked for: `state listening' takes it away, `-l' does not, though it finds the
# same.  With -H, as scripts have it, nothing says so, and $4 of awk is the
# local address, the peer, or a queue.  In netstat it is UDP's State that is
# empty, so that $6 is the state in one row and the process in the next.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, all of Debian 12; Linux 6.18.
# Needs root, python3, apt-get of Debian 12.
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
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2; do
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
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 4711))
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

fourth() {
	echo "$*: $("$@" sport = :4711 | awk '{ print $4 }' | xargs)"
}
fourth ss -Htln
fourth ss -Htn state listening
fourth ss -Htan
fourth ss -Hltn state all
fourth ss -Htuln
fourth ss -Htuln state listening
fourth ss -Huan
fourth ss -Huan state unconnected
netstat -tulnp | sed "s,$!/[^ ]*,process," | awk '/:4711/ {
	print "netstat:", $1, $6 }'
kill $!
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss -Htln: 127.0.0.1:4711
ss -Htn state listening: 0.0.0.0:*
ss -Htan: 127.0.0.1:4711
ss -Hltn state all: 127.0.0.1:4711
ss -Htuln: 0 128
ss -Htuln state listening: 127.0.0.1:4711
ss -Huan: 127.0.0.1:4711
ss -Huan state unconnected: 0.0.0.0:*
netstat: tcp LISTEN
netstat: udp process
END
