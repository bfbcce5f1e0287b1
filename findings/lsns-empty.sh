#!/bin/sh
# lsns-empty: lsns lists namespaces of processes.  One that `ip netns add' made,
# in which nothing runs, is not there, though it may hold ports: a VXLAN device
# has its UDP port without any process.  `ip netns list' has it, but lists the
# files of a folder: also one that is no namespace (left over from before a
# mount, say), and `ip netns pids' is as silent, and as content, about the one
# as about the other.  `ip netns identify' says nothing of a process in a
# namespace without a name, and its exit status is 0.
#
# lsns of util-linux 2.38.1, ip and ss of iproute2 6.1.0, both of Debian 12;
# Linux 6.18, with VXLAN.  Needs root, apt-get of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 util-linux=2.38.1-5+deb12u3; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH

mount -t tmpfs none /run && mkdir /run/netns || exit 1
ip netns add made
ip -n made link add vx type vxlan id 1 dstport 4711 &&
ip -n made link set vx up || {
	echo 'lsns-empty: needs VXLAN' >&2
	exit 77
}
: >/run/netns/file
echo "ss -N made: $(ss -N made -Huan | awk '{ print $4 }')"
number=$(stat -Lc %i /run/netns/made)
echo "lsns: $(lsns -n -t net -o NS | grep -c "$number")"
ip netns list 2>/dev/null | sort | sed 's/^/ip netns list: /'
for name in file made; do
	echo "ip netns pids $name: '$(ip netns pids $name 2>&1)', status $?"
	ip netns exec $name true 2>/dev/null && echo "ip netns exec $name: goes" ||
		echo "ip netns exec $name: fails"
done
echo "ip netns identify: '$(ip netns identify $$ 2>&1)', status $?"
umount /run/netns/made
END
unshare -n -m sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss -N made: 0.0.0.0:4711
lsns: 0
ip netns list: file
ip netns list: made
ip netns pids file: '', status 0
ip netns exec file: fails
ip netns pids made: '', status 0
ip netns exec made: goes
ip netns identify: '', status 0
END
