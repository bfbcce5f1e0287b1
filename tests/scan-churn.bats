#!/usr/bin/env bats
# Processes and sockets that come and go by the thousand a second: no scan
# misses one of those that stay, has it twice, or gives it a wrong owner.
#
# PRT_CHURN=1000 makes 1000 scans with each backend; without it there are 30.
# shellcheck disable=SC2016,SC2154

load helpers

ROUND=250		# scans with one fixture, which lives for two minutes

setup()
{
	requires linux root netns nsenter
	cd "$BATS_TEST_TMPDIR" || return
	columns=inode,proto,state,local_addr,local_port,remote_addr
	columns+=,remote_port,pid,process,uid,fd
}

teardown()
{
	stop_sockets
}

start_churn()
{
	local key

	start_fixture "$(fixture churn)" "$@"
	for key in "${!FX[@]}"; do
		[[ $key != *' '* ]] || echo "${FX[$key]}"
	done | sort | tr ' ' '\t' >want
	[ "$(wc -l <want)" -eq 228 ]
	cut -f 1 want | sort -u >inodes
}

# Ends the fixture, and reads how many came and went.
stop_churn()
{
	local pid=$SOCKETS_PID in=${SOCKETS[1]} out

	# bash closes its descriptors when the fixture has ended: copy one
	exec {out}<&"${SOCKETS[0]}" {in}>&-
	read -r -t 10 -u "$out" -a gone
	exec {out}<&-
	wait "$pid" || :
	echo "${gone[*]}"
	[ "${gone[0]}" -gt 30 ]
	[ "${gone[2]}" -gt 300 ]
}

# Checks that the sockets that stay have their right records, and that all
# others have a process of the fixture that goes, or none.
check_scan()
{
	awk -F '\t' -v OFS='\t' '
		NR == FNR { stays[$1] = 1; next }
		$1 in stays { print; next }
		$9 != "-" && $9 != "ring" && $9 != "fork" {
			print "not its owner:", $0
		}' inodes scan | sort >got
	cmp -s want got || {
		echo "scan $1:"
		diff want got
	}
}

# scan_on OPTION...
scan_on()
{
	local left=${PRT_CHURN:-30} n=0 i
	local -a gone

	while [ "$left" -gt 0 ]; do
		start_churn
		for ((i = 0; i < ROUND && left > 0; i++, left--, n++)); do
			enter prt-scan "$@" -H -o "$columns" \
				>scan 2>said
			check_scan "$n" >&3
			cmp -s want got
			[ ! -s said ]
		done
		stop_churn
	done
}

@test "at peace: all of them are there, and no other" {
	start_churn -s
	for backend in netlink proc; do
		enter prt-scan --backend=$backend -H -o "$columns" >scan
		sort scan | diff want - | cut -f 2- >other
		[ "$(grep -c . <other)" -le 1 ]
		check_scan 0
	done
}

# 400 listeners do not fit into one datagram of the first dump.
@test "netlink: listeners that two datagrams divide are asked for once more" {
	requires python3 strace
	in_netns bash -c '
		ip link set lo up
		python3 -c "
import socket, time
held = []
for port in range(1, 401):
    s = socket.socket()
    s.bind((\"127.0.0.1\", port))
    s.listen()
    held.append(s)
c = socket.create_connection((\"127.0.0.1\", 7))
open(\"ready\", \"w\").close()
time.sleep(60)" &
		until [ -e ready ]; do sleep 0.02; done
		strace -qq -o trace -e trace=?send,sendto prt-scan --backend=netlink \
			-H -o state,local_port >rows
		kill $!'
	[ "$(grep -cE "TCPDIAG_GETSOCK|nlmsg_type=0x12" trace)" -eq 2 ]
	diff <(seq 400) <(sed -n 's/^LISTEN	//p' rows)
	[ "$(grep -c ESTABLISHED rows)" -eq 2 ]
}

@test "netlink: none missing, none twice, none with another's process" {
	scan_on --backend=netlink
}

@test "proc: the same, whatever the kernel's files lose and repeat" {
	scan_on --backend=proc
}

@test "bpf: the same, of the holders that the kernel tells" {
	prt-scan --owners=bpf -o pid >/dev/null 2>&1 ||
		skip 'needs a kernel with BTF, and the first pid namespace'
	scan_on --owners=bpf
}

# lsof reads the kernel's files once, and loses sockets that they lose
# meanwhile.  start_held OPTION...: starts the fixture; held has its sockets
# without inodes.
start_held()
{
	start_churn "$@"
	cut -f 2- want | awk -F '\t' '$7 != "-"' | sort >held
}

# Each socket of the fixture that lsof printed is there, right and once; and no
# other is.
check_lsof()
{
	PATH=$BIN:$PATH enter prt-scan --backend=lsof -H -o "${columns#inode,}" \
		>scan
	sed -n 's/^p\([0-9]*\)$/\1/p; s/^f\([0-9]*\)$/ \1/p' told |
		awk '/^ / { print pid, $1; next } { pid = $1 }' >keys
	awk 'NR == FNR { key[$1, $2]; next } ($7, $10) in key' \
		keys FS='\t' held >want
	awk -F '\t' 'NR == FNR { key[$7, $10]; next } ($7, $10) in key' \
		held scan | sort | diff want -
}

@test "lsof: what it tells is there once and right, and nothing else is missing" {
	requires lsof
	BIN=$PWD/bin
	mkdir "$BIN"
	fake lsof <<<"$(command -v lsof) \"\$@\" | tee '$PWD/told'"
	start_held -s
	check_lsof
	cmp held want
	stop_sockets
	start_held
	for _ in {1..5}; do
		check_lsof
		[ "$(wc -l <want)" -gt 200 ]
	done
	stop_churn
}

# The kernel pauses in a chain of bound sockets after each sixteen; if one comes
# or goes in the pause, it skips another.
@test "BOUND: a long chain of them is read until two readings agree" {
	sees_bound || skip 'needs Linux 6.8'
	requires strace python3
	for n in 15 16 200; do
		start_fixture "$(command -v python3)" -c '
import os, socket, sys
v = [socket.socket() for i in range(int(sys.argv[1]))]
for s in v:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 7))
print(f"main={os.getpid()}\nready", flush=True)
sys.stdin.read()' "$n"
		run -0 enter prt-scan -H --state=BOUND -o inode
		[ "$(sort -u <<<"$output" | wc -l)" -eq "$n" ]
		[ "${#lines[@]}" -eq "$n" ]
		enter strace -qq -o calls -e trace=?send,sendto \
			prt-scan -q -t --state=BOUND
		[ "$(wc -l <calls)" -eq $((n < 16 ? 1 : 2)) ]
		stop_sockets
	done
}
