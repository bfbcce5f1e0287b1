#!/usr/bin/env bats
# prt-scan -N: every network namespace, each scanned once.
# shellcheck disable=SC2154

load helpers

# Ends what listen_in started, and the namespaces that the test made.
teardown() {
	for pid in ${listeners-}; do
		kill "$pid" 2>/dev/null || true
	done
	for name in ${names-}; do
		ip netns del "$name" 2>/dev/null || true
	done
}

add_netns() {
	ip netns add "$1"
	names="${names-} $1"
	ip -n "$1" link set lo up
}

# listen_in PORT COMMAND...: COMMAND runs a listener on 127.0.0.1:PORT; sets
# $listener, its pid.
listen_in() {
	local port=$1 ready=$BATS_TEST_TMPDIR/ready.$1.$RANDOM
	shift
	"$@" python3 -c '
import os, socket, sys, time
l = socket.socket()
l.bind(("127.0.0.1", int(sys.argv[1])))
l.listen(5)
c = socket.create_connection(l.getsockname())
a = l.accept()
open(sys.argv[2], "w").write(str(os.getpid()))
time.sleep(60)' "$port" "$ready" 3>&- &
	listeners="${listeners-} $!"
	until [ -s "$ready" ]; do sleep 0.02; done
	listener=$(cat "$ready")
}

setup() {
	requires linux root ip python3
	ns=prt-$$		# no other run's, nor its port: -N sees all
	port=$((21000 + $$ % 9000))
	trace=$BATS_TEST_TMPDIR/trace
}

