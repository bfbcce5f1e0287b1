#!/usr/bin/env bats
# Sockets of protocols without ports: prt-scan --proto=raw,packet,icmp,vsock.
# tests/t-portless.c has the parsers; portless.py makes the sockets.
# shellcheck disable=SC2154

load helpers
load proc-tree

teardown()
{
	stop_sockets
}

ENDS=proto,state,local_addr,local_port,remote_addr,remote_port
FILES=raw,packet,icmp

start()
{
	requires linux root netns nsenter python3 ip
	start_fixture python3 "${PRT_SRCDIR:-..}/tests/portless.py"
}

# All raw, packet and icmp sockets, with their interfaces.
all_records()
{
	cat <<-'.'
	raw	UNCONN	0.0.0.0	1	-	-	-
	raw	UNCONN	::	58	-	-	-
	raw	ESTABLISHED	127.0.0.1	89	127.0.0.2	-	-
	raw	ESTABLISHED	127.0.0.1	89	127.0.0.2	-	-
	packet	UNCONN	-	0	-	-	-
	packet	UNCONN	-	3	-	-	-
	packet	UNCONN	-	2048	-	-	sniff0
	packet	UNCONN	-	35020	-	-	\x2d
	icmp	UNCONN	127.0.0.1	4242	-	-	-
	icmp	UNCONN	::1	4243	-	-	-
	icmp	ESTABLISHED	127.0.0.1	4244	127.0.0.1	-	-
	.
}

@test "all of raw, packet and icmp, by netlink and by files" {
	start
	local backend
	for backend in netlink proc; do
		run -0 --separate-stderr enter prt-scan -H --backend=$backend \
			-o $ENDS,iface --proto=$FILES
		assert_output_is "$(all_records)"
		[ -z "$stderr" ]
	done
}

@test "who has them, and what is known of each" {
	start
	run -0 enter prt-scan -H --proto=$FILES -o pid,process,user,sock_uid
	[ "${#lines[@]}" -eq 11 ]
	[ "$(sort -u <<<"$output" | sed 's/python[0-9.]*/python/')" = \
		"${FX[main]}	python	root	0" ]
	# each socket has its own record, even if two are alike
	run -0 enter prt-scan -H --proto=$FILES -o inode
	[ "$(sort -u <<<"$output" | wc -l)" -eq 11 ]
	run -0 enter prt-scan -H --proto=$FILES \
		-o proto,family,dir,service,target,local_scope,rx_queue,tx_queue
	# packets that pass by wait in some of them
	sed -E 's/	[0-9]+	([0-9]+|-)$/	N	\1/' <<<"$output" | sort -u |
		diff -u - <(cat <<-'.'
		icmp	inet	-	-	-	loopback	N	0
		icmp	inet6	-	-	-	loopback	N	0
		packet	-	-	-	-	-	N	-
		raw	inet	-	-	-	any	N	0
		raw	inet	-	-	-	loopback	N	0
		raw	inet6	-	-	-	any	N	0
		.
		)
	run -0 enter prt-scan -H --proto=packet -o cookie
	[ "$(grep -cvx -- - <<<"$output")" -eq 4 ]
}

@test "filter: how many instructions, of classic BPF; 0 of eBPF" {
	start
	run -0 --separate-stderr enter prt-scan -H --proto=$FILES \
		-o proto,local_port,filter
	assert_output_is "raw	1	3
raw	58	-
raw	89	-
raw	89	-
packet	0	-
packet	3	$([ "${FX[ebpf]-}" = yes ] && echo 0 || echo -)
packet	2048	4
packet	35020	${FX[long]}
icmp	4242	-
icmp	4243	-
icmp	4244	-"
	[ -z "$stderr" ]
	# TCP has no filter that could be shown
	run -0 enter prt-scan -F json -o local_port,filter --proto=packet
	[[ $output == *'{"local_port":2048,"filter":4}'* ]]
}

