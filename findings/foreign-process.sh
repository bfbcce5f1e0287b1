#!/bin/sh
# foreign-process: asked from outside for the sockets of a process in another
# network namespace, a container's say, three libraries and tools answer in
# three ways.  psutil's Process.connections() is an empty list, as for a process
# without any: it reads the tables of its own namespace.  lsof -p has the
# descriptor, `protocol: TCP', without a port; strace -yy the inode in place of
# the address.  None says that it could not look.
#
# python3-psutil 5.9.4, lsof 4.95.0, strace 6.1, all of Debian 12; Linux 6.18.
# Needs root, apt-get and python3 of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
[ -x /usr/bin/python3.11 ] || skip 'needs python3.11 of Debian 12'
dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 lsof=4.95.0-1 python3-psutil=5.9.4-1+b1 \
    strace=6.1-0.1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH

python=/usr/bin/python3.11
PYTHONPATH=$1/root/usr/lib/python3/dist-packages
export PYTHONPATH
cat >serve.py <<'EOT'
import os, socket, time
s = socket.socket()
s.bind(("0.0.0.0", 4711))
s.listen(1)
print(os.getpid(), flush=True)
s.listen(2)
time.sleep(20)
EOT
cat >ask.py <<'EOT'
import psutil, sys
print("psutil:", [c.laddr.port for c in psutil.Process(int(sys.argv[1])).connections()])
EOT
for where in inside outside; do
	rm -f made
	if [ $where = inside ]; then
		strace -f -yy -e trace=listen -o trace $python serve.py >made &
	else
		strace -f -yy -e trace=listen -o trace unshare -n $python serve.py >made &
	fi
	end=$!
	for i in $(seq 40); do [ -s made ] || sleep 0.3; done
	pid=$(cat made)
	{
		$python ask.py $pid
		lsof -nP -p $pid -a -d 3 2>/dev/null | awk 'NR > 1 {
			print "lsof -p:", $(NF - 1), $NF }'
		sed -n 's/.*listen(3<\(.*\)>, 1).*/strace: \1/p' trace |
			sed 's/\[[0-9]*\]/[the inode]/'
	} | sed "s/^/$where: /"
	kill $pid
	wait $end 2>/dev/null || :
done
END
unshare -n sh look.sh "$dir" >out
cat out
diff - out <<'END'
inside: psutil: [4711]
inside: lsof -p: *:4711 (LISTEN)
inside: strace: TCP:[0.0.0.0:4711]
outside: psutil: []
outside: lsof -p: protocol: TCP
outside: strace: TCP:[the inode]
END
