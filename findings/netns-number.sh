#!/bin/sh
# netns-number: the number of a network namespace (lsns, `net:[4026532008]') is
# given out again once it is free, often to the very next one.  A number kept
# from yesterday, in a log or a snapshot, may be another namespace's today.  The
# cookie (socket option SO_NETNS_COOKIE, since Linux 5.14) does not come back,
# but lsns does not show it, and one has to be inside to ask.
#
# lsns of util-linux 2.38.1 of Debian 12; Linux 6.18.  Needs root, python3,
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
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download util-linux=2.38.1-5+deb12u3 \
	>/dev/null 2>&1 || skip 'this util-linux is not to be had here'
dpkg -x ./*.deb root
cat >look.sh <<'END'
"$1/root/usr/bin/lsns" -n -t net -p $$ -o NS
python3 -c '
import socket, struct
s = socket.socket()
print(struct.unpack("Q", s.getsockopt(socket.SOL_SOCKET, 71, 8))[0])'
END
for _ in $(seq 40); do
	unshare -n sh look.sh "$dir" | xargs >>seen
	sleep 0.2
	[ -z "$(cut -d' ' -f1 seen | sort | uniq -d)" ] || break
done
"$dir/root/usr/bin/lsns" --version
cat seen
awk '
NF == 2 { made++ }
NF == 2 && $1 in number { again = "yes" }
NF == 2 && $2 in cookie { same = "yes" }
{ number[$1]; cookie[$2] }
END {
	print "more than one made: " (made > 1 ? "yes" : "no")
	print "a number given out again: " (again ? again : "no")
	print "a cookie given out again: " (same ? same : "no")
}' seen >out
cat out
diff - out <<'END'
more than one made: yes
a number given out again: yes
a cookie given out again: no
END