@test "filter: where descriptors may not be copied, that is told" {
	start
	requires strace setpriv
	# Yama can refuse it like that
	run -0 enter strace -f -qq -e trace=pidfd_getfd \
		-e inject=pidfd_getfd:error=EPERM -o "$BATS_TEST_TMPDIR/log" \
		prt-scan -H --proto=packet -o filter
	assert_output_is 'prt-scan: filters of sockets: Operation not permitted
-
-
-
-'
	run -2 enter strace -f -qq -e trace=pidfd_getfd \
		-e inject=pidfd_getfd:error=EPERM -o "$BATS_TEST_TMPDIR/log" \
		prt-scan --strict --proto=packet -o filter
	# owners that are hidden are counted, as always
	run -0 enter_as 65534 prt-scan --proto=packet -o filter,pid
	[ "$(column filter <<<"$output" | sort -u)" = - ]
	[[ ${lines[0]} == *' unowned=4 '* ]]
}

@test "a packet socket with a long filter is there, and so are all others" {
	start
	run -0 enter prt-scan -H -o local_port --proto=packet
	assert_output_is '0
3
2048
35020'
}

@test "every raw socket that ss has" {
	start
	requires ss
	enter ss -waHn | awk -v OFS='\t' '{
		n = split($4, a, ":")
		sub(/ESTAB/, "ESTABLISHED", $1)
		print $1, a[n]
	}' | sort >"$BATS_TEST_TMPDIR/ss"
	run -0 enter prt-scan -H -o state,local_port --proto=raw
	sort <<<"$output" | diff -u "$BATS_TEST_TMPDIR/ss" -
}

@test "what chooses sockets: addresses, families, states, pids, no ports" {
	start
	local want args
	while IFS='|' read -r want args; do
		# shellcheck disable=SC2086
		run -0 enter prt-scan -H -o proto,local_port $args
		assert_output_is "$(tr ';' '\n' <<<"$want" | tr ' ' '\t')"
	done <<-'END'
		raw 89;raw 89;icmp 4242;icmp 4244|--proto=raw,packet,icmp 127.0.0.1
		raw 89;raw 89|--proto=raw,packet,icmp 127.0.0.2
		raw 1;raw 89;raw 89;icmp 4242;icmp 4244|-4 --proto=raw,packet,icmp
		raw 58;icmp 4243|-6 --proto=raw,packet,icmp
		raw 89;raw 89;icmp 4244|--state=ESTABLISHED --proto=raw,packet,icmp
		packet 0;packet 3;packet 2048;packet 35020|-l --proto=packet
		packet 0;packet 3;packet 2048;packet 35020|-b --proto=packet
		icmp 4242;icmp 4243|-l --proto=icmp --no-ephemeral
		|--proto=tcp,raw,icmp 89 4242 0 1
		|--proto=tcp,raw 127.0.0.1:89
		|-tu
		|
	END
	run -0 enter prt-scan -H -o local_port --proto=packet --pid="${FX[main]}"
	[ "${#lines[@]}" -eq 4 ]
	run -2 prt-scan --proto=raw,vsock 127.0.0.1 22
	assert_output_is "prt-scan: '22': a port, and no protocol of --proto has any"
	run -2 prt-scan --proto=raw 127.0.0.1:http
	assert_output_is "prt-scan: '127.0.0.1:http': a port, and no protocol of --proto has any"
}

@test "-N: in each namespace" {
	start
	local backend
	for backend in netlink proc; do
		prt-scan -N -H --backend=$backend --proto=$FILES \
			-o pid,$ENDS,iface 2>/dev/null |
			sed -n "s/^${FX[main]}	//p" >"$BATS_TEST_TMPDIR/n"
		all_records | diff -u - "$BATS_TEST_TMPDIR/n"
	done
}

@test "-N: a namespace that only a packet socket is in" {
	requires linux root netns python3 no-valgrind
	start_fixture python3 -c '
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
assert libc.unshare(0x40000000) == 0
print("inode=%d" % os.stat("/proc/thread-self/ns/net").st_ino)
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
assert libc.setns(own, 0) == 0
print("main=%d\nready" % os.getpid(), flush=True)
sys.stdin.read()'
	local backend
	for backend in netlink proc; do
		run -0 --separate-stderr prt-scan -N -H --backend=$backend \
			--proto=packet --pid="${FX[main]}" -o netns,local_port
		assert_output_is "net:[${FX[inode]}]	3"
	done
}

