#!/usr/bin/env bats
# dir: which end connected.

load helpers

setup()
{
	requires linux netns nsenter python3
	FX=()
}

teardown()
{
	local pid

	for pid in ${started-}; do
		kill "$pid" 2>/dev/null || :
	done
	[ -z "${link-}" ] || ip link del "$link" 2>/dev/null || :
}

# A machine in a namespace: start NAME CODE runs python code with a few helpers
# in the namespace of FX[main] or, the first time, in a new one whose lo is up.
start()
{
	local ready=$BATS_TEST_TMPDIR/ready.$1 how=(enter)

	[ -n "${FX[main]-}" ] || how=("${UNSHARE[@]}" --)
	"${how[@]}" python3 -c '
import fcntl, os, socket, struct, sys, time
AF4, AF6, TCP, UDP = (socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM,
                      socket.SOCK_DGRAM)
keep = []

def new(family, kind, addr, port):
    s = socket.socket(family, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if port is not None:
        s.bind((addr, port))
    keep.append(s)
    return s

def listen(port, addr="127.0.0.1", family=AF4):
    s = new(family, TCP, addr, port)
    s.listen(8)
    return s

def connect(to, addr="127.0.0.1", port=None, family=AF4, kind=TCP):
    s = new(family, kind, addr, port)
    s.connect(to)
    return s

fcntl.ioctl(socket.socket(AF4, UDP), 0x8914, struct.pack("16sh14x", b"lo", 1))
exec(sys.argv[2])
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(60)' "$ready" "$2" 3>&- &
	started="${started-} $!"
	until [ -s "$ready" ]; do sleep 0.02; done
	FX[main]=${FX[main]:-$(<"$ready")}
}

# dirs ARG...: local port, remote port and direction of connections.
dirs()
{
	run -0 enter prt-scan -H -o local_port,remote_port,dir,state "$@"
	output=$(awk '$4 != "LISTEN" && $4 != "UNCONN" { print $1, $2, $3 }' \
		<<<"$output")
}

@test "accepted and outgoing, both ends on loopback" {
	start a 'l = listen(20621); connect(("127.0.0.1", 20621), port=20622)
a = l.accept()'
	dirs
	assert_output_is "20621 20622 in
20622 20621 out"
}

@test "an end on a port of the range, and nobody listens: out" {
	start a 'l = listen(20621); connect(("127.0.0.1", 20621), port=40622)
a = l.accept(); l.close(); keep.remove(l)'
	dirs
	assert_output_is "20621 40622 -
40622 20621 out"
}

@test "the range is that of ip_local_port_range" {
	start a 'l = listen(20621); connect(("127.0.0.1", 20621), port=20622)
a = l.accept(); l.close(); keep.remove(l)'
	dirs
	assert_output_is "20621 20622 -
20622 20621 -"
	enter sh -c 'echo 20622 20700 >/proc/sys/net/ipv4/ip_local_port_range'
	dirs
	assert_output_is "20621 20622 -
20622 20621 out"
}

@test "a listener on a wildcard covers, one on another address does not" {
	start a 'l = listen(20621, "0.0.0.0"); m = listen(20623, "127.0.0.3")
connect(("127.0.0.2", 20621), "127.0.0.2", 20622); a = l.accept()
n = listen(20624, "127.0.0.2"); connect(("127.0.0.2", 20624), "127.0.0.1", 20623)
b = n.accept()'
	dirs
	assert_output_is "20621 20622 in
20622 20621 out
20623 20624 out
20624 20623 in"
}

@test ":: covers IPv4, unless it is v6only" {
	start a '
l = listen(20621, "::", AF6)
connect(("127.0.0.1", 20621), port=20622); a = l.accept()
o = new(AF6, TCP, "::", None)
o.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
o.bind(("::", 20625)); o.listen(8)
p = listen(20625, "0.0.0.0"); connect(("127.0.0.1", 20625), port=20626)
b = p.accept(); p.close(); keep.remove(p)'
	dirs
	assert_output_is "20621 20622 in
20622 20621 out
20625 20626 -
20626 20625 -"
}

@test ":: covers IPv6, v6only or not; another address does not" {
	start a '
l = listen(20621, "::", AF6)
connect(("::1", 20621), "::1", 20622, AF6); a = l.accept()
o = new(AF6, TCP, "::", None)
o.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
o.bind(("::", 20625)); o.listen(8)
connect(("::1", 20625), "::1", 20626, AF6); b = o.accept()
p = listen(20627, "::", AF6); connect(("::1", 20627), "::1", 20628, AF6)
c = p.accept(); p.close(); keep.remove(p); q = listen(20627, "0.0.0.0")'
	dirs
	assert_output_is "20621 20622 in
20622 20621 out
20625 20626 in
20626 20625 out
20627 20628 -
20628 20627 -"
}

@test "a client on a port that is listened on, too (SO_REUSEPORT)" {
	# both have listeners: the end in the ephemeral range has connected
	start a 'l = listen(20621); m = listen(40622)
connect(("127.0.0.1", 20621), port=40622); a = l.accept()'
	dirs
	assert_output_is "20621 40622 in
40622 20621 out"
}

@test "a client on such a port that calls where nobody listens any more" {
	start a 'l = listen(20621); m = listen(40622)
connect(("127.0.0.1", 20621), port=40622); a = l.accept()
l.close(); keep.remove(l)'
	dirs
	assert_output_is "20621 40622 out
40622 20621 in"
}

@test "both ends are covered, and the range does not tell: still in and out" {
	start a 'l = listen(20621); m = listen(20623); n = listen(40622)
o = listen(40621); p = listen(20625, "0.0.0.0")
connect(("127.0.0.1", 20621), port=20623); a = l.accept()
connect(("127.0.0.1", 40621), port=40622); b = o.accept()
connect(("127.0.0.2", 20625), port=20625); c = p.accept()'
	dirs
	[ "${#lines[@]}" -gt 6 ]
	assert_output_is "20621 20623 in
20623 20621 out
20625 20625 in
20625 20625 out
40621 40622 in
40622 40621 out"
}

@test "UDP: an unconnected socket counts as a listener" {
	start a 'u = new(AF4, UDP, "127.0.0.1", 20621)
connect(("127.0.0.1", 20621), port=20622, kind=UDP)
v = new(AF4, UDP, "127.0.0.1", 20621); v.connect(("127.0.0.1", 20622))'
	dirs -u
	assert_output_is "20621 20622 in
20622 20621 out"
}

@test "UDP and TCP have nothing to do with each other" {
	start a 'u = new(AF4, UDP, "127.0.0.1", 20621)
l = listen(20623); connect(("127.0.0.1", 20623), port=20621); a = l.accept()'
	dirs -t
	assert_output_is "20621 20623 out
20623 20621 in"
}

@test "right also when a filter hides the listener" {
	start a 'l = listen(20621, "::", AF6)
connect(("127.0.0.1", 20621), port=20622); a = l.accept()'
	for filter in --state=ESTABLISHED '--state=ESTABLISHED -t' 20622 \
		--backend=proc; do
		# shellcheck disable=SC2086
		dirs $filter
		assert_output_is "20621 20622 in
20622 20621 out"
	done
	dirs -4
	assert_output_is "20622 20621 out"
	dirs -6
	assert_output_is "20621 20622 in"
}

@test "another machine's end: in, out, and a source port that we listen on" {
	requires root ip
	start a 'listen(20699)'
	local near=${FX[main]} far
	FX=()
	start b 'listen(20698)'
	far=${FX[main]}
	ip link add prt-t-near netns "$near" type veth peer prt-t-far netns "$far"
	nsenter -n -t "$near" sh -c 'ip addr add 203.0.113.1/24 dev prt-t-near
		ip link set prt-t-near up'
	nsenter -n -t "$far" sh -c 'ip addr add 203.0.113.2/24 dev prt-t-far
		ip link set prt-t-far up'
	FX=([main]=$far)
	start far 'l = listen(20631, "0.0.0.0")'
	FX=([main]=$near)
	start near 'l = listen(20621, "0.0.0.0"); listen(20623, "0.0.0.0")
connect(("203.0.113.2", 20631), "203.0.113.1", 20640)
connect(("203.0.113.2", 20631), "203.0.113.1", 40640)'
	FX=([main]=$far)
	# from 20623, which the near machine listens on
	start far2 'connect(("203.0.113.1", 20621), "203.0.113.2", 20623)'
	FX=([main]=$near)
	dirs
	assert_output_is "20621 20623 in
20640 20631 -
40640 20631 out"
}
