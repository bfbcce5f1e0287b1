#!/usr/bin/env bats
# Sockets of processes that are in no table: BOUND ones, before Linux 6.8.  As
# /proc/net never has them, they are found here on every kernel.
# shellcheck disable=SC2154

load helpers

setup() {
	requires linux root netns python3
	cat >"$BATS_TEST_TMPDIR/holder.py" <<'EOF'
import ctypes, os, socket, struct, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
keep = []
TCP, MPTCP = 0, 262

def keeping(s):
    keep.append(s)
    return s

def bound(family, addr, port, proto=TCP, v6only=None, dev=None):
    s = keeping(socket.socket(family, socket.SOCK_STREAM, proto))
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if dev:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev)
    s.bind((addr, port))
    return s

def refused(s):
    try:
        s.connect(("127.0.0.1", 1))
    except OSError:
        pass

def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()

def netns(path):
    if libc.setns(os.open(path, os.O_RDONLY), 0) != 0:
        raise OSError(ctypes.get_errno())

exec(sys.argv[1])
print("main=%d\nready" % os.getpid(), flush=True)
sys.stdin.read()
EOF
}

teardown() {
	stop_sockets
}

# hold CODE: runs python that makes sockets, until the end of the test.
hold() {
	start_fixture python3 "$BATS_TEST_TMPDIR/holder.py" "
os.system('ip link set lo up')
$1"
}

# scan ARG...: with the backend whose tables lack them.
scan() {
	enter prt-scan -H --backend=proc "$@"
}

ways='
bound(socket.AF_INET, "0.0.0.0", 20601)
bound(socket.AF_INET, "127.0.0.1", 20602)
bound(socket.AF_INET6, "::", 20603)
bound(socket.AF_INET6, "::", 20604, v6only=1)
bound(socket.AF_INET6, "::1", 20605)
bound(socket.AF_INET, "127.0.0.1", 20606, dev=b"lo")
refused(bound(socket.AF_INET, "127.0.0.1", 20607))
s = bound(socket.AF_INET, "127.0.0.1", 20608)
s.setblocking(False)
refused(s)
l = bound(socket.AF_INET, "127.0.0.1", 20609)
l.listen()
c = bound(socket.AF_INET, "127.0.0.1", 20610)
c.connect(l.getsockname())
a = keeping(l.accept()[0])
libc.connect(c.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)
s = bound(socket.AF_INET, "127.0.0.1", 20611)
s.listen()
s.shutdown(socket.SHUT_RDWR)
bound(socket.AF_INET, "127.0.0.1", 40000)
# These hold no port.
keeping(socket.socket())
refused(keeping(socket.socket()))
c = socket.create_connection(l.getsockname())
a = keeping(l.accept()[0])
reset(c)
u = socket.socket(socket.AF_UNIX)
'
held='0.0.0.0	20601	-	-
127.0.0.1	20602	-	-
::	20603	no	-
::	20604	yes	-
::1	20605	yes	-
127.0.0.1	20606	-	lo
127.0.0.1	20607	-	-
127.0.0.1	20608	-	-
127.0.0.1	20610	-	-
127.0.0.1	20611	-	-
127.0.0.1	40000	-	-'

@test "BOUND: what bind(2) refuses a port for, and nothing else" {
	hold "$ways"
	run -0 --separate-stderr scan --state=BOUND \
	    -o local_addr,local_port,v6only,iface
	assert_output_is "$held"
	[ -z "$stderr" ]
	run -0 --separate-stderr scan -o proto,state,pid,process,sock_uid,fd \
	    20601
	[[ $output == "tcp	BOUND	${FX[main]}	python3	0	"* ]]
	# none of these ports can be bound
	run -0 enter python3 -c '
import errno, socket, sys
for line in sys.argv[1].splitlines():
    addr, port, v6only, iface = line.split()
    s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
    try:
        s.bind((addr, int(port)))
        print(port, "is free")
    except OSError as e:
        assert e.errno == errno.EADDRINUSE' "$held"
	[ -z "$output" ]
}

@test "BOUND: the same by every filter that lets it through" {
	hold "$ways"
	for option in '' -t '-46 -tu' --state=BOUND,LISTEN "--pid=${FX[main]}" \
	    --owners=walk; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr scan $option -o state,local_port 20607
		assert_output_is 'BOUND	20607'
	done
	for option in -u -6 -l --state=^BOUND --state=LISTEN --pid=1; do
		[ "$option" != --state=^BOUND ] || continue
		run -0 --separate-stderr scan "$option" -o state,local_port \
		    20607
		[ -z "$output" ]
	done
	# without a field of the process the holder is not shown
	run -0 --separate-stderr scan -o state,pid,local_port 20601-20602
	assert_output_is "BOUND	${FX[main]}	20601
BOUND	${FX[main]}	20602"
	run -0 scan -q 20601
	run -1 scan -q 20600
}

