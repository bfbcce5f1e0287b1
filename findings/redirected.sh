#!/bin/sh
# redirected: nft redirects port 80 to a server on 8080, and the client is on
# the same machine.  The connection's two ends do not name each other: the
# client's is with :80, where nobody listens, the server's is :8080.  `ss sport
# = :80', fuser 80/tcp and lsof -sTCP:LISTEN have nothing, and lsof -i:80 the
# client.  Only conntrack has both, but `--dport 8080' finds nothing there
# either: it means the port before the change.
#
# ss of iproute2 6.1.0, lsof 4.95.0, fuser of psmisc 23.6, nft of nftables
# 1.0.6, conntrack 1.4.7, all of Debian 12; Linux 6.18.  Needs root, python3,
# apt-get of Debian 12, and nftables and conntrack in the kernel.
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
for package in iproute2=6.1.0-3 lsof=4.95.0-1 psmisc=23.6-1 \
    nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 \
    conntrack=1:1.4.7-1+b2 libnetfilter-conntrack3=1.0.9-3 \
    libnfnetlink0=1.0.2-2 libjansson4=2.14-2; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >rules <<'END'
table ip nat {
	chain out {
		type nat hook output priority -100
		tcp dport 80 redirect to :8080
	}
}
END
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH
LD_LIBRARY_PATH=$1/root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
ip link set lo up
nft -f rules || exit 77
python3 -c '
import socket, time
a = socket.create_server(("127.0.0.1", 8080))
b = socket.socket()
b.settimeout(5)
b.bind(("127.0.0.1", 4000))
b.connect(("127.0.0.1", 80))
c, _ = a.accept()
print("made", flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
ss -Htn | sort | awk '{ print "ss:", $4, $5 }'
echo "ss sport = :80: $(ss -Htan sport = :80 | grep -c .)"
echo "fuser 80/tcp: $(fuser 80/tcp 2>/dev/null | wc -w)"
echo "lsof listening: $(lsof -nPi :80 -sTCP:LISTEN 2>/dev/null | grep -c .)"
lsof -nPi :80 2>/dev/null | awk 'NR > 1 { print "lsof:", $9 }'
conntrack -L 2>/dev/null | sed 's/ *\[ASSURED.*//; s/.*ESTABLISHED/conntrack:/'
for port in '--dport 80' '--dport 8080' '--reply-port-src 8080'; do
	echo "conntrack $port: $(conntrack -L -p tcp $port 2>/dev/null | grep -c .)"
done
kill $!
END
status=0
unshare -n sh look.sh "$dir" >out || status=$?
[ $status -ne 77 ] || skip 'no nftables with nat in this kernel'
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss: 127.0.0.1:4000 127.0.0.1:80
ss: 127.0.0.1:8080 127.0.0.1:4000
ss sport = :80: 0
fuser 80/tcp: 0
lsof listening: 0
lsof: 127.0.0.1:4000->127.0.0.1:80
conntrack: src=127.0.0.1 dst=127.0.0.1 sport=4000 dport=80 src=127.0.0.1 dst=127.0.0.1 sport=8080 dport=4000
conntrack --dport 80: 1
conntrack --dport 8080: 0
conntrack --reply-port-src 8080: 1
END
