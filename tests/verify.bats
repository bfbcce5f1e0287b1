#!/usr/bin/env bats
# prt-scan --verify: the tables are read both ways, and counted.
#
# PRT_CHURN=1000 makes 1000 scans under load; without it there are 20.
# shellcheck disable=SC2016,SC2034,SC2154

load helpers

setup()
{
	requires linux netns nsenter python3
	cd "$BATS_TEST_TMPDIR" || return
}

teardown()
{
	stop_sockets
	[ -z "${named-}" ] || ip netns del "$named" 2>/dev/null || :
	[ -z "${load-}" ] || kill "$load" 2>/dev/null || :
}

# A listener, a bound UDP socket and a connection, of each family; and for IPv4
# a socket in TIME_WAIT on port 20005, for a minute.
start_some()
{
	cat >some.py <<-'END'
		import fcntl, socket, struct, sys
		fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))
		keep = []
		def listen(family, host, port):
		    s = socket.socket(family)
		    if family == socket.AF_INET6:
		        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
		    s.bind((host, port))
		    s.listen()
		    u = socket.socket(family, socket.SOCK_DGRAM)
		    u.bind((host, port + 1))
		    c = socket.socket(family)
		    c.bind((host, port + 2))
		    c.connect((host, port))
		    keep.extend((s, u, c, s.accept()))
		    return s
		s = listen(socket.AF_INET, "127.0.0.1", 20001)
		t = socket.socket()
		t.bind(("127.0.0.1", 20005))
		t.connect(("127.0.0.1", 20001))
		a = s.accept()[0]
		t.close()
		a.close()
		listen(socket.AF_INET6, "::1", 20011)
		print("ready", flush=True)
		sys.stdin.read()
	END
	start_fixture python3 some.py
	FX[main]=$SOCKETS_PID
}

# hidden PORT:HOW:LAST ARG...: prt-scan --verify while fault.c hides that.
hidden()
{
	local what=$1 library

	shift
	requires no-sanitizers no-valgrind
	library=$(fixture fault.so 2>/dev/null) ||
		skip 'not of static programs, nor without glibc'
	# shellcheck disable=SC2034
	run --separate-stderr enter env LD_PRELOAD="$library" \
		PRT_HIDE="$what" prt-scan --verify "$@"
}

# finds PORT:HOW:LAST TEXT: --verify says TEXT, and --strict fails.
finds()
{
	hidden "$1" --strict
	echo "$1: $stderr"
	[ "$status" -eq 2 ]
	[ "$stderr" = "prt-scan: --verify: $2" ]
}

@test "one socket of each kind: nothing to tell" {
	start_sockets
	run -0 --separate-stderr enter prt-scan --verify --strict -q
	[ -z "$stderr" ]
	run -0 --separate-stderr enter prt-scan --verify --backend=proc -q
	[ -z "$stderr" ]
}