@test "the snapshot says what was read" {
	start
	run -0 enter prt-scan --proto=packet,raw
	[[ ${lines[0]} == *' protos=raw,packet bound=no scope=raw;packet' ]]
	run -0 enter prt-scan -tu --proto=packet -l
	[[ ${lines[0]} == *' protos=tcp,udp,packet bound=no scope=tcp;udp;packet;listening' ]]
	run -0 enter prt-scan
	[[ ${lines[0]} == *' protos=tcp,udp,sctp '*' scope=all' ]]
}

@test "a table shows what there is of an end" {
	start
	run -0 enter prt-scan -F table --proto=raw,packet
	grep -q '^raw  *ESTAB  *127.0.0.1:89  *127.0.0.2 ' <<<"$output"
	grep -q '^packet  *UNCONN  *:2048  *- ' <<<"$output"
	run ! grep -q '^raw.*127.0.0.2:' <<<"$output"
}

@test "vsock: what listens, by vsock_diag or by descriptors" {
	start
	[ "${FX[vsock]-}" = yes ] || skip 'needs a kernel with vsock'
	requires unshare
	local way
	# without it they come from processes, all of which can be seen
	for way in netlink proc; do
		run -0 --separate-stderr enter prt-scan -H --backend=$way \
			-o $ENDS --proto=vsock --pid="${FX[main]}" --state=BOUND,LISTEN
		assert_output_is 'vsock	BOUND	*	1024	-	-
vsock	LISTEN	*	70000	-	-'
	done
	run -0 --separate-stderr enter prt-scan -H -l --proto=vsock -F json \
		-o local_addr,local_port,pid,rx_queue
	assert_output_is '{"local_addr":"*","local_port":70000,"pid":'"${FX[main]}"',"rx_queue":null}'
}

@test "vsock: a connection, both ends" {
	start
	[ "${FX[vsock_pair]-}" = yes ] || skip 'needs vsock_loopback'
	local way
	for way in netlink proc; do
		run -0 --separate-stderr enter prt-scan -H --backend=$way \
			-o $ENDS,pid --proto=vsock --state=ESTABLISHED
		assert_output_is "vsock	ESTABLISHED	*	5000	1	70000	${FX[main]}
vsock	ESTABLISHED	1	70000	1	5000	${FX[main]}"
	done
}

@test "vsock: a machine that has no such socket, and one that may" {
	requires linux root netns python3
	python3 -c 'import socket; socket.socket(40, 1)' 2>/dev/null ||
		skip 'needs a kernel with vsock'
	run -0 unshare -mnpf --kill-child --mount-proc prt-scan --proto=vsock
	[[ ${lines[0]} == *' protos=vsock '* ]]
	run -1 unshare -mnpf --kill-child --mount-proc prt-scan -q --proto=vsock
	# a process that may not be looked into may have such a socket
	modprobe -q vsock_diag 2>/dev/null && skip 'the kernel has vsock_diag'
	run -2 unshare -mnpf --kill-child --mount-proc sh -c '
		sleep 60 & exec setpriv --reuid=65534 --clear-groups \
			/proc/self/fd/9 -q --proto=vsock' 9<"$(command -v prt-scan)"
	assert_output_is 'prt-scan: --proto=vsock: the kernel has no vsock_diag, and some processes are hidden'
}

@test "lsof has nothing of them" {
	requires lsof
	run -2 prt-scan --backend=lsof --proto=raw
	assert_output_is 'prt-scan: --proto=raw: not read: the backend lsof has nothing of it'
}

# The tables of a machine that was saved.
tree_portless()
{
	tree_make
	printf 'protocol  size sockets\nPACKET 1\nRAW 1\nPING 1\nTCP 1\n' \
		>"$net/protocols"
	cat >"$net/packet" <<-'.'
	sk               RefCnt Type Proto  Iface R Rmem   User   Inode
	0000000098dcd04e 3      3    0003   0     1 640    0      71
	000000008bfab872 3      2    88cc   12    1 0      1000   72
	.
	for file in raw icmp; do
		echo '  sl  local_address rem_address   st' >"$net/$file"
	done
	echo '   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 73 2 0000000000000000 9' \
		>>"$net/raw"
	tree_process 10 sniffer
	tree_fd 10 3 'socket:[71]'
	tree_fd 10 4 'socket:[73]'
}

