#!/bin/sh
# ss-sport: the filter `sport = :N' of ss, with -a or -l and neither -t nor -u,
# asks more than TCP and UDP.  A raw socket has the number of its protocol as
# its port (`raw ... 0.0.0.0:22' is protocol 22), a netlink socket its port id,
# as a rule the number of a process.  So `ss -a sport = :22' has rows with
# nothing on port 22.  Without -n the raw one gets a name, and from
# /etc/protocols.  netstat has it too, with the kernel's 7 as its state;
# busybox's netstat has the protocol there again.  lsof -i:22 and fuser 22/tcp
# have none of these.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, fuser of psmisc
# 23.6, busybox 1.35.0, all of Debian 12; Linux 6.18.  Needs root, python3,
# apt-get of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg python3 unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
[ -f /etc/protocols ] || skip 'needs /etc/protocols, to put another in its place'
dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1 \
    psmisc=23.6-1 busybox=1:1.35.0-4+deb12u1+b1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
printf 'xns-idp\t22\tXNS-IDP\n' >protocols
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$PATH
mount --bind protocols /etc/protocols
ip link set lo up
python3 -c '
import socket, time
r = socket.socket(socket.AF_INET, socket.SOCK_RAW, 22)
n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
n.bind((22, 0))
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
row() {
	what="$*"
	"$@" 2>/dev/null | awk -v "what=$what" '
		{ print what ": " ($1 == "UNCONN" ? $4 : $1 " " $5) }'
}
row ss -Han sport = :22
row ss -Hln sport = :22
row ss -Haw
echo "ss -Htuan sport = :22: $(ss -Htuan sport = :22 | grep -c .)"
netstat -wan | awk '/^raw/ { print "netstat:", $1, $4, $6 }'
busybox netstat -wan | awk '/^raw/ { print "busybox netstat:", $1, $4, $6 }'
echo "lsof: $(lsof -nPi :22 2>/dev/null | grep -c .)"
echo "fuser: $(fuser 22/tcp 2>/dev/null | wc -w)"
kill $!
END
unshare -n -m sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss -Han sport = :22: nl 0:22
ss -Han sport = :22: raw 0.0.0.0:22
ss -Hln sport = :22: nl 0:22
ss -Hln sport = :22: raw 0.0.0.0:22
ss -Haw: 0.0.0.0:xns-idp
ss -Htuan sport = :22: 0
netstat: raw 0.0.0.0:22 7
busybox netstat: raw 0.0.0.0:22 22
lsof: 0
fuser: 0
END
