#!/usr/bin/env bats
# The kernel's own sockets: `[KIND/NAME]', each made in a network namespace of
# its own.  Kinds that this kernel lacks are skipped.
# shellcheck disable=SC2154

load helpers

setup() {
	requires linux netns ip
	cd "$BATS_TEST_TMPDIR" || return
}

fields=proto,state,local_addr,local_port,pid,process,fd,exe,cmdline

# in_kernel SETUP COMMAND...: runs COMMAND in a new namespace, after the script
# SETUP; skips the test if SETUP fails.  ss's view goes to the file PRT_SS.
in_kernel() {
	local setup=$1

	shift
	export BATS_TEST_DESCRIPTION
	run --separate-stderr in_netns bash -c 'ip link set lo up
		bash -ec "$1" >setup 2>&1 || exit 77
		[ -z "${PRT_SS-}" ] || {
			echo "# $BATS_TEST_DESCRIPTION"
			ss -HOtuanp
		} >>"$PRT_SS"
		shift
		exec "$@"' bash "$setup" "$@"
	[ "$status" -ne 77 ] ||
		skip "not in this kernel: $(tr '\n' ' ' <setup)"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

# named SETUP LINE...: after SETUP there is one record for each LINE, and begins
# with it; the fields of the process, which follow, are empty.
named() {
	in_kernel "$1" prt-scan -H -o $fields
	shift
	[ "$output" = "$(printf '%s	-	-	-\n' "$@")" ]
}

vx0='ip link add vx0 type vxlan id 5 dstport 4789; ip link set vx0 up'
mptcp='ip mptcp endpoint add 127.0.0.1 port 7799 signal'

@test "vxlan: its port while it is up" {
	named "$vx0
		ip link add vx1 type vxlan id 6 dstport 4790" \
		'udp	UNCONN	0.0.0.0	4789	-	[vxlan/vx0]'
}

@test "vxlan: over IPv6, over both; of several on one port the first" {
	named 'ip link add vx0 type vxlan id 5 dstport 4789 remote ::1
		ip link add vx1 type vxlan dstport 4790 external
		ip link add vx3 index 30 type vxlan id 8 dstport 4791
		ip link add vx2 index 31 type vxlan id 9 dstport 4791
		for i in 0 1 2 3; do ip link set vx$i up; done' \
		'udp	UNCONN	::	4789	-	[vxlan/vx0]' \
		'udp	UNCONN	0.0.0.0	4790	-	[vxlan/vx1]' \
		'udp	UNCONN	::	4790	-	[vxlan/vx1]' \
		'udp	UNCONN	0.0.0.0	4791	-	[vxlan/vx3]'
}

@test "vxlan: one that was moved there has its socket elsewhere" {
	requires root python3
	in_kernel "$vx0; ip netns add prt-k-$$
		trap 'ip netns del prt-k-$$' EXIT
		ip link set vx0 netns prt-k-$$
		ip -n prt-k-$$ link set vx0 up
		ip netns exec prt-k-$$ prt-scan -H -o process >there
		prt-scan -H -o local_port,process >here" cat here there
	# only another namespace's interface could show it
	[ "$output" = '4789	-' ]
}

@test "mptcp: an endpoint with a port" {
	named "$mptcp; ip mptcp endpoint add 127.0.0.1 id 9" \
		'tcp	LISTEN	127.0.0.1	7799	-	[mptcp]'
}

@test "a socket of a process keeps its own name, and another address has none" {
	requires python3
	in_kernel "$vx0; $mptcp" python3 -c '
import socket, subprocess
def udp(family, addr, port):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((addr, port))
    return s
def tcp(addr, port):
    s = socket.socket()
    s.bind((addr, port))
    s.listen()
    return s
keep = [udp(socket.AF_INET6, "::", 4789), tcp("127.0.0.2", 7799),
        tcp("0.0.0.0", 4789), udp(socket.AF_INET, "127.0.0.1", 7799)]
# in flight: no process has them
a, b = socket.socketpair()
socket.send_fds(a, [b"x"], [s.fileno() for s in keep])
for s in keep[1:]:
    s.close()
subprocess.run(["prt-scan", "-H", "-o", "proto,local_addr,local_port,process"],
               check=True)
'
	[ "$output" = 'tcp	0.0.0.0	4789	-
tcp	127.0.0.1	7799	[mptcp]
tcp	127.0.0.2	7799	-
udp	0.0.0.0	4789	[vxlan/vx0]
udp	::	4789	python3
udp	127.0.0.1	7799	-' ]
}

@test "they are not hidden: unowned is 0, and --strict content, of any user" {
	requires root setpriv
	in_kernel "$vx0; $mptcp" setpriv --reuid=65534 --regid=65534 \
		--clear-groups -- /proc/self/fd/9 --strict -o process \
		9<"$(command -v prt-scan)"
	[[ ${lines[0]} == *' euid=65534 unowned=0 '* ]]
	[ "${lines[2]}${lines[3]}" = '[mptcp][vxlan/vx0]' ]
}

@test "both backends and both ways to owners name them" {
	in_kernel "$vx0; $mptcp" prt-scan --backend=proc -H -o process
	[ "$output" = '[mptcp]
[vxlan/vx0]' ]
	in_netns prt-scan --owners=bpf -o pid >/dev/null 2>&1 || return 0
	in_kernel "$vx0; $mptcp" prt-scan --owners=bpf -H -o process
	[ "$output" = '[mptcp]
[vxlan/vx0]' ]
}

@test "-N: each in its namespace" {
	requires root
	ns=prt-k-$$
	run --separate-stderr bash -ec '
		ip netns add "$1-a"
		ip netns add "$1-b"
		trap '\''ip netns del "$1-a"; ip netns del "$1-b"'\'' EXIT
		ip -n "$1-a" link add vx0 type vxlan id 5 dstport 4789 || exit 77
		ip -n "$1-a" link set vx0 up
		ip -n "$1-b" link add vx9 type vxlan id 5 dstport 4789
		ip -n "$1-b" link set vx9 up
		prt-scan -N -H -o netns,process 4789 | grep "^$1"' bash "$ns"
	[ "$status" -ne 77 ] || skip 'not in this kernel: vxlan'
	[ "$output" = "$ns-a	[vxlan/vx0]
$ns-b	[vxlan/vx9]" ]
}

@test "they are asked for only if a socket without a holder is left" {
	requires strace
	in_netns bash -c 'ip link set lo up
		strace -f -e trace=?send,sendto -o trace prt-scan -q 1 || :'
	run -0 grep -c send trace
	few=$output
	in_kernel "$mptcp" bash -c '
		strace -f -e trace=?send,sendto -o trace prt-scan >/dev/null
		strace -f -e trace=?send,sendto -o one prt-scan 7799 >/dev/null
		strace -f -e trace=?send,sendto -o other prt-scan 7798 >/dev/null'
	[ "$(grep -c send other)" -eq "$few" ]
	# the families are listed, and none is asked for by its name; then the
	# family itself is asked
	[ "$(grep -c send one)" -eq $((few + 2)) ]
	# shellcheck disable=SC2016
	grep -c 'mptcp_pm' one && return 1
	:
}

@test "prt-diff: their name is compared; without one there is no news" {
	in_kernel "$vx0; $mptcp" prt-scan
	printf '%s\n' "$output" >new
	sed 's/\[mptcp\]/-/; s/\[vxlan[^	]*/-/' new >old
	run -0 --separate-stderr prt-diff -H old new
	[ -z "$output$stderr" ]
	run -0 --separate-stderr prt-diff -H new old
	[ -z "$output$stderr" ]
	sed 's/vx0/vx1/' new >other
	run -0 --separate-stderr prt-diff -H -o change,local_port,was new other
	[ "$output" = 'changed	4789	process=[vxlan/vx0]' ]
	# a process has taken the port
	sed 's/-	\[mptcp\]	root	0	-	-	-	-	-/7	evil	root	0	3	1	init	\/bin\/evil	evil/' \
		new >other
	run -0 --separate-stderr prt-diff -H -o change,process,was new other
	[ "$output" = 'changed	evil	process=[mptcp]' ]
	run -0 --separate-stderr prt-diff -H -o change,process other new
	[ "$output" = 'changed	[mptcp]' ]
}

@test "prt-diff -S keeps their name while a user's scan has none" {
	in_kernel "$vx0; $mptcp" prt-scan
	printf '%s\n' "$output" >new
	sed 's/\[mptcp\]/-/; s/\[vxlan[^	]*/-/; s/unowned=0/unowned=2/
		s/euid=0/euid=5/' new >user
	sed 's/vx0/vx1/' new >other
	run -0 prt-diff -q --init -S state new
	run -0 --separate-stderr prt-diff -H -S state user
	[ -z "$output" ]
	run -0 --separate-stderr prt-diff -H -S state new
	[ -z "$output" ]
	run -0 --separate-stderr prt-diff -H -S state user
	run -0 --separate-stderr prt-diff -H -S state -o change,was other
	[ "$output" = 'changed	process=[vxlan/vx0]' ]
}

@test "no-owner knows them" {
	in_kernel "$mptcp" bash -c 'prt-scan | prt-flag -s --enable=no-owner'
	[ -z "$output" ]
}

# The tests below need modules; few kernels have all of them.

modules='modprobe -q -a'

@test "geneve: over IPv4, over IPv6, over both" {
	named "$modules geneve || :
		ip link add g0 type geneve id 3 remote 127.0.0.1
		ip link add g6 type geneve id 3 remote ::1 dstport 6082
		ip link add g1 type geneve external dstport 6083
		for i in 0 1 6; do ip link set g\$i up; done" \
		'udp	UNCONN	0.0.0.0	6081	-	[geneve/g0]' \
		'udp	UNCONN	::	6082	-	[geneve/g6]' \
		'udp	UNCONN	0.0.0.0	6083	-	[geneve/g1]' \
		'udp	UNCONN	::	6083	-	[geneve/g1]'
}

@test "bareudp: one socket for both families" {
	named "$modules bareudp || :
		ip link add b0 type bareudp dstport 6635 ethertype mpls_uc
		ip link set b0 up" \
		'udp	UNCONN	::	6635	-	[bareudp/b0]'
}

# genl FAMILY COMMAND ATTRIBUTE...: a request in Python; an attribute is
# TYPE=FORMAT:VALUE, with a format of Python's struct.
genl() {
	printf 'python3 "%s/genl.py"' "$PRT_SRCDIR/tests"
	printf ' "%s"' "$@"
	echo
}

@test "wireguard: both families, while it is up" {
	requires python3
	named "$modules wireguard || :
		ip link add wg0 type wireguard
		$(genl wireguard 1 2=s:wg0 6=H:51820)
		ip link set wg0 up
		ip link add wg1 type wireguard" \
		'udp	UNCONN	0.0.0.0	51820	-	[wireguard/wg0]' \
		'udp	UNCONN	::	51820	-	[wireguard/wg0]'
}

@test "wireguard: told to cap_net_admin, which is enough, and to no other user" {
	requires root python3 setpriv
	for caps in +net_admin -net_admin; do
		in_kernel "$modules wireguard || :
			ip link add wg0 type wireguard
			ip link set wg0 up" \
			setpriv --reuid=65534 --regid=65534 --clear-groups \
			--inh-caps=$caps --ambient-caps=$caps \
			/proc/self/fd/9 -H -o process 9<"$(command -v prt-scan)"
		if [ $caps = +net_admin ]; then
			[ "$output" = '[wireguard/wg0]
[wireguard/wg0]' ]
		else
			[ "$output" = '-
-' ]
		fi
	done
}

@test "fou and gue" {
	named "$modules fou fou6 || :
		ip fou add port 5555 ipproto 4
		ip fou add port 6080 gue
		ip fou add port 6081 gue local 127.0.0.1" \
		'udp	UNCONN	0.0.0.0	5555	-	[fou]' \
		'udp	UNCONN	0.0.0.0	6080	-	[fou/gue]' \
		'udp	UNCONN	127.0.0.1	6081	-	[fou/gue]'
}

@test "l2tp: a tunnel that no program has" {
	named "$modules l2tp_eth || :
		ip l2tp add tunnel tunnel_id 7 peer_tunnel_id 8 encap udp \
			local 127.0.0.1 remote 127.0.0.2 udp_sport 1701 udp_dport 1702" \
		'udp	ESTABLISHED	127.0.0.1	1701	-	[l2tp/7]'
}

@test "tipc: a bearer over UDP" {
	requires tipc
	named "$modules tipc || :
		tipc bearer enable media udp name U localip 127.0.0.1" \
		'udp	UNCONN	0.0.0.0	6118	-	[tipc/U]'
}

# Linux 6.1 does not end these sockets with their namespace: a later namespace
# at the same place in memory has them.
@test "sctp: encapsulated in UDP" {
	in_kernel "$modules sctp || :
		echo 9899 >/proc/sys/net/sctp/udp_port" bash -c '
		prt-scan -H -o $1
		echo 0 >/proc/sys/net/sctp/udp_port' bash $fields
	[ "$output" = 'udp	UNCONN	0.0.0.0	9899	-	[sctp]	-	-	-
udp	UNCONN	::	9899	-	[sctp]	-	-	-' ]
}

@test "rxrpc: what a socket of it is bound to" {
	requires python3
	in_kernel "$modules rxrpc || :
		python3 -c 'import socket; socket.socket(33, 2, 2)'" python3 -c '
import ctypes, socket, struct, subprocess
s = socket.socket(33, socket.SOCK_DGRAM, socket.AF_INET)
end = struct.pack("=HHHH", 33, 0, 2, 16) + struct.pack("=H", 2) + \
    struct.pack("!HI8x", 7001, 0) + bytes(12)
assert ctypes.CDLL(None).bind(s.fileno(), end, len(end)) == 0
subprocess.run(["prt-scan", "-H", "-o", "proto,local_port,pid,process", "7001"],
               check=True)'
	[ "$output" = 'udp	7001	-	[rxrpc]' ]
}

@test "nfsd: listeners and a connection" {
	requires root mounts
	in_kernel "$modules nfsd || :
		grep -qw nfsd /proc/filesystems" unshare -m bash -ec '
		mount -t nfsd nfsd /proc/fs/nfsd
		trap "echo 0 >/proc/fs/nfsd/threads" EXIT
		echo "-2 -3 +4" >/proc/fs/nfsd/versions 2>/dev/null ||
			echo "-3 +4" >/proc/fs/nfsd/versions
		echo "tcp 2049" >/proc/fs/nfsd/portlist
		echo 1 >/proc/fs/nfsd/threads
		exec 7<>/dev/tcp/127.0.0.1/2049
		prt-scan -H -o state,local_port,pid,process 2049'
	output=$(grep '	-	' <<<"$output" | sort -u)
	[ "$output" = 'ESTABLISHED	2049	-	[nfsd]
LISTEN	2049	-	[nfsd]' ]
}


@test "ipvs: its daemons, which tell others of connections" {
	requires python3
	# the daemon's number, and the interface
	daemon=0800030007000000070002006c6f0000
	in_kernel "$modules ip_vs || :
		ip addr add 10.0.0.1/24 dev lo
		$(genl IPVS 9 "3=x:0800010002000000$daemon")
		$(genl IPVS 9 "3=x:0800010001000000$daemon")" \
		prt-scan -H -o local_addr,remote_addr,pid,process
	[ "$(sort <<<"$output")" = '10.0.0.1	224.0.0.81	-	[ipvs]
224.0.0.81	-	-	[ipvs]' ]
}

# configured SETUP UNDO PORT RECORD: of a target, which belongs to the machine.
configured() {
	requires root
	[ -d /sys/kernel/config ] && [ -z "$(ls /sys/kernel/config)" ] ||
		skip 'not in this kernel, or it has targets'
	mount -t configfs configfs /sys/kernel/config
	if (cd /sys/kernel/config && bash -ec "$1"); then
		run -0 --separate-stderr prt-scan -H -o $fields "$3"
	else
		output=skip
	fi
	(cd /sys/kernel/config && bash -c "$2")
	umount /sys/kernel/config
	[ "$output" != skip ] || skip 'not in this kernel'
	[ "$output" = "$4	-	-	-" ]
}

@test "iscsi: a portal" {
	modprobe -q -a configfs iscsi_target_mod || skip 'not in this kernel'
	iqn=target/iscsi/iqn.2026-11.example:prt
	configured "mkdir -p $iqn/tpgt_1 && mkdir $iqn/tpgt_1/np/127.0.0.1:3261" \
		"rmdir $iqn/tpgt_1/np/* $iqn/tpgt_1 $iqn target/iscsi" 3261 \
		'tcp	LISTEN	127.0.0.1	3261	-	[iscsi]'
}

@test "nvmet: a port with a subsystem" {
	modprobe -q -a configfs nvmet nvmet_tcp || skip 'not in this kernel'
	configured 'mkdir nvmet/ports/7 nvmet/subsystems/prt
		cd nvmet/ports/7
		echo ipv4 >addr_adrfam
		echo tcp >addr_trtype
		echo 127.0.0.1 >addr_traddr
		echo 4421 >addr_trsvcid
		ln -s /sys/kernel/config/nvmet/subsystems/prt subsystems/prt' \
		'rm nvmet/ports/7/subsystems/prt
		rmdir nvmet/ports/7 nvmet/subsystems/prt' 4421 \
		'tcp	LISTEN	127.0.0.1	4421	-	[nvmet]'
}

@test "rxe: RoCE by software" {
	requires root rdma
	modprobe -q -a rdma_rxe dummy || skip 'not in this kernel'
	ip link add prt-k0 type dummy
	ip link set prt-k0 up
	rdma link add prt-k1 type rxe netdev prt-k0
	run -0 --separate-stderr prt-scan -H -o $fields 4791
	rdma link delete prt-k1
	ip link del prt-k0
	[ "$output" = 'udp	UNCONN	0.0.0.0	4791	-	[rxe/prt-k1]	-	-	-
udp	UNCONN	::	4791	-	[rxe/prt-k1]	-	-	-' ]
}

# Each holds a TCP socket of the kernel's; over loopback SMC falls back to TCP.
@test "smc: a listener and its connections are their process's" {
	requires python3
	cat >smc.py <<'EOF'
import ctypes, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    n = getattr(libc, name)(*args)
    assert n >= 0, name + ": " + os.strerror(ctypes.get_errno())
    return n
def addr(port):
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + \
        socket.inet_aton("127.0.0.1") + bytes(8)
kind = socket.SOCK_STREAM | socket.SOCK_CLOEXEC
l = call("socket", 43, kind, 0)
call("bind", l, addr(7711), 16)
call("listen", l, 5)
c = call("socket", 43, kind, 0)
call("bind", c, addr(7712), 16)
call("connect", c, addr(7711), 16)
a = call("accept4", l, None, None, socket.SOCK_CLOEXEC)
sys.stdout.write("%d %d %d\n" % (l, c, a))
sys.stdout.flush()
run = sys.argv[1:]
raise SystemExit(os.spawnvp(os.P_WAIT, run[0], run))
EOF
	in_kernel "modprobe -q -a smc smc_diag || :
		python3 -c 'import socket; socket.socket(43, 1, 0)'" \
		python3 smc.py prt-scan -H -o state,local_port,remote_port,fd,process
	read -r l c a <<<"${lines[0]}"
	output=$(printf '%s\n' "${lines[@]:1}")
	assert_output_is "LISTEN	7711	-	$l	python3
ESTABLISHED	7711	7712	$a	python3
ESTABLISHED	7712	7711	$c	python3"
}

# The last test: from then on, every namespace has the socket.
@test "rds: from when its module is there" {
	named "$modules rds_tcp || :
		[ -e /proc/sys/net/rds/tcp ]" \
		'tcp	LISTEN	::	16385	-	[rds]'
}