# Sockets whose table or counter is not that of their address: IPv4 on IPv6
# sockets, those that became IPv4's, and parts of MPTCP.  And sockets that no
# process has: not accepted, orphans in FIN_WAIT1 and FIN_WAIT2, before
# accept(2) by Fast Open, at a full listener.
@test "sockets that are counted elsewhere than they are seen: nothing to tell" {
	cat >kinds.py <<-'END'
		import fcntl, socket as S, struct, sys
		fcntl.ioctl(S.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))
		HERE, MAPPED, MPTCP, ADDRFORM, FASTOPEN = "127.0.0.1", \
		    "::ffff:127.0.0.1", 262, 1, 0x20000000
		keep = []
		def listen(port, proto=0):
		    s = S.socket(S.AF_INET6, S.SOCK_STREAM, proto)
		    s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, 0)
		    s.bind(("::", port))
		    s.listen()
		    keep.append(s)
		    return s
		def call(host, port, family=S.AF_INET6, kind=S.SOCK_STREAM, proto=0):
		    s = S.socket(family, kind, proto)
		    s.connect((host, port))
		    keep.append(s)
		    return s
		def pair(family=S.AF_INET):
		    c = call(HERE if family == S.AF_INET else MAPPED, 20001, family)
		    keep.append(l.accept()[0])
		    return c
		l = listen(20001)
		pair()
		pair(S.AF_INET6)
		pair(S.AF_INET6).setsockopt(S.IPPROTO_IPV6, ADDRFORM, S.AF_INET)
		call(MAPPED, 9, kind=S.SOCK_DGRAM)
		call(MAPPED, 9, kind=S.SOCK_DGRAM).setsockopt(S.IPPROTO_IPV6,
		    ADDRFORM, S.AF_INET)
		pair().close()
		full = pair()
		full.setblocking(False)
		try:
		    while True:
		        full.send(bytes(65536))
		except BlockingIOError:
		    full.close()
		call(HERE, 20001, S.AF_INET)
		try:
		    m = listen(20002, MPTCP)
		    call(HERE, 20002, S.AF_INET, proto=MPTCP).send(b"x")
		    keep.append(m.accept()[0])
		except OSError:
		    print("mptcp=no")
		try:
		    with open("/proc/sys/net/ipv4/tcp_fastopen", "w") as f:
		        f.write("1027")
		    listen(20003)
		    s = S.socket()
		    keep.append(s)
		    s.sendto(b"x", FASTOPEN, (HERE, 20003))
		except OSError:
		    print("fastopen=no")
		s = S.socket()
		s.bind((HERE, 20004))
		s.listen(0)
		keep.append(s)
		for _ in range(4):
		    s = S.socket()
		    s.setblocking(False)
		    s.connect_ex((HERE, 20004))
		    keep.append(s)
		print("ready", flush=True)
		sys.stdin.read()
	END
	start_fixture python3 kinds.py
	FX[main]=$SOCKETS_PID
	run -0 --separate-stderr enter prt-scan --verify --strict -q
	[ -z "$stderr" ]
	# proof that sockets were counted
	hidden 20001:np:9999 -q
	echo "$stderr"
	grep -q 'sockstat6: TCP6: inuse ' <<<"$stderr"
}

@test "what netlink does not tell, or /proc/net" {
	start_some
	while IFS='|' read -r what said; do
		finds "$what" "$said"
		hidden "$what"
		[ "$status" -eq 0 ]
		[ "$stderr" = "prt-scan: --verify: $said" ]
	done <<-'END'
		20005:n:9999|tcp TIME_WAIT 127.0.0.1:20005 127.0.0.1:20001: only /proc/net has it
		20005:p:9999|tcp TIME_WAIT 127.0.0.1:20005 127.0.0.1:20001: only netlink has it
		20002:n:9999|udp UNCONN 127.0.0.1:20002: only /proc/net has it
		20002:p:9999|udp UNCONN 127.0.0.1:20002: only netlink has it
		20012:n:9999|udp UNCONN [::1]:20012: only /proc/net has it
		20003:n:9999|tcp ESTABLISHED 127.0.0.1:20003 127.0.0.1:20001: only /proc/net has it
		20013:p:9999|tcp ESTABLISHED [::1]:20013 [::1]:20011: only netlink has it
	END
	# --verify ignores the filter
	hidden 20002:n:9999 --strict -q -t 20001
	[ "$status" -eq 2 ]
	[ "$stderr" = 'prt-scan: --verify: udp UNCONN 127.0.0.1:20002: only /proc/net has it' ]
	# without --verify it goes unnoticed
	run -0 --separate-stderr enter env \
		LD_PRELOAD="$(fixture fault.so)" PRT_HIDE=20002:n:9999 \
		prt-scan -q --strict
	[ -z "$stderr" ]
}

