#!/bin/sh
# zombie-net: a process that has ended, and has not been waited for, still has
# its folder /proc/PID/net, which access(2) finds.  To list it is EINVAL, and to
# open a file in it ENOENT, as to read the link /proc/PID/ns/net.  So "the folder
# is there" does not say that the tables of sockets are.
#
# Linux 6.18, procfs; found when a listing of namespaces met processes that end.
# Needs python3 and nothing else.
set -eu

command -v python3 >/dev/null || {
	echo "$0: needs python3" >&2
	exit 77
}
python3 - <<'END' >"${TMPDIR:-/tmp}/zombie-net.$$" || exit
import errno, os, time

pid = os.fork()
if pid == 0:
    os._exit(0)
while open("/proc/%d/stat" % pid).read().split(") ")[1][0] != "Z":
    time.sleep(0.01)

def told(what, call):
    try:
        print(what + ":", call())
    except OSError as e:
        print(what + ":", errno.errorcode[e.errno])

folder = "/proc/%d" % pid
told("access net", lambda: os.access(folder + "/net", os.F_OK))
told("list net", lambda: os.listdir(folder + "/net"))
told("open net/tcp", lambda: open(folder + "/net/tcp").read())
told("ns/net", lambda: os.readlink(folder + "/ns/net"))
os.waitpid(pid, 0)
END
trap 'rm -f "${TMPDIR:-/tmp}/zombie-net.$$"' EXIT
cat "${TMPDIR:-/tmp}/zombie-net.$$"
diff - "${TMPDIR:-/tmp}/zombie-net.$$" <<'END'
access net: True
list net: EINVAL
open net/tcp: ENOENT
ns/net: ENOENT
END