@test "another proc tree: its files" {
	tree_portless
	run -0 --separate-stderr scan_tree \
		proto,local_port,iface,pid,process,sock_uid,rx_queue,drops,filter \
		--proto=$FILES
	assert_output_is 'raw	1	-	10	sniffer	0	0	9	-
packet	3	-	10	sniffer	0	640	-	-
packet	35020	12	-	-	1000	0	-	-'
	[ -z "$stderr" ]
	run -0 prt-scan --proc="$tree" --proto=packet,icmp,vsock
	[[ ${lines[0]} == *' protos=packet,icmp,vsock '* ]]
}

@test "another proc tree: what is not there is not taken for nothing" {
	tree_portless
	rm "$net/packet" "$net/protocols"
	run -2 scan_tree proto --proto=packet
	assert_output_is "prt-scan: $net/packet: No such file or directory"
	run -0 --separate-stderr scan_tree proto --proto=packet,raw,vsock
	[ "$output" = raw ]
	assert_equal_lines "$stderr" \
		"prt-scan: $net/packet: No such file or directory" \
		"prt-scan: $net: no file in it tells of vsock"
	run -2 --separate-stderr scan_tree proto --strict --proto=packet,raw
	# a kernel whose list of protocols says that it has none
	printf 'protocol\nRAW 1\nTCP 1\n' >"$net/protocols"
	run -0 scan_tree proto --strict --proto=packet,vsock
	assert_output_is ''
	echo 'AF_VSOCK 1' >>"$net/protocols"
	run -2 scan_tree proto --proto=vsock
	assert_output_is "prt-scan: $net: no file in it tells of vsock"
}

assert_equal_lines()
{
	local got=$1

	shift
	diff -u <(printf '%s\n' "$@") - <<<"$got"
}

@test "another proc tree: lines that are none" {
	tree_portless
	printf '%s\n' 'x 3 3 3 0 1 0 0 1' 'x' '' \
		'0 3 3 0806 0 1 0 4294967295 18446744073709551615' >>"$net/packet"
	run -0 --separate-stderr scan_tree local_port,inode --proto=packet
	assert_output_is '3	71
2054	18446744073709551615
35020	72'
	assert_equal_lines "$stderr" \
		"prt-scan: $net/packet:4: not a line of a socket table: skipped" \
		"prt-scan: $net/packet:5: not a line of a socket table: skipped" \
		"prt-scan: $net/packet:6: not a line of a socket table: skipped"
	run -2 scan_tree proto --strict --proto=packet
}

# asks_for ARG...: whether a scan opens such a file, or sends such a request,
# for AF_PACKET, AF_VSOCK or IPPROTO_RAW, in strace's words.
asks_for()
{
	enter strace -f -e trace=?open,openat,?send,sendto -o "$BATS_TEST_TMPDIR/log" \
		prt-scan "$@" >/dev/null
	grep -qE 'net/(packet|raw|icmp|protocols)|"\\x(11|28)\\x|"\\x..\\xff|AF_PACKET|AF_VSOCK|IPPROTO_RAW' \
		"$BATS_TEST_TMPDIR/log"
}

@test "a default scan asks for none of it" {
	start
	requires strace
	local proto
	for proto in raw packet icmp; do
		asks_for --proto=$proto
	done
	run -1 asks_for
	run -1 asks_for -o all
}

# The 19 default fields.
record()
{
	local v

	printf '%s' "$1"
	shift
	for v; do printf '\t%s' "$v"; done
	printf '\n'
}

