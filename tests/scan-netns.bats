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

# listen_in PORT COMMAND...: COMMAND runs a listener on 127.0.0.1:PORT, and
# $listener is its pid.
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
	until [ -s "$BATS_TEST_TMPDIR/ready" ]; do sleep 0.02; done
	run -0 --separate-stderr prt-scan -NlH -o netns,local_port,pid "$port"
	[ "$output" = "$ns-one	$port	$listeners" ]
}

# No message of the last run, but of a process that root cannot see into, as there
# are on some machines.
no_message() {
	[[ $stderr =~ ^('prt-scan: the network namespace of '[0-9]+' process'(es)?' '(is|are)' hidden, even from root')?$ ]]
}

# traced FILTER ARG...: prt-scan under strace, with the filter's options, which
# are words; its calls are in $trace.
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
	listen_in "$port" ip netns exec "$ns-two"
	run -0 --separate-stderr prt-scan -NlH -o netns "$port"
	[ "$output" = "$ns-one
$ns-two" ]
	run -0 --separate-stderr traced "-P /run/netns/$ns-one
	    -e trace=openat -e inject=openat:error=ENOENT" \
	    -NlH -o netns "$port"
	[ "$output" = "$ns-two" ]
	no_message
	grep -q INJECTED "$trace"
	# or its name is another's by then, which is scanned by its own
	run -0 --separate-stderr traced "-P /run/netns/$ns-one
	    -e trace=openat -e inject=openat:retval=7" \
	    -NlH -o netns "$port" 7<"/run/netns/$ns-two"
	[ "$output" = "$ns-two" ]
	no_message
	grep -q INJECTED "$trace"
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

# In process and mount namespaces of the test's own, where -N sees no others.
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
