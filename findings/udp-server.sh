#!/bin/sh
# udp-server: the usual one-line UDP servers, ncat, netcat-openbsd and socat,
# connect their socket to the first client that speaks.  From then on the server
# is not in `ss -lu' nor `netstat -lu', which list the sockets without a peer,
# though the process is the same and has the port: its row is ESTAB.  Any other
# client gets ECONNREFUSED, as if nobody were there.
#
# ncat 7.93, netcat-openbsd 1.219, socat 1.7.4.4, ss of iproute2 6.1.0, netstat
# of net-tools 2.10, all of Debian 12; Linux 6.18.  Needs root, python3, apt-get
# of Debian 12, and the libraries of ncat and netcat-openbsd.
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
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 ncat=7.93+dfsg1-1 \
    netcat-openbsd=1.219-1 socat=1.7.4.4-2 liblua5.3-0=5.3.6-2 \
    libbsd0=0.11.7-2; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >ask.py <<'END'
import errno, socket, sys, time

names = {5001: "ncat", 5002: "nc.openbsd", 5003: "socat"}
for port in names:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", int(sys.argv[1]) + port))
    s.connect(("127.0.0.1", port))
    s.send(b"x")
    time.sleep(0.4)
    try:
        s.send(b"y")
        print("%s: %s client: goes" % (names[port], sys.argv[2]))
    except OSError as e:
        print("%s: %s client: %s" % (names[port], sys.argv[2],
            errno.errorcode[e.errno]))
END
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/usr/bin:$1/root/sbin:$PATH
LD_LIBRARY_PATH=$1/root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
ip link set lo up
ncat --version </dev/null 2>&1
socat -V | sed -n 2p
mkfifo quiet
sleep 20 >quiet &
end=$!
ncat -u -l 127.0.0.1 5001 <quiet >/dev/null &
end="$end $!"
nc.openbsd -u -l 127.0.0.1 5002 <quiet >/dev/null &
end="$end $!"
socat -u UDP-LISTEN:5003,bind=127.0.0.1 OPEN:/dev/null &
end="$end $!"
told() {
	for port in 5001 5002 5003; do
		echo "$1, $port: ss -lu $(ss -Hlun | grep -c :$port)," \
			"netstat -lu $(netstat -lun | grep -c :$port)," \
			"ss -au $(ss -Huan "sport = :$port" | awk '{ print $1 }')"
	done
}
for i in $(seq 40); do
	[ "$(ss -Hlun | wc -l)" -eq 3 ] || sleep 0.3
done
told before
python3 ask.py 1000 first
for i in $(seq 40); do
	[ "$(ss -Hlun | wc -l)" -eq 0 ] || sleep 0.3
done
told after
python3 ask.py 2000 second
kill $end
END
unshare -n sh look.sh "$dir" >all 2>err || cat err
cat all
sed '/[Vv]ersion/d' all >out
diff - out <<'END'
before, 5001: ss -lu 1, netstat -lu 1, ss -au UNCONN
before, 5002: ss -lu 1, netstat -lu 1, ss -au UNCONN
before, 5003: ss -lu 1, netstat -lu 1, ss -au UNCONN
ncat: first client: goes
nc.openbsd: first client: goes
socat: first client: goes
after, 5001: ss -lu 0, netstat -lu 0, ss -au ESTAB
after, 5002: ss -lu 0, netstat -lu 0, ss -au ESTAB
after, 5003: ss -lu 0, netstat -lu 0, ss -au ESTAB
ncat: second client: ECONNREFUSED
nc.openbsd: second client: ECONNREFUSED
socat: second client: ECONNREFUSED
END