@test "what neither tells, but the kernel counts" {
	start_some
	while IFS='|' read -r what said; do
		finds "$what" "$said"
	done <<-'END'
		20005:np:9999|sockstat: TCP: tw 1: the tables have 0
		20002:np:9999|sockstat: UDP: inuse 1: the tables have 0
		20012:np:9999|sockstat6: UDP6: inuse 1: the tables have 0
		20003:np:9999|sockstat: TCP: inuse 3: the tables have 2
		20013:np:9999|sockstat6: TCP6: inuse 3: the tables have 2
	END
}

@test "what differs at first, and then no more, is not told" {
	local n how

	start_some
	for how in n p np; do
		for n in 1 2 3 7; do
			hidden 20002:$how:$n --strict -q
			echo "$how $n: $stderr"
			[ "$status" -eq 0 ]
			[ -z "$stderr" ]
		done
	done
}

@test "more than ten: a number" {
	start_fixture python3 -c '
import socket, sys
keep = []
for _ in range(12):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("127.0.0.1", 20001))
    keep.append(s)
print("ready", flush=True)
sys.stdin.read()'
	FX[main]=$SOCKETS_PID
	hidden 20001:n:9999 -q
	mapfile -t said <<<"$stderr"
	[ "${#said[@]}" -eq 11 ]
	[ "${said[9]}" = 'prt-scan: --verify: udp UNCONN 127.0.0.1:20001: only /proc/net has it' ]
	[ "${said[10]}" = 'prt-scan: --verify: 12 such sockets in all: only /proc/net has them' ]
}

@test "-N: each network namespace, by its name" {
	requires root ip
	named=prt-t-verify
	start_some
	ip netns add $named
	ip netns exec $named python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 20009))
print("ready", flush=True)
sys.stdin.read()' >ready < <(sleep 60) 3>&- &
	load=$!
	until [ -s ready ]; do sleep 0.02; done
	hidden 20009:n:9999 -N -q
	echo "$stderr"
	grep -Fx "prt-scan: --verify: network namespace $named: udp UNCONN 0.0.0.0:20009: only /proc/net has it" <<<"$stderr"
	[ "$(grep -c verify <<<"$stderr")" -eq 1 ]
	hidden 20009:n:9999 -q
	[ -z "$stderr" ]
}

# The fixture's sockets come and go by the thousand a second in the hash chains
# of those that stay; meanwhile connections are made and broken.
@test "no false alarm while sockets come and go" {
	requires root
	local i told=0
	start_fixture "$(fixture churn)"
	cat >load.py <<-'END'
		import os, socket, time
		s = socket.create_server(("127.0.0.1", 20900), backlog=64)
		end = time.time() + 100
		parent = os.getppid()
		while time.time() < end and os.getppid() == parent:
		    few = []
		    for i in range(20):
		        c = socket.create_connection(("127.0.0.1", 20900))
		        few.append((c, s.accept()[0]))
		        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		        u.bind(("127.0.0.1", 0))
		    for i, (c, a) in enumerate(few):
		        # now and then it leaves nothing
		        if i % 2:
		            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
		                         b"\1\0\0\0\0\0\0\0")
		        c.close()
		        a.close()
		    time.sleep(0.002)
	END
	nsenter -n -t "$SOCKETS_PID" \
		python3 load.py 3>&- &
	load=$!
	for ((i = 0; i < ${PRT_CHURN:-20}; i++)); do
		nsenter -n -t "$SOCKETS_PID" prt-scan --verify -q \
			2>&1 | tee err >&3
		[ ! -s err ] || told=$((told + 1))
	done
	kill -0 "$load"
	[ "$told" -eq 0 ]
}

@test "with what it does not go" {
	run -2 prt-scan --verify --backend=lsof
	assert_output_is 'prt-scan: --verify: the backend lsof has but one way'
	for how in --proc=/proc -I --from=lsof; do
		run -2 prt-scan --verify "$how"
		assert_output_is 'prt-scan: --verify: neither --from, --proc nor -I goes with it'
	done
}
