#!/usr/bin/env bats
# SCTP, on a kernel that has it.  tests/t-sctp.c tests the parsers, and
# scan-tree.bats the files of a proc tree; both run everywhere.

load helpers

setup()
{
	requires linux netns nsenter python3 ip
}

teardown()
{
	stop_sockets
}

start_sctp()
{
	python3 -c 'import socket; socket.socket(2, 1, 132)' 2>/dev/null ||
		skip 'needs a kernel with SCTP'
	start_fixture python3 "${PRT_SRCDIR:-..}/tests/sctp.py"
}

ENDS=proto,state,local_addr,local_port,remote_addr,remote_port

# Every address of every endpoint and association, once.
all_ends()
{
	cat <<-'.'
	sctp	LISTEN	10.9.0.1	7000	-	-
	sctp	ESTABLISHED	10.9.0.1	7000	10.9.0.3	7100
	sctp	LISTEN	10.9.0.2	7000	-	-
	sctp	ESTABLISHED	10.9.0.2	7000	10.9.0.3	7100
	sctp	LISTEN	10.9.0.2	7001	-	-
	sctp	ESTABLISHED	10.9.0.2	7001	10.9.0.3	7101
	sctp	LISTEN	0.0.0.0	7002	-	-
	sctp	LISTEN	::	7002	-	-
	sctp	LISTEN	fd00::1	7003	-	-
	sctp	LISTEN	10.9.0.1	7004	-	-
	sctp	ESTABLISHED	10.9.0.1	7004	10.9.0.3	7104
	sctp	ESTABLISHED	10.9.0.3	7100	10.9.0.1	7000
	sctp	ESTABLISHED	10.9.0.3	7100	10.9.0.2	7000
	sctp	ESTABLISHED	10.9.0.3	7101	10.9.0.2	7001
	sctp	ESTABLISHED	10.9.0.3	7104	10.9.0.1	7004
	sctp	SYN_SENT	10.9.0.3	7105	10.7.0.1	7005
	.
}

@test "all addresses of endpoints and associations" {
	start_sctp
	local backend
	for backend in netlink proc; do
		run -0 --separate-stderr enter prt-scan -H --backend=$backend \
			-o "$ENDS" --proto=sctp --state='LISTEN,ESTABLISHED,SYN_SENT'
		assert_output_is "$(all_ends)"
		[ -z "$stderr" ]
	done
}

@test "netlink and proc say the same of them" {
	start_sctp
	local columns=$ENDS,family,inode,sock_uid,dir,service
	run -0 enter prt-scan -H --backend=proc -o "$columns" --proto=sctp
	local proc=$output
	run -0 enter prt-scan -H --backend=netlink -o "$columns" --proto=sctp
	assert_output_is "$proc"
}

@test "every one that ss has, and no other" {
	requires ss
	start_sctp
	# The line of an association begins with a -; ss misreads the addresses
	# of IPv4 associations on an IPv6 socket, net/sctp/diag.c.
	enter ss -SnaH | sed 's/^`- */-/' | awk -v OFS='\t' '
		function port(s) { sub(/.*:/, "", s); return s }
		function addr(s) {
			sub(/:[^:]*$/, "", s)
			gsub(/[][]|%.*|::ffff:/, "", s)
			return s
		}
		$1 == "LISTEN" { print "LISTEN", addr($4), port($4), "-", "-" }
		/^-/ && $4 !~ /^\*/ && $5 !~ /^\*/ && $1 != "-(null)" {
			sub(/^-ESTAB$/, "ESTABLISHED", $1)
			sub(/^-COOKIE_WAIT$/, "SYN_SENT", $1)
			print $1, addr($4), port($4), addr($5), port($5)
		}' | sort -u >"$BATS_TEST_TMPDIR/ss"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/ss")" -ge 10 ]
	enter prt-scan -H -o "${ENDS#proto,}" --proto=sctp |
		sort -u >"$BATS_TEST_TMPDIR/prt"
	run -0 comm -23 "$BATS_TEST_TMPDIR/ss" "$BATS_TEST_TMPDIR/prt"
	assert_output_is ''
	# ss lacks further addresses, and that association
	run -0 comm -13 "$BATS_TEST_TMPDIR/ss" "$BATS_TEST_TMPDIR/prt"
	assert_output_is "$(all_ends | cut -f 2- | sort | grep -e '10.9.0.2	7000' \
		-e '10.9.0.2	7001	10' )"
}

