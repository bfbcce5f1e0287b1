#!/bin/sh
# unix-path: the path of a Unix socket is the text that was given to bind(2),
# not a file.  A server that was replaced (path removed, bound anew) and still
# runs is listed beside its successor, alike but for the inode; lsof PATH and
# fuser PATH name both, though whoever connects gets the new one.  Once a file
# is renamed, no tool finds the server by the name that works: ss, lsof and
# fuser have nothing there, and lsof refuses the old one, of which ss has a row.
#
# ss of iproute2 6.1.0, lsof 4.95.0, fuser of psmisc 23.6, all of Debian 12;
# Linux 6.18.  Needs root, python3, apt-get of Debian 12.
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
trap 'rm -rf --one-file-system "$dir"' EXIT
cd "$dir"
for package in iproute2=6.1.0-3 lsof=4.95.0-1 psmisc=23.6-1; do
	apt-get -qq -o APT::Sandbox::User=root download "$package" \
	    >/dev/null 2>&1 || skip "$package is not to be had here"
done
for package in ./*.deb; do
	dpkg -x "$package" root
done
cat >look.sh <<'END'
PATH=$1/root/bin:$1/root/sbin:$1/root/usr/bin:$1/root/usr/sbin:$PATH

# Not all of these tools take a path with a blank, as TMPDIR may have.
mount -t tmpfs none /mnt && cd /mnt || exit 1
python3 -c '
import os, socket, time
old = socket.socket(socket.AF_UNIX)
old.bind(os.path.abspath("s"))
old.listen()
os.unlink("s")
if os.fork() == 0:
    old.close()
    new = socket.socket(socket.AF_UNIX)
    new.bind(os.path.abspath("s"))
    new.listen()
    moved = socket.socket(socket.AF_UNIX)
    moved.bind(os.path.abspath("before"))
    moved.listen()
    os.rename("before", "after")
    a = socket.socket(socket.AF_UNIX)
    a.connect("s")
    b, _ = new.accept()
    a.send(b"x")
    b.recv(1)
    c = socket.socket(socket.AF_UNIX)
    c.connect("after")
    d, _ = moved.accept()
    for s in a, b, c, d:
        s.close()
    print(os.getppid(), os.getpid(), flush=True)
time.sleep(20)' >made &
for i in $(seq 40); do [ -s made ] || sleep 0.3; done

read -r old new <made
{
	for name in s before after; do
		echo "ss src $name: $(ss -Hxlp src "$PWD/$name" |
			grep -o 'pid=[0-9]*' | sort | xargs)"
		echo "lsof $name: $(lsof -t "$PWD/$name" 2>/dev/null | sort | xargs)"
		echo "fuser $name: $(fuser "$PWD/$name" 2>/dev/null | xargs -n 1 | sort | xargs)"
	done
} | sed "s/pid=//g; s/\<$old\>/old/; s/\<$new\>/new/; s/new old/old new/"
lsof "$PWD/before" 2>&1 | sed -n 's/ on .*:/:/p'
kill $old $new
END
unshare -n -m sh look.sh "$dir" >out
"$dir/root/bin/ss" -V
cat out
diff - out <<'END'
ss src s: old new
lsof s: old new
fuser s: old new
ss src before: new
lsof before: 
fuser before: 
ss src after: 
lsof after: 
fuser after: 
lsof: status error: No such file or directory
END
