#!/bin/sh
# shared-listener: a listener that three processes have, as with a server and
# the workers it forked.  ss, lsof and fuser name three; netstat -p and psutil's
# net_connections() one each, without a word that there are more, and not the
# same one: netstat the lowest process number, psutil the highest.  A script
# that stops that process leaves the port taken.  psutil asked for each process
# finds all three.
#
# ss of iproute2 6.1.0, netstat of net-tools 2.10, lsof 4.95.0, fuser of psmisc
# 23.6, python3-psutil 5.9.4, all of Debian 12; Linux 6.18.  Needs root, apt-get
# and python3 of Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
python=/usr/bin/python3.11
[ -x $python ] || skip 'needs python3.11 of Debian 12'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 net-tools=2.10-0.1+deb12u2 lsof=4.95.0-1 \
    psmisc=23.6-1 python3-psutil=5.9.4-1+b1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >serve.py <<'END'
import os, socket, time

s = socket.create_server(("127.0.0.1", 4711))
pids = [str(os.getpid())]
for worker in range(2):
    pid = os.fork()
    if pid == 0:
        break
    pids.append(str(pid))
else:
    print(*pids, flush=True)
time.sleep(20)
END
cat >ask.py <<'END'
import psutil, sys

def mine(list):
    return [c for c in list if c.laddr and c.laddr.port == 4711]

print("psutil", psutil.__version__)
print("net_connections():", *[c.pid for c in mine(psutil.net_connections())])
print("each process:", *[p.pid for p in map(psutil.Process, map(int, sys.argv[1:]))
    if mine(p.connections())])
END
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH
PYTHONPATH=$1/root/usr/lib/python3/dist-packages
export PYTHONPATH
ip link set lo up
$2 serve.py >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done
set -- "$1" "$2" $(tr ' ' '\n' <made | sort -n)
{
	echo "ss: $(ss -Htlnp | grep -o 'pid=[0-9]*' | sed 's/pid=//' | sort -n | xargs)"
	echo "lsof: $(lsof -nP -t -i :4711 2>/dev/null | sort -n | xargs)"
	echo "fuser: $(fuser 4711/tcp 2>/dev/null | xargs -n 1 | sort -n | xargs)"
	echo "netstat: $(netstat -tlnp | awk '/:4711/ { sub("/.*", "", $7); print $7 }')"
	$2 ask.py $3 $4 $5
} | sed "s/\<$3\>/lowest/; s/\<$4\>/middle/; s/\<$5\>/highest/"
kill $3 $4 $5
END
unshare -n sh look.sh "$dir" $python >out
cat out
diff - out <<'END'
ss: lowest middle highest
lsof: lowest middle highest
fuser: lowest middle highest
netstat: lowest
psutil 5.9.4
net_connections(): highest
each process: lowest middle highest
END
