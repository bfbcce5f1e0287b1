#!/bin/sh
# sockstat-host: `ss -s' in a network namespace without any socket counts those
# of the whole machine.  /proc/net/sockstat has `inuse' and `tw' of the
# namespace, but `alloc' and `orphan' of the host; ss prints orphan as it is,
# and alloc less the namespace's own as `closed'.  So in a container `closed' is
# about what all others have open, and grows when another one gets connections.
#
# ss of iproute2 6.1.0 of Debian 12; Linux 6.18.  Needs root, python3, apt-get
# of Debian 12.  Others may open sockets meanwhile: only jumps of hundreds
# count.
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
	>/dev/null 2>&1 || skip 'this iproute2 is not to be had here'
dpkg -x ./*.deb root
mkfifo go
cat >serve.py <<'END'
import socket, time

def told(word):
    print(word, flush=True)
    open("go").read()

a = socket.create_server(("127.0.0.1", 4711))
ends = []
for i in range(400):
    b = socket.create_connection(("127.0.0.1", 4711))
    c, _ = a.accept()
    ends += [b, c]
told("connections")
for b in ends[::2][:100]:
    b.setblocking(False)
    try:
        while True:
            b.send(b"x" * 65536)
    except BlockingIOError:
        b.close()
told("orphans")
END
cat >counts.sh <<'END'
[ "$2" = empty ] || ip link set lo up
"$1/root/bin/ss" -s | sed -n 's/[(),]//g; s/^TCP: *[0-9]* estab/estab/p'
awk '/^TCP:/ { print "inuse", $3, "alloc", $9, "orphan", $5 }' /proc/net/sockstat
END
look() {
	unshare -n sh counts.sh "$dir" empty | xargs
}
look >first
unshare -n sh -c 'ip link set lo up && exec python3 serve.py' >made &
server=$!
for _ in $(seq 40); do
	grep -q connections made || sleep 0.5
done
look >second
echo >go
for _ in $(seq 40); do
	grep -q orphans made || sleep 0.5
done
look >third
kill $server
"$dir/root/bin/ss" -V
cat first second third
awk '
{
	for (i = 1; i < NF; i += 2)
		now[$i] = $(i + 1)
	print "estab " now["estab"] ", inuse " now["inuse"]
	if (NR == 2) {
		print "closed: " (now["closed"] - was["closed"] > 600 ? \
		    "hundreds more" : "as before")
		print "alloc: " (now["alloc"] - was["alloc"] > 600 ? \
		    "hundreds more" : "as before")
	}
	if (NR == 3)
		print "orphaned: " (now["orphaned"] - was["orphaned"] > 60 ? \
		    "many more" : "as before")
	for (name in now)
		was[name] = now[name]
}' first second third >out
cat out
diff - out <<'END'
estab 0, inuse 0
estab 0, inuse 0
closed: hundreds more
alloc: hundreds more
estab 0, inuse 0
orphaned: many more
END