@test "-N: named and unnamed namespaces, each with its label" {
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	one=$listener
	listen_in "$port" unshare -n sh -c 'ip link set lo up; exec "$@"' sh
	two=$listener
	inode=$(stat -L -c %i "/proc/$two/ns/net")
	run -0 --separate-stderr prt-scan -NlH -o local_port,netns,pid "$port"
	[ "$output" = "$port	net:[$inode]	$two
$port	$ns-one	$one" ]
}

@test "-N: both backends give the same" {
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	run -0 --separate-stderr prt-scan -NH --backend=netlink "$port"
	netlink=$output
	[ "${#lines[@]}" -eq 3 ]
	run -0 --separate-stderr prt-scan -NH --backend=proc "$port"
	[ "$output" = "$netlink" ]
}

@test "-N: direction is judged within a namespace" {
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	run -0 --separate-stderr prt-scan -NH -o dir --state=ESTABLISHED "$port"
	[ "$(sort <<<"$output")" = "in
out" ]
}

@test "-N: a namespace with two names has the first, and is scanned once" {
	add_netns "$ns-two"
	listen_in "$port" ip netns exec "$ns-two"
	ip netns attach "$ns-one" "$listener"
	names="$names $ns-one"
	run -0 --separate-stderr prt-scan -NlH -o netns "$port"
	[ "$output" = "$ns-one" ]
}

@test "-N: scope says so, and without it other namespaces are not seen" {
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	run -0 --separate-stderr prt-scan -N -o proto
	[[ ${lines[0]} == *" scope=all;netns" ]]
	run -0 prt-scan -H "$port"
	[ -z "$output" ]
}

@test "-N: a link-local scope is named in its own namespace" {
	add_netns "$ns-one"
	ip -n "$ns-one" link add prt-t-d type veth peer name prt-t-e
	ip -n "$ns-one" link set prt-t-d up
	ip -n "$ns-one" link set prt-t-e up
	ip -n "$ns-one" addr add fe80::5/64 dev prt-t-d nodad
	ip netns exec "$ns-one" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("fe80::5", int(sys.argv[1]), 0, socket.if_nametoindex("prt-t-d")))
time.sleep(60)' "$port" 3>&- &
	listeners=$!
	until prt-scan -NqH "$port"; do sleep 0.05; done
	run -0 --separate-stderr prt-scan -NH -o local_addr,netns "$port"
	[ "$output" = "fe80::5%prt-t-d	$ns-one" ]
}

@test "-N: needs a privilege, and says which" {
	run -2 --separate-stderr setpriv --reuid=65534 --regid=65534 \
	    --clear-groups prt-scan -N
	[ -z "$output" ]
	[ "$stderr" = "prt-scan: --all-netns: needs root, or cap_sys_admin" ]
}

@test "-N: equal addresses in two namespaces are two things to prt-diff" {
	add_netns "$ns-one"
	add_netns "$ns-two"
	listen_in "$port" ip netns exec "$ns-one"
	prt-scan -Nl >"$BATS_TEST_TMPDIR/old"
	listen_in "$port" ip netns exec "$ns-two"
	run -0 --separate-stderr bash -c "prt-scan -Nl | prt-diff -H -o netns,local_port,change \
	    '$BATS_TEST_TMPDIR/old' | grep $port"
	[ "$output" = "$ns-two	$port	new" ]
}

@test "-N: a namespace that no process is in, and its socket's owner elsewhere" {
	add_netns "$ns-one"
	python3 -c '
import ctypes, os, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.setns(os.open("/run/netns/" + sys.argv[1], os.O_RDONLY), 0)
l = socket.socket()
l.bind(("127.0.0.1", int(sys.argv[2])))
l.listen()
libc.setns(own, 0)
open(sys.argv[3], "w").write("ready")
time.sleep(60)' "$ns-one" "$port" "$BATS_TEST_TMPDIR/ready" 3>&- &
	listeners=$!
	until [ -s "$BATS_TEST_TMPDIR/ready" ]; do
		# a Python without ctypes has ended
		kill -0 "$listeners"
		sleep 0.02
	done
	run -0 --separate-stderr prt-scan -NlH -o netns,local_port,pid "$port"
	[ "$output" = "$ns-one	$port	$listeners" ]
}

# The last run printed no message, except about processes that even root cannot
# look into; some machines have those.
no_message() {
	[[ $stderr =~ ^('prt-scan: the network namespace of '[0-9]+' process'(es)?' '(is|are)' hidden, even from root')?$ ]]
}

# traced FILTER ARG...: prt-scan under strace, with FILTER, strace's options;
# the calls go to $trace.
traced() {
	# shellcheck disable=SC2086
	strace -f -o "$trace" $1 "$(command -v prt-scan)" "${@:2}"
}

@test "-N: the program stays in its own namespace: a thread enters the others" {
	requires strace
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	run -0 --separate-stderr traced '-e trace=execve,setns' -NlH -o netns "$port"
	[ "$output" = "$ns-one" ]
	main=$(awk '/execve\(/ { print $1; exit }' "$trace")
	[ "$(grep -c 'setns(' "$trace")" -ge 2 ]
	run ! grep "^$main .*setns(" "$trace"
}

@test "-N: a namespace that vanishes is left out whole, the others are there" {
	requires strace
	add_netns "$ns-one"
	add_netns "$ns-two"
	listen_in "$port" ip netns exec "$ns-one"
	one=$listener
	listen_in "$port" ip netns exec "$ns-two"
	run -0 --separate-stderr prt-scan -NlH -o netns "$port"
	[ "$output" = "$ns-one
$ns-two" ]
	# while the process lives, its socket shows the namespace
	kill "$one"
	while [ -e "/proc/$one/fd/0" ]; do sleep 0.02; done
	run -0 --separate-stderr traced "-P /run/netns/$ns-one
	    -e trace=openat -e inject=openat:error=ENOENT" \
	    -NlH -o netns "$port"
	[ "$output" = "$ns-two" ]
	no_message
	grep -q INJECTED "$trace"
}

@test "-N: the process that a namespace was known by ends: there are others" {
	requires strace
	# two namespaces without sockets: the second is entered after its first
	# process has ended
	local i first=()
	for i in 1 2; do
		unshare -n sleep 60 3>&- &
		first+=($!)
		listeners="${listeners-} $!"
		while [ /proc/$!/ns/net -ef /proc/self/ns/net ]; do
			sleep 0.02
		done
		nsenter "--net=/proc/$!/ns/net" python3 -c '
import os, socket, sys, time
os.system("ip link set lo up")
l = socket.socket()
l.bind(("127.0.0.1", int(sys.argv[1])))
l.listen()
c = socket.create_connection(l.getsockname())
a = l.accept()[0]
for s in a, c, l:
    s.close()
open(sys.argv[2], "w").write("ready")
time.sleep(60)' "$port" "$BATS_TEST_TMPDIR/ready$i" 3>&- &
		listeners="$listeners $!"
		until [ -s "$BATS_TEST_TMPDIR/ready$i" ]; do sleep 0.02; done
	done
	(sleep 1; kill "${first[@]}") 3>&- &
	run -0 --separate-stderr traced \
	    '-e trace=setns -e inject=setns:delay_enter=700000' \
	    -NH -o state,local_port "$port"
	assert_output_is "TIME_WAIT	$port
TIME_WAIT	$port"
}

@test "-N: while namespaces come and go, what stays is whole" {
	requires no-valgrind	# the sockets do not wait so long
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	run -0 --separate-stderr prt-scan -NH -o netns,dir,pid,fd "$port"
	want=$output
	[ "${#lines[@]}" -eq 3 ]
	while :; do unshare -n true; done 3>&- &
	listeners="$listeners $!"
	for _ in {1..30}; do
		run -0 --separate-stderr prt-scan -NH -o netns,dir,pid,fd \
		    "$port"
		[ "$output" = "$want" ]
		no_message
	done
}

@test "-N: by the proc tree of a machine that runs: one is gone half-way" {
	requires strace
	add_netns "$ns-one"
	listen_in "$port" ip netns exec "$ns-one"
	unshare -n sleep 60 3>&- &
	local pid=$!
	listeners="$listeners $pid"
	while [ "/proc/$pid/ns/net" -ef /proc/self/ns/net ]; do
		sleep 0.02
	done
	(sleep 1; kill "$pid") 3>&- &
	run -0 --separate-stderr traced "-P $pid/net/udp
	    -e trace=openat,openat2
	    -e inject=openat,openat2:delay_enter=2000000:when=1" \
	    -NlH --proc=/proc -o local_port,pid "$port"
	[ "$output" = "$port	$listener" ]
	no_message
	grep -q "DELAYED" "$trace"
}

# hold PYTHON: the code makes sockets, prints a namespace's number and `ready',
# and stays.
hold() {
	requires no-valgrind	# of Debian 12, which lacks pidfd_open(2)
	cat >"$BATS_TEST_TMPDIR/hold.py" <<'EOF'
import ctypes, os, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
port = int(sys.argv[1])
own = os.open("/proc/self/ns/net", os.O_RDONLY)
keep = []
def new():
    assert libc.unshare(0x40000000) == 0
    os.system("ip link set lo up")
    return os.stat("/proc/thread-self/ns/net").st_ino
def back():
    assert libc.setns(own, 0) == 0
def listen(port):
    s = socket.socket()
    s.bind(("127.0.0.1", port))
    s.listen()
    keep.append(s)
    return s
# No process has anything of it any more, the kernel has.
def time_wait(port):
    l = socket.socket()
    l.bind(("127.0.0.1", port))
    l.listen()
    c = socket.create_connection(l.getsockname())
    a = l.accept()[0]
    for s in a, c, l:
        s.close()
def ready(inode):
    with open(sys.argv[2] + ".new", "w") as f:
        f.write(str(inode))
    os.rename(f.name, sys.argv[2])
EOF
	cat >>"$BATS_TEST_TMPDIR/hold.py"
	echo 'time.sleep(60)' >>"$BATS_TEST_TMPDIR/hold.py"
	python3 "$BATS_TEST_TMPDIR/hold.py" "$port" "$BATS_TEST_TMPDIR/ready" \
	    3>&- &
	holder=$!
	listeners="${listeners-} $!"
	until [ -s "$BATS_TEST_TMPDIR/ready" ]; do sleep 0.02; done
	inode=$(cat "$BATS_TEST_TMPDIR/ready")
}

lists_namespaces() {
	python3 -c '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(470, None, None, 0, 0)
raise SystemExit(ctypes.get_errno() == 38)'
}

# A child in a namespace of its own, with only TIME_WAIT in it: sets child.
hold_by_child() {
	hold <<'EOF'
child = os.fork()
if child == 0:
    inode = new()
    time_wait(port)
    ready(inode)
    time.sleep(60)
    os._exit(0)
EOF
	child=$(pgrep -P "$holder")
}

# by_both ARG...: both backends print the same.
by_both() {
	run -0 --separate-stderr prt-scan -NH --backend=netlink "$@"
	netlink=$output
	run -0 --separate-stderr prt-scan -NH --backend=proc "$@"
	[ "$output" = "$netlink" ]
}

@test "-N: a namespace that only another thread is in" {
	hold <<'EOF'
def work():
    inode = new()
    listen(port)
    time_wait(port + 1)
    ready(inode)
    time.sleep(60)
threading.Thread(target=work, daemon=True).start()
EOF
	by_both -o state,local_port,netns,pid "$port"
	[ "$output" = "LISTEN	$port	net:[$inode]	$holder" ]
	by_both --state=TIME_WAIT -o netns,pid "$((port + 1))"
	[ "$output" = "net:[$inode]	-" ]
	# as in another tree
	run -0 --separate-stderr prt-scan -NH --proc=/proc -o netns "$port"
	[ "$output" = "net:[$inode]" ]
}

@test "-N: a namespace that only its socket is in" {
	hold <<'EOF'
inode = new()
listen(port)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", port))
c = socket.create_connection(("127.0.0.1", port))
back()
ready(inode)
EOF
	by_both -o proto,state,netns,dir,pid "$port"
	assert_output_is "tcp	LISTEN	net:[$inode]	-	$holder
tcp	ESTABLISHED	net:[$inode]	in	-
tcp	ESTABLISHED	net:[$inode]	out	$holder
udp	UNCONN	net:[$inode]	-	$holder"
	by_both -tl -o state,netns,pid "$port"
	assert_output_is "LISTEN	net:[$inode]	$holder"
	# without a field of the process, it is found the same way
	by_both -tl -o state,netns "$port"
	assert_output_is "LISTEN	net:[$inode]"
	run -0 prt-scan -Nq -l "$port"
	run -1 prt-scan -q "$port"
}

@test "-N: the BOUND socket of such a namespace" {
	hold <<'EOF'
inode = new()
s = socket.socket()
s.bind(("127.0.0.1", port))
back()
ready(inode)
EOF
	by_both -o state,netns,pid "$port"
	assert_output_is "BOUND	net:[$inode]	$holder"
}

@test "-N: a namespace that only a descriptor of it keeps" {
	hold <<'EOF'
inode = new()
time_wait(port)
# which it cannot be entered by itself
fd = os.open("/proc/thread-self/ns/net", os.O_PATH)
back()
ready(inode)
EOF
	by_both --owners=walk -o state,netns,pid "$port"
	assert_output_is "TIME_WAIT	net:[$inode]	-"
}

@test "-N: a namespace that only a mount keeps, anywhere" {
	requires mounts
	hold_by_child
	touch "$BATS_TEST_TMPDIR/a \\b"
	run -0 --separate-stderr unshare -m sh -ec '
		mount --bind "/proc/$1/ns/net" "$2"
		kill "$1"
		while kill -0 "$1" 2>/dev/null && ! grep -q "^State:.Z" "/proc/$1/status"; do
			sleep 0.02
		done
		prt-scan -NH -o state,netns,pid "$3"
		mount -t tmpfs over "$4"
		prt-scan -NH -o state,netns,pid "$3"
		' sh "$child" "$BATS_TEST_TMPDIR/a \\b" "$port" "$BATS_TEST_TMPDIR"
	# the second time it is below another mount and cannot be opened, except
	# by its number since Linux 6.19, listns(2)
	line="TIME_WAIT	net:[$inode]	-"
	if lists_namespaces; then
		assert_output_is "$line
$line"
	else
		assert_output_is "$line"
	fi
}

@test "-N: a namespace that only a mount of another mount namespace keeps" {
	requires mounts
	hold_by_child
	mkdir "$BATS_TEST_TMPDIR/root"
	# another root directory, in which the paths lead elsewhere
	unshare -m sh -ec '
		mount -t tmpfs tmpfs "$2"
		touch "$2/file"
		mount --bind "/proc/$1/ns/net" "$2/file"
		cp /bin/busybox "$2/busybox"
		kill "$1"
		echo >"$3"
		exec chroot "$2" /busybox sleep 60' sh "$child" \
		"$BATS_TEST_TMPDIR/root" "$BATS_TEST_TMPDIR/there" 3>&- &
	listeners="${listeners-} $!"
	until [ -s "$BATS_TEST_TMPDIR/there" ]; do sleep 0.02; done
	while [ -e "/proc/$child/ns/net" ]; do sleep 0.02; done
	run -0 --separate-stderr prt-scan -NH -o state,netns,pid "$port"
	assert_output_is "TIME_WAIT	net:[$inode]	-"
}

@test "-N: a socket whose namespace may not be asked for is counted" {
	hold <<'EOF'
inode = new()
listen(port)
listen(port + 1)
back()
ready(inode)
EOF
	run -0 --separate-stderr prt-scan -N -o netns "$port"
	before=$(sed -n 's/.* unentered=\([0-9]*\) .*/\1/p' <<<"$output")
	lacking=(setpriv --bounding-set=-net_admin --inh-caps=-net_admin
	    prt-scan -N -o netns)
	run -0 --separate-stderr "${lacking[@]}" "$port"
	[ "${#lines[@]}" -eq 3 ]
	# one namespace, two sockets
	[[ ${lines[0]} == *" unentered=$((before + 1)) "* ]]
	[[ $stderr == *'prt-scan: the network namespace of 1 socket is hidden: root lacks cap_net_admin'* ]]
	run -2 --separate-stderr "${lacking[@]}" --strict "$port"
}

@test "-N: a namespace that may not be entered is counted" {
	requires strace
	# the first call of a thread works, but the second namespace is refused
	add_netns "$ns-a"
	add_netns "$ns-one"
	run -0 --separate-stderr traced \
	    '-e trace=setns -e inject=setns:error=EPERM:when=2+' -N -o netns
	[[ $stderr == *"prt-scan: network namespace $ns-one: Operation not permitted"* ]]
	[[ ${lines[0]} == *' unentered='[1-9]* ]]
	run -2 --separate-stderr traced \
	    '-e trace=setns -e inject=setns:error=EPERM:when=2+' -N --strict \
	    -o netns
}

# In its own pid and mount namespaces, in which -N finds no others.
@test "-N: fifty namespaces cost less than fifty times as much as one" {
	requires strace
	count() {
		unshare -mpf --mount-proc sh -ec '
		mount -t tmpfs tmpfs /run
		for _ in $(seq "$1"); do
			unshare -n sh -c "echo >&9; exec sleep 50" &
			read -r _ <&9
		done
		strace -f -qq -o "$2" "$3" -N >/dev/null' sh "$1" "$trace" \
		    "$(command -v prt-scan)" 9<>"$BATS_TEST_TMPDIR/pipe" 3>&-
		[ "$(grep -c 'setns(.*= 0' "$trace")" -gt "$1" ]
		grep -vc resumed "$trace"
	}
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	one=$(count 1)
	fifty=$(count 50)
	echo "$one system calls with one, $fifty with fifty"
	[ "$one" -gt 0 ]
	[ "$fifty" -gt "$one" ]
	[ "$fifty" -lt $((50 * one)) ]
}
