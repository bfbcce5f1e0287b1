#!/bin/sh
# bound-port: a TCP port that a process has bound, and does not listen on, is in
# use: another bind(2) fails with EADDRINUSE.  None of the usual tools has a line
# for it: ss -a ("all"), netstat -a, lsof -i, fuser.  lsof -p has the descriptor,
# as `sock ... protocol: TCP', without the port.
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
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download iproute2=6.1.0-3 \
	net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1 psmisc=23.6-1 >/dev/null 2>&1 ||
	skip 'these packages are not to be had here'
for deb in *.deb; do
	dpkg -x "$deb" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH
ip link set lo up
python3 -c '
import errno, socket, time
s = socket.socket()
s.bind(("127.0.0.1", 7700))
t = socket.socket()
try:
    t.bind(("127.0.0.1", 7700))
except OSError as e:
    print("second bind:", errno.errorcode[e.errno], flush=True)
time.sleep(20)' >bind &
until [ -s bind ]; do sleep 0.1; done
cat bind
echo "ss: $(ss -tanH | wc -l)"
echo "netstat: $(netstat -tan | grep -c 7700)"
echo "lsof -i: $(lsof -nP -i :7700 | wc -l)"
echo "fuser: $(fuser 7700/tcp 2>/dev/null | wc -w)"
lsof -nP -p $! -a -d 3 | awk 'NR > 1 { print "lsof -p:", $(NF - 1), $NF }'
kill $!
END
unshare -n sh look.sh "$dir" >out 2>/dev/null
cat out
diff - out <<'END'
second bind: EADDRINUSE
ss: 0
netstat: 0
lsof -i: 0
fuser: 0
lsof -p: protocol: TCP
END
