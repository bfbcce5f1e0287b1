#!/bin/sh
# dropped-user: a daemon starts as root, binds its port and becomes another
# user.  ps has that user as its owner, and so has /proc/PID; the user may kill
# it.  But /proc/PID/fd belongs to root until the process execs, so to its own
# user ss has the socket without a process, and netstat `-'.  The uid of the
# socket is root's as well: it is that of who made it.  "I see no process" does
# not mean that it is another user's.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, ps of procps 4.0.2, all of
# Debian 12; Linux 6.18.  Needs root, python3, apt-get of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg python3 unshare setpriv; do
	command -v $tool >/dev/null || skip "needs $tool"
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 procps=2:4.0.2-3 \
    libproc2-0=2:4.0.2-3; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/usr/bin:$1/root/sbin:$PATH
LD_LIBRARY_PATH=$1/root/lib/$(uname -m)-linux-gnu:$1/root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH
ip link set lo up
for exec in no yes; do
	rm -f made
	python3 -c '
import os, socket, sys, time
s = socket.create_server(("127.0.0.1", 4711))
s.set_inheritable(True)
os.setgroups([])
os.setgid(4711)
os.setuid(4711)
if sys.argv[1] == "yes":
    os.execlp("sh", "sh", "-c", "echo made; exec sleep 20")
print("made", flush=True)
time.sleep(20)' $exec >made &
	server=$!
	for i in $(seq 40); do [ -s made ] || sleep 0.3; done
	sleep 0.2
	user() {
		setpriv --reuid 4711 --regid 4711 --clear-groups "$@" 2>/dev/null
	}
	echo "exec $exec: /proc/PID $(stat -c %u /proc/$server)," \
		"fd $(stat -c %u /proc/$server/fd)"
	echo "exec $exec: ps $(user ps -o uid= -p $server | tr -d ' ')"
	echo "exec $exec: ss -p $(user ss -Htlnp | grep -c "pid=$server,")"
	user netstat -tlnpe | awk -v "exec=$exec" -v "pid=$server" '
	    /:4711/ {
		sub("^" pid "/.*", "its process", $9)
		print "exec " exec ": netstat -pe user " $7 ", " $9
	    }'
	user kill -0 $server && echo "exec $exec: may kill it"
	kill $server
	wait $server 2>/dev/null || :
done
END
unshare -n sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
exec no: /proc/PID 4711, fd 0
exec no: ps 4711
exec no: ss -p 0
exec no: netstat -pe user 0, -
exec no: may kill it
exec yes: /proc/PID 4711, fd 4711
exec yes: ps 4711
exec yes: ss -p 1
exec yes: netstat -pe user 0, its process
exec yes: may kill it
END