@test "records without a header: numbers of 32 bits only of vsock" {
	local rest='- - - - - - 7 p root 0 3 1 p /bin/p p'
	# shellcheck disable=SC2086
	{
		record vsock LISTEN '*' 4294967295 $rest
		record raw UNCONN 0.0.0.0 262 $rest
		record packet UNCONN - 65535 $rest
		record icmp UNCONN :: 1 $rest
	} >"$BATS_TEST_TMPDIR/good"
	run -0 prt-flag "$BATS_TEST_TMPDIR/good"
	local proto
	# shellcheck disable=SC2086
	for proto in raw packet icmp tcp; do
		run -2 prt-flag <<<"$(record $proto UNCONN :: 65536 $rest)"
		[[ $output == *': no header, and 19 fields: '* ]]
	done
	# shellcheck disable=SC2086
	run -2 prt-flag <<<"$(record vsock LISTEN 2 4294967296 $rest)"
	# shellcheck disable=SC2086
	run -2 prt-flag <<<"$(record netlink LISTEN 2 1 $rest)"
}

@test "prt-diff compares them where both scans read them" {
	start
	cd "$BATS_TEST_TMPDIR"
	# one scope, as prt-scan -N has it for every protocol
	enter prt-scan -o +inode --proto=$FILES |
		sed '1s/scope=[^ ]*/scope=all/' >new
	sed -e '/^packet/d' -e '1s/protos=[^ ]*/protos=raw,icmp/' \
		-e 's/^##end.*/##end records=7/' new >old
	run -0 --separate-stderr prt-diff -H old new
	assert_output_is ''
	sed -e '/^packet/d' -e 's/^##end.*/##end records=7/' new >old
	run -0 --separate-stderr prt-diff -H -o change,proto,local_port old new
	[ "$(grep -c '^new	packet' <<<"$output")" -eq 4 ]
	# BOUND depends on what the scan saw of TCP only
	printf '%s\n' '##prt 1 host=a protos=vsock bound=own scope=vsock' \
		'#proto	state	local_addr	local_port	pid	uid' \
		'vsock	BOUND	*	1024	7	0' '##end records=1' >new
	sed -e '/^vsock/d' -e 's/bound=own/bound=no/' \
		-e 's/^##end.*/##end records=0/' new >old
	run -0 prt-diff -H -o change,proto old new
	assert_output_is 'new	vsock'
}

@test "prt-flag: heuristics on ports and listeners pass over them" {
	cd "$BATS_TEST_TMPDIR"
	local rest='- - - - - - 7 bash alice 1000 3 1 sshd /tmp/bash bash'
	# shellcheck disable=SC2086
	{
		echo "##prt 1 host=a time=2026-11-24T10:00:00.000Z euid=0 unowned=0 unpriv=1024 protos=tcp,raw,packet,icmp,vsock scope=tcp;raw;packet;icmp;vsock"
		printf '#'
		record proto state local_addr local_port remote_addr remote_port \
			dir service netns container pid process user uid fd ppid \
			parent exe cmdline
		record raw UNCONN 0.0.0.0 22 $rest
		record icmp UNCONN 0.0.0.0 6379 $rest
		record vsock LISTEN '*' 22 $rest
		record vsock ESTABLISHED 2 22 3 5000 - - - - 7 bash alice 1000 0,1 1 \
			sshd /tmp/bash bash
		record packet UNCONN - 3 $rest
		echo '##end records=5'
	} >in
	run -0 --separate-stderr prt-flag -X -s -H -o proto,flags \
		--disable=packet-socket,vsock-listener in
	assert_output_is ''
	[ -z "$stderr" ]
	# a fault of its process is still seen
	sed -i 's|/tmp/bash|/tmp/x (deleted)|' in
	run -0 prt-flag -X -s -H -o proto,flags in
	[ "$(grep -c deleted-exe <<<"$output")" -eq 5 ]
	# and rules see all of these sockets
	run -0 prt-flag -X -s -H -o proto,flags -e 'flag sniffs proto=packet local_port=3' \
		--disable=all in
	grep -q '^packet	.*sniffs' <<<"$output"
	run -0 prt-flag -X -s -H -o proto,flags \
		-e 'flag guest proto=vsock state=LISTEN local_port=22' in
	grep -q '^vsock	.*guest' <<<"$output"
}