@test "in every scan, filtered as the others" {
	start_sctp
	run -0 enter prt-scan -H -o proto
	[ "$(sort -u <<<"$output")" = sctp ]
	run -0 enter prt-scan -H -o proto -tu
	assert_output_is ''
	run -0 enter prt-scan -H -o local_addr,local_port --proto=tcp,sctp -6
	assert_output_is '::	7002
fd00::1	7003'
	run -0 enter prt-scan -H -o local_addr -l -4 7000
	assert_output_is '10.9.0.1
10.9.0.2'
	run -0 enter prt-scan -H -o local_addr,local_port 10.9.0.2:7000
	assert_output_is '10.9.0.2	7000
10.9.0.2	7000
10.9.0.3	7100'
	run -0 enter prt-scan -H -o local_port --state=SYN_SENT
	assert_output_is 7105
	# IPv4 on an IPv6 socket
	run -0 enter prt-scan -H -o state -4 --proto=sctp 7101
	assert_output_is 'ESTABLISHED
ESTABLISHED'
}

@test "v6only, backlog and queues" {
	start_sctp
	run -0 enter prt-scan -H -o local_addr,v6only,rx_queue,tx_queue,backlog \
		-l 7002 7003
	assert_output_is '0.0.0.0	-	0	-	5
::	yes	0	-	5
fd00::1	no	0	-	5'
	run -0 enter prt-scan -H -o rx_queue,tx_queue --state=ESTABLISHED 7104
	[ "${lines[0]%%	*}" -gt 5 ]
	# counters of TCP, which SCTP lacks
	run -0 enter prt-scan -H -o rtt,rx_bytes --proto=sctp 7104
	[ "$(sort -u <<<"$output")" = '-	-' ]
	# iface is what an association is bound to, not its route
	run -0 enter prt-scan -H -o iface --proto=sctp
	[ "$(sort -u <<<"$output")" = - ]
}

@test "who called whom" {
	start_sctp
	run -0 enter prt-scan -H -o local_port,dir --proto=sctp \
		--state=ESTABLISHED
	assert_output_is '7000	in
7000	in
7001	in
7004	in
7100	out
7100	out
7101	out
7104	out'
}

@test "each socket has its process" {
	start_sctp
	# one inode has several records
	run -0 enter prt-scan -H -o inode,pid --proto=sctp
	local inodes
	inodes=$(cut -f 1 <<<"$output" | sort -u)
	[ "$(wc -l <<<"$inodes")" -eq 12 ]
	[ "$(grep -w "${FX[main]}" <<<"$output" | cut -f 1 | sort -u)" = "$inodes" ]
}

@test "where the kernel has no SCTP, that takes two calls" {
	requires strace
	[ ! -e /proc/net/sctp ] || skip 'the kernel has SCTP'
	run -0 --separate-stderr prt-scan -H --proto=sctp --strict
	[ -z "$output$stderr" ]
	run -1 prt-scan -q --proto=sctp
	local log=$BATS_TEST_TMPDIR/log
	# a sanitizer maps memory as it likes
	strace -e trace=%file,%network -o "$log.all" prt-scan -q -o proto || :
	strace -e trace=%file,%network -o "$log.tu" prt-scan -q -o proto -tu ||
	    :
	[ $(($(wc -l <"$log.all") - $(wc -l <"$log.tu"))) -eq 2 ]
	grep -q 'net/sctp' "$log.all"
}