@test "BOUND: MPTCP" {
	hold '
try:
    bound(socket.AF_INET, "0.0.0.0", 20601, MPTCP)
    bound(socket.AF_INET6, "::1", 20602, MPTCP)
except OSError:
    print("mptcp=none")'
	[ -z "${FX[mptcp]-}" ] || skip 'needs MPTCP'
	run -0 --separate-stderr scan -o proto,state,local_addr,local_port,v6only
	assert_output_is 'tcp	BOUND	0.0.0.0	20601	-
tcp	BOUND	::1	20602	yes'
}

@test "BOUND: every process that has it, and every descriptor" {
	hold '
s = bound(socket.AF_INET, "0.0.0.0", 20601)
os.dup2(s.fileno(), 50)
if os.fork() == 0:
    print("child=%d" % os.getpid(), flush=True)
    time.sleep(60)
time.sleep(0.2)'
	child=$(pgrep -P "${FX[main]}")
	run -0 --separate-stderr scan -o pid,fd 20601
	kill "$child"
	[ "${#lines[@]}" -eq 2 ]
	# pids start again from low numbers at some time
	grep -qx "${FX[main]}	[0-9]*,50" <<<"$output"
	grep -qx "$child	[0-9]*,50" <<<"$output"
}

@test "BOUND: a socket is of its own namespace, wherever its process is" {
	hold '
bound(socket.AF_INET, "0.0.0.0", 20601)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.unshare(0x40000000)
bound(socket.AF_INET, "0.0.0.0", 20602)
libc.setns(own, 0)
if os.fork() == 0:
    libc.unshare(0x40000000)
    bound(socket.AF_INET, "0.0.0.0", 20603)
    open(os.environ["BATS_TEST_TMPDIR"] + "/there", "w")
    sys.stdin.read()
    os._exit(0)
while not os.path.exists(os.environ["BATS_TEST_TMPDIR"] + "/there"):
    time.sleep(0.02)'
	run -0 --separate-stderr scan -o state,local_port
	# the second process has a copy of it
	assert_output_is 'BOUND	20601'
	run -0 --separate-stderr scan -o local_port,pid
	[ "${#lines[@]}" -eq 2 ]
}

@test "BOUND: in a thread that has a table of descriptors of its own" {
	hold '
def work():
    libc.unshare(0x400)
    bound(socket.AF_INET, "0.0.0.0", 20601)
    # one without an owner has the threads looked at
    bound(socket.AF_INET, "127.0.0.1", 20602).listen()
    done.set()
    time.sleep(60)
done = threading.Event()
threading.Thread(target=work, daemon=True).start()
done.wait()
# Linux 6.9: a thread, too, has a pidfd
fd = libc.syscall(434, threading.enumerate()[1].native_id, os.O_EXCL)
print("pidfd=%d" % fd)'
	[ "${FX[pidfd]}" -ge 0 ] || skip 'needs pidfds of threads'
	run -0 --separate-stderr scan -o state,local_port,pid
	assert_output_is "BOUND	20601	${FX[main]}
LISTEN	20602	${FX[main]}"
}

@test "BOUND: another user's is not seen, which is no message" {
	hold "$ways"
	run -0 --separate-stderr enter_as 65534 prt-scan -H --backend=proc \
	    --state=BOUND
	[ -z "$output" ]
	[ -z "$stderr" ]
	run -1 enter_as 65534 prt-scan -q --backend=proc 20601
}

@test "BOUND: a copy is taken only of TCP sockets, and closed at once" {
	requires strace
	hold "$ways"
	trace=$BATS_TEST_TMPDIR/trace
	run -0 --separate-stderr enter strace -f -qq -o "$trace" \
	    -e trace=pidfd_getfd,close,bind,setsockopt,shutdown,connect,listen \
	    "$(command -v prt-scan)" -H --backend=proc --pid="${FX[main]}" \
	    -o local_port
	copies=$(grep -c 'pidfd_getfd(.*= [0-9]' "$trace")
	# sockets with a port and without; those in the tables are not copied
	[ "$copies" -ge 11 ]
	[ "$copies" -le 15 ]
	awk '/pidfd_getfd/ { if (open) exit 1; open = $NF }
	    /close\(/ { sub(/.*close\(/, ""); sub(/\).*/, "")
		if ($0 == open) open = 0 }
	    END { exit open != 0 }' "$trace"
	run ! grep -E '(bind|setsockopt|shutdown|connect|listen)\(' "$trace"
	# the kernel's tables have it: no copy
	run -0 --separate-stderr enter strace -f -qq -o "$trace" \
	    -e trace=pidfd_getfd "$(command -v prt-scan)" -l --backend=proc
	run ! grep pidfd_getfd "$trace"
}

@test "BOUND: a kernel that refuses copies, and one that has none" {
	requires strace
	hold "$ways"
	for error in EPERM ENOSYS; do
		run -0 --separate-stderr enter strace -f -qq -o /dev/null \
		    -e trace=pidfd_getfd -e "inject=pidfd_getfd:error=$error" \
		    "$(command -v prt-scan)" -H --backend=proc -o state,local_port
		assert_output_is 'LISTEN	20609'
		[ -z "$stderr" ]
	done
}
